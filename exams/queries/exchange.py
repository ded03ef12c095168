"""Questions as rows for a file."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePath
from typing import Any

from django.db.models import Q, QuerySet

from exams.formats import Row
from exams.formats.rows import from_line
from exams.models import BankExchange, Question, QuestionVersion
from exams.queries.papers import Asked, Reviewed, asked_alone, review_alone
from ground.private_files import private_storage


def for_export(filters: dict[str, str]) -> QuerySet[Question]:
    """Questions of a topic (code), a kind of their newest words, and a state, as far as these are given."""
    found = Question.objects.order_by("code")
    if topic := filters.get("topic"):
        found = found.filter(topics__code=topic)
    if kind := filters.get("kind"):
        found = found.filter(Q(draft__kind=kind) | Q(draft__isnull=True, current__kind=kind))
    if state := filters.get("state"):
        found = found.filter(state=state)
    return found


def export_rows(questions: QuerySet[Question]) -> Iterator[Row]:
    """The newest words of questions, read in portions: two queries for every five hundred."""
    chosen = questions.select_related("draft", "current", "level", "case").prefetch_related("topics")
    for question in chosen.iterator(chunk_size=500):
        words = question.newest
        if words is None:
            continue
        yield Row(
            code=question.code,
            kind=words.kind,
            content=words.content,
            key=words.key,
            topics=tuple(sorted(topic.code for topic in question.topics.all())),
            level=question.level.code if question.level else "",
            points=words.points,
            difficulty=words.difficulty,
            explanation=words.explanation,
            source=words.source,
            case=question.case.code if question.case else "",
            place=question.place,
        )


def rows_path(exchange: BankExchange) -> str:
    """Where the rows that a check found right wait in the private store."""
    return str(PurePath(exchange.stored).with_name("rows.jsonl")) if exchange.stored else "questions/none"


@dataclass
class Previewed:
    """A question of a file as it will look, with its key; it is in no table yet."""

    place: str
    row: Row
    asked: Asked
    review: Reviewed


class PreviewedRows(Sequence):
    """The right rows of a checked file; a slice reads only as far as it must. Empty once they are in the bank."""

    def __init__(self, exchange: BankExchange) -> None:
        self.exchange = exchange

    def __len__(self) -> int:
        return self.exchange.asked.get("right", 0) if self.exchange.stored else 0

    def __getitem__(self, wanted: Any) -> Any:
        try:
            with private_storage().open(rows_path(self.exchange), "rb") as kept:
                lines = list(islice(enumerate(kept, start=1), wanted.start, wanted.stop))
        except FileNotFoundError:
            return []
        return [_previewed(number, json.loads(line)) for number, line in lines]


def _previewed(number: int, line: list[Any]) -> Previewed:
    place, row, _hash = from_line(line)
    # The number stands in for a key: it decides how options are shuffled.
    version = QuestionVersion(
        pk=number,
        kind=row.kind,
        content=row.content,
        key=row.key,
        points=row.points,
        difficulty=row.difficulty,
        explanation=row.explanation,
        source=row.source,
    )
    # A page shows many questions, and each needs names of its own.
    return Previewed(place, row, replace(asked_alone(version), position=number), review_alone(version))
