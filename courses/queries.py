"""What people learn, shaped for the page: their state in each course, what is due and why, who is late."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import nh3
from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page

from courses import progress
from courses.models import (
    Assignment,
    Attendance,
    ClassSession,
    Completion,
    CoursePage,
    Enrolment,
    LearningPath,
    LessonPage,
    LessonProgress,
)
from courses.progress import Due
from exams.models import Question, QuestionTopic
from exams.queries import topic_strength
from people.models import Employment, User
from people.queries import portions
from topics.models import Topic


def _path(page: Page, request: HttpRequest | None) -> str:
    """The address of a page on its site, without asking which site the request came to; empty for one on no site."""
    parts = page.get_url_parts(request)
    return parts[2] or "" if parts else ""


@dataclass(frozen=True)
class LessonRow:
    """A lesson in a list: where it is, whether it is done, whether it is the one to take next."""

    lesson: LessonPage
    url: str
    done: bool
    current: bool


@dataclass(frozen=True)
class Standing:
    """Where one person is in one course. `state` is one of late, soon, due, done, started, open."""

    course: CoursePage
    lessons: list[LessonPage]
    done_lessons: frozenset[int]
    on: date
    assignment: Assignment | None = None
    enrolment: Enrolment | None = None
    completion: Completion | None = None
    _site: HttpRequest | None = field(default=None, repr=False)

    @cached_property
    def state(self) -> str:
        if self.completion is not None:
            return Due.DONE
        if self.assignment is not None:
            return progress.state(due_on=self.assignment.due_on, on=self.on, done=False)
        return "started" if self.enrolment is not None else "open"

    @property
    def done(self) -> int:
        """Lessons done, of `total`."""
        return sum(lesson.pk in self.done_lessons for lesson in self.lessons)

    @property
    def total(self) -> int:
        return len(self.lessons)

    @property
    def days_left(self) -> int:
        """Days until the due day; negative when late."""
        return progress.days_left(due_on=self.assignment.due_on, on=self.on) if self.assignment else 0

    @property
    def days_late(self) -> int:
        return max(0, -self.days_left)

    @cached_property
    def lesson(self) -> LessonPage | None:
        """The lesson to take next; None when all are done or there is none."""
        wanted = progress.next_lesson(wanted=[lesson.pk for lesson in self.lessons], done=set(self.done_lessons))
        return next((lesson for lesson in self.lessons if lesson.pk == wanted), None)

    @cached_property
    def rows(self) -> list[LessonRow]:
        """The lessons as a page lists them."""
        return [
            LessonRow(
                lesson=lesson,
                url=_path(lesson, self._site),
                done=lesson.pk in self.done_lessons,
                current=lesson == self.lesson and self.completion is None,
            )
            for lesson in self.lessons
        ]

    @property
    def number(self) -> int:
        """The place of the next lesson in the course, from 1; 0 without one."""
        return self.lessons.index(self.lesson) + 1 if self.lesson else 0

    @property
    def minutes(self) -> int:
        """How long the next lesson takes, or the whole course before it is begun."""
        return self.lesson.minutes if self.lesson and self.enrolment else self.course.minutes

    @cached_property
    def course_url(self) -> str:
        """Empty for a course that is not published any more."""
        return _path(self.course, self._site) if self.course.live else ""

    @cached_property
    def lesson_url(self) -> str:
        """The next lesson; empty when all are done."""
        return _path(self.lesson, self._site) if self.lesson else ""

    @property
    def url(self) -> str:
        """Where learning goes on: the next lesson, or the course before the first."""
        begun = self.enrolment is not None and self.completion is None
        return self.lesson_url or self.course_url if begun else self.course_url

    @property
    def why(self) -> str:
        """Why it is due, as a sentence to the learner; empty when it is not assigned."""
        return why(self.assignment) if self.assignment else ""

    @property
    def badge(self) -> str:
        """The kind of badge the state wears: ok, due, late or plain."""
        return {Due.DONE: "ok", Due.LATE: "late", Due.SOON: "due", "started": "ok"}.get(self.state, "plain")

    @property
    def word(self) -> str:
        """The state in words, with its figure."""
        if self.state == Due.DONE:
            return _("Completed")
        if self.state == Due.LATE:
            return ngettext("%(days)s day late", "%(days)s days late", self.days_late) % {"days": self.days_late}
        if self.state == Due.SOON and self.days_left == 0:
            return _("Due today")
        if self.state == Due.SOON:
            return ngettext("%(days)s day left", "%(days)s days left", self.days_left) % {"days": self.days_left}
        if self.state == Due.DUE:
            return _("Due %(day)s") % {"day": day(self.assignment.due_on)}
        return _("In progress") if self.state == "started" else _("Not started")


def day(value: date) -> str:
    """A day as the reader's language writes it."""
    return date_format(value, "DATE_FORMAT")


