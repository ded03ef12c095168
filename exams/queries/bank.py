"""The bank: what a blueprint may draw now, what it lacks, and how questions did."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from exams import blueprint, statistics
from exams.models import Attempt, BlueprintRow, Exam, ExamPart, Mark, Question, QuestionTopic, QuestionVersion
from exams.queries.newest import newest_only
from people.models import Level


def rows_of(rows: Iterable[BlueprintRow]) -> list[blueprint.Row]:
    """Blueprint rows as the drawing knows them."""
    return [
        blueprint.Row(topic=row.topic_id, count=row.count, points=row.points, kind=row.kind, difficulty=row.difficulty)
        for row in rows
    ]


def pool(rows: Iterable[BlueprintRow], level: Level | None) -> list[blueprint.Candidate]:
    """Live questions that these rows may draw: of their topics, of the exam's level, a lower one or none.

    Questions of a case come with it, never alone. Three queries.
    """
    wanted = {row.topic_id for row in rows}
    fits = Q(question__state=Question.State.LIVE, question__case__isnull=True)
    if level is not None:
        fits &= Q(question__level__isnull=True) | Q(question__level__rank__lte=level.rank)
    topics: dict[int, set[int]] = {}
    for question, topic in QuestionTopic.objects.filter(fits, topic__in=wanted).values_list("question", "topic"):
        topics.setdefault(question, set()).add(topic)
    return _candidates(topics)


def fixed_questions(part: ExamPart) -> list[tuple[blueprint.Candidate, int, int | None]]:
    """The questions that a part asks of everybody: (question, its first topic, points or None), in order; empty if it draws."""
    fixed = list(part.fixed.all())
    if not fixed:
        return []
    topics: dict[int, set[int]] = {row.question_id: set() for row in fixed}
    for question, topic in QuestionTopic.objects.filter(question__in=topics).values_list("question", "topic"):
        topics[question].add(topic)
    asked = dict(Question.objects.filter(pk__in=topics, current__isnull=False).values_list("pk", "current"))
    versions = {candidate.version: candidate for candidate in _candidates(topics)}
    return [
        (versions[asked[row.question_id]], min(topics[row.question_id]), row.points)
        for row in fixed
        if asked.get(row.question_id) in versions
    ]


def _candidates(topics: dict[int, set[int]]) -> list[blueprint.Candidate]:
    """Questions {id: topics} as the drawing knows them, cases with their live questions; a case without any stays out."""
    versions = QuestionVersion.objects.filter(current_of__in=topics)
    parts: dict[int, list[blueprint.Candidate]] = {}
    inside = QuestionVersion.objects.filter(
        current_of__case__in=topics, current_of__state=Question.State.LIVE
    ).order_by("current_of__place", "current_of")
    for case, *words in inside.values_list("current_of__case", *WORDS):
        parts.setdefault(case, []).append(_candidate(frozenset(topics[case]), *words))
    found = []
    for question, *words in versions.values_list("current_of", *WORDS):
        candidate = _candidate(frozenset(topics[question]), *words)
        if candidate.kind == QuestionVersion.Kind.CASE:
            if question not in parts:
                continue
            candidate = replace(candidate, questions=tuple(parts[question]))
        found.append(candidate)
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
