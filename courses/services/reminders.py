"""Reminders: those that a person sends, and those of every night. One digest a person and day, never a flood."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from courses.models import Assignment, Leave, ReminderSettings
from courses.models.assigning import days as days_of
from ground import journal
from people.models import Employment, Notification, Role, RoleAssignment, User
from people.queries import portions
from people.services import note, notify_all

SOON = timedelta(days=7)
NAMED = 3
"""So many courses a digest names."""


@transaction.atomic
def remind_now(*, assignments: Iterable[Assignment], by: User, now: datetime) -> tuple[int, int]:
    """Reminds everybody of what they must still do, each person once a day whatever the number of their courses.

    Returns how many people were told and how many had been reminded that day already.
    """
    wanted = [row for row in assignments if not (row.withdrawn_at or row.completion_id or row.exemption_id)]
    told, already = _digest(wanted, now)
    by_course: dict[int, list[Assignment]] = {}
    for rows in told.values():
        for row in rows:
            by_course.setdefault(row.course_id, []).append(row)
    journal.record_all(
        journal.entry("course.reminded", rows[0].course, by=by, now=now, data={"people": [row.user_id for row in rows]})
        for rows in by_course.values()
    )
    return len(told), already


@transaction.atomic
def remind(*, now: datetime) -> tuple[int, int]:
    """The reminders of a night: people are told so many days before and after a due day, their managers so many days after
    it (`ReminderSettings`); not while somebody is away. Returns how many people and how many managers were told.

    A digest names all that somebody has late or due within a week, whatever it was that is told today. Repeating it on
    the same day changes nothing.
    """
    on = timezone.localdate(now)
    settings = ReminderSettings.load()
    told_on = {on + timedelta(days=days) for days in days_of(settings.before)}
    told_on |= {on - timedelta(days=days) for days in days_of(settings.after)}
    away = Leave.objects.filter(user=OuterRef("user"), withdrawn_at__isnull=True, starts_on__lte=on, ends_on__gte=on)
    at_work = Employment.objects.current(on).filter(user=OuterRef("user"))
    rows = Assignment.objects.open().filter(~Exists(away), Exists(at_work), user__is_active=True, course__live=True)
    due_now = rows.filter(due_on__in=told_on).values("user")
    pressing = rows.filter(due_on__lte=on + SOON) | rows.filter(due_on__in=told_on)
    told, _already = _digest(pressing.filter(user__in=due_now).select_related("user", "course"), now)
    late = rows.filter(due_on=on - timedelta(days=settings.manager_after))
    return len(told), _tell_managers(late, on, now)


def _digest(assignments: Iterable[Assignment], now: datetime) -> tuple[dict[User, list[Assignment]], int]:
    """Tells each person once a day of all of these; whom with what, and how many had been told that day already."""
    key = f"course-reminder:{timezone.localdate(now).isoformat()}"
    rows = list(assignments)
    people = list({row.user_id for row in rows})
    already: set[int] = set()
    for portion in portions(people):
        already |= set(Notification.objects.filter(user__in=portion, key=key).values_list("user", flat=True))
    courses: dict[User, list[Assignment]] = {}
    for row in sorted(rows, key=lambda row: (row.due_on, row.pk)):
        if row.user_id not in already:
            courses.setdefault(row.user, []).append(row)
    notify_all(_reminder(user, own, key, now) for user, own in courses.items())
    return courses, len(already)


def _reminder(user: User, rows: list[Assignment], key: str, now: datetime) -> Notification:
    first = rows[0]
    params = {"course": first.course.title, "due": first.due_on.isoformat(), "count": len(rows)}
    params["courses"] = "、".join(row.course.title for row in rows[:NAMED]) + ("…" if len(rows) > NAMED else "")
    kind = "course_reminder" if len(rows) == 1 else "course_digest"
    return note(user=user, kind=kind, key=key, now=now, params=params, url=reverse("courses:mine"))


def _tell_managers(late: QuerySet[Assignment], on: date, now: datetime) -> int:
    """One line a day to everybody who manages somebody that has become late."""
    rows = list(late.values_list("user", "pk"))
    paths: dict[int, str] = {}
    for portion in portions([user for user, _pk in rows]):
        jobs = Employment.objects.current(on).filter(user__in=portion)
        paths |= dict(jobs.values_list("user", "unit__path"))
    managers = RoleAssignment.objects.in_force(on).filter(role=Role.MANAGER, user__is_active=True)
    theirs: dict[User, set[tuple[int, int]]] = {}
    for role in managers.select_related("user", "unit") if rows else []:
        mine = {(user, pk) for user, pk in rows if user != role.user_id and paths[user].startswith(role.unit.path)}
        if mine:
            theirs.setdefault(role.user, set()).update(mine)
    notify_all(
        note(
            user=manager,
            kind="team_late",
            key=f"team-late:{on.isoformat()}",
            now=now,
            params={"people": len({user for user, _pk in found}), "courses": len(found)},
            url=f"{reverse('courses:matrix')}?state=late",
        )
        for manager, found in theirs.items()
    )
    return len(theirs)