def why(assignment: Assignment) -> str:
    """Why a course is due, as a sentence to the person who has to take it."""
    if assignment.cause == Assignment.Cause.HIRE:
        days = (assignment.due_on - assignment.cause_date).days
        return ngettext(
            "Because you were hired on %(day)s; due %(days)s day later.",
            "Because you were hired on %(day)s; due %(days)s days later.",
            days,
        ) % {"day": day(assignment.cause_date), "days": days}
    return why_of(assignment)


def why_of(assignment: Assignment) -> str:
    """Why a course is due, as a sentence about the person."""
    values = {"day": day(assignment.cause_date), "note": assignment.note}
    if assignment.cause == Assignment.Cause.HIRE:
        days = (assignment.due_on - assignment.cause_date).days
        return ngettext(
            "Hired on %(day)s; due %(days)s day later.", "Hired on %(day)s; due %(days)s days later.", days
        ) % {**values, "days": days}
    if assignment.cause == Assignment.Cause.PLAN:
        if assignment.note:
            return _("The annual training plan asks for it: %(note)s") % values
        return _("The annual training plan asks for it since %(day)s.") % values
    values["name"] = assignment.assigned_by.name if assignment.assigned_by else ""
    if assignment.note:
        return _("Assigned by %(name)s on %(day)s: %(note)s") % values
    return _("Assigned by %(name)s on %(day)s.") % values


def live_courses() -> QuerySet[CoursePage]:
    """Published courses in the order of the catalogue."""
    return CoursePage.objects.live().select_related("strand", "level").order_by("strand__order", "strand__code", "path")


def _lessons(user: User, courses: list[CoursePage]) -> dict[str, list[LessonPage]]:
    """Published lessons in order, by the tree path of their course; without bodies, with `is_done` for the person."""
    found: dict[str, list[LessonPage]] = {course.path: [] for course in courses}
    done = LessonProgress.objects.filter(enrolment__user=user, lesson=OuterRef("pk"), completed_at__isnull=False)
    lessons = LessonPage.objects.live().defer("body", "body_words").annotate(is_done=Exists(done)).order_by("path")
    if len(courses) == 1:
        lessons = lessons.child_of(courses[0])
    length = CoursePage.steplen
    for lesson in lessons:
        if (path := lesson.path[:-length]) in found:
            found[path].append(lesson)
    return found


def standings(
    user: User, courses: QuerySet[CoursePage], on: date, request: HttpRequest | None = None
) -> list[Standing]:
    """Where the person is in each course; two queries for any number of courses."""
    mine = courses.annotate(
        my_assignment=FilteredRelation(
            "assignments", condition=Q(assignments__user=user, assignments__withdrawn_at__isnull=True)
        ),
        my_enrolment=FilteredRelation("enrolments", condition=Q(enrolments__user=user)),
        my_completion=FilteredRelation("completions", condition=Q(completions__user=user)),
    ).select_related(
        "strand", "level", "my_assignment__assigned_by", "my_enrolment", "my_completion__version", "my_assignment__path"
    )
    rows = list({course.pk: course for course in mine}.values())
    lessons = _lessons(user, rows) if rows else {}
    return [
        Standing(
            course=course,
            lessons=lessons[course.path],
            done_lessons=frozenset(lesson.pk for lesson in lessons[course.path] if lesson.is_done),
            on=on,
            assignment=getattr(course, "my_assignment", None),
            enrolment=getattr(course, "my_enrolment", None),
            completion=getattr(course, "my_completion", None),
            _site=request,
        )
        for course in rows
    ]


def standing(user: User, course: CoursePage, on: date, request: HttpRequest | None = None) -> Standing:
    """Where the person is in one course."""
    return standings(user, CoursePage.objects.filter(pk=course.pk), on, request)[0]


def _in_force(user: User) -> QuerySet[Assignment]:
    return Assignment.objects.filter(user=user, withdrawn_at__isnull=True)


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
    return sorted(found, key=lambda row: (row.state == Due.DONE, row.assignment.due_on, row.assignment.pk))


def completions_of(user: User) -> QuerySet[Completion]:
    """What the person has completed, newest first."""
    return Completion.objects.filter(user=user).select_related("course", "course__strand", "version")


