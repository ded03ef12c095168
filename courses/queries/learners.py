"""What one person learns: what is assigned, begun and completed, the next step, paths and sessions."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _

from courses import progress
from courses.models import Assignment, Completion, CoursePage, CourseVersion, Enrolment, JobRecord, LearningPath
from courses.queries.catalogue import live_courses
from courses.queries.state import Standing, standings
from people.models import User


def _in_force(user: User) -> QuerySet[Assignment]:
    return Assignment.objects.in_force().filter(user=user)


def _touched(user: User) -> QuerySet[CoursePage]:
    """Courses the person must take or has begun, while they are published; and for ever what was completed."""
    this = {"user": user, "course": OuterRef("pk")}
    waiting = Q(Exists(_in_force(user).filter(course=OuterRef("pk")))) | Q(Exists(Enrolment.objects.filter(**this)))
    completed = Q(Exists(Completion.objects.filter(**this)))
    return CoursePage.objects.select_related("strand", "level").filter(Q(waiting, live=True) | completed)


def assignments_of(user: User, on: date, request: HttpRequest | None = None) -> list[Standing]:
    """The assigned courses: first what is not done, by due day; then what is."""
    courses = live_courses().filter(Exists(_in_force(user).filter(course=OuterRef("pk"))))
    found = standings(user, courses, on, request)
    return sorted(found, key=lambda row: (row.settled, row.assignment.due_on, row.assignment.pk))


def completions_of(user: User) -> QuerySet[Completion]:
    """What the person has completed, newest first."""
    return Completion.objects.filter(user=user).select_related("course", "course__strand", "version")


def next_step(user: User, on: date, request: HttpRequest | None = None) -> Standing | None:
    """The one course to go on with: the assigned one that is due first, else the one begun last; None when nothing waits."""
    open_rows = [row for row in standings(user, _touched(user), on, request) if not row.settled and row.lessons]
    assigned = sorted((row for row in open_rows if row.must), key=lambda row: row.assignment.due_on)
    begun = sorted((row for row in open_rows if not row.must), key=lambda row: row.enrolment.started_at)
    return assigned[0] if assigned else begun[-1] if begun else None


@dataclass(frozen=True)
class Learning:
    """What a person learns: to do by a day, begun by choice, completed."""

    assigned: list[Standing]
    chosen: list[Standing]
    completed: list[Standing]

    @property
    def on_a_path(self) -> bool:
        return any(row.assignment and row.assignment.path_id for row in [*self.assigned, *self.completed])


def learning_of(user: User, on: date, request: HttpRequest | None = None) -> Learning:
    """Everything on the person's learning page."""
    rows = standings(user, _touched(user), on, request)
    unfinished = [row for row in rows if not row.settled]
    return Learning(
        assigned=sorted((row for row in unfinished if row.must), key=lambda row: row.assignment.due_on),
        chosen=[row for row in unfinished if not row.must],
        completed=sorted(
            (row for row in rows if row.completion), key=lambda row: row.completion.completed_at, reverse=True
        ),
    )


def with_earlier(
    user: User, course: CoursePage, on: date, request: HttpRequest | None = None
) -> tuple[Standing, list[Standing]]:
    """Where the person is in a course and in the published ones that come first, in the order of the catalogue. Each
    course says in `on_the_job` whether the person has a checklist of it, and in `version_number` which version it is (None
    before the first)."""
    through = CoursePage.prerequisites.through.objects.filter(from_coursepage=course.pk)
    wanted = Q(pk=course.pk) | Q(live=True, pk__in=through.values("to_coursepage"))
    order = ("strand__order", "strand__code", "path")
    job = Exists(JobRecord.objects.filter(user=user, checklist__course=OuterRef("pk")))
    newest = CourseVersion.objects.filter(course=OuterRef("pk")).order_by("-number").values("number")[:1]
    courses = CoursePage.objects.filter(wanted).annotate(on_the_job=job, version_number=Subquery(newest))
    rows = standings(user, courses.order_by(*order), on, request)
    (own,) = (row for row in rows if row.course.pk == course.pk)
    return own, [row for row in rows if row is not own]


@dataclass(frozen=True)
class Step:
    """A step of a path for one person: its day and state."""

    order: int
    due_days: int
    due_on: date | None
    standing: Standing


@dataclass(frozen=True)
class Stage:
    """The steps of a path that are due in the same day, week or month of work, counted from 1."""

    unit: str
    number: int
    steps: list[Step]

    @property
    def label(self) -> str:
        """The stage in words: day 1, week 2, month 1."""
        words = {"day": _("Day %(number)s"), "week": _("Week %(number)s"), "month": _("Month %(number)s")}
        return words[self.unit] % {"number": self.number}

    @property
    def settled(self) -> bool:
        return all(step.standing.settled for step in self.steps)


@dataclass(frozen=True)
class PathMap:
    """A path as a person walks it. `began` is the day from which its days are counted, `on` the day of the map."""

    path: LearningPath
    began: date
    on: date
    steps: list[Step]

    @property
    def done(self) -> int:
        return sum(step.standing.settled for step in self.steps)

    @property
    def day(self) -> int:
        """The day of work it is today, from 1; 0 or less before the first."""
        return (self.on - self.began).days + 1

    @cached_property
    def current(self) -> Step | None:
        """The first step that is not done."""
        return next((step for step in self.steps if not step.standing.settled), None)

    @cached_property
    def stages(self) -> list[Stage]:
        """The stations of the map in the order of their days."""
        ordered = sorted(self.steps, key=lambda step: (step.due_days, step.order))
        groups = groupby(ordered, key=lambda step: progress.stage(step.due_days))
        return [Stage(unit, number, list(steps)) for (unit, number), steps in groups]


def paths_of(user: User, on: date, request: HttpRequest | None = None) -> list[PathMap]:
    """The paths that were given to the person, with the days and states; the one begun last comes first."""
    given = _in_force(user).filter(path__isnull=False)
    began: dict[int, date] = {}
    for path, day, cause in given.values_list("path", "cause_date", "cause").order_by("cause_date"):
        if path not in began or cause == Assignment.Cause.HIRE:
            began[path] = day
    paths = list(LearningPath.objects.filter(pk__in=began).prefetch_related("steps"))
    steps = [step for path in paths for step in path.steps.all()]
    courses = live_courses().filter(pk__in=[step.course_id for step in steps])
    rows = {row.course.pk: row for row in standings(user, courses, on, request)}
    maps = []
    for path in paths:
        walked = [
            Step(
                order=step.order,
                due_days=step.due_days,
                due_on=row.assignment.due_on if row.assignment else None,
                standing=row,
            )
            for step in path.steps.all()
            if (row := rows.get(step.course_id))
        ]
        maps.append(PathMap(path=path, began=began[path.pk], on=on, steps=walked))
    return sorted((walk for walk in maps if walk.steps), key=lambda walk: walk.began, reverse=True)
