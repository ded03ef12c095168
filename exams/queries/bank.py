"""The bank: what a blueprint may draw now, what it lacks, and how questions did."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.html import strip_tags
from rapidfuzz import fuzz, process

from exams import blueprint, statistics
from exams.models import (
    Attempt,
    BlueprintRow,
    Exam,
    ExamPart,
    Mark,
    Question,
    QuestionReview,
    QuestionTopic,
    QuestionVersion,
)
from exams.queries.newest import newest_only
from ground.compiled import Compiled
from ground.known import Known
from people.models import Level, User

ALIKE = 60
"""Percent of their characters that two stems must share, in order, to be pointed out as similar."""


def rows_of(rows: Iterable[BlueprintRow]) -> list[blueprint.Row]:
    """Blueprint rows as the drawing knows them."""
    return [
        blueprint.Row(topic=row.topic_id, count=row.count, points=row.points, kind=row.kind, difficulty=row.difficulty)
        for row in rows
    ]


_live = Compiled(
    lambda *topics: QuestionTopic.objects.filter(
        topic__in=topics,
        question__state=Question.State.LIVE,
        question__case__isnull=True,
        question__current__isnull=False,
    ).values_list("question", "question__current", "topic")
)
_live_up_to = Compiled(
    lambda level, *topics: _live.describe(*topics).filter(
        Q(question__level__isnull=True)
        | Q(question__level__rank__lte=Subquery(Level.objects.filter(pk=level).values("rank")))
    )
)


def pool(rows: Iterable[BlueprintRow], level: Level | None) -> list[blueprint.Candidate]:
    """Live questions that these rows may draw: of their topics, of the exam's level, a lower one or none.

    Questions of a case come with it, never alone. One query once this process knows the versions, two with cases.
    """
    wanted = {row.topic_id for row in rows}
    topics: dict[int, set[int]] = {}
    current: dict[int, int] = {}
    pairs = _live(*wanted) if level is None else _live_up_to(level.pk, *wanted)
    for question, version, topic in pairs:
        topics.setdefault(question, set()).add(topic)
        current[question] = version
    return _candidates(topics, current)


def fixed_questions(part: ExamPart) -> list[tuple[blueprint.Candidate, int, int | None]]:
    """The questions that a part asks of everybody: (question, its first topic, points or None), in order; empty if it draws."""
    fixed = list(part.fixed.all())
    if not fixed:
        return []
    topics: dict[int, set[int]] = {row.question_id: set() for row in fixed}
    for question, topic in QuestionTopic.objects.filter(question__in=topics).values_list("question", "topic"):
        topics[question].add(topic)
    asked = dict(Question.objects.filter(pk__in=topics, current__isnull=False).values_list("pk", "current"))
    versions = {candidate.version: candidate for candidate in _candidates(topics, asked)}
    return [
        (versions[asked[row.question_id]], min(topics[row.question_id]), row.points)
        for row in fixed
        if asked.get(row.question_id) in versions
    ]


def _candidates(topics: dict[int, set[int]], current: dict[int, int]) -> list[blueprint.Candidate]:
    """Questions {id: topics} in their `current` versions as the drawing knows them, cases with their live questions; a case
    without any stays out."""
    known = _frozen(set(current.values()))
    cases = [question for question, pk in current.items() if known[pk].kind == QuestionVersion.Kind.CASE]
    parts: dict[int, list[int]] = {}
    if cases:
        inside = Question.objects.filter(case__in=cases, state=Question.State.LIVE).order_by("place", "pk")
        for case, pk in inside.values_list("case", "current"):
            parts.setdefault(case, []).append(pk)
        known |= _frozen({pk for inner in parts.values() for pk in inner})
    found = []
    for question, pk in sorted(current.items()):
        tests = frozenset(topics[question])
        candidate = known[pk]
        if candidate.topics != tests:
            candidate = replace(candidate, topics=tests)
            _known.keep({pk: candidate})
        if candidate.kind == QuestionVersion.Kind.CASE:
            if question not in parts:
                continue
            candidate = replace(
                candidate, questions=tuple(replace(known[inner], topics=tests) for inner in parts[question])
            )
        found.append(candidate)
    return found


_known: Known[int, blueprint.Candidate] = Known(20_000)


def _frozen(wanted: set[int]) -> dict[int, blueprint.Candidate]:
    """What drawing asks of versions, with the topics met last. A version never changes, so a process reads each once."""
    found = {pk: known for pk in wanted if (known := _known.get(pk)) is not None}
    missing = wanted - found.keys()
    if missing:
        read = {
            words[0]: _candidate(frozenset(), *words)
            for words in QuestionVersion.objects.filter(pk__in=missing).values_list(*WORDS)
        }
        _known.keep(read)
        found |= read
    return found


WORDS = ("pk", "kind", "difficulty", "points", "content")


def _candidate(
    topics: frozenset[int], pk: int, kind: str, difficulty: int, points: int, content: dict[str, Any]
) -> blueprint.Candidate:
    gaps = tuple(len(gap.get("options", [])) for gap in content.get("gaps", []))
    return blueprint.Candidate(pk, topics, kind, difficulty, len(content.get("options", [])), gaps, points)


def shortages(part: ExamPart, exam: Exam) -> list[blueprint.Shortage]:
    """The blueprint rows of a part that the bank cannot fill now."""
    rows = list(part.blueprint.all())
    try:
        blueprint.draw(pool(rows, exam.level), rows_of(rows), seed=0)
    except blueprint.Unsatisfiable as lacking:
        return lacking.shortages
    return []


def question_figures(question: Question) -> dict[str, Any]:
    """How often a question was answered in exams, and the share of points it brought."""
    marks = newest_only(Mark.objects.filter(version__question=question, attempt__state=Attempt.State.GRADED))
    sums = marks.aggregate(answered=Count("pk"), points=Sum("points"), out_of=Sum("out_of"))
    return {
        "answered": sums["answered"],
        "facility": statistics.facility(sums["points"] or Decimal(0), sums["out_of"] or 0),
    }


def waiting_questions(user: User) -> QuerySet[Question]:
    """Questions whose newest words wait for somebody other than their author, or are approved and not in exams yet."""
    returned = QuestionReview.objects.filter(version=OuterRef("draft"), verdict=QuestionReview.Verdict.RETURNED)
    return (
        Question.objects.filter(~Exists(returned), draft__isnull=False)
        .exclude(state=Question.State.RETIRED)
        .exclude(draft__author=user)
        .select_related("draft__author", "level")
        .prefetch_related("topics")
    )


@dataclass(frozen=True)
class Similar:
    """A question whose stem is close to another: `percent` of their characters agree."""

    question: int
    code: str
    stem: str
    percent: int


def similar_questions(stem: str, *, but: int | None = None, most: int = 5) -> list[Similar]:
    """The questions not retired whose stems are closest to this one, the closest first; one query.

    Compared without markup, case and punctuation by the share of characters in common order (Indel ratio).
    """
    rows = (
        Question.objects.exclude(state=Question.State.RETIRED)
        .exclude(pk=but)
        .annotate(
            words=Coalesce(KeyTextTransform("stem", "draft__content"), KeyTextTransform("stem", "current__content"))
        )
        .values_list("pk", "code", "words")
    )
    known = [(pk, code, words or "") for pk, code, words in rows.iterator(chunk_size=5000)]
    found = process.extract(
        _folded(stem),
        [_folded(words) for _pk, _code, words in known],
        scorer=fuzz.ratio,
        processor=None,
        limit=most,
        score_cutoff=ALIKE,
    )
    return [
        Similar(known[place][0], known[place][1], strip_tags(known[place][2]), round(score))
        for _words, score, place in found
    ]


_UNSAID = re.compile(r"<[^>]*>|\[\[\d+\]\]|&\w+;|[\W_]+")


def _folded(stem: str) -> str:
    return _UNSAID.sub("", stem).casefold()


def stem_of(version: QuestionVersion) -> str:
    """The words of a question on one line, without markup."""
    return " ".join(strip_tags(version.content["stem"]).split())