def next_step(user: User, on: date, request: HttpRequest | None = None) -> Standing | None:
    """The one course to go on with: the assigned one that is due first, else the one begun last; None when nothing waits."""
    open_rows = [row for row in standings(user, _touched(user), on, request) if row.state != Due.DONE and row.lessons]
    assigned = sorted((row for row in open_rows if row.assignment), key=lambda row: row.assignment.due_on)
    begun = sorted((row for row in open_rows if not row.assignment), key=lambda row: row.enrolment.started_at)
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
    unfinished = [row for row in rows if row.state != Due.DONE]
    return Learning(
        assigned=sorted((row for row in unfinished if row.assignment), key=lambda row: row.assignment.due_on),
        chosen=[row for row in unfinished if not row.assignment],
        completed=sorted(
            (row for row in rows if row.completion), key=lambda row: row.completion.completed_at, reverse=True
        ),
    )


def sessions_of(user: User, since: date) -> QuerySet[Attendance]:
    """The class sessions a person is expected in or has attended, from a day on."""
    rows = Attendance.objects.filter(user=user, session__starts_at__date__gte=since)
    return rows.select_related("session", "session__instructor", "session__topic").order_by("session__starts_at")


@dataclass(frozen=True)
class Step:
    """A step of a path for one person: its day and state."""

    order: int
    due_days: int
    due_on: date | None
    standing: Standing


@dataclass(frozen=True)
class PathMap:
    """A path as a person walks it. `began` is the first day of work when the path is assigned."""

    path: LearningPath
    began: date | None
    steps: list[Step]

    @property
    def done(self) -> int:
        return sum(step.standing.state == Due.DONE for step in self.steps)

    @cached_property
    def current(self) -> Step | None:
        """The first step that is not done."""
        return next((step for step in self.steps if step.standing.state != Due.DONE), None)


def paths_of(user: User, on: date, request: HttpRequest | None = None) -> list[PathMap]:
    """The onboarding paths with the person's days and states."""
    paths = list(LearningPath.objects.filter(onboarding=True).prefetch_related("steps"))
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
        began = [
            step.standing.assignment.cause_date
            for step in walked
            if step.standing.assignment and step.standing.assignment.cause == Assignment.Cause.HIRE
        ]
        maps.append(PathMap(path=path, began=min(began, default=None), steps=walked))
    return [walk for walk in maps if walk.steps]


def search(words: str) -> QuerySet[CoursePage]:
    """Published courses where every word occurs in the title, the summary, a topic or a lesson; also inside longer
    Chinese words."""
    courses = live_courses()
    for word in words.split():
        lessons = LessonPage.objects.live().filter(_in_lesson(word), path__startswith=OuterRef("path"))
        topics = CoursePage.topics.through.objects.filter(coursepage=OuterRef("pk"), topic__name__icontains=word)
        courses = courses.filter(
            Q(title__icontains=word) | Q(summary__icontains=word) | Exists(lessons) | Exists(topics)
        )
    return courses


def search_lessons(words: str, limit: int = 12) -> list[LessonPage]:
    """Published lessons of published courses that hold every word."""
    lessons = LessonPage.objects.live().defer("body").order_by("path")
    for word in words.split():
        lessons = lessons.filter(_in_lesson(word))
    published = CoursePage.objects.live().values_list("path", flat=True)
    paths = set(published)
    return [lesson for lesson in lessons if lesson.path[: -CoursePage.steplen] in paths][:limit]


def _in_lesson(word: str) -> Q:
    return Q(title__icontains=word) | Q(body_words__icontains=word)


@dataclass(frozen=True)
class Check:
    """A question of a quick check as a learner sees it: without its key."""

    code: str
    kind: str
    stem: str
    options: list[str]
    unit: str


def check_codes(lesson: LessonPage) -> list[str]:
    """The codes of the questions in a lesson's quick checks."""
    checks = (block.value for block in lesson.body if block.block_type == "check")
    return [code.strip() for check in checks for code in check["questions"]]


def checks_of(lesson: LessonPage) -> dict[str, Check]:
    """The live questions of a lesson's quick checks by code."""
    codes = check_codes(lesson)
    if not codes:
        return {}
    questions = Question.objects.filter(code__in=codes, state=Question.State.LIVE, current__isnull=False)
    return {
        question.code: Check(
            code=question.code,
            kind=question.current.kind,
            stem=_clean(question.current.content.get("stem", "")),
            options=[_clean(option) for option in question.current.content.get("options", [])],
            unit=question.current.content.get("unit", ""),
        )
        for question in questions.select_related("current")
    }


def _clean(html: str) -> str:
    return mark_safe(nh3.clean(html, tags={"b", "strong", "em", "p", "br", "ul", "ol", "li"}, attributes={}))


def late_assignments(people: QuerySet[User], on: date) -> QuerySet[Assignment]:
    """Assignments of these people that are over and not completed, longest late first; with `unit_name`."""
    done = Completion.objects.filter(user=OuterRef("user"), course=OuterRef("course"))
    unit = Employment.objects.current(on).filter(user=OuterRef("user")).values("unit__name")[:1]
    rows = Assignment.objects.filter(
        user__in=people.filter(is_active=True), withdrawn_at__isnull=True, due_on__lt=on, course__live=True
    )
    return (
        rows.filter(~Exists(done))
        .select_related("user", "course", "assigned_by")
        .annotate(unit_name=Subquery(unit))
        .order_by("due_on", "user__name_sort")
    )


