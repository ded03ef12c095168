"""The bank: what a blueprint may draw now, what it lacks, and how questions did."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from exams import blueprint, statistics
from exams.models import Attempt, BlueprintRow, Exam, ExamPart, Mark, Question, QuestionTopic, QuestionVersion
from people.models import Level


def rows_of(rows: Iterable[BlueprintRow]) -> list[blueprint.Row]:
    """Blueprint rows as the drawing knows them."""
    return [
        blueprint.Row(topic=row.topic_id, count=row.count, points=row.points, kind=row.kind, difficulty=row.difficulty)
        for row in rows
    ]


def pool(rows: Iterable[BlueprintRow], level: Level | None) -> list[blueprint.Candidate]:
    """Live questions that these rows may draw: of their topics, of the exam's level, a lower one or none. Two queries."""
    wanted = {row.topic_id for row in rows}
    fits = Q(question__state=Question.State.LIVE, question__current__isnull=False)
    if level is not None:
        fits &= Q(question__level__isnull=True) | Q(question__level__rank__lte=level.rank)
    topics: dict[int, set[int]] = {}
    tagged = QuestionTopic.objects.filter(fits, topic__in=wanted)
    for version, topic in tagged.values_list("question__current", "topic"):
        topics.setdefault(version, set()).add(topic)
    versions = QuestionVersion.objects.filter(pk__in=topics).values_list("pk", "kind", "difficulty", "content")
    return [
        blueprint.Candidate(pk, frozenset(topics[pk]), kind, difficulty, len(content.get("options", [])))
        for pk, kind, difficulty, content in versions
    ]


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
    sums = Mark.objects.filter(version__question=question, attempt__state=Attempt.State.GRADED).aggregate(
        answered=Count("pk"), points=Sum("points"), out_of=Sum("out_of")
    )
    return {
        "answered": sums["answered"],
        "facility": statistics.facility(sums["points"] or Decimal(0), sums["out_of"] or 0),
    }
