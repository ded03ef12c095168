"""What trainers and examiners see: the list of sittings, and how strong topics are."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from exams import statistics
from exams.models import Attempt, Candidacy, Mark, Sitting
from people.models import Employment, User
from people.policy import below


def topic_strength(since: datetime, units: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """How strong topics are in exams since a moment: {"topic_id", "people", "answered", "rate"}, rate 0 to 1.

    With `units` (unit paths) one row a topic and unit, with "unit_path", of the people who work there or below now.
    """
    marks = Mark.objects.filter(given_at__gte=since, attempt__state=Attempt.State.GRADED)
    sums = {
        "people": Count("attempt__candidacy__user", distinct=True),
        "answered": Count("pk"),
        "sum_points": Sum("points"),
        "sum_out_of": Sum("out_of"),
    }
    if units is None:
        rows = marks.values("topic_id").annotate(**sums).order_by("topic_id")
        return [
            {
                "topic_id": row["topic_id"],
                "people": row["people"],
                "answered": row["answered"],
                "rate": statistics.facility(row["sum_points"], row["sum_out_of"]),
            }
            for row in rows
        ]
    units = list(units)
    employed = "attempt__candidacy__user__employments"
    rows = (
        marks.filter(below(units, f"{employed}__unit__path"), **{f"{employed}__valid_to__isnull": True})
        .values("topic_id", path=F(f"{employed}__unit__path"))
        .annotate(**sums)
        .order_by("topic_id", "path")
    )
    return statistics.strength_by_unit(
        [
            {
                "topic": row["topic_id"],
                "path": row["path"],
                "people": row["people"],
                "answered": row["answered"],
                "points": row["sum_points"],
                "out_of": row["sum_out_of"],
            }
            for row in rows
        ],
        units,
    )


def topic_rates(since: datetime, units: Iterable[str]) -> dict[int, tuple[float, int]]:
    """{topic: (share of the points won, 0 to 1; answers)} in exams since a moment, of the people who work at or below these
    unit paths now. For pages: a third of what `topic_strength` costs, which also tells teams apart."""
    employed = Employment.objects.filter(below(units, "unit__path"), valid_to__isnull=True)
    rows = (
        Mark.objects.filter(given_at__gte=since, attempt__state=Attempt.State.GRADED)
        .filter(attempt__candidacy__user__in=employed.values("user"), out_of__gt=0)
        .order_by()
        .values_list("topic_id")
        .annotate(won=Sum("points"), out_of=Sum("out_of"), answered=Count("pk"))
    )
    return {topic: (float(won) / out_of, answered) for topic, won, out_of, answered in rows}


def sittings(people: QuerySet[User], by: User) -> QuerySet[Sitting]:
    """Sittings somebody may see: opened by them, or with a candidate among these people; with figures for the list."""
    candidates = Candidacy.objects.filter(sitting=OuterRef("pk"), user__in=people)
    return (
        Sitting.objects.filter(Q(created_by=by) | Exists(candidates))
        .select_related("exam")
        .annotate(
            people=Count("candidacies", distinct=True),
            done=Count("candidacies", filter=Q(candidacies__result__isnull=False), distinct=True),
            passed=Count("candidacies", filter=Q(candidacies__result__passed=True), distinct=True),
        )
    )