def sessions_in_reach(user: User, people: QuerySet[User]) -> QuerySet[ClassSession]:
    """Sessions the person teaches, or that somebody in reach teaches or attends."""
    attends = Attendance.objects.filter(session=OuterRef("pk"), user__in=people)
    mine = Q(instructor=user) | Q(instructor__in=people) | Exists(attends)
    attended = Count("attendances", filter=Q(attendances__state=Attendance.State.ATTENDED))
    sessions = ClassSession.objects.filter(mine).annotate(people=Count("attendances"), attended=attended)
    return sessions.select_related("topic", "instructor").order_by("starts_at")


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
    sums: dict[int, tuple[float, int]] = {}
    for row in topic_strength(since, units):
        if row["rate"] is not None:
            points, answered = sums.get(row["topic_id"], (0.0, 0))
            sums[row["topic_id"]] = (
                points + float(row["rate"]) * row["answered"],
                answered + row["answered"],
            )
    rates = {topic: (points / answered, answered) for topic, (points, answered) in sums.items() if answered >= least}
    weakest = sorted(rates, key=lambda topic: rates[topic][0])[:limit]
    topics, courses = Topic.objects.in_bulk(weakest), courses_for(weakest)
    return [
        WeakTopic(topic=topics[pk], rate=round(rates[pk][0] * 100), answered=rates[pk][1], courses=courses[pk])
        for pk in weakest
    ]


@dataclass(frozen=True)
class Cell:
    """One person and one course in the matrix: a word, a badge, a day."""

    kind: str
    word: str
    day: date | None = None


def matrix(people: Sequence[int], courses: Iterable[CoursePage], on: date) -> dict[tuple[int, int], Cell]:
    """{(user, course): cell} of these people for everything that is more than "not assigned"; three queries for up to
    900 people."""
    cells: dict[tuple[int, int], Cell] = {}
    for portion in portions(people):
        cells |= _cells({"user__in": portion, "course__in": list(courses)}, on)
    return cells


def _cells(scope: dict[str, Any], on: date) -> dict[tuple[int, int], Cell]:
    cells: dict[tuple[int, int], Cell] = {}
    for user, course in Enrolment.objects.filter(**scope).values_list("user", "course"):
        cells[user, course] = Cell("plain", _("In progress"))
    assigned = Assignment.objects.filter(**scope, withdrawn_at__isnull=True)
    for user, course, due_on in assigned.values_list("user", "course", "due_on"):
        due = progress.state(due_on=due_on, on=on, done=False)
        kind, word = {
            Due.LATE: ("late", _("Late")),
            Due.SOON: ("due", _("Due soon")),
            Due.DUE: ("plain", _("Assigned")),
        }[due]
        cells[user, course] = Cell(kind, word, due_on)
    for user, course, at in Completion.objects.filter(**scope).values_list("user", "course", "completed_at__date"):
        cells[user, course] = Cell("ok", _("Completed"), at)
    return cells


def lessons_per_topic(topics: list[int]) -> dict[int, int]:
    """How many published lessons teach each topic."""
    pairs = LessonPage.topics.through.objects.filter(topic__in=topics, lessonpage__live=True)
    return dict(pairs.values_list("topic").annotate(Count("pk")))


def questions_per_topic(topics: list[int]) -> dict[int, int]:
    """How many live questions test each topic."""
    tagged = QuestionTopic.objects.filter(topic__in=topics, question__state=Question.State.LIVE)
    return dict(tagged.values_list("topic").annotate(Count("pk")))


def courses_for(topics: Iterable[int]) -> dict[int, list[CoursePage]]:
    """Published courses that teach each topic, by the topics of their lessons or their own."""
    wanted = set(topics)
    found: dict[int, list[CoursePage]] = {topic: [] for topic in wanted}
    courses = {course.path: course for course in live_courses()}
    length = CoursePage.steplen
    lessons = LessonPage.topics.through.objects.filter(topic__in=wanted, lessonpage__live=True)
    pairs = [(topic, courses.get(path[:-length])) for topic, path in lessons.values_list("topic", "lessonpage__path")]
    own = CoursePage.topics.through.objects.filter(topic__in=wanted, coursepage__live=True)
    pairs += [(topic, courses.get(path)) for topic, path in own.values_list("topic", "coursepage__path")]
    for topic, course in pairs:
        if course is not None and course not in found[topic]:
            found[topic].append(course)
    return found
