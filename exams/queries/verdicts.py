"""What the attempts of a candidacy come to: the fold, who is still undecided, and the recount of what is stored."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from exams import folding
from exams.models import Attempt, Candidacy, ExamPart
from ground.compiled import Compiled


class Figures(Protocol):
    """What a mark adds to the sums."""

    position: int
    points: Decimal
    out_of: int


UNDECIDED_FOR = timedelta(days=7)
"""How long after closing the sweeper looks for candidacies that nothing has decided; `recount` names older ones."""


def with_attempts(candidacies: QuerySet[Candidacy]) -> QuerySet[Candidacy]:
    """Candidacies with sitting, exam, parts and attempts (re-checks left out) at hand."""
    attempts = _tries().filter(ordered__isnull=True)
    return candidacies.select_related("sitting__exam").prefetch_related(
        Prefetch("attempts", attempts), Prefetch("sitting__exam__parts", _parts())
    )


tries_of = Compiled(lambda candidacy: _tries().filter(candidacy=candidacy))
"""The attempts of a candidacy (id) in their order, re-checks among them, with what the fold asks of each."""

tries_to_end = Compiled(
    lambda candidacy: (
        _tries().filter(candidacy=candidacy).select_for_update(of=("self",)).select_related("typing", "part", "paper")
    )
)
"""The same under their locks, with parts and papers."""

tries_to_show = Compiled(
    lambda candidacy: _tries().filter(candidacy=candidacy, ordered__isnull=True).select_related("typing", "paper")
)
"""The same with papers, re-checks left out."""

parts_of = Compiled(lambda exam: _parts().filter(exam=exam))
"""The parts of an exam (id) in their order, with what the fold asks of each."""


def _tries() -> QuerySet[Attempt]:
    return Attempt.objects.select_related("typing").order_by("number")


def _parts() -> QuerySet[ExamPart]:
    return ExamPart.objects.select_related("standard").order_by("order", "id")


def verdict_of(
    candidacy: Candidacy, attempts: Sequence[Attempt], parts: Sequence[ExamPart], now: datetime
) -> folding.Verdict:
    """What the attempts of a candidacy come to now, re-checks left out; its sitting and exam at hand."""
    attempts = [attempt for attempt in attempts if attempt.ordered_id is None]
    return folding.fold(
        [
            folding.Part(
                part=part.pk,
                title=part.title,
                kind=part.kind,
                allowed=tries_allowed(part, attempts) + candidacy.extra_tries,
                rule=_rule(part, attempts),
                tries=tuple(_try(attempt) for attempt in attempts if attempt.part_id == part.pk),
                weight=part.weight,
            )
            for part in parts
        ],
        folding.Rule(candidacy.sitting.exam.rule, candidacy.sitting.exam.pass_percent),
        closed=now >= candidacy.sitting.closes_at,
    )


def _rule(part: ExamPart, attempts: Sequence[Attempt]) -> str:
    """Which try counts: of a paper the best; of a typing test what its standard said when the newest try began."""
    if part.standard is None:
        return folding.BEST
    return _frozen(part, attempts).get("counts") or part.standard.counts


def tries_allowed(part: ExamPart, attempts: Sequence[Attempt]) -> int:
    """How many tries a part has; of a typing test what its standard said when the newest try began."""
    return _frozen(part, attempts).get("tries") or part.tries_allowed


def _frozen(part: ExamPart, attempts: Sequence[Attempt]) -> dict[str, Any]:
    """The standard as the newest run of a part froze it; empty before there is one, and for papers."""
    if part.standard_id is None:
        return {}
    runs = [getattr(attempt, "typing", None) for attempt in attempts if attempt.part_id == part.pk]
    return next((run.standard for run in reversed(runs) if run is not None), {})


def _try(attempt: Attempt) -> folding.Try:
    run = getattr(attempt, "typing", None)
    counted = run is not None and run.certified is not None
    return folding.Try(
        attempt=attempt.pk,
        number=attempt.number,
        passed=bool(attempt.passed),
        pending=attempt.state in (Attempt.State.OPEN, Attempt.State.MARKING),
        void=attempt.state == Attempt.State.VOID,
        score=attempt.score,
        speed=folding.speed(run.certified, run.duration_ms) if counted else None,
        accuracy=folding.accuracy(run.certified, run.typed) if counted else None,
    )


def undecided(now: datetime) -> list[Candidacy]:
    """Candidacies of sittings that closed lately, with ended attempts, nothing sat or marked, and no result yet."""
    attempts = Attempt.objects.filter(candidacy=OuterRef("pk"))
    return list(
        Candidacy.objects.filter(
            Exists(attempts),
            ~Exists(attempts.filter(state__in=(Attempt.State.OPEN, Attempt.State.MARKING))),
            sitting__closes_at__lte=now,
            sitting__closes_at__gt=now - UNDECIDED_FOR,
            result__isnull=True,
        )
    )


def recount(now: datetime) -> Iterator[str]:
    """Every difference between what is stored and what the marks and attempts say: one sentence each."""
    marked = Attempt.objects.filter(paper__isnull=False).exclude(state=Attempt.State.OPEN)
    for attempt in marked.prefetch_related("marks").iterator(chunk_size=500):
        sums = newest_sums(attempt.marks.all())
        score = folding.percent(*sums)
        passed = folding.passes(*sums, attempt.pass_percent or 0)
        stored = (attempt.points, attempt.out_of)
        if attempt.passed is not None:
            stored, sums = (*stored, attempt.score, attempt.passed), (*sums, score, passed)
        if stored != sums:
            yield f"attempt {attempt.pk}: stored {_words(stored)}, counted {_words(sums)}"
    candidacies = with_attempts(Candidacy.objects.filter(Exists(Attempt.objects.filter(candidacy=OuterRef("pk")))))
    for candidacy in candidacies.select_related("result").iterator(chunk_size=500):
        counted = verdict_of(candidacy, candidacy.attempts.all(), candidacy.sitting.exam.parts.all(), now)
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


def newest_sums(marks: Iterable[Figures]) -> tuple[Decimal, int]:
    """(points, out of) over the newest mark of every position; `marks` in the order in which they were given."""
    newest = {mark.position: mark for mark in marks}
    return sum((mark.points for mark in newest.values()), Decimal(0)), sum(mark.out_of for mark in newest.values())


def _words(figures: Iterable[object]) -> str:
    return " ".join(str(figure) for figure in figures)
