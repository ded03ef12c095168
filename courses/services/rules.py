"""Rules that keep working: whoever they mean is assigned, whoever they mean no longer and has not begun is let go."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import queries
from courses.models import Assignment, AssignmentRule, CoursePage, Enrolment
from courses.services.assigning import refuse_assigning, tell_assigned
from courses.services.leave import postpone
from ground import journal
from ground.errors import Refused
from people.models import User
from people.queries import portions
from people.services import notify

FEW = 50
"""So many people who moved are looked at by themselves; of more, everybody is."""


@transaction.atomic
def make_rule(
    *,
    name: str,
    course: CoursePage,
    audience: dict[str, list[Any]],
    due: str,
    days: int | None,
    due_on: date | None,
    note: str,
    by: User,
    now: datetime,
    knowing: bool = False,
) -> tuple[AssignmentRule, int]:
    """A rule begins to work at once; with it, to how many it assigned the course now.

    Raises Refused for a course that is not published, a day that is over, a rule that names nobody, and, unless the maker
    knows (`knowing`), for one that means nobody or everybody within their reach now (codes "nobody", "everybody").
    """
    on = timezone.localdate(now)
    fixed = due == AssignmentRule.Due.DAY
    refuse_assigning(course, Assignment.Cause.MANUAL if fixed else Assignment.Cause.RULE, due_on, now)
    if not any(audience.values()):
        raise Refused(_("Say for whom: a unit, a post, a level, or people by name."), code="empty")
    if not fixed and days is None:
        raise Refused(_("Say after how many days it is due."), code="days")
    rule = AssignmentRule(
        name=name.strip()[:80],
        course=course,
        audience=audience,
        due=due,
        days=None if fixed else days,
        due_on=due_on if fixed else None,
        note=note.strip()[:200],
        made_by=by,
        made_at=now,
    )
    if not knowing:
        meant = queries.meant_by(rule, on).count()
        if meant == 0:
            raise Refused(_("The rule means nobody now. Say that you know, or change it."), code="nobody")
        if meant > 1 and meant == queries.reach_of(rule, on).count():
            raise Refused(
                _("The rule means everybody within your reach. Say that you know, or change it."), code="everybody"
            )
    rule.save()
    journal.record("rule.made", rule, by=by, now=now, data={"course": course.code, "audience": audience})
    assigned, _let_go = apply_rule(rule=rule, now=now)
    return rule, assigned


@transaction.atomic
def end_rule(*, rule: AssignmentRule, withdraw: bool, by: User, now: datetime) -> int:
    """The rule works no more. What it assigned stays, or is withdrawn where nobody has begun; returns how much was."""
    rule = AssignmentRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if rule.ended_at is not None:
        return 0
    rule.ended_at = now
    rule.save(update_fields=["ended_at"])
    journal.record("rule.ended", rule, by=by, now=now, data={"withdraw": withdraw})
    return _let_go(rule, _not_begun(rule), now) if withdraw else 0


@transaction.atomic
def apply_rule(*, rule: AssignmentRule, now: datetime, users: Iterable[User] | None = None) -> tuple[int, int]:
    """Makes the assignments of a rule true on this day, for everybody or these people: (assigned, let go).

    Whoever has the course already, has completed it, is exempt, or was let off this rule by a person, is left alone.
    Repeating it changes nothing.
    """
    rule = AssignmentRule.objects.select_for_update(of=("self",)).select_related("course").get(pk=rule.pk)
    if rule.ended_at is not None or not rule.course.live:
        return 0, 0
    on = timezone.localdate(now)
    meant = queries.meant_by(rule, on)
    stale = _not_begun(rule).exclude(user__in=meant.values("pk"))
    if users is not None:
        few = [user.pk for user in users]
        meant, stale = meant.filter(pk__in=few), stale.filter(user__in=few)
    rows = [
        Assignment(
            user=person.user,
            course=rule.course,
            rule=rule,
            cause=person.due.cause,
            cause_date=person.due.since,
            because=person.because,
            note=rule.note,
            due_on=person.due.on,
            assigned_at=now,
        )
        for person in queries.wanted_by(rule, meant, on)
    ]
    Assignment.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    if rows:
        people = [row.user for row in rows]
        data = {"people": [user.pk for user in people], "cause": "rule", "rule": rule.name}
        journal.record("course.assigned_to_many", rule.course, by=None, now=now, data=data)
        postpone(users=people, course_id=rule.course_id, now=now)
        for day in sorted({row.due_on for row in rows}):
            tell_assigned([row for row in rows if row.due_on == day], rule.course, now)
    return len(rows), _let_go(rule, stale, now)


def apply_rules(*, now: datetime) -> int:
    """Applies every rule that works; returns how many assignments came or went. Called every night; a rule at a time."""
    changed = 0
    for rule in AssignmentRule.objects.filter(ended_at__isnull=True):
        changed += sum(apply_rule(rule=rule, now=now))
    return changed


def follow_people(*, users: Iterable[User], now: datetime) -> None:
    """People have come, moved or gone: the rules look at them again, at everybody when they are many."""
    users = list(users)
    for rule in AssignmentRule.objects.filter(ended_at__isnull=True):
        apply_rule(rule=rule, now=now, users=users if len(users) <= FEW else None)


def _not_begun(rule: AssignmentRule) -> QuerySet[Assignment]:
    begun = Enrolment.objects.filter(user=OuterRef("user"), course=OuterRef("course"), ended_at__isnull=True)
    return Assignment.objects.open().filter(~Exists(begun), rule=rule)


def _let_go(rule: AssignmentRule, assignments: QuerySet[Assignment], now: datetime) -> int:
    rows = list(assignments.select_related("user"))
    if not rows:
        return 0
    for portion in portions([row.pk for row in rows]):
        Assignment.objects.open().filter(pk__in=portion).update(withdrawn_at=now)
    people = [row.user for row in rows]
    data = {"people": [user.pk for user in people], "rule": rule.name}
    journal.record("assignments.let_go", rule.course, by=None, now=now, data=data)
    notify(
        users=[user for user in people if user.is_active],
        kind="course_let_go",
        key=f"course-let-go:{rule.pk}:{now.isoformat()}",
        now=now,
        params={"course": rule.course.title},
        url=reverse("courses:mine"),
    )
    return len(rows)
