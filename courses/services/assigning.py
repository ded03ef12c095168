"""Who must learn what until when: assigned by hand or by the plan, onboarding paths, withdrawals."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import progress, queries
from courses.models import Assignment, Completion, CoursePage, Exemption, LearningPath
from courses.rules import NOTICE_DAYS, RENEW_DAYS
from courses.services.leave import postpone
from courses.services.versions import newest_version
from ground import journal
from ground.errors import Refused
from people.models import Employment, User
from people.services import notify


@transaction.atomic
def assign(
    *,
    user: User,
    course: CoursePage,
    cause: str,
    cause_date: date,
    due_on: date,
    by: User | None,
    now: datetime,
    note: str = "",
    path: LearningPath | None = None,
) -> Assignment:
    """Somebody must take a course by a day. Returns the open assignment when there is one.

    Raises Refused when the course is not published, or when a trainer names a day that is over.
    """
    standing = Assignment.objects.open().filter(user=user, course=course).first()
    if standing is not None:
        return standing
    refuse_assigning(course, cause, due_on, now)
    assignment, created = Assignment.objects.get_or_create(
        user=user,
        course=course,
        withdrawn_at=None,
        completion=None,
        exemption=None,
        defaults={
            "cause": cause,
            "cause_date": cause_date,
            "due_on": due_on,
            "note": note,
            "path": path,
            "assigned_by": by,
            "assigned_at": now,
        },
    )
    if created:
        data = {"course": course.code, "due": due_on.isoformat(), "cause": cause}
        journal.record("course.assigned", user, by=by, now=now, reason=note, data=data)
        postpone(users=[user], course_id=course.pk, now=now)
        tell_assigned([assignment], course, now)
    return assignment


@transaction.atomic
def assign_all(
    *,
    users: Iterable[User],
    course: CoursePage,
    cause: str,
    cause_date: date,
    due_on: date,
    by: User | None,
    now: datetime,
    note: str = "",
) -> int:
    """Assigns a course to many at once and returns to how many; who must take it already, has completed it (and that
    still holds) or is exempt is left alone.

    Raises Refused as `assign` does.
    """
    refuse_assigning(course, cause, due_on, now)
    people = list(users)
    settled = queries.settled(course, timezone.localdate(now))
    rows = [
        Assignment(
            user=user,
            course=course,
            cause=cause,
            cause_date=cause_date,
            due_on=due_on,
            note=note,
            assigned_by=by,
            assigned_at=now,
        )
        for user in people
        if user.pk not in settled
    ]
    Assignment.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    if rows:
        data = {"people": [row.user_id for row in rows], "due": due_on.isoformat(), "cause": cause}
        journal.record("course.assigned_to_many", course, by=by, now=now, reason=note, data=data)
        postpone(users=[row.user for row in rows], course_id=course.pk, now=now)
        tell_assigned(rows, course, now)
    return len(rows)


@transaction.atomic
def assign_changes(*, users: Iterable[User], course: CoursePage, due_on: date, by: User, now: datetime) -> int:
    """Those of these people who completed an older version must see what has changed since; returns to how many. They take
    only the lessons that read differently. Raises Refused as `assign` does."""
    refuse_assigning(course, Assignment.Cause.MANUAL, due_on, now)
    newest = newest_version(course, now)
    outdated = queries.outdated(course, timezone.localdate(now))
    rows = [
        Assignment(
            user=user,
            course=course,
            cause=Assignment.Cause.UPDATE,
            cause_date=timezone.localdate(newest.published_at),
            due_on=due_on,
            assigned_by=by,
            assigned_at=now,
        )
        for user in users
        if user.pk in outdated
    ]
    Assignment.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    if rows:
        data = {"people": [row.user_id for row in rows], "due": due_on.isoformat(), "cause": "update"}
        journal.record("course.assigned_to_many", course, by=by, now=now, data=data)
        postpone(users=[row.user for row in rows], course_id=course.pk, now=now)
        tell_assigned(rows, course, now)
    return len(rows)


def refuse_assigning(course: CoursePage, cause: str, due_on: date | None, now: datetime) -> None:
    """Raises Refused for a course that is not published, and when a trainer names a day that is over or none."""
    if not course.live:
        raise Refused(_("Publish the course “%(course)s” before you assign it.") % {"course": course}, code="not_live")
    if cause == Assignment.Cause.MANUAL and (due_on is None or due_on < timezone.localdate(now)):
        raise Refused(_("The due date is over; choose today or a later day."), code="past")


def tell_assigned(assignments: list[Assignment], course: CoursePage, now: datetime) -> None:
    """Tells people of the same new assignment, due on the same day."""
    due_on = assignments[0].due_on
    notify(
        users=[assignment.user for assignment in assignments],
        kind="course_assigned",
        key=f"course-assigned:{course.pk}:{due_on.isoformat()}:{now.isoformat()}",
        now=now,
        params={"course": course.title, "due": due_on.isoformat()},
        url=course.get_url() or "",
    )


def assign_onboarding(*, user: User, on: date, now: datetime) -> list[Assignment]:
    """Gives a new hire every course of the onboarding paths, due so many days after the first day `on`.

    What the person has or had assigned already is left alone.
    """
    return onboard(hires=[(user, on)], now=now)


@transaction.atomic
def onboard(*, hires: Iterable[tuple[User, date]], now: datetime) -> list[Assignment]:
    """`assign_onboarding` for many: (person, first day of work). People whose whole path would be overdue before they
    were entered here are no new hires and get nothing."""
    hires = list(hires)
    paths = LearningPath.objects.filter(onboarding=True).prefetch_related("steps__course")
    given = []
    for path in paths:
        steps = [step for step in path.steps.all() if step.course.live]
        had = set(
            Assignment.objects.filter(user__in=[user.pk for user, _day in hires]).values_list("user_id", "course_id")
        )
        longest = max((step.due_days for step in steps), default=0)
        rows = [
            Assignment(
                user=user,
                course=step.course,
                path=path,
                cause=Assignment.Cause.HIRE,
                cause_date=first_day,
                due_on=progress.due_day(first_day, step.due_days),
                assigned_at=now,
            )
            for user, first_day in hires
            if progress.due_day(first_day, longest) >= timezone.localdate(now)
            for step in steps
            if (user.pk, step.course_id) not in had
        ]
        given += Assignment.objects.bulk_create(rows, batch_size=500)
        newcomers = {row.user_id: row.user for row in rows}
        for course in {row.course_id for row in rows}:
            postpone(users=newcomers.values(), course_id=course, now=now)
        for user in newcomers.values():
            courses = [row.course.code for row in rows if row.user_id == user.pk] if len(newcomers) < 50 else []
            journal.record("path.assigned", user, by=None, now=now, data={"path": path.code, "courses": courses})
        notify(
            users=newcomers.values(),
            kind="path_assigned",
            key=f"path-assigned:{path.pk}",
            now=now,
            params={"path": path.name},
            url=reverse("courses:path"),
        )
    return given


@transaction.atomic
def withdraw_assignment(*, assignment: Assignment, by: User, reason: str, now: datetime) -> None:
    """The person need not take the course any more; what was learned stays. Raises Refused without a reason."""
    assignment = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if assignment.withdrawn_at is not None or assignment.completion_id or assignment.exemption_id:
        return
    if assignment.user_id == by.pk:
        raise Refused(_("Nobody withdraws their own assignment; ask another trainer."), code="self")
    if not reason.strip():
        raise Refused(_("Say why the assignment is withdrawn."), code="no_reason")
    assignment.withdrawn_at, assignment.withdrawn_by = now, by
    assignment.save(update_fields=["withdrawn_at", "withdrawn_by"])
    data = {"course": assignment.course.code}
    journal.record("assignment.withdrawn", assignment.user, by=by, now=now, reason=reason.strip(), data=data)


RENEW = timedelta(days=RENEW_DAYS)
"""So long before a completion expires the course is assigned again."""


@transaction.atomic
def renew_expiring(*, now: datetime) -> int:
    """Assigns again what expires soon or has expired, to everybody who had to take it and still works here; returns to how
    many. Due on the last day on which the completion holds, and never sooner than two weeks from now. Called every night.
    """
    on = timezone.localdate(now)
    newer = Completion.objects.filter(
        user=OuterRef("user"), course=OuterRef("course"), completed_at__gt=OuterRef("completed_at")
    )
    mine = Assignment.objects.filter(user=OuterRef("user"), course=OuterRef("course"))
    exempt = Exemption.objects.filter(user=OuterRef("user"), course=OuterRef("course"), withdrawn_at__isnull=True)
    expiring = Completion.objects.filter(
        ~Exists(newer),
        ~Exists(mine.open()),
        ~Exists(exempt),
        Exists(mine.in_force()),
        Exists(Employment.objects.current(on).filter(user=OuterRef("user"))),
        expires_on__lte=on + RENEW,
        user__is_active=True,
        course__live=True,
    ).select_related("user", "course")
    rows = [
        Assignment(
            user=completion.user,
            course=completion.course,
            cause=Assignment.Cause.EXPIRY,
            cause_date=completion.expires_on,
            due_on=max(completion.expires_on - timedelta(days=1), on + timedelta(days=NOTICE_DAYS)),
            assigned_at=now,
        )
        for completion in expiring
    ]
    Assignment.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    for course in {row.course_id: row.course for row in rows}.values():
        people = [row.user for row in rows if row.course_id == course.pk]
        data = {"people": [user.pk for user in people], "cause": str(Assignment.Cause.EXPIRY)}
        journal.record("course.assigned_to_many", course, by=None, now=now, data=data)
        postpone(users=people, course_id=course.pk, now=now)
        notify(
            users=people,
            kind="course_expires",
            key=f"course-expires:{course.pk}:{on.isoformat()}",
            now=now,
            params={"course": course.title},
            url=course.get_url() or "",
        )
    return len(rows)
