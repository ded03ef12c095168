"""The invigilator's live board and the report of a sitting.

The board is asked every ten seconds for up to some thousand candidates: the states and figures of all are read as plain
values, and only the rows of the page that is shown are read with everything that stands in them.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, Func, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from exams.models import Attempt, AttemptRuling, Candidacy, Incident, Response, Result, Sitting, TimeGrant
from ground.models import JournalEntry
from ground.tables import NumberedPage, NumberedPaginator
from people.models import Employment, User

PAGE = 100
OFFLINE_AFTER = timedelta(seconds=30)
AWAY_AT_MOST = 3
STATES = (
    "absent",
    "coming",
    "sitting",
    "offline",
    "paused",
    "between",
    "marking",
    "done",
    "excused",
)
FLAGGED = "flagged"


class _Length(Func):
    """How many elements a JSON list has, on both engines."""

    function = "json_array_length"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="jsonb_array_length", **context)


@dataclass
class BoardRow:
    """A candidate on the live board. `state` is one of STATES; `given` are seconds given during the open attempt."""

    candidacy: Candidacy
    unit: str
    state: str
    attempts: list[Attempt]
    open: Attempt | None
    answered: int
    questions: int
    seconds_left: int
    result: Result | None
    given: int = 0
    incidents: int = 0
    flags: int = 0

    @property
    def user(self) -> User:
        """The candidate."""
        return self.candidacy.user

    @property
    def minutes_left(self) -> int:
        """Whole minutes left, begun ones counted."""
        return -(-self.seconds_left // 60)

    @property
    def extra_minutes(self) -> int:
        """How much of the time of the open attempt is beyond the part's own minutes."""
        return _minutes(self.open.deadline - self.open.base_deadline) if self.open else 0

    @property
    def progress(self) -> int:
        """Answered questions, percent."""
        return self.answered * 100 // self.questions if self.questions else 0

    @property
    def away(self) -> int:
        """How often the page of the open attempt was left, once that is more than anybody's accident."""
        return self.open.away if self.open and self.open.away > AWAY_AT_MOST else 0


@dataclass
class Board:
    """One page of the board, and figures over all candidates in reach."""

    rows: list[BoardRow]
    page: NumberedPage
    figures: dict[str, int]
    everybody: int
    passed: int
    flagged: int
    open: int
    state: str = ""
    words: str = ""

    @property
    def found(self) -> int:
        """How many the search and the filter leave."""
        return self.page.paginator.count

    @property
    def absent(self) -> int:
        """Who has not begun."""
        return self.figures["absent"] + self.figures["coming"]

    @property
    def sitting(self) -> int:
        """Who has a clock, running or standing."""
        return self.figures["sitting"] + self.figures["offline"] + self.figures["paused"]


def board(
    sitting: Sitting,
    now: datetime,
    people: QuerySet[User] | None = None,
    *,
    state: str = "",
    words: str = "",
    page: str | int | None = 1,
) -> Board:
    """A hundred candidates (among `people`, if said) that answer the filter and the search, with figures over all. Seven queries."""
    candidacies = Candidacy.objects.filter(sitting=sitting)
    if people is not None:
        candidacies = candidacies.filter(user__in=people)
    states, flagged, passed = _states(sitting, candidacies, now)
    chosen = [pk for pk in states if state in ("", states[pk][0]) or (state == FLAGGED and pk in flagged)]
    if words:
        like = Q()
        for word in words.lower().split():
            like &= Q(user__name_search__contains=word)
        found = set(candidacies.filter(like).values_list("pk", flat=True))
        chosen = [pk for pk in chosen if pk in found]
    shown = NumberedPaginator(chosen, PAGE).get_page(page)
    figures = Counter(word for word, _open in states.values())
    return Board(
        rows=_rows(list(shown.object_list), states, now),
        page=shown,
        figures={word: figures[word] for word in STATES},
        everybody=len(states),
        passed=passed,
        flagged=len(flagged),
        open=sum(is_open for _word, is_open in states.values()),
        state=state,
        words=words,
    )


