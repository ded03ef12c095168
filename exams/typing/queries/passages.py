"""The pool: how often passages were drawn, how hard they are, and what else holds their sentences."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from exams.models.attempts import Attempt
from exams.typing import equating, passages
from exams.typing.models import Passage, TypingRun

COMPARED = 20_000  # latest runs: enough for any pool, and the report stays quick


@dataclass(frozen=True)
class PassageRow:
    """One exam passage: times drawn (chained ones too), and its effect on speed; None while nobody typed it beside another."""

    passage: Passage
    drawn: int
    effect: equating.Effect | None


def exposure(*, latest: int | None = None) -> Counter[int]:
    """How often each passage was drawn, first or chained on, among the `latest` tests only if said. At most three queries."""
    runs, chained = TypingRun.objects.order_by(), TypingRun.chained.through.objects.order_by()
    if latest is not None:
        newest = TypingRun.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        runs, chained = runs.filter(pk__gt=newest - latest), chained.filter(typingrun__gt=newest - latest)
    drawn = Counter(dict(runs.values_list("version__passage").annotate(n=Count("pk"))))
    drawn.update(dict(chained.values_list("passageversion__passage").annotate(n=Count("pk"))))
    return drawn


def with_exposure(pool: QuerySet[Passage]) -> QuerySet[Passage]:
    """Passages with `drawn`, how often each was drawn in all tests, first or chained on."""
    first = TypingRun.objects.filter(version__passage=OuterRef("pk")).order_by().values("version__passage")
    chained = TypingRun.chained.through.objects.filter(passageversion__passage=OuterRef("pk")).order_by()
    counts = (first, chained.values("passageversion__passage"))
    drawn = [Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0) for rows in counts]
    return pool.annotate(drawn=drawn[0] + drawn[1])


def equated() -> list[PassageRow]:
    """Every exam passage with its effect, the ones to look at first. Two queries.

    Compared are the latest graded runs over one passage alone: what was typed on a chain says nothing of either.
    """
    alone = TypingRun.objects.filter(
        attempt__state=Attempt.State.GRADED, certified__gt=0, version__passage__use=Passage.Use.EXAM
    ).exclude(pk__in=TypingRun.chained.through.objects.values("typingrun"))
    figures = alone.order_by("-pk").values_list(
        "attempt__candidacy__user", "version__passage", "certified", "duration_ms"
    )[:COMPARED]
    effects = equating.equate((user, passage, certified / ms) for user, passage, certified, ms in figures)
    pool = with_exposure(Passage.objects.filter(use=Passage.Use.EXAM).select_related("current"))
    rows = [PassageRow(passage, passage.drawn, effects.get(passage.pk)) for passage in pool]
    return sorted(rows, key=lambda row: (row.effect is None, -abs(row.effect.percent) if row.effect else 0))


def taken_sentences(text: str, *, but: str = "") -> list[tuple[str, Passage]]:
    """Sentences of a text that another passage (not the one with the code `but`) has too, with that passage. One query."""
    own = passages.sentences(text)
    others = Passage.objects.filter(current__isnull=False, retired_at__isnull=True).exclude(code=but)
    found = []
    for other in others.select_related("current"):
        known = passages.sentences(other.current.text)
        found += [(written, other) for tokens, written in own.items() if tokens in known]
    return found
