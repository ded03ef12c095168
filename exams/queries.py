"""Reads about exams, shaped for the page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
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
    Sum,
    Value,
    When,
)
from django.utils.safestring import SafeString, mark_safe

from exams import blueprint, folding, grading, statistics
from exams.models import (
    Attempt,
    BlueprintRow,
    Candidacy,
    Exam,
    ExamPart,
    Mark,
    Question,
    QuestionTopic,
    QuestionVersion,
    Response,
    Result,
    Sitting,
)
from people.models import Employment, Level, User
from people.policy import below
from topics.models import Topic

UNDECIDED_FOR = timedelta(days=7)
"""How long after closing the sweeper looks for candidacies that nothing has decided; `recount` names older ones."""
State = Attempt.State


class _Length(Func):
    """How many elements a JSON list has, on both engines."""

    function = "json_array_length"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="jsonb_array_length", **context)


# The bank


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
    sums = Mark.objects.filter(version__question=question, attempt__state=State.GRADED).aggregate(
        answered=Count("pk"), points=Sum("points"), out_of=Sum("out_of")
    )
    return {
        "answered": sums["answered"],
        "facility": statistics.facility(sums["points"] or Decimal(0), sums["out_of"] or 0),
    }


# The fold


def verdict(candidacy: Candidacy, now: datetime) -> folding.Verdict:
    """What the attempts of a candidacy come to now."""
    candidacy = with_attempts(Candidacy.objects.filter(pk=candidacy.pk)).get()
    return verdict_of(candidacy, list(candidacy.sitting.exam.parts.all()), now)


def with_attempts(candidacies: QuerySet[Candidacy]) -> QuerySet[Candidacy]:
    """Candidacies with sitting, exam, parts and attempts at hand."""
    attempts = Attempt.objects.select_related("typing").order_by("number")
    parts = ExamPart.objects.select_related("standard").order_by("order", "id")
    return candidacies.select_related("sitting__exam").prefetch_related(
        Prefetch("attempts", attempts), Prefetch("sitting__exam__parts", parts)
    )


def verdict_of(candidacy: Candidacy, parts: Sequence[ExamPart], now: datetime) -> folding.Verdict:
    """The fold of a candidacy whose attempts (and their typing runs) are at hand."""
    attempts = list(candidacy.attempts.all())
    return folding.fold(
        [
            folding.Part(
                part=part.pk,
                title=part.title,
                kind=part.kind,
                allowed=part.tries + candidacy.extra_tries,
                rule=_rule(part, attempts),
                tries=tuple(_try(attempt) for attempt in attempts if attempt.part_id == part.pk),
            )
            for part in parts
        ],
        closed=now >= candidacy.sitting.closes_at,
    )


def _rule(part: ExamPart, attempts: Sequence[Attempt]) -> str:
    """Which try counts: of a paper the best; of a typing test what its standard said when the newest try began."""
    if part.standard is None:
        return folding.BEST
    runs = [getattr(attempt, "typing", None) for attempt in attempts if attempt.part_id == part.pk]
    frozen = [run.standard.get("counts") for run in runs if run is not None]
    return (frozen[-1] if frozen else None) or part.standard.counts


def _try(attempt: Attempt) -> folding.Try:
    run = getattr(attempt, "typing", None)
    counted = run is not None and run.certified is not None
    return folding.Try(
        attempt=attempt.pk,
        number=attempt.number,
        passed=bool(attempt.passed),
        open=attempt.state == State.OPEN,
        void=attempt.state == State.VOID,
        score=attempt.score,
        speed=folding.speed(run.certified, run.duration_ms) if counted else None,
        accuracy=folding.accuracy(run.certified, run.typed) if counted else None,
    )


def undecided(now: datetime) -> list[Candidacy]:
    """Candidacies of sittings that closed lately, with ended attempts, nothing open, and no result yet."""
    attempts = Attempt.objects.filter(candidacy=OuterRef("pk"))
    return list(
        Candidacy.objects.filter(
            Exists(attempts),
            ~Exists(attempts.filter(state=State.OPEN)),
            sitting__closes_at__lte=now,
            sitting__closes_at__gt=now - UNDECIDED_FOR,
            result__isnull=True,
        )
    )


def recount(now: datetime) -> Iterator[str]:
    """Every difference between what is stored and what the marks and attempts say: one sentence each."""
    for attempt in (
        Attempt.objects.filter(paper__isnull=False)
        .exclude(state=State.OPEN)
        .select_related("paper")
        .prefetch_related("marks")
        .iterator(chunk_size=500)
    ):
        newest = {mark.position: mark.points for mark in attempt.marks.all()}
        points = sum(newest.values(), Decimal(0))
        score = folding.percent(points, attempt.paper.points)
        passed = points * 100 >= (attempt.pass_percent or 0) * attempt.paper.points
        if (attempt.score, attempt.passed) != (score, passed):
            yield f"attempt {attempt.pk}: stored {attempt.score} {attempt.passed}, counted {score} {passed}"
    candidacies = with_attempts(Candidacy.objects.filter(Exists(Attempt.objects.filter(candidacy=OuterRef("pk")))))
    for candidacy in candidacies.select_related("result").iterator(chunk_size=500):
        counted = verdict_of(candidacy, list(candidacy.sitting.exam.parts.all()), now)
        result = getattr(candidacy, "result", None)
        if result is None:
            if counted.decided:
                yield f"candidacy {candidacy.pk}: decided, but no result is stored"
            continue
        stored = {"passed": result.passed, "score": result.score, "parts": result.parts}
        fresh = {"passed": counted.passed, "score": counted.score, "parts": counted.parts}
        for name, value in fresh.items():
            if stored[name] != value:
                yield f"result {result.pk} of candidacy {candidacy.pk}: {name} stored {stored[name]}, counted {value}"


# What a candidate sees


@dataclass
class PartState:
    """A part as its candidate sees it. `action` is start, resume or empty."""

    part: ExamPart
    tries: list[Attempt]
    allowed: int
    minutes: int
    attempt: Attempt | None = None
    passed: bool = False
    action: str = ""

    @property
    def left(self) -> int:
        """Tries left."""
        return max(0, self.allowed - len(self.tries))


@dataclass
class MySitting:
    """A sitting as one invited person sees it. `state` is open, coming, past, excused, cancelled."""

    candidacy: Candidacy
    sitting: Sitting
    state: str
    result: Result | None
    parts: list[PartState] = field(default_factory=list)
    begun: bool = False

    @property
    def next(self) -> PartState | None:
        """The part to begin or go on with."""
        ready = [part for part in self.parts if part.action]
        return next((part for part in ready if part.action == "resume"), ready[0] if ready else None)

    @property
    def exam(self) -> Exam:
        """What is examined."""
        return self.sitting.exam


def sittings_for(user: User, now: datetime) -> list[MySitting]:
    """Everything a person is or was invited to: what is open first, then what comes, then what is past. Four queries."""
    candidacies = with_attempts(Candidacy.objects.filter(user=user)).select_related("sitting__exam__level", "result")
    order = {"open": 0, "coming": 1}
    mine = [my_sitting(candidacy, now) for candidacy in candidacies]
    return sorted(
        mine,
        key=lambda row: (
            order.get(row.state, 2),
            row.sitting.closes_at.timestamp() * (1 if row.state in order else -1),
        ),
    )


def my_sitting(candidacy: Candidacy, now: datetime) -> MySitting:
    """One candidacy (from `with_attempts`) with what can be done about each part now."""
    sitting = candidacy.sitting
    result = getattr(candidacy, "result", None)
    if sitting.cancelled_at is not None:
        state = "cancelled"
    elif candidacy.state == Candidacy.State.EXCUSED:
        state = "excused"
    elif now < sitting.opens_at:
        state = "coming"
    else:
        state = "open" if now < sitting.closes_at else "past"
    attempts = list(candidacy.attempts.all())
    sitting_now = [attempt for attempt in attempts if attempt.state == State.OPEN]
    if sitting_now and state == "past":
        state = "open"
    rows = []
    for part in sitting.exam.parts.all():
        tries = [attempt for attempt in attempts if attempt.part_id == part.pk]
        base = part.standard.minutes if part.standard else part.minutes
        row = PartState(
            part=part,
            tries=tries,
            allowed=part.tries + candidacy.extra_tries,
            minutes=base + (0 if part.standard else candidacy.extra_minutes),
            attempt=next((attempt for attempt in tries if attempt.state == State.OPEN), None),
            passed=any(attempt.state == State.GRADED and attempt.passed for attempt in tries),
        )
        if row.attempt is not None:
            row.action = "resume"
        elif state == "open" and now < sitting.closes_at and not sitting_now and not row.passed and row.left:
            row.action = "start"
        rows.append(row)
    if state == "open" and result is not None and not any(row.action for row in rows):
        state = "past"
    return MySitting(candidacy, sitting, state, result, rows, begun=bool(attempts))


def results_of(user: User) -> QuerySet[Result]:
    """A person's results, newest first, with exam and sitting at hand."""
    return (
        Result.objects.filter(user=user)
        .select_related("exam__level", "candidacy__sitting")
        .order_by("-decided_at", "-id")
    )


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
    options: list[tuple[int, SafeString]]
    answer: dict[str, Any]
    seq: int
    marked: bool

    @property
    def answered(self) -> bool:
        """Whether anything is answered."""
        return grading.answered(self.answer)

    @property
    def chosen(self) -> list[int]:
        """The chosen options, in the key's own indexes."""
        return self.answer.get("chosen", [])


