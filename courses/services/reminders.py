"""Reminders that a person sends."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from courses.models import Assignment
from ground import journal
from people.models import Notification, User
from people.queries import portions
from people.services import note, notify_all


@transaction.atomic
def remind_now(*, assignments: Iterable[Assignment], by: User, now: datetime) -> tuple[int, int]:
    """Reminds everybody of what they must still do, each person once a day whatever the number of their courses.

    Returns how many people were told and how many had been reminded that day already.
    """
    wanted = [row for row in assignments if not (row.withdrawn_at or row.completion_id or row.exemption_id)]
    key = f"course-reminder:{timezone.localdate(now).isoformat()}"
    people = list({row.user_id for row in wanted})
    already: set[int] = set()
    for portion in portions(people):
        already |= set(Notification.objects.filter(user__in=portion, key=key).values_list("user", flat=True))
    courses: dict[User, list[Assignment]] = {}
    for row in wanted:
        if row.user_id not in already:
            courses.setdefault(row.user, []).append(row)
    notify_all(_reminder(user, rows, key, now) for user, rows in courses.items())
    by_course: dict[int, list[Assignment]] = {}
    for rows in courses.values():
        for row in rows:
            by_course.setdefault(row.course_id, []).append(row)
    journal.record_all(
        journal.entry("course.reminded", rows[0].course, by=by, now=now, data={"people": [row.user_id for row in rows]})
        for rows in by_course.values()
    )
    return len(courses), len(already)


def _reminder(user: User, rows: list[Assignment], key: str, now: datetime) -> Notification:
    first = min(rows, key=lambda row: row.due_on)
    return note(
        user=user,
        kind="course_reminder",
        key=key,
        now=now,
        params={"course": first.course.title, "due": first.due_on.isoformat()},
        url=reverse("courses:mine"),
    )
