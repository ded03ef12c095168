"""How a course goes for the people within reach: who begins and finishes, how long it takes, where people stop."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber, TruncMonth
from django.utils import timezone

from courses.models import Assignment, Completion, CoursePage, Enrolment, LessonPage, LessonProgress, PracticeAnswer
from courses.queries.catalogue import live_courses
from exams.models import Question
from exams.queries import stem_of
from ground.days import add_months
from people.models import User

IDLE = timedelta(days=14)
MONTHS = 12


@dataclass(frozen=True)
class LessonFigures:
    """One lesson: people who opened and completed it, the median of the seconds read by those who completed it (None
    without any), people who stopped there."""

    lesson: LessonPage
    opened: int
    completed: int
    seconds: int | None
    stopped: int


@dataclass(frozen=True)
class Missed:
    """A quick check: people who answered it and, of them, how many were wrong at the first try."""

    stem: str
    answered: int
    wrong: int

    @property
    def percent(self) -> int:
        """The share that was wrong at first."""
        return round(100 * self.wrong / self.answered)


@dataclass(frozen=True)
class CourseReport:
    """Figures of people, each counted once. `waiting` begun and stopped before the first lesson; `months` are (first day,
    completions), the oldest first, months without any included."""

    enrolled: int
    completed: int
    waiting: int
    lessons: list[LessonFigures]
    missed: list[Missed]
    months: list[tuple[date, int]]


def courses_reported(people: QuerySet[User], on: date) -> QuerySet[CoursePage]:
    """Published courses with `begun`, `finished` and `overdue`, counted in these people."""

    def number(rows: QuerySet) -> Coalesce:
        counted = rows.filter(course=OuterRef("pk"), user__in=people).order_by().values("course")
        return Coalesce(Subquery(counted.annotate(number=Count("user", distinct=True)).values("number")), 0)

    return live_courses().annotate(
        begun=number(Enrolment.objects.all()),
        finished=number(Completion.objects.all()),
        overdue=number(Assignment.objects.open().filter(due_on__lt=on, user__is_active=True)),
    )


def course_report(course: CoursePage, people: QuerySet[User], now: datetime) -> CourseReport:
    """The figures of one course for these people; the same number of queries however many there are."""
    rounds = Enrolment.objects.filter(course=course, user__in=people)
    totals = rounds.aggregate(
        enrolled=Count("user", distinct=True), completed=Count("user", distinct=True, filter=Q(ended_at__isnull=False))
    )
    read = LessonProgress.objects.filter(enrolment__in=rounds)
    counts = {
        lesson: (opened, completed)
        for lesson, opened, completed in read.values_list("lesson").annotate(
            opened=Count("enrolment__user", distinct=True),
            completed=Count("enrolment__user", distinct=True, filter=Q(completed_at__isnull=False)),
        )
    }
    medians, stopped = _medians(read), _stopped(rounds, now)
    lessons = LessonPage.objects.child_of(course).live().defer("body", "body_words").order_by("path")
    return CourseReport(
        **totals,
        waiting=stopped.get(None, 0),
        lessons=[
            LessonFigures(lesson, *counts.get(lesson.pk, (0, 0)), medians.get(lesson.pk), stopped.get(lesson.pk, 0))
            for lesson in lessons
        ],
        missed=_missed(course, people),
        months=_months(course, people, now),
    )


def _medians(read: QuerySet[LessonProgress]) -> dict[int, int]:
    """The median of the seconds by lesson, of those measured; of an even number the lower one in the middle."""
    ranked = read.filter(completed_at__isnull=False, seconds__gt=0).annotate(
        rank=Window(RowNumber(), partition_by="lesson", order_by=["seconds", "pk"]),
        number=Window(Count("*"), partition_by="lesson"),
    )
    return dict(ranked.filter(rank=(F("number") + 1) / 2).values_list("lesson", "seconds"))


def _stopped(rounds: QuerySet[Enrolment], now: datetime) -> dict[int | None, int]:
    """People whose round is open and who did nothing for `IDLE`, by the lesson they were in last; None before the first."""
    latest = (
        LessonProgress.objects.filter(enrolment=OuterRef("pk"))
        .annotate(last=Coalesce("seen_at", "completed_at", "opened_at"))
        .order_by("-last", "-pk")
    )
    idle = rounds.filter(ended_at__isnull=True).annotate(
        at_lesson=Subquery(latest.values("lesson")[:1]),
        last=Coalesce(Subquery(latest.values("last")[:1]), "started_at"),
    )
    counted = idle.filter(last__lt=now - IDLE).order_by().values_list("at_lesson")
    return dict(counted.annotate(number=Count("user", distinct=True)))


def _missed(course: CoursePage, people: QuerySet[User], limit: int = 10) -> list[Missed]:
    """The quick checks most often wrong at the first try."""
    lessons = LessonPage.objects.child_of(course).live()
    earlier = PracticeAnswer.objects.filter(
        user=OuterRef("user"), question=OuterRef("question"), lesson=OuterRef("lesson"), pk__lt=OuterRef("pk")
    )
    first = PracticeAnswer.objects.filter(lesson__in=lessons, user__in=people).exclude(Exists(earlier))
    rows = list(
        first.order_by()
        .values_list("question")
        .annotate(answered=Count("pk"), wrong=Count("pk", filter=Q(right=False)))
        .filter(wrong__gt=0)
    )
    questions = Question.objects.select_related("current").in_bulk([row[0] for row in rows])
    found = [
        Missed(stem_of(questions[pk].current), answered, wrong)
        for pk, answered, wrong in rows
        if pk in questions and questions[pk].current_id
    ]
    return sorted(found, key=lambda row: (-row.percent, -row.answered))[:limit]


def _months(course: CoursePage, people: QuerySet[User], now: datetime) -> list[tuple[date, int]]:
    """Completions in each of the last `MONTHS` months of the organisation's calendar."""
    this = timezone.localdate(now).replace(day=1)
    months = [add_months(this, -back) for back in reversed(range(MONTHS))]
    rows = Completion.objects.filter(course=course, user__in=people, completed_at__date__gte=months[0])
    counted = rows.annotate(month=TruncMonth("completed_at")).order_by().values_list("month").annotate(Count("pk"))
    by_month = {timezone.localtime(month).date(): number for month, number in counted}
    return [(month, by_month.get(month, 0)) for month in months]