def asked(attempt: Attempt) -> list[Asked]:
    """The paper of an attempt with the answers kept so far. The key is not even read. Two queries."""
    items = attempt.paper.items
    versions = QuestionVersion.objects.only("kind", "content").in_bulk({item["version"] for item in items})
    kept = {response.position: response for response in Response.objects.filter(attempt=attempt)}
    return [
        _asked(position, item["points"], item["order"], versions[item["version"]], kept.get(position))
        for position, item in enumerate(items, start=1)
    ]


def asked_alone(version: QuestionVersion) -> Asked:
    """A question as a candidate would see it, for its author."""
    return _asked(1, version.points, list(range(len(version.content.get("options", [])))), version, None)


def _asked(position: int, points: int, order: list[int], version: QuestionVersion, kept: Response | None) -> Asked:
    options = version.content.get("options", [])
    return Asked(
        position=position,
        version=version.pk,
        kind=version.kind,
        kind_name=version.get_kind_display(),
        stem=mark_safe(version.content["stem"]),
        unit=version.content.get("unit", ""),
        points=points,
        options=[(index, mark_safe(options[index])) for index in order],
        answer=kept.answer if kept else {},
        seq=kept.seq if kept else 0,
        marked=bool(kept and kept.marked),
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
    return attempt.state != State.OPEN and now >= sitting.closes_at and not _anybody_sits(sitting)


def _anybody_sits(sitting: Sitting) -> bool:
    return Attempt.objects.filter(candidacy__sitting=sitting, state=State.OPEN).exists()


def reviewed(attempt: Attempt) -> list[Reviewed]:
    """The marked paper with keys and explanations; call it only for a released attempt."""
    versions = QuestionVersion.objects.in_bulk({item["version"] for item in attempt.paper.items})
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
        correct=key.get("correct", []),
        key_text=text,
        key_bool=key.get("answer"),
        explanation=version.explanation,
        source=version.source,
    )


