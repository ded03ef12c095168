"""Writes of the question bank: a question's words are frozen in versions, its state moves."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import nh3
from django.db import transaction
from django.utils.translation import gettext as _

from exams import grading
from exams.models import Question, QuestionTopic, QuestionVersion
from ground import journal
from ground.errors import Refused
from ground.freezing import fingerprint
from people.models import Level, User
from topics.models import Topic

TAGS = {"p", "br", "b", "strong", "i", "em", "ul", "ol", "li", "sub", "sup"}
Kind = QuestionVersion.Kind


@transaction.atomic
def add_question(
    *,
    code: str,
    topics: Iterable[Topic],
    level: Level | None,
    kind: str,
    content: dict[str, Any],
    key: dict[str, Any],
    now: datetime,
    author: User | None,
    points: int = 2,
    difficulty: int = 2,
    explanation: str = "",
    source: str = "",
    live: bool = False,
) -> Question:
    """A new question with its first version; `live` puts it into exams at once. Raises Refused for a key that fits no answer."""
    if Question.objects.filter(code=code).exists():
        raise Refused(_("The code %(code)s is already in use.") % {"code": code}, code="taken")
    question = Question.objects.create(code=code, level=level)
    _freeze(question, kind, content, key, points, difficulty, explanation, source, author, now)
    _tag(question, topics)
    journal.record("question.added", question, by=author, now=now)
    if live:
        move_question(question=question, to=Question.State.LIVE, by=author, now=now)
    return question


@transaction.atomic
def revise_question(
    *,
    question: Question,
    topics: Iterable[Topic],
    level: Level | None,
    kind: str,
    content: dict[str, Any],
    key: dict[str, Any],
    now: datetime,
    author: User | None,
    points: int = 2,
    difficulty: int = 2,
    explanation: str = "",
    source: str = "",
) -> Question:
    """New words, as a new version; papers already drawn keep theirs. Words that are the same make no version."""
    question = Question.objects.select_for_update().get(pk=question.pk)
    if question.level != level:
        question.level = level
        question.save(update_fields=["level"])
    _tag(question, topics)
    before = question.current_id
    _freeze(question, kind, content, key, points, difficulty, explanation, source, author, now)
    if question.current_id != before:
        journal.record("question.revised", question, by=author, now=now, data={"version": question.current.number})
    return question


@transaction.atomic
def move_question(*, question: Question, to: str, by: User | None, now: datetime) -> Question:
    """Draft, live, retired. Raises Refused for a move that is not in the table."""
    question = Question.objects.select_for_update().get(pk=question.pk)
    if question.state == to:
        return question
    if to not in Question.MOVES[question.state]:
        raise Refused(
            _("A question that is %(state)s cannot become %(to)s.")
            % {"state": question.get_state_display(), "to": Question.State(to).label},
            code="wrong_state",
        )
    question.state = to
    question.save(update_fields=["state"])
    journal.record(f"question.{to}", question, by=by, now=now)
    return question


def _tag(question: Question, topics: Iterable[Topic]) -> None:
    wanted = {topic.pk for topic in topics}
    if not wanted:
        raise Refused(_("Name at least one topic that the question tests."), code="no_topic")
    held = set(QuestionTopic.objects.filter(question=question).values_list("topic_id", flat=True))
    QuestionTopic.objects.filter(question=question, topic__in=held - wanted).delete()
    QuestionTopic.objects.bulk_create(
        [QuestionTopic(question=question, topic_id=topic) for topic in sorted(wanted - held)]
    )


def _freeze(
    question: Question,
    kind: str,
    content: dict[str, Any],
    key: dict[str, Any],
    points: int,
    difficulty: int,
    explanation: str,
    source: str,
    author: User | None,
    now: datetime,
) -> None:
    content, key = checked(kind, content, key)
    words = {
        "kind": kind,
        "content": content,
        "key": key,
        "points": points,
        "difficulty": difficulty,
        "explanation": explanation,
        "source": source,
    }
    content_hash = fingerprint(words)
    newest = question.versions.order_by("-number").first()
    if newest is not None and newest.content_hash == content_hash:
        return
    question.current = QuestionVersion.objects.create(
        question=question,
        number=newest.number + 1 if newest else 1,
        author=author,
        created_at=now,
        content_hash=content_hash,
        **words,
    )
    question.save(update_fields=["current"])


def checked(kind: str, content: dict[str, Any], key: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Content and key in their one shape, with harmless markup only. Raises Refused when no answer could be right."""
    if kind not in Kind.values:
        raise Refused(_("There is no such kind of question."), code="kind")
    stem = _clean(content.get("stem", ""))
    if not stem:
        raise Refused(_("Write the question."), code="stem")
    shaped: dict[str, Any] = {"stem": stem}
    if kind in (Kind.SINGLE, Kind.MULTIPLE):
        shaped["options"] = [_clean(option) for option in content.get("options", [])]
        return shaped, {"correct": _correct(kind, shaped["options"], key)}
    if kind == Kind.TRUE_FALSE:
        if not isinstance(key.get("answer"), bool):
            raise Refused(_("Say whether the statement is true or false."), code="key")
        return shaped, {"answer": key["answer"]}
    if kind == Kind.NUMERIC:
        shaped["unit"] = nh3.clean(str(content.get("unit", "")), tags=set()).strip()
        value, tolerance = str(key.get("value", "")).strip(), str(key.get("tolerance", "0")).strip() or "0"
        within = grading.number(tolerance)
        if grading.number(value) is None or within is None or within < 0:
            raise Refused(_("The key needs a number, and a tolerance that is not negative."), code="key")
        return shaped, {"value": value, "tolerance": tolerance}
    accepted = [str(text).strip() for text in key.get("accepted", []) if grading.fold(str(text))]
    if not accepted:
        raise Refused(_("Write at least one accepted answer."), code="key")
    return shaped, {"accepted": accepted}


def _correct(kind: str, options: list[str], key: dict[str, Any]) -> list[int]:
    if len(options) < 2 or not all(options):
        raise Refused(_("Write at least two options, one a line."), code="options")
    if len(set(options)) < len(options):
        raise Refused(_("Two options are the same."), code="options")
    correct = sorted(set(key.get("correct", [])))
    if not all(type(index) is int and 0 <= index < len(options) for index in correct):
        raise Refused(_("The key names an option that does not exist."), code="key")
    if kind == Kind.SINGLE and len(correct) != 1:
        raise Refused(_("A single choice has exactly one right option."), code="key")
    if kind == Kind.MULTIPLE and len(correct) < 2:
        raise Refused(_("A multiple choice has at least two right options."), code="key")
    return correct


def _clean(markup: Any) -> str:
    return nh3.clean(str(markup), tags=TAGS, attributes={}).strip()