def _states(
    sitting: Sitting, candidacies: QuerySet[Candidacy], now: datetime
) -> tuple[dict[int, tuple[str, bool]], set[int], int]:
    """{candidacy: (state, whether an attempt is open)} in the order of names, who is flagged, and how many have passed."""
    attempts: dict[int, list[dict[str, Any]]] = {}
    read = Attempt.objects.filter(candidacy__sitting=sitting).values(
        "candidacy_id", "state", "paused_at", "seen_at", "away", "typing__flags"
    )
    for attempt in read:
        attempts.setdefault(attempt["candidacy_id"], []).append(attempt)
    noted = set(Incident.objects.filter(sitting=sitting, candidacy__isnull=False).values_list("candidacy", flat=True))
    states, flagged, passed = {}, set(), 0
    rows = candidacies.order_by("user__name_sort", "user_id").values_list("pk", "state", "result__passed")
    for pk, invited, result in rows:
        mine = attempts.get(pk, [])
        states[pk] = (_state(invited, mine, result, sitting, now), any(one["state"] == "open" for one in mine))
        passed += result is True
        if pk in noted or any(one["typing__flags"] or one["away"] > AWAY_AT_MOST for one in mine):
            flagged.add(pk)
    return states, flagged, passed


def _state(invited: str, attempts: list[dict[str, Any]], passed: bool | None, sitting: Sitting, now: datetime) -> str:
    """The word of the board for a candidate."""
    if invited == Candidacy.State.EXCUSED:
        return "excused"
    if is_open := [one for one in attempts if one["state"] == Attempt.State.OPEN]:
        if is_open[0]["paused_at"] is not None:
            return "paused"
        seen = is_open[0]["seen_at"]
        # A page without script never reports itself: nothing is known of it, so nothing is said.
        return "offline" if seen is not None and now - seen > OFFLINE_AFTER else "sitting"
    if passed is not None:
        return "done"
    if any(one["state"] == Attempt.State.MARKING for one in attempts):
        return "marking"
    if attempts:
        return "between"
    return "coming" if now < sitting.opens_at else "absent"


def _rows(pks: list[int], states: dict[int, tuple[str, bool]], now: datetime) -> list[BoardRow]:
    # Answers are counted for those who are sitting now only.
    kept = Response.objects.filter(attempt=OuterRef("pk")).exclude(answer={}).order_by().values("attempt")
    given = TimeGrant.objects.filter(attempt=OuterRef("pk")).order_by().values("attempt")
    sitting_now = Q(state=Attempt.State.OPEN)
    attempts = (
        Attempt.objects.select_related("part", "typing")
        .defer("typing__text", "typing__committed")
        .annotate(
            answered=Case(When(sitting_now, then=Coalesce(Subquery(kept.values(number=Count("pk"))), 0)), default=0),
            questions=Case(When(sitting_now, then=_Length(F("paper__items"))), default=0),
            given=Coalesce(Subquery(given.values(number=Sum("seconds"))), 0),
        )
        .order_by("started_at", "id")
    )
    candidacies = (
        Candidacy.objects.filter(pk__in=pks)
        .select_related("user", "result")
        .annotate(noted=Count("incidents"))
        .prefetch_related(Prefetch("attempts", attempts))
    )
    by_pk = {candidacy.pk: candidacy for candidacy in candidacies}
    units = dict(
        Employment.objects.filter(user__in=[candidacy.user_id for candidacy in by_pk.values()])
        .order_by("valid_from")
        .values_list("user", "unit__name")
    )
    rows = [by_pk[pk] for pk in pks if pk in by_pk]
    return [_row(candidacy, units.get(candidacy.user_id, ""), states[candidacy.pk][0], now) for candidacy in rows]


def _row(candidacy: Candidacy, unit: str, state: str, now: datetime) -> BoardRow:
    attempts = list(candidacy.attempts.all())
    open_now = next((attempt for attempt in attempts if attempt.state == Attempt.State.OPEN), None)
    moment = (open_now.paused_at or now) if open_now else now
    return BoardRow(
        candidacy=candidacy,
        unit=unit,
        state=state,
        attempts=attempts,
        open=open_now,
        answered=open_now.answered if open_now else 0,
        questions=(open_now.questions or 0) if open_now else 0,
        seconds_left=max(0, int((open_now.deadline - moment).total_seconds())) if open_now else 0,
        result=getattr(candidacy, "result", None),
        given=open_now.given if open_now else 0,
        incidents=candidacy.noted,
        flags=sum(len(attempt.typing.flags) for attempt in attempts if hasattr(attempt, "typing")),
    )


