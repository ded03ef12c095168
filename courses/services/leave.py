"""Leave moves due days; so does a person who decides it. Every move is written down with its reason."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import rules
from courses.models import Assignment, DueChange, Leave
from ground import journal
from ground.errors import Refused
from people.models import User
from people.queries import portions

LONGEST_LEAVE = timedelta(days=730)
LATEST = timedelta(days=1095)


@transaction.atomic
def enter_leave(
    *, user: User, starts_on: date, ends_on: date, reason: str, by: User, now: datetime
) -> tuple[Leave, int]:
    """Somebody is away from the first to the last day: what is due from the first day on is due so many days later. With
    the leave, how many due days moved.

    Raises Refused for oneself, without a reason, for days that are wrong, and for a leave that overlaps another.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if user.pk == by.pk:
        raise Refused(_("Nobody enters their own leave; ask a colleague."), code="self")
    if not reason.strip():
        raise Refused(_("Say why the person is away."), code="no_reason")
    if ends_on < starts_on:
        raise Refused(_("The leave ends before it begins."), code="order")
    if ends_on - starts_on > LONGEST_LEAVE:
        raise Refused(_("A leave lasts two years at most."), code="too_long")
    standing = Leave.objects.filter(user=user, withdrawn_at__isnull=True)
    same = standing.filter(starts_on=starts_on, ends_on=ends_on).first()
    if same is not None:
        return same, 0
    if standing.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Refused(_("Another leave of this person lies in these days."), code="overlap")
    leave = Leave.objects.create(
        user=user, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()[:300], granted_by=by, granted_at=now
    )
    data = {"from": starts_on.isoformat(), "until": ends_on.isoformat()}
    journal.record("leave.entered", user, by=by, now=now, reason=leave.reason, data=data)
    changes = _moved(Assignment.objects.open().filter(user=user), {user.pk: [leave]}, now)
    return leave, len(changes)


@transaction.atomic
def take_back_leave(*, leave: Leave, by: User, now: datetime) -> Leave:
    """The leave does not hold: what it moved and is still open is due as many days sooner. Raises Refused for oneself."""
    leave = Leave.objects.select_for_update(of=("self",)).get(pk=leave.pk)
    if leave.withdrawn_at is not None:
        return leave
    if leave.user_id == by.pk:
        raise Refused(_("Nobody enters their own leave; ask a colleague."), code="self")
    leave.withdrawn_at = now
    leave.save(update_fields=["withdrawn_at"])
    days: dict[int, int] = {}
    for change in DueChange.objects.filter(leave=leave):
        days[change.assignment_id] = days.get(change.assignment_id, 0) + (change.after - change.before).days
    reason = _("The leave does not hold.")
    for assignment in Assignment.objects.open().select_for_update(of=("self",)).filter(pk__in=days):
        if days[assignment.pk]:
            move_by = -timedelta(days=days[assignment.pk])
            _move(assignment, assignment.due_on + move_by, reason, by, now, leave)
    journal.record("leave.taken_back", leave.user, by=by, now=now)
    return leave


@transaction.atomic
def move_due(*, assignment: Assignment, due_on: date, reason: str, by: User, now: datetime) -> Assignment:
    """Gives somebody more or less time, by name and for a reason. Raises Refused for oneself, without a reason, for a day
    that is over or more than three years away, and when the assignment is not open any more."""
    assignment = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if assignment.due_on == due_on:
        return assignment
    if assignment.withdrawn_at or assignment.completion_id or assignment.exemption_id:
        raise Refused(_("This assignment is settled; its day is not moved any more."), code="settled")
    if assignment.user_id == by.pk:
        raise Refused(_("Nobody moves their own due day; ask another trainer."), code="self")
    if not reason.strip():
        raise Refused(_("Say why the due day is moved."), code="no_reason")
    if due_on < timezone.localdate(now):
        raise Refused(_("The due date is over; choose today or a later day."), code="past")
    if due_on > timezone.localdate(now) + LATEST:
        raise Refused(_("The due day lies too far away."), code="far")
    data = {"course": assignment.course.code, "before": assignment.due_on.isoformat(), "after": due_on.isoformat()}
    _move(assignment, due_on, reason.strip()[:300], by, now)
    journal.record("assignment.moved", assignment.user, by=by, now=now, reason=reason.strip()[:300], data=data)
    return assignment


def postpone(*, users: Iterable[User], course_id: int, now: datetime) -> None:
    """Moves what has just been assigned to people who are away. Called by whatever assigns; within its transaction."""
    on = timezone.localdate(now)
    leaves: dict[int, list[Leave]] = {}
    for portion in portions([user.pk for user in users]):
        for leave in Leave.objects.filter(user__in=portion, withdrawn_at__isnull=True, ends_on__gte=on):
            leaves.setdefault(leave.user_id, []).append(leave)
    if leaves:
        fresh = Assignment.objects.open().filter(user__in=leaves, course=course_id, assigned_at=now)
        _moved(fresh, leaves, now)


def _moved(assignments: Iterable[Assignment], leaves: dict[int, list[Leave]], now: datetime) -> list[DueChange]:
    """Moves due days by leave, one change a leave, in the order of the leaves."""
    changes, moved = [], []
    for assignment in assignments:
        assigned_on, before = timezone.localdate(assignment.assigned_at), assignment.due_on
        for leave in sorted(leaves[assignment.user_id], key=lambda leave: leave.starts_on):
            after = rules.after_leave(
                due_on=assignment.due_on, assigned_on=assigned_on, leaves=[(leave.starts_on, leave.ends_on)]
            )
            if after != assignment.due_on:
                changes.append(
                    DueChange(
                        assignment=assignment,
                        leave=leave,
                        before=assignment.due_on,
                        after=after,
                        reason=leave.reason,
                        by=leave.granted_by,
                        at=now,
                    )
                )
                assignment.due_on = after
        if assignment.due_on != before:
            assignment.moved_days += (assignment.due_on - before).days
            moved.append(assignment)
    Assignment.objects.bulk_update(moved, ["due_on", "moved_days"], batch_size=500)
    DueChange.objects.bulk_create(changes, batch_size=500)
    return changes


def _move(
    assignment: Assignment, due_on: date, reason: str, by: User, now: datetime, leave: Leave | None = None
) -> None:
    DueChange.objects.create(
        assignment=assignment, leave=leave, before=assignment.due_on, after=due_on, reason=reason, by=by, at=now
    )
    assignment.moved_days += (due_on - assignment.due_on).days
    assignment.due_on = due_on
    assignment.save(update_fields=["due_on", "moved_days"])
