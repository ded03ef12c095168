"""Where one person stands in each course: lessons done, the one to take next, what is late or due."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from wagtail.models import Page, Site

from courses import progress
from courses.models import (
    Assignment,
    Completion,
    CoursePage,
    CourseVersion,
    Enrolment,
    Exemption,
    LessonPage,
    LessonProgress,
)
from courses.progress import Due
from courses.queries.reasons import day, why
from people.models import User


def _path(page: Page, request: HttpRequest | None) -> str:
    """The address of a page on the site of the request, whose root is read once; empty for a page on no site."""
    site = Site.find_for_request(request)
    if site is None:
        return page.get_url() or ""
    root = site.root_page.url_path
    return reverse("wagtail_serve", args=[page.url_path[len(root) :]]) if page.url_path.startswith(root) else ""


@dataclass(frozen=True)
class LessonRow:
    """A lesson in a list: where it is, whether it is done, whether it is the one to take next."""

    lesson: LessonPage
    url: str
    done: bool
    current: bool


@dataclass(frozen=True)
class Standing:
    """Where one person is in one course. `state` is one of late, soon, due, done, exempt, expired, started, open."""

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
        if self.must:
            return progress.state(due_on=self.assignment.due_on, on=self.on, done=False)
        if self.enrolment is not None and self.enrolment.ended_at is None:
            return "started"
        if self.completion is not None:
            holds = progress.holds(expires_on=self.completion.expires_on, on=self.on)
            return Due.DONE if holds else "expired"
        return "exempt" if self.assignment is not None else "open"

    @property
    def must(self) -> bool:
        """Whether the course is still to be done by a day."""
        return bool(self.assignment and not self.assignment.completion_id and not self.assignment.exemption_id)

    @property
    def finished(self) -> bool:
        """Whether the person has completed it, that holds, and nothing of it is to be done again now."""
        return self.completion is not None and self.settled and self.state != "expired"

    @property
    def again(self) -> bool:
        """Whether it was completed before and is taken, or may be taken, once more."""
        return self.completion is not None and not self.finished

    @property
    def only_changes(self) -> bool:
        """Whether the round, begun or not, holds only the lessons that changed since the version completed before."""
        if self.enrolment is not None:
            return self.enrolment.since_id is not None and self.enrolment.ended_at is None
        return self.must and self.again and self.assignment.cause == Assignment.Cause.UPDATE

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in (Due.DONE, "exempt", "expired")

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
                current=lesson == self.lesson and not self.settled,
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
        begun = self.enrolment is not None and self.enrolment.ended_at is None
        return self.lesson_url or self.course_url if begun else self.course_url

    @property
    def why(self) -> str:
        """Why it is due, as a sentence to the learner; empty when it is not assigned."""
        return why(self.assignment) if self.assignment else ""

    @property
    def held(self) -> str:
        """How long the completion holds, in words, whatever is to be done again."""
        ends = self.completion.expires_on
        if ends is None:
            return _("Completed")
        if progress.holds(expires_on=ends, on=self.on):
            return _("Valid until %(day)s") % {"day": day(ends - timedelta(days=1))}
        return _("Expired on %(day)s") % {"day": day(ends)}

    @property
    def held_badge(self) -> str:
        """The kind of badge that wears `held`."""
        return "ok" if progress.holds(expires_on=self.completion.expires_on, on=self.on) else "late"

    @property
    def badge(self) -> str:
        """The kind of badge the state wears: ok, due, late or plain."""
        kinds = {Due.DONE: "ok", Due.LATE: "late", Due.SOON: "due", "started": "ok", "expired": "late"}
        return kinds.get(self.state, "plain")

    @property
    def word(self) -> str:
        """The state in words, with its figure."""
        if self.state == Due.DONE:
            return _("Completed")
        if self.state == "exempt":
            return _("Exempt")
        if self.state == "expired":
            return _("Expired on %(day)s") % {"day": day(self.completion.expires_on)}
        if self.state == Due.LATE:
            return ngettext("%(days)s day late", "%(days)s days late", self.days_late) % {"days": self.days_late}
        if self.state == Due.SOON and self.days_left == 0:
            return _("Due today")
        if self.state == Due.SOON:
            return ngettext("%(days)s day left", "%(days)s days left", self.days_left) % {"days": self.days_left}
        if self.state == Due.DUE:
            return _("Due %(day)s") % {"day": day(self.assignment.due_on)}
        return pgettext("course", "In progress") if self.state == "started" else _("Not started")


def wanted_lessons(enrolment: Enrolment) -> list[int]:
    """The lessons of a round: all of its version, or those that changed since the version completed before."""
    lessons = enrolment.version.content["lessons"]
    if enrolment.since is None:
        return [lesson["page"] for lesson in lessons]
    return progress.changed(before=enrolment.since.content["lessons"], after=lessons)


def _lessons(rows: list["_Mine"]) -> dict[int, list[LessonPage]]:
    """Published lessons in order, by course; without bodies, with `is_done` in these rounds. A round on what changed has
    only those."""
    found: dict[str, list[LessonPage]] = {row.course.path: [] for row in rows}
    enrolments = [row.enrolment for row in rows if row.enrolment]
    done = LessonProgress.objects.filter(enrolment__in=enrolments, lesson=OuterRef("pk"), completed_at__isnull=False)
    lessons = LessonPage.objects.live().defer("body", "body_words").annotate(is_done=Exists(done)).order_by("path")
    if len(rows) == 1:
        lessons = lessons.child_of(rows[0].course)
    length = CoursePage.steplen
    for lesson in lessons:
        if (path := lesson.path[:-length]) in found:
            found[path].append(lesson)
    by_course = {row.course.pk: found[row.course.path] for row in rows}
    for course, wanted in _changed([row for row in rows if row.since]).items():
        by_course[course] = [lesson for lesson in by_course[course] if lesson.pk in wanted]
    return by_course


def _changed(rows: list["_Mine"]) -> dict[int, set[int]]:
    """The lessons that differ from the version completed before, by course, where any does; two queries for any
    number of rounds."""
    if not rows:
        return {}
    newest = CourseVersion.objects.filter(course=OuterRef("course")).order_by("-number").values("pk")[:1]
    courses = [row.course.pk for row in rows]
    now = {row.course_id: row for row in CourseVersion.objects.filter(course__in=courses, pk=Subquery(newest))}
    before = CourseVersion.objects.in_bulk([row.since for row in rows])
    found = {}
    for row in rows:
        old, new = before[row.since].content["lessons"], now[row.course.pk].content["lessons"]
        if changed := progress.changed(before=old, after=new):
            found[row.course.pk] = set(changed)
    return found


@dataclass(frozen=True)
class _Mine:
    """The rows of one course that count for one person now. `since` is the version of which only the changes are taken."""

    course: CoursePage
    assignment: Assignment | None
    enrolment: Enrolment | None
    completion: Completion | None
    since: int | None


def _mine(course: CoursePage, on: date) -> _Mine:
    """A completed round that must be taken again, or no longer holds, is over: the next one has not begun."""
    assignment, enrolment, completion = (getattr(course, name, None) for name in _MINE)
    must = assignment is not None and not assignment.completion_id and not assignment.exemption_id
    since = None
    if enrolment is not None and enrolment.ended_at is None:
        since = enrolment.since_id
    elif completion is not None and (must or not progress.holds(expires_on=completion.expires_on, on=on)):
        enrolment = None
        since = completion.version_id if must and assignment.cause == Assignment.Cause.UPDATE else None
    return _Mine(course, assignment, enrolment, completion, since)


_MINE = ("my_assignment", "my_enrolment", "my_completion")


def _newest(course: CoursePage) -> tuple[Any, ...]:
    """Orders the rows of one course: the open assignment and round before those that are over, the newest before the older."""
    assignment, enrolment, completion = (getattr(course, name, None) for name in _MINE)
    open_assignment = assignment is not None and not assignment.completion_id and not assignment.exemption_id
    return (
        open_assignment,
        assignment.pk if assignment else 0,
        enrolment is not None and enrolment.ended_at is None,
        enrolment.pk if enrolment else 0,
        completion.pk if completion else 0,
    )


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
    best: dict[int, CoursePage] = {}
    for course in mine:
        if course.pk not in best or _newest(course) > _newest(best[course.pk]):
            best[course.pk] = course
    rows = [_mine(course, on) for course in best.values()]
    lessons = _lessons(rows) if rows else {}
    return [
        Standing(
            course=row.course,
            lessons=lessons[row.course.pk],
            done_lessons=frozenset(lesson.pk for lesson in lessons[row.course.pk] if lesson.is_done),
            on=on,
            assignment=row.assignment,
            enrolment=row.enrolment,
            completion=row.completion,
            _site=request,
        )
        for row in rows
    ]


def settled(course: CoursePage, on: date) -> set[int]:
    """Who must take the course already, has a completion that holds, or is exempt: nobody of them is assigned again."""
    return set().union(*standing_of(course, on).values())


def standing_of(course: CoursePage, on: date) -> dict[str, set[int]]:
    """Who need not be assigned a course, and why: "assigned" already, "exempt", or with a completion that holds on a day
    ("completed"). Three queries."""
    held = Completion.objects.filter(Q(expires_on__isnull=True) | Q(expires_on__gt=on), course=course)
    exempt = Exemption.objects.filter(course=course, withdrawn_at__isnull=True)
    return {
        "assigned": set(Assignment.objects.open().filter(course=course).values_list("user", flat=True)),
        "exempt": set(exempt.values_list("user", flat=True)),
        "completed": set(held.values_list("user", flat=True)),
    }


def outdated(course: CoursePage, on: date) -> set[int]:
    """Whose completion holds, but is of an older version in which lessons read differently, and who need not take the
    course already."""
    newest = course.versions.order_by("-number").first()
    if newest is None:
        return set()
    last: dict[int, tuple[int, date | None]] = {}
    rows = Completion.objects.filter(course=course).order_by("completed_at", "pk")
    for user, version, expires_on in rows.values_list("user", "version", "expires_on"):
        last[user] = (version, expires_on)
    after = newest.content["lessons"]
    older = {
        version.pk
        for version in course.versions.filter(pk__in={version for version, _expires_on in last.values()})
        if progress.changed(before=version.content["lessons"], after=after)
    }
    busy = set(Assignment.objects.open().filter(course=course).values_list("user", flat=True))
    return {
        user
        for user, (version, expires_on) in last.items()
        if version in older and user not in busy and progress.holds(expires_on=expires_on, on=on)
    }


def standing(user: User, course: CoursePage, on: date, request: HttpRequest | None = None) -> Standing:
    """Where the person is in one course."""
    return standings(user, CoursePage.objects.filter(pk=course.pk), on, request)[0]
