"""What trainers and examiners see: the list of sittings, the live board, and how strong topics are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from exams import statistics
from exams.models import Attempt, Candidacy, Mark, Response, Result, Sitting
from exams.queries.newest import replaced
from people.models import Employment, User
from people.policy import below


class _Length(Func):
    """How many elements a JSON list has, on both engines."""

    function = "json_array_length"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="jsonb_array_length", **context)


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


@dataclass
class BoardRow:
    """A candidate on the live board. `state` is absent, coming, sitting, between, done, excused."""

    candidacy: Candidacy
    unit: str
    state: str
    attempts: list[Attempt]
    open: Attempt | None
    answered: int
    questions: int
    seconds_left: int
    result: Result | None

    @property
    def user(self) -> User:
        """The candidate."""
        return self.candidacy.user

    @property
    def minutes_left(self) -> int:
        """Whole minutes left, begun ones counted."""
        return -(-self.seconds_left // 60)


def board(sitting: Sitting, now: datetime, people: QuerySet[User] | None = None) -> list[BoardRow]:
    """Every candidate (among `people`, if said) with state, answered questions, time left and result. Three queries."""
    # Answers are counted for those who are sitting now only: the board is asked every ten seconds.
    given = Response.objects.filter(attempt=OuterRef("pk")).exclude(answer={}).order_by().values("attempt")
    sitting_now = Q(state=Attempt.State.OPEN)
    attempts = (
        Attempt.objects.select_related("part", "typing")
        .defer("typing__text", "typing__committed")
        .annotate(
            answered=Case(When(sitting_now, then=Coalesce(Subquery(given.values(number=Count("pk"))), 0)), default=0),
            questions=Case(When(sitting_now, then=_Length(F("paper__items"))), default=0),
        )
        .order_by("started_at", "id")
    )
    candidacies = Candidacy.objects.filter(sitting=sitting).select_related("user", "result", "override_by")
    if people is not None:
        candidacies = candidacies.filter(user__in=people)
    candidacies = candidacies.prefetch_related(Prefetch("attempts", attempts)).order_by("user__name_sort", "user_id")
    candidacies = list(candidacies)
    units = dict(
        Employment.objects.filter(user__in=[candidacy.user_id for candidacy in candidacies])
        .order_by("valid_from")
        .values_list("user", "unit__name")
    )
    return [_board_row(candidacy, units.get(candidacy.user_id, ""), sitting, now) for candidacy in candidacies]


def _board_row(candidacy: Candidacy, unit: str, sitting: Sitting, now: datetime) -> BoardRow:
    attempts = list(candidacy.attempts.all())
    open_now = next((attempt for attempt in attempts if attempt.state == Attempt.State.OPEN), None)
    result = getattr(candidacy, "result", None)
    if candidacy.state == Candidacy.State.EXCUSED:
        state = "excused"
    elif open_now is not None:
        state = "sitting"
    elif result is not None:
        state = "done"
    elif attempts:
        state = "between"
    else:
        state = "coming" if now < sitting.opens_at else "absent"
    return BoardRow(
        candidacy=candidacy,
        unit=unit,
        state=state,
        attempts=attempts,
        open=open_now,
        answered=open_now.answered if open_now else 0,
        questions=(open_now.questions or 0) if open_now else 0,
        seconds_left=max(0, int((open_now.deadline - now).total_seconds())) if open_now else 0,
        result=result,
    )
