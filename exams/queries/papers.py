"""A paper with its questions: without a key while it is sat, with keys and explanations once it is released."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from exams import grading
from exams.models import AnswerFile, Attempt, Mark, QuestionVersion, Response, Sitting
from ground.compiled import Compiled
from ground.known import Known

_GAP = re.compile(r"\[\[(\d+)\]\]")
Kind = QuestionVersion.Kind


@dataclass
class Gap:
    """A gap of a gap text: `options` to choose from in the order shown, or none where it is typed; `given` a place or a text."""

    place: int
    options: list[str]
    given: int | str | None


@dataclass
class Line:
    """An item to put in order, or a prompt to match: `given` is its place in the order, or the place of the option chosen."""

    place: int
    label: SafeString
    given: int | None


class Kept(NamedTuple):
    """An answer as it is kept."""

    answer: dict[str, Any]
    seq: int
    marked: bool
    spent_ms: int


UNANSWERED = Kept({}, 0, False, 0)


@dataclass
class Asked:
    """One question of a paper, with nothing of its key: what a candidate may see before release.

    `case` is the text of the case that the question belongs to; `lines` are the items to order or the prompts to match; `pieces`
    are the text and the gaps of a gap text in turn; `scoring` says how points are given; `file` is the answer's file.
    """

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
    scoring: str = "all"
    case: str = ""
    lines: list[Line] = field(default_factory=list)
    pieces: list[tuple[SafeString, Gap | None]] = field(default_factory=list)
    words: int | None = None
    minutes: int | None = None
    accepts: str = ""
    file: AnswerFile | None = None
    spent_ms: int = 0

    @property
    def answered(self) -> bool:
        """Whether anything is answered."""
        return grading.answered(self.answer)

    @property
    def chosen(self) -> list[int]:
        """The places of the chosen options."""
        return self.answer.get("chosen", [])

    @property
    def texts(self) -> list[str]:
        """The options as a drop-down shows them: without markup, each after its letter."""
        return [f"{chr(ord('A') + place % 26)}. {strip_tags(option)}" for place, option in enumerate(self.options)]

    @property
    def pictured(self) -> bool:
        """Whether an option holds a picture or a recording, which no drop-down can show."""
        return any(" src=" in option for option in self.options)


MOST_KNOWN = 4000
_shown: Known[int, QuestionVersion] = Known(MOST_KNOWN)
_keyed: Known[int, QuestionVersion] = Known(MOST_KNOWN)


def shown_versions(wanted: set[int]) -> dict[int, QuestionVersion]:
    """The frozen words of question versions, of their keys only how they score. A version never changes, so a process reads each
    once."""
    words = QuestionVersion.objects.only("kind", "content").annotate(scoring=KT("key__scoring"))
    return _once(_shown, words, wanted)


def keyed_versions(wanted: set[int]) -> dict[int, QuestionVersion]:
    """The same whole, with keys and explanations: for marking, and for what is shown after release."""
    return _once(_keyed, QuestionVersion.objects.all(), wanted)


def _once(
    known: Known[int, QuestionVersion], versions: QuerySet[QuestionVersion], wanted: set[int]
) -> dict[int, QuestionVersion]:
    found = {pk: version for pk in wanted if (version := known.get(pk)) is not None}
    missing = wanted - found.keys()
    if missing:
        read = versions.in_bulk(missing)
        known.keep(read)
        found |= read
    return found


_kept_answers = Compiled(
    lambda attempt: Response.objects.filter(attempt=attempt).values_list("position", *Kept._fields)
)


def asked(attempt: Attempt) -> list[Asked]:
    """The paper of an attempt with the answers kept so far. Nothing of the key is read but how it scores.

    One query once this process knows the words, and another where a file has been handed in.
    """
    items = attempt.paper.items
    versions = shown_versions({item[name] for item in items for name in ("version", "case") if name in item})
    kept = {position: Kept(*row) for position, *row in _kept_answers(attempt.pk)}
    files = _files(attempt, kept.values())
    return [
        _asked(position, item, versions, kept.get(position, UNANSWERED), files)
        for position, item in enumerate(items, start=1)
    ]


def asked_answer(position: int, item: dict[str, Any], answer: dict[str, Any]) -> Asked:
    """A question of a paper as it was shown, with this answer."""
    versions = shown_versions({item[name] for name in ("version", "case") if name in item})
    return _asked(position, item, versions, Kept(answer, 1, False, 0), {})


def _files(attempt: Attempt, kept: Iterable[Kept]) -> dict[int, AnswerFile]:
    """The files that answers name, by number; a number that is not of this attempt names nothing."""
    named = [one.answer["file"] for one in kept if type(one.answer.get("file")) is int]
    return AnswerFile.objects.filter(attempt=attempt).in_bulk(named) if named else {}


def asked_alone(version: QuestionVersion, answer: dict[str, Any] | None = None) -> Asked:
    """A question as a candidate would see it, for its author: options shuffled, the same way each time."""
    random, content = Random(version.pk), version.content
    sizes = [len(gap.get("options", [])) for gap in content.get("gaps", [])]
    size = len(content.get("options", []))
    order = [random.sample(range(gap), gap) for gap in sizes] if sizes else random.sample(range(size), size)
    item = {"version": version.pk, "points": version.points, "order": order}
    version.scoring = version.key.get("scoring")
    return _asked(1, item, {version.pk: version}, Kept(answer or {}, 0, False, 0), {})


def _asked(
    position: int,
    item: dict[str, Any],
    versions: Mapping[int, QuestionVersion],
    kept: Kept,
    files: Mapping[int, AnswerFile],
) -> Asked:
    version, case = versions[item["version"]], versions.get(item.get("case", 0))
    content, order, answer = version.content, item["order"], kept.answer
    options = content.get("options", [])
    return Asked(
        position=position,
        version=version.pk,
        kind=version.kind,
        kind_name=Kind(version.kind).label,
        stem=mark_safe(content["stem"]),
        unit=content.get("unit", ""),
        points=item["points"],
        order=order,
        options=[SafeString(options[index]) for index in order] if options else [],
        answer=answer,
        seq=kept.seq,
        marked=kept.marked,
        scoring=version.scoring or "all",
        case=mark_safe(case.content["stem"]) if case else "",
        lines=_lines(version, order, answer),
        pieces=_pieces(content, order, answer) if version.kind == Kind.CLOZE else [],
        words=content.get("words"),
        minutes=content.get("minutes"),
        accepts=content.get("accepts", ""),
        file=files.get(answer.get("file", 0)),
        spent_ms=kept.spent_ms,
    )


def _lines(version: QuestionVersion, order: list[Any], answer: dict[str, Any]) -> list[Line]:
    content = version.content
    if version.kind == Kind.ORDERING:
        sequence = answer.get("sequence", [])
        return [
            Line(place, mark_safe(content["options"][index]), sequence.index(place) if place in sequence else None)
            for place, index in enumerate(order)
        ]
    if version.kind == Kind.MATCHING:
        pairs = answer.get("pairs", [])
        return [
            Line(place, mark_safe(prompt), pairs[place] if place < len(pairs) else None)
            for place, prompt in enumerate(content["prompts"])
        ]
    return []


def _pieces(content: dict[str, Any], order: list[Any], answer: dict[str, Any]) -> list[tuple[SafeString, Gap | None]]:
    """The text of a gap text cut at its gaps: (text before it, gap), and last what follows."""
    gaps, given = content["gaps"], answer.get("gaps", [])
    cut = _GAP.split(content["stem"])
    pieces: list[tuple[SafeString, Gap | None]] = []
    for text, number in zip(cut[::2], [*cut[1::2], None], strict=True):
        gap = None
        if number is not None:
            place = int(number) - 1
            options = gaps[place].get("options", [])
            shown = [options[index] for index in order[place]] if options else []
            gap = Gap(place, shown, given[place] if place < len(given) else None)
        pieces.append((mark_safe(text), gap))
    return pieces


@dataclass
class Compared:
    """One line of an answer against the key: what it is about, what was said, what is right."""

    label: str
    given: str
    right: str
    correct: bool


@dataclass
class Reviewed:
    """One question after release: what was answered, what was right, and why.

    `lines` compare the answer with the key item by item (ordering, matching, gap text); `rubric` and `model` are those of a
    question that a person marks, and `pending` says that nobody has yet.
    """

    asked: Asked
    points: Decimal
    right: bool
    correct: list[int]
    key_text: str
    key_bool: bool | None
    explanation: str
    source: str
    lines: list[Compared] = field(default_factory=list)
    rubric: list[dict[str, Any]] = field(default_factory=list)
    model: str = ""
    pending: bool = False

    @property
    def partly(self) -> bool:
        """Whether some of the points were earned, but not all."""
        return not self.right and self.points > 0


def released(attempt: Attempt, sitting: Sitting, now: datetime) -> bool:
    """Answers and explanations are shown once the attempt has ended and nobody can sit any more."""
    return attempt.state != Attempt.State.OPEN and now >= sitting.closes_at and not _anybody_sits(sitting)


def _anybody_sits(sitting: Sitting) -> bool:
    sat = Attempt.objects.filter(candidacy__sitting=sitting, state=Attempt.State.OPEN, ordered__isnull=True)
    return sat.exists()


def reviewed(attempt: Attempt, points: Mapping[int, Decimal] | None = None) -> list[Reviewed]:
    """The marked paper with keys and explanations; call it only for a released attempt. `points` by position are read unless
    they are at hand."""
    versions = keyed_versions({item["version"] for item in attempt.paper.items})
    if points is None:
        points = dict(Mark.objects.filter(attempt=attempt).order_by("id").values_list("position", "points"))
    return [
        _reviewed(question, versions[question.version], points.get(question.position)) for question in asked(attempt)
    ]


def _reviewed(question: Asked, version: QuestionVersion, points: Decimal | None) -> Reviewed:
    key = version.key
    text = str(key.get("value", "")) or " / ".join(key.get("accepted", []))
    return Reviewed(
        asked=question,
        points=points or Decimal(0),
        right=points is not None and points >= question.points,
        correct=[place for place, index in enumerate(question.order) if index in key.get("correct", [])],
        key_text=text,
        key_bool=key.get("answer"),
        explanation=version.explanation,
        source=version.source,
        lines=_compared(question, version),
        rubric=key.get("rubric", []),
        model=key.get("model", ""),
        pending=points is None and question.kind in grading.BY_PEOPLE,
    )


def _compared(question: Asked, version: QuestionVersion) -> list[Compared]:
    content, key = version.content, version.key
    answer = grading.in_author_order(question.answer, question.order)
    if version.kind == Kind.ORDERING:
        sequence = answer.get("sequence", [])
        return [
            Compared(
                label=mark_safe(content["options"][index]),
                given=str(sequence.index(index) + 1) if index in sequence else "",
                right=str(place),
                correct=sequence[place - 1 : place] == [index],
            )
            for place, index in enumerate(key["sequence"], start=1)
        ]
    if version.kind == Kind.MATCHING:
        options, pairs = [mark_safe(option) for option in content["options"]], answer.get("pairs", [])
        return [
            Compared(mark_safe(prompt), _named(options, given), options[right], given == right)
            for prompt, given, right in zip(
                content["prompts"], _filled(pairs, len(key["pairs"])), key["pairs"], strict=True
            )
        ]
    if version.kind == Kind.CLOZE:
        gaps = zip(content["gaps"], key["gaps"], _filled(answer.get("gaps", []), len(key["gaps"])), strict=True)
        return [
            Compared(
                label=str(place),
                given=given if isinstance(given, str) else _named(gap.get("options", []), given),
                right=gap["options"][right["correct"]] if "correct" in right else " / ".join(right["accepted"]),
                correct=grading.gap_right(right, given),
            )
            for place, (gap, right, given) in enumerate(gaps, start=1)
        ]
    return []


def _filled(values: list[Any], size: int) -> list[Any]:
    return [*values, *[None] * size][:size]


def _named(options: list[str], index: Any) -> str:
    return options[index] if type(index) is int and 0 <= index < len(options) else ""


def review_alone(version: QuestionVersion, answer: dict[str, Any] | None = None) -> Reviewed:
    """A question with its key, for its author; with an answer also what it would earn."""
    question = asked_alone(version, answer)
    if version.kind in grading.BY_PEOPLE:
        return _reviewed(question, version, None)
    key = grading.full_key(version.content, version.key)
    return _reviewed(
        question, version, grading.grade(version.kind, key, question.answer, version.points, question.order)
    )
