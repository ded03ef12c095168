"""Writes of the question bank: a question's words are frozen in versions, its state moves."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import nh3
from django.db import transaction
from django.utils.translation import gettext as _

from exams import grading
from exams.models import Question, QuestionReview, QuestionTopic, QuestionVersion
from ground import journal
from ground.errors import Refused
from ground.freezing import fingerprint
from people.models import Level, User
from topics.models import Topic

TAGS = {"p", "br", "b", "strong", "i", "em", "ul", "ol", "li", "sub", "sup"}
Kind = QuestionVersion.Kind
State, Verdict = Question.State, QuestionReview.Verdict


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
    case: Question | None = None,
    place: int = 0,
    reviewer: User | None = None,
) -> Question:
    """A new draft with its first version; a `reviewer` approves it at once and puts it into exams.

    Raises Refused for a key that fits no answer.
    """
    if Question.objects.filter(code=code).exists():
        raise Refused(_("The code %(code)s is already in use.") % {"code": code}, code="taken")
    question = Question.objects.create(code=code, level=level, case=case, place=place)
    _freeze(question, kind, content, key, points, difficulty, explanation, source, author, now)
    _tag(question, topics)
    journal.record("question.added", question, by=author, now=now)
    if reviewer is not None:
        question = review_question(question=question, verdict=Verdict.APPROVED, by=reviewer, now=now)
        question = move_question(question=question, to=Question.State.LIVE, by=reviewer, now=now)
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
    """New words, as a draft version that waits for review; papers go on drawing the old ones. The same words make no version."""
    question = _locked(question)
    if question.level != level:
        question.level = level
        question.save(update_fields=["level"])
    _tag(question, topics)
    before = question.newest
    _freeze(question, kind, content, key, points, difficulty, explanation, source, author, now)
    if question.newest != before:
        journal.record("question.revised", question, by=author, now=now, data={"version": question.newest.number})
    return question


@transaction.atomic
def review_question(*, question: Question, verdict: str, by: User, now: datetime, note: str = "") -> Question:
    """A second person approves the newest words or returns them with a note.

    Approved words of a question that is live are drawn from now on; a new question is then `reviewed`, ready to go live.
    Raises Refused for one's own words, and when nothing waits for a review.
    """
    question = _locked(question)
    version = question.draft
    if version is None or question.state == State.REVIEWED:
        raise Refused(_("No new words of this question wait for a review."), code="nothing_new")
    if version.author_id == by.pk:
        raise Refused(_("Nobody reviews their own question. Ask a second person."), code="own")
    if verdict == Verdict.RETURNED and not note.strip():
        raise Refused(_("Say what is to be changed."), code="no_note")
    QuestionReview.objects.create(version=version, verdict=verdict, note=note.strip(), by=by, at=now)
    if verdict == Verdict.APPROVED:
        if question.state == State.DRAFT:
            question.state = State.REVIEWED
        else:
            question.current, question.draft = version, None
        question.save(update_fields=["state", "current", "draft"])
    journal.record(f"question.{verdict}", question, by=by, now=now, reason=note, data={"version": version.number})
    return question


@transaction.atomic
def move_question(*, question: Question, to: str, by: User | None, now: datetime) -> Question:
    """Draft, reviewed, live, retired. Raises Refused for a move that is not in the table; only a review makes it reviewed."""
    question = _locked(question)
    if question.state == to:
        return question
    if to not in Question.MOVES[question.state] or to == State.REVIEWED:
        raise Refused(
            _("A question that is %(state)s cannot become %(to)s.")
            % {"state": question.get_state_display(), "to": State(to).label},
            code="wrong_state",
        )
    if to == State.LIVE and question.state == State.RETIRED and question.current is None:
        raise Refused(_("This question was never reviewed: make it a draft and have it reviewed."), code="not_reviewed")
    if to == State.LIVE and question.state == State.REVIEWED:
        question.current, question.draft = question.newest, None
    question.state = to
    question.save(update_fields=["state", "current", "draft"])
    journal.record(f"question.{to}", question, by=by, now=now)
    return question


def _locked(question: Question) -> Question:
    locked = Question.objects.select_for_update(of=("self",)).select_related("current", "draft")
    return locked.get(pk=question.pk)


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
    if question.newest is not None and question.newest.content_hash == content_hash:
        return
    newest = question.versions.order_by("-number").first()
    question.draft = QuestionVersion.objects.create(
        question=question,
        number=newest.number + 1 if newest else 1,
        author=author,
        created_at=now,
        content_hash=content_hash,
        **words,
    )
    if question.state == State.REVIEWED:
        question.state = State.DRAFT
    question.save(update_fields=["draft", "state"])


def checked(kind: str, content: dict[str, Any], key: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Content and key in their one shape, with harmless markup only. Raises Refused when no answer could be right."""
    if kind not in Kind.values or kind in grading.BY_PEOPLE:
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
