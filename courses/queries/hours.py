"""Time spent on training, in minutes: courses completed, class sessions attended, external courses confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, DurationField, F, QuerySet, Sum
from django.utils import timezone

from courses import progress
from courses.models import Attendance, ClassSession, Completion, CourseVersion, ExternalTraining
from people.models import User

Round = tuple[int, int | None]
"""What a completed round held: its version, and the version of which only the changes were taken."""


@dataclass(frozen=True)
class Minutes:
    """Minutes of one person in a time."""

    courses: int = 0
    sessions: int = 0
    external: int = 0

    @property
    def total(self) -> int:
        return self.courses + self.sessions + self.external


def minutes_by_person(users: QuerySet[User], first: date, last: date) -> dict[int, Minutes]:
    """The minutes of each of these people from a day to another, both included; who has none is not in it.

    A course counts what its completed version says it takes, on the day of the completion; a session from its start to its
    end for whoever attended; an external course once it is confirmed, on the day it was finished. Five queries at most.
    """
    begin, end = moments(first, last)
    completed = Completion.objects.filter(user__in=users, completed_at__gte=begin, completed_at__lt=end).order_by()
    rounds = list(completed.values_list("user", "version", "enrolment__since").annotate(times=Count("pk")))
    asked = minutes_of_rounds((version, since) for _user, version, since, _times in rounds)
    courses: dict[int, int] = {}
    for user, version, since, times in rounds:
        courses[user] = courses.get(user, 0) + times * asked[version, since]
    attended = Attendance.objects.filter(
        user__in=users,
        state=Attendance.State.ATTENDED,
        session__cancelled_at__isnull=True,
        session__starts_at__gte=begin,
        session__starts_at__lt=end,
    )
    length = Sum(F("session__ends_at") - F("session__starts_at"), output_field=DurationField())
    sessions = dict(attended.order_by().values_list("user").annotate(length=length))
    confirmed = ExternalTraining.objects.filter(
        user__in=users, state=ExternalTraining.State.CONFIRMED, finished_on__range=(first, last)
    )
    external = dict(confirmed.order_by().values_list("user").annotate(claimed=Sum("minutes")))
    return {
        user: Minutes(
            courses=courses.get(user, 0),
            sessions=sessions.get(user, timedelta()) // timedelta(minutes=1),
            external=external.get(user, 0),
        )
        for user in courses.keys() | sessions.keys() | external.keys()
    }


def moments(first: date, last: date) -> tuple[datetime, datetime]:
    """From the start of a day up to the end (exclusive) of another, in the organisation's zone."""
    begin, end = (datetime.combine(day, time.min) for day in (first, last + timedelta(days=1)))
    return timezone.make_aware(begin), timezone.make_aware(end)


def minutes_of_rounds(rounds: Iterable[Round]) -> dict[Round, int]:
    """How long each of these rounds takes: what the version says, or the lessons of it that had changed. Two queries."""
    wanted = set(rounds)
    minutes = dict(
        CourseVersion.objects.filter(pk__in={version for version, since in wanted if since is None}).values_list(
            "pk", "content__minutes"
        )
    )
    changes = [one for one in wanted if one[1] is not None]
    versions = CourseVersion.objects.in_bulk({pk for one in changes for pk in one}) if changes else {}
    found = {}
    for version, since in wanted:
        if since is None:
            found[version, since] = minutes[version]
            continue
        lessons = versions[version].content["lessons"]
        seen = progress.changed(before=versions[since].content["lessons"], after=lessons)
        found[version, since] = sum(lesson["minutes"] for lesson in lessons if lesson["page"] in seen)
    return found


def session_minutes(session: ClassSession) -> int:
    """How long a session takes."""
    return (session.ends_at - session.starts_at) // timedelta(minutes=1)