def open_attempts(sitting: Sitting, people: QuerySet[User], candidacies: list[int] | None = None) -> QuerySet[Attempt]:
    """What is sat now by these people in a sitting, by everybody or by the chosen candidacies."""
    found = Attempt.objects.filter(
        candidacy__sitting=sitting, candidacy__user__in=people, state=Attempt.State.OPEN
    ).select_related("part", "candidacy__user")
    return found if candidacies is None else found.filter(candidacy__in=candidacies)


@dataclass
class ReportRow:
    """A candidate in the report: who came, every attempt with its times, and the result."""

    candidacy: Candidacy
    unit: str
    attempts: list[Attempt]
    result: Result | None


@dataclass
class Report:
    """Everything that happened in a sitting, for the files."""

    rows: list[ReportRow]
    incidents: list[Incident]
    grants: list[TimeGrant]
    rulings: list[AttemptRuling]
    interventions: list[tuple[JournalEntry, Attempt]]
    figures: dict[str, int] = field(default_factory=dict)


def sitting_report(sitting: Sitting, people: QuerySet[User]) -> Report:
    """The report over these people. Eight queries, whatever their number."""
    given = TimeGrant.objects.filter(attempt=OuterRef("pk")).order_by().values("attempt")
    attempts = (
        Attempt.objects.filter(ordered__isnull=True)
        .select_related("part")
        .annotate(given=Coalesce(Subquery(given.values(number=Sum("seconds"))), 0))
        .order_by("started_at", "id")
    )
    candidacies = list(
        Candidacy.objects.filter(sitting=sitting, user__in=people)
        .select_related("user", "result", "override_by")
        .prefetch_related(Prefetch("attempts", attempts))
        .order_by("user__name_sort", "user_id")
    )
    units = dict(
        Employment.objects.filter(user__in=[candidacy.user_id for candidacy in candidacies])
        .order_by("valid_from")
        .values_list("user", "unit__name")
    )
    rows = [
        ReportRow(
            candidacy,
            units.get(candidacy.user_id, ""),
            [_timed(attempt) for attempt in candidacy.attempts.all()],
            getattr(candidacy, "result", None),
        )
        for candidacy in candidacies
    ]
    mine = {"attempt__candidacy__sitting": sitting, "attempt__candidacy__user__in": people}
    about = ("by", "attempt__part", "attempt__candidacy__user")
    by_pk = {str(attempt.pk): attempt for row in rows for attempt in row.attempts}
    for row in rows:
        for attempt in row.attempts:
            attempt.candidacy = row.candidacy
    touched = JournalEntry.objects.filter(
        object_type=Attempt._meta.label_lower,
        object_id__in=Attempt.objects.filter(candidacy__sitting=sitting)
        .annotate(key=Func(F("pk"), function="CAST", template="CAST(%(expressions)s AS varchar(40))"))
        .values("key"),
        verb__in=("attempt.paused", "attempt.resumed", "attempt.ended"),
        actor_id__isnull=False,
    ).order_by("at", "id")
    came = sum(bool(row.attempts) for row in rows)
    excused = sum(row.candidacy.state == Candidacy.State.EXCUSED for row in rows)
    return Report(
        rows=rows,
        incidents=list(
            Incident.objects.filter(
                Q(candidacy__isnull=True) | Q(candidacy__user__in=people), sitting=sitting
            ).select_related("by", "candidacy__user")
        ),
        grants=list(TimeGrant.objects.filter(**mine).select_related(*about).order_by("at", "id")),
        rulings=list(AttemptRuling.objects.filter(**mine).select_related(*about).order_by("at", "id")),
        interventions=[
            (entry, by_pk[entry.object_id])
            for entry in touched
            if entry.object_id in by_pk
            and (entry.verb != "attempt.ended" or entry.actor_id != by_pk[entry.object_id].candidacy.user_id)
        ],
        figures={
            "invited": len(rows),
            "came": came,
            "excused": excused,
            "absent": len(rows) - came - excused,
            "passed": sum(bool(row.result and row.result.passed) for row in rows),
        },
    )


def _timed(attempt: Attempt) -> Attempt:
    """An attempt that says its own minutes and those beyond them apart; a pause counts as neither."""
    attempt.base_minutes = _minutes(attempt.base_deadline - attempt.started_at)
    attempt.more_minutes = _minutes(attempt.deadline - attempt.base_deadline)
    attempt.given_minutes = attempt.given // 60
    return attempt


def _minutes(period: timedelta) -> int:
    return round(period.total_seconds() / 60)