def review_alone(version: QuestionVersion) -> Reviewed:
    """A question with its key, for its author."""
    return _reviewed(asked_alone(version), version, Decimal(0))


def result_page(row: MySitting, now: datetime) -> dict[str, Any]:
    """What the result page shows: parts with the try that counts, topics, and the marked papers once released."""
    verdict = verdict_of(row.candidacy, row.sitting.exam.parts.all(), now)
    attempts = {attempt.pk: attempt for attempt in row.candidacy.attempts.all()}
    parts = []
    for state, line in zip(row.parts, verdict.parts, strict=True):
        attempt = attempts.get(line["attempt"])
        parts.append({"state": state, "line": line, "attempt": attempt, "pass_percent": _pass_percent(state, attempt)})
    papers = [part["attempt"] for part in parts if part["attempt"] is not None and part["attempt"].paper_id]
    shown = bool(papers) and all(released(attempt, row.sitting, now) for attempt in papers)
    marked = list(Attempt.objects.filter(pk__in=[paper.pk for paper in papers]).select_related("paper", "part"))
    return {
        "row": row,
        "verdict": verdict,
        "parts": parts,
        "topics": [(topic, round(share * 100)) for topic, share in strengths(papers)] if papers else [],
        "released": shown,
        "papers": [(paper, reviewed(paper)) for paper in marked] if shown else [],
    }


def _pass_percent(state: PartState, attempt: Attempt | None) -> int | None:
    frozen = attempt.pass_percent if attempt is not None else None
    return state.part.pass_percent if frozen is None else frozen


def strengths(attempts: Iterable[Attempt]) -> list[tuple[Topic, float]]:
    """(topic, share of points) over attempts, weakest first. Two queries."""
    marks = Mark.objects.filter(attempt__in=list(attempts)).values_list("topic_id", "points", "out_of")
    shares = statistics.strength_by_topic(marks)
    topics = Topic.objects.in_bulk([topic for topic, _share in shares])
    return [(topics[topic], share) for topic, share in shares if topic in topics]


# What trainers and examiners see


def topic_strength(since: datetime, units: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """How strong topics are in exams since a moment: {"topic_id", "people", "answered", "rate"}, rate 0 to 1.

    With `units` (unit paths) one row a topic and unit, with "unit_path", of the people who work there or below now.
    """
    marks = Mark.objects.filter(given_at__gte=since, attempt__state=State.GRADED)
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
    has_answer = Case(
        When(responses__answer={}, then=None),
        When(responses__pk__isnull=False, then=Value(1)),
        output_field=IntegerField(),
    )
    attempts = (
        Attempt.objects.select_related("part", "typing")
        .defer("typing__text", "typing__committed")
        .annotate(answered=Count(has_answer), questions=_Length(F("paper__items")))
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
    open_now = next((attempt for attempt in attempts if attempt.state == State.OPEN), None)
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
