"""What each level asks of typing, as rows."""

from datetime import datetime
from typing import Any

from django.db import transaction

from exams.typing.models import TypingStandard
from ground import journal
from people.models import Level, User

FIGURES = ("threshold", "gate", "minutes", "punctuation", "tries", "counts")


@transaction.atomic
def create_standard(
    *,
    code: str,
    name: str,
    threshold: int,
    minutes: int,
    now: datetime,
    by: User | None = None,
    gate: int = 95,
    level: Level | None = None,
    punctuation: str = TypingStandard.Punctuation.WIDTH_INSENSITIVE,
    tries: int = 2,
    counts: str = TypingStandard.Counts.BEST,
) -> TypingStandard:
    """What a level asks: `threshold` characters per minute at `gate` percent over `minutes`. Same code: the same row."""
    standard, created = TypingStandard.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "threshold": threshold,
            "minutes": minutes,
            "gate": gate,
            "level": level,
            "punctuation": punctuation,
            "tries": tries,
            "counts": counts,
        },
    )
    if created:
        journal.record("typing_standard.created", standard, by=by, now=now, data=_figures(standard))
    return standard


@transaction.atomic
def change_standard(*, standard: TypingStandard, by: User | None, now: datetime, **values: Any) -> TypingStandard:
    """Changes any of name, level and the figures for attempts that begin from now on; those begun keep what they froze.

    The journal keeps the figures before and after. Without a change nothing is written.
    """
    standard = TypingStandard.objects.select_for_update(of=("self",)).get(pk=standard.pk)
    before = {name: getattr(standard, name) for name in values}
    if before == values:
        return standard
    figures = _figures(standard)
    for name, value in values.items():
        setattr(standard, name, value)
    standard.save(update_fields=list(values))
    data = {"before": figures, "after": _figures(standard)}
    journal.record("typing_standard.changed", standard, by=by, now=now, data=data)
    return standard


def _figures(standard: TypingStandard) -> dict[str, Any]:
    return {name: getattr(standard, name) for name in FIGURES}
