"""Writes of the question bank: a question's words are frozen in versions, its state moves."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from exams.models import Question, QuestionReview, QuestionTopic, QuestionVersion
from exams.services.media import add_media
from exams.services.wording import checked
from ground import journal
from ground.errors import Refused
from ground.freezing import fingerprint
from people.models import Level, User
from topics.models import Topic

__all__ = [
    "add_media",
    "add_question",
    "checked",
    "move_question",
    "publish_drafts",
    "review_question",
    "revise_question",
]
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
    if case is not None and (case.newest is None or case.newest.kind != Kind.CASE):
        raise Refused(_("Only a case study has questions of its own."), code="no_case")
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
    place: int | None = None,
) -> Question:
    """New words, as a draft version that waits for review; papers go on drawing the old ones. The same words make no version."""
    question = _locked(question)
    place = question.place if place is None else place
    if (question.level, question.place) != (level, place):
        question.level, question.place = level, place
        question.save(update_fields=["level", "place"])
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


@transaction.atomic
def publish_drafts(*, questions: Iterable[int], by: User, now: datetime) -> int:
    """Approves many drafts at once and puts them into exams, as after an import; returns how many.

    One's own words, words that were returned, and retired questions are passed over: they need another person or act.
    """
    returned = QuestionReview.objects.filter(version=OuterRef("draft"), verdict=Verdict.RETURNED)
    waiting = list(
        Question.objects.select_for_update(of=("self",))
        .filter(~Exists(returned), pk__in=list(questions), draft__isnull=False)
        .exclude(state=State.RETIRED)
        .exclude(draft__author=by)
        .select_related("draft")
        .order_by("pk")
    )
    unseen = [question for question in waiting if question.state != State.REVIEWED]
    QuestionReview.objects.bulk_create(
        [QuestionReview(version=question.draft, verdict=Verdict.APPROVED, by=by, at=now) for question in unseen],
        batch_size=500,
    )
    lines = [journal.entry("question.approved", question, by=by, now=now) for question in unseen]
    fresh = [question for question in waiting if question.state != State.LIVE]
    lines += [journal.entry("question.live", question, by=by, now=now) for question in fresh]
    Question.objects.filter(pk__in=[question.pk for question in waiting]).update(
        state=State.LIVE, current=F("draft"), draft=None
    )
    journal.record_all(lines)
    return len(waiting)


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
    if not 1 <= points <= 100:
        raise Refused(_("A question is worth 1 to 100 points."), code="points")
    if difficulty not in (1, 2, 3):
        raise Refused(_("The difficulty is 1 (easy), 2 (medium) or 3 (hard)."), code="difficulty")
    if kind == Kind.CASE and question.case_id is not None:
        raise Refused(_("A case study cannot be a question of another one."), code="case_in_case")
    if kind != Kind.CASE and question.questions.exists():
        raise Refused(_("This case study has questions of its own; it stays a case study."), code="has_questions")
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
