"""The pool: how often passages were drawn, how hard they are, and what else holds their sentences."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from exams.models.attempts import Attempt
from exams.typing import equating, passages
from exams.typing.models import Passage, PassageVersion, TypingRun


@dataclass(frozen=True)
class PassageRow:
    """One exam passage: times drawn (chained ones too), and its effect on speed; None while nobody typed it beside another."""

    passage: Passage
    drawn: int
    effect: equating.Effect | None


def exposure(chosen: Iterable[int] | None = None) -> Counter[int]:
    """How often each passage was drawn, first or chained on. Two queries."""
    runs, versions = TypingRun.objects.all(), PassageVersion.objects.all()
    if chosen is not None:
        chosen = list(chosen)
        runs, versions = runs.filter(version__passage__in=chosen), versions.filter(passage__in=chosen)
    drawn = Counter(dict(runs.order_by().values_list("version__passage").annotate(n=Count("id"))))
    drawn.update(dict(versions.order_by().values_list("passage").annotate(n=Count("chained_runs"))))
    return drawn


def equated() -> list[PassageRow]:
    """Every exam passage with its effect, the ones to look at first. Four queries.

    Counted are graded runs over one passage alone: what was typed on a chain says nothing of either.
    """
    alone = TypingRun.objects.filter(
        attempt__state=Attempt.State.GRADED, certified__gt=0, version__passage__use=Passage.Use.EXAM
    ).exclude(pk__in=TypingRun.chained.through.objects.values("typingrun"))
    figures = alone.order_by("pk").values_list(
        "attempt__candidacy__user", "version__passage", "certified", "duration_ms"
    )
    effects = equating.equate((user, passage, certified / ms) for user, passage, certified, ms in figures)
    pool = list(Passage.objects.filter(use=Passage.Use.EXAM).select_related("current"))
    drawn = exposure()
    rows = [PassageRow(passage, drawn[passage.pk], effects.get(passage.pk)) for passage in pool]
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
