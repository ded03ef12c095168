"""What authors are told: who is in a page, what a version changed and whether it was ruled on, which files a lesson shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from wagtail.models import Page

from courses import progress
from courses.models import (
    Assignment,
    CoursePage,
    CourseVersion,
    Enrolment,
    LessonPage,
    LessonProgress,
    VersionRuling,
)
from courses.queries.state import outdated


def people_inside(pages: Iterable[Page]) -> dict[str, int]:
    """How many people must still take the courses of these pages ("assigned") and are in the middle of them ("learning").

    Of a lesson alone, those who have opened it in a round that is not over.
    """
    courses, lessons = CoursePage.objects.none(), LessonPage.objects.none()
    for page in pages:
        courses |= CoursePage.objects.descendant_of(page, inclusive=True)
        lessons |= LessonPage.objects.descendant_of(page, inclusive=True)
    begun = set(
        LessonProgress.objects.filter(lesson__in=lessons, enrolment__ended_at__isnull=True).values_list(
            "enrolment__user", flat=True
        )
    )
    begun |= set(Enrolment.objects.filter(course__in=courses, ended_at__isnull=True).values_list("user", flat=True))
    assigned = set(Assignment.objects.open().filter(course__in=courses).values_list("user", flat=True))
    return {"assigned": len(assigned), "learning": len(begun)}


def has_history(page: Page) -> bool:
    """Whether anybody has learned, or had to learn, from the page or what lies below it."""
    courses = CoursePage.objects.descendant_of(page, inclusive=True)
    lessons = LessonPage.objects.descendant_of(page, inclusive=True)
    return (
        Enrolment.objects.filter(course__in=courses).exists()
        or Assignment.objects.filter(course__in=courses).exists()
        or LessonProgress.objects.filter(lesson__in=lessons).exists()
        or courses.filter(versions__isnull=False).exists()
    )


@dataclass(frozen=True)
class VersionRow:
    """A version beside the one before it: titles of lessons that are new, read differently, or are gone."""

    version: CourseVersion
    new: list[str]
    changed: list[str]
    gone: list[str]
    ruling: VersionRuling | None


def versions_of(course: CoursePage) -> list[VersionRow]:
    """All versions of a course, the newest first. Two queries."""
    rows: list[VersionRow] = []
    rulings = {
        ruling.version_id: ruling
        for ruling in VersionRuling.objects.filter(version__course=course).select_related("by")
    }
    before: list[dict[str, object]] = []
    for version in course.versions.order_by("number"):
        after = version.content["lessons"]
        known, now = {lesson["page"] for lesson in before}, {lesson["page"] for lesson in after}
        titles = {lesson["page"]: lesson["title"] for lesson in [*before, *after]}
        differ = progress.changed(before=before, after=after)
        rows.append(
            VersionRow(
                version=version,
                new=[titles[page] for page in differ if page not in known],
                changed=[titles[page] for page in differ if page in known],
                gone=[lesson["title"] for lesson in before if lesson["page"] not in now],
                ruling=rulings.get(version.pk),
            )
        )
        before = after
    return rows[::-1]


@dataclass(frozen=True)
class OpenQuestion:
    """Must the `people`, so many, who completed an older version see what changed in this one?"""

    version: CourseVersion
    people: int


def open_question(page: Page, on: date) -> OpenQuestion | None:
    """What is to be decided about the newest version of the course of a page; None when somebody has, or nobody completed
    an older one."""
    course = CoursePage.objects.ancestor_of(page, inclusive=True).first()
    newest = course.versions.select_related("course").order_by("-number").first() if course else None
    if newest is None or VersionRuling.objects.filter(version=newest).exists():
        return None
    count = len(outdated(course, on))
    return OpenQuestion(newest, count) if count else None


def media_shown(lesson: LessonPage) -> set[int]:
    """The files that a lesson shows, by id."""
    values = [block["value"] for block in lesson.body.raw_data]
    return {value["media"] for value in values if isinstance(value, dict) and value.get("media")}
