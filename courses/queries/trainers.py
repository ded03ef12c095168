"""What trainers see of many people: who is late, their sessions, what exams found weak."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from courses.models import Assignment, Attendance, ClassSession, CoursePage
from courses.queries.catalogue import courses_for
from courses.queries.sessions import counted
from exams.queries import topic_rates
from people.models import Employment, User
from topics.models import Topic


def late_assignments(people: QuerySet[User], on: date) -> QuerySet[Assignment]:
    """Open assignments of these people that are over, longest late first; with `unit_name`."""
    unit = Employment.objects.current(on).filter(user=OuterRef("user")).values("unit__name")[:1]
    rows = Assignment.objects.open().filter(user__in=people.filter(is_active=True), due_on__lt=on, course__live=True)
    return (
        rows.select_related("user", "course", "assigned_by")
        .annotate(unit_name=Subquery(unit))
        .order_by("due_on", "user__name_sort")
    )


def sessions_in_reach(user: User, people: QuerySet[User]) -> QuerySet[ClassSession]:
    """Sessions the person teaches, or that somebody in reach teaches or attends."""
    attends = Attendance.objects.filter(session=OuterRef("pk"), user__in=people)
    mine = Q(instructor=user) | Q(instructor__in=people) | Exists(attends)
    return counted(ClassSession.objects.filter(mine)).select_related("topic", "instructor").order_by("starts_at")


@dataclass(frozen=True)
class WeakTopic:
    """A topic that exams found weak. `rate` is the share of points won, 0 to 100 percent."""

    topic: Topic
    rate: int
    answered: int
    courses: list[CoursePage]


def weak_topics(since: datetime, units: Sequence[str], limit: int = 5, least: int = 10) -> list[WeakTopic]:
    """The weakest topics of the people below these unit paths, of at least so many answers, with the courses that teach
    them."""
    rates = {topic: rate for topic, rate in topic_rates(since, units).items() if rate[1] >= least}
    weakest = sorted(rates, key=lambda topic: rates[topic][0])[:limit]
    topics, courses = Topic.objects.in_bulk(weakest), courses_for(weakest)
    return [
        WeakTopic(topic=topics[pk], rate=round(rates[pk][0] * 100), answered=rates[pk][1], courses=courses[pk])
        for pk in weakest
    ]
