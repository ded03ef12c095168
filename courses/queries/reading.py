"""What a lesson asks for before it is done, and what one person has of it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import progress
from courses.blocks.asking import NoticeValue
from courses.models import Acknowledgement, CoursePage, Enrolment, LessonPage, LessonProgress, Reflection
from courses.progress import Asked, Facts, Rules
from courses.queries.checks import checks_of
from people.models import User

PACKAGE_DONE = ("completed", "passed")
"""The words in which a SCORM package says that it was worked through."""


@dataclass(frozen=True)
class Requirement:
    """One thing a lesson asks for: in a list (`label`), and in the sentence that refuses (`sentence`)."""

    code: str
    met: bool
    label: str
    sentence: str


def newest_round(user: User, course: CoursePage) -> Enrolment | None:
    """The round a person began last in a course, open or over."""
    return Enrolment.objects.filter(user=user, course=course).order_by("started_at", "pk").last()


def notices_of(lesson: LessonPage) -> dict[str, NoticeValue]:
    """The policy notices of a lesson by block."""
    if not any(block["type"] == "notice" for block in lesson.body.raw_data):
        return {}
    return {block.id: block.value for block in lesson.body if block.block_type == "notice"}


def acknowledged(user: User, lesson: LessonPage, notices: dict[str, NoticeValue]) -> dict[str, datetime]:
    """When the person acknowledged these notices as they read now, by block."""
    if not notices:
        return {}
    rows = Acknowledgement.objects.filter(user=user, lesson=lesson, block__in=notices)
    return {row.block: row.at for row in rows if row.words_hash == notices[row.block].words_hash}


def reflections(user: User, lesson: LessonPage) -> dict[str, str]:
    """What the person wrote for themselves in the lesson, by block."""
    if not any(block["type"] == "reflection" for block in lesson.body.raw_data):
        return {}
    return dict(Reflection.objects.filter(user=user, lesson=lesson).values_list("block", "text"))


def rules_of(lesson: LessonPage, on: date) -> Rules:
    """What the lesson asks for on a day. A retired question and a notice that is not in force are not asked for."""
    return Rules(
        end=lesson.must_reach_end,
        seconds=lesson.must_minutes * 60,
        checks=frozenset(checks_of(lesson)) if lesson.must_pass_checks else frozenset(),
        notices=frozenset(block for block, notice in notices_of(lesson).items() if notice.in_force(on)),
        package=lesson.package_id is not None,
    )


def facts_of(user: User, lesson: LessonPage, row: LessonProgress, now: datetime, *, at_end: bool) -> Facts:
    """What the person has done. A page that has never reported (it runs no script) was read since it was opened."""
    read = row.seconds if row.step else int((now - row.opened_at).total_seconds())
    return Facts(
        end=at_end or row.reached_end_at is not None,
        seconds=read,
        checks=frozenset(row.checks),
        notices=frozenset(acknowledged(user, lesson, notices_of(lesson))),
        package=row.package.get("status") in PACKAGE_DONE,
    )


def requirements(
    user: User, lesson: LessonPage, row: LessonProgress, now: datetime, *, at_end: bool = False
) -> list[Requirement]:
    """Everything the lesson asks for, met or not. `at_end` for somebody who stands at the end of the page."""
    rules = rules_of(lesson, timezone.localdate(now))
    facts = facts_of(user, lesson, row, now, at_end=at_end)
    asked, open_points = progress.missing(rules, Facts()), progress.missing(rules, facts)
    titles = _("”, “").join(
        notice["title"]
        for block, notice in notices_of(lesson).items()
        if block in rules.notices and (block not in facts.notices or Asked.NOTICES not in open_points)
    )
    return [Requirement(code, code not in open_points, *_words(code, rules, facts, titles)) for code in asked]


def _words(code: Asked, rules: Rules, facts: Facts, titles: str) -> tuple[str, str]:
    if code == Asked.END:
        return _("Read to the end"), _("Read the lesson to its end first.")
    if code == Asked.MINUTES:
        asked = rules.seconds // 60
        values = {"read": min(facts.seconds // 60, asked), "asked": asked}
        label = ngettext(
            "Read for %(asked)s minute (%(read)s so far)", "Read for %(asked)s minutes (%(read)s so far)", asked
        )
        read = ngettext(
            "You have read for %(read)s minute; at least %(asked)s are asked for.",
            "You have read for %(read)s minutes; at least %(asked)s are asked for.",
            values["read"],
        )
        return label % values, read % values
    if code == Asked.CHECKS:
        values = {"right": len(rules.checks & facts.checks), "asked": len(rules.checks)}
        label = _("Answer the quick checks right (%(right)s of %(asked)s)") % values
        return label, _("Answer all quick checks right first: %(right)s of %(asked)s are.") % values
    if code == Asked.NOTICES:
        label = _("Acknowledge “%(titles)s”") % {"titles": titles}
        return label, _("Read and acknowledge “%(titles)s” first.") % {"titles": titles}
    return _("Work through the package"), _("Work through the package of this lesson to its end first.")
