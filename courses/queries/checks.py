"""The questions of a lesson's quick checks, as a learner sees them."""

from dataclasses import dataclass

from django.utils.safestring import mark_safe

from courses.blocks import QUICK
from courses.models import LessonPage
from exams.models import Question


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
    questions = Question.objects.filter(code__in=codes, state=Question.State.LIVE, current__kind__in=QUICK)
    return {question.code: check_of(question) for question in questions.select_related("current")}


def check_of(question: Question) -> Check:
    """A question as a learner sees it; its current version at hand."""
    content = question.current.content
    return Check(
        code=question.code,
        kind=question.current.kind,
        stem=mark_safe(content["stem"]),
        options=[mark_safe(option) for option in content.get("options", [])],
        unit=content.get("unit", ""),
    )
