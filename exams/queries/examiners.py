"""What trainers and examiners see: the list of sittings, and how strong topics are."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from exams import statistics
from exams.models import Attempt, Candidacy, Mark, Sitting
from exams.queries.newest import replaced
from people.models import Employment, User
from people.policy import below


def topic_strength(since: datetime, units: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """How strong topics are in exams since a moment: {"topic_id", "people", "answered", "rate"}, rate 0 to 1.

    With `units` (unit paths) one row a topic and unit, with "unit_path", of the people who work there or below now.
    """
    marks = Mark.objects.filter(given_at__gte=since, attempt__state=Attempt.State.GRADED)
    if units is None:
        return [
            {
                "topic_id": row["topic"],
                "people": row["people"],
                "answered": row["answered"],
                "rate": statistics.facility(row["points"], row["out_of"]),
            }
            for row in _strength(marks, ["topic"], topic=F("topic_id"))
        ]
    units = list(units)
    employed = "attempt__candidacy__user__employments"
    marks = marks.filter(below(units, f"{employed}__unit__path"), **{f"{employed}__valid_to__isnull": True})
    rows = _strength(marks, ["topic", "path"], topic=F("topic_id"), path=F(f"{employed}__unit__path"))
    return statistics.strength_by_unit(rows, units)


def _strength(marks: QuerySet[Mark], names: list[str], **keys: F) -> list[dict[str, Any]]:
    """Rows of the keys with "people", "answered", "points", "out_of", of the newest marks: all, less what was replaced."""
    people = marks.order_by().values(**keys).annotate(people=Count("attempt__candidacy__user", distinct=True), **_SUMS)
    rows = {tuple(row[name] for name in names): row for row in people}
    for less in replaced(marks).order_by().values(**keys).annotate(**_SUMS):
        row = rows[tuple(less[name] for name in names)]
        for figure in _SUMS:
            row[figure] -= less[figure]
    return [rows[key] for key in sorted(rows)]


_SUMS = {"answered": Count("pk"), "points": Sum("points"), "out_of": Sum("out_of")}


def unit_rates(since: datetime, units: Iterable[str]) -> dict[str, float]:
    """{unit path: share of the points won, 0 to 1} in exams since a moment, of those who work there or below now."""
    units = list(units)
    employed = "attempt__candidacy__user__employments"
    marks = Mark.objects.filter(
        below(units, f"{employed}__unit__path"),
        given_at__gte=since,
        attempt__state=Attempt.State.GRADED,
        **{f"{employed}__valid_to__isnull": True},
    )
    rows = _strength(marks, ["path"], path=F(f"{employed}__unit__path"))
    summed = statistics.strength_by_unit([{"topic": 0, **row} for row in rows], units)
    return {row["unit_path"]: row["rate"] for row in summed if row["rate"] is not None}


def topic_rates(since: datetime, units: Iterable[str]) -> dict[int, tuple[float, int]]:
    """{topic: (share of the points won, 0 to 1; answers)} in exams since a moment, of the people who work at or below these
    unit paths now. For pages: a third of what `topic_strength` costs, which also tells teams apart."""
    employed = Employment.objects.filter(below(units, "unit__path"), valid_to__isnull=True)
    marks = Mark.objects.filter(
        given_at__gte=since,
        attempt__state=Attempt.State.GRADED,
        attempt__candidacy__user__in=employed.values("user"),
        out_of__gt=0,
    )
    sums: dict[int, list[Any]] = {}
    for sign, counted in ((1, marks), (-1, replaced(marks))):
        for topic, *figures in counted.order_by().values_list("topic_id").annotate(*_SUMS.values()):
            held = sums.setdefault(topic, [0, 0, 0])
            for place, figure in enumerate(figures):
                held[place] += sign * figure
    return {topic: (float(won) / out_of, answered) for topic, (answered, won, out_of) in sums.items() if out_of}


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
