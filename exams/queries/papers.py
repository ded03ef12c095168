"""A paper with its questions: without a key while it is sat, with keys and explanations once it is released."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe

from exams import grading
from exams.models import Attempt, Mark, QuestionVersion, Response, Sitting


@dataclass
class Asked:
    """One question of a paper, with nothing of its key: what a candidate may see before release."""

    position: int
    version: int
    kind: str
    kind_name: str
    stem: SafeString
    unit: str
    points: int
    order: list[Any]
    options: list[SafeString]
    answer: dict[str, Any]
    seq: int
    marked: bool
    spent_ms: int = 0

    @property
    def answered(self) -> bool:
        """Whether anything is answered."""
        return grading.answered(self.answer)

    @property
    def chosen(self) -> list[int]:
        """The places of the chosen options."""
        return self.answer.get("chosen", [])


_known: dict[int, QuestionVersion] = {}
_keyed: dict[int, QuestionVersion] = {}
MOST_KNOWN = 4000


def shown_versions(wanted: set[int]) -> dict[int, QuestionVersion]:
    """The frozen words of question versions, without their keys. A version never changes, so a process reads each once."""
    return _once(_known, QuestionVersion.objects.only("kind", "content"), wanted)


def keyed_versions(wanted: set[int]) -> dict[int, QuestionVersion]:
    """The same whole, with keys and explanations: for marking, and for what is shown after release."""
    return _once(_keyed, QuestionVersion.objects.all(), wanted)


def _once(
    known: dict[int, QuestionVersion], versions: QuerySet[QuestionVersion], wanted: set[int]
) -> dict[int, QuestionVersion]:
    missing = [pk for pk in wanted if pk not in known]
    fresh = versions.in_bulk(missing) if missing else {}
    found = {pk: fresh[pk] if pk in fresh else known[pk] for pk in wanted}
    if len(known) + len(fresh) > MOST_KNOWN:
        known.clear()
    known.update(fresh)
    return found


def forget_versions() -> None:
    """Forgets what is known by number, for another database in the same process."""
    _known.clear()
    _keyed.clear()


def asked(attempt: Attempt) -> list[Asked]:
    """The paper of an attempt with the answers kept so far. The key is not even read. Two queries, or one
    once this process knows the words of every question."""
    items = attempt.paper.items
    versions = shown_versions({item["version"] for item in items})
    kept = {response.position: response for response in Response.objects.filter(attempt=attempt)}
    return [
        _asked(position, item["points"], item["order"], versions[item["version"]], kept.get(position))
        for position, item in enumerate(items, start=1)
    ]


def asked_answer(position: int, item: dict[str, Any], version: QuestionVersion, answer: dict[str, Any]) -> Asked:
    """A question of a paper as it was shown, with this answer."""
    kept = Response(position=position, seq=1, answer=answer)
    return _asked(position, item["points"], item["order"], version, kept)


def asked_alone(version: QuestionVersion) -> Asked:
    """A question as a candidate would see it, for its author."""
    return _asked(1, version.points, list(range(len(version.content.get("options", [])))), version, None)


def _asked(position: int, points: int, order: list[int], version: QuestionVersion, kept: Response | None) -> Asked:
    options = version.content.get("options", [])
    return Asked(
        position=position,
        version=version.pk,
        kind=version.kind,
        kind_name=QuestionVersion.Kind(version.kind).label,
        stem=mark_safe(version.content["stem"]),
        unit=version.content.get("unit", ""),
        points=points,
        order=order,
        options=[mark_safe(options[index]) for index in order],
        answer=kept.answer if kept else {},
        seq=kept.seq if kept else 0,
        marked=bool(kept and kept.marked),
        spent_ms=kept.spent_ms if kept else 0,
    )


@dataclass
class Reviewed:
    """One question after release: what was answered, what was right, and why."""

    asked: Asked
    points: Decimal
    right: bool
    correct: list[int]
    key_text: str
    key_bool: bool | None
    explanation: str
    source: str


def released(attempt: Attempt, sitting: Sitting, now: datetime) -> bool:
    """Answers and explanations are shown once the attempt has ended and nobody can sit any more."""
    return attempt.state != Attempt.State.OPEN and now >= sitting.closes_at and not _anybody_sits(sitting)


def _anybody_sits(sitting: Sitting) -> bool:
    return Attempt.objects.filter(candidacy__sitting=sitting, state=Attempt.State.OPEN).exists()


def reviewed(attempt: Attempt) -> list[Reviewed]:
    """The marked paper with keys and explanations; call it only for a released attempt."""
    versions = keyed_versions({item["version"] for item in attempt.paper.items})
    points = {mark.position: mark.points for mark in Mark.objects.filter(attempt=attempt)}
    return [
        _reviewed(question, versions[question.version], points.get(question.position, Decimal(0)))
        for question in asked(attempt)
    ]


def _reviewed(question: Asked, version: QuestionVersion, points: Decimal) -> Reviewed:
    key = version.key
    text = str(key.get("value", "")) or " / ".join(key.get("accepted", []))
    return Reviewed(
        asked=question,
        points=points,
        right=points >= question.points,
        correct=[place for place, index in enumerate(question.order) if index in key.get("correct", [])],
        key_text=text,
        key_bool=key.get("answer"),
        explanation=version.explanation,
        source=version.source,
    )


def review_alone(version: QuestionVersion) -> Reviewed:
    """A question with its key, for its author."""
    return _reviewed(asked_alone(version), version, Decimal(0))
