"""What each level asks of typing, as rows."""

from datetime import datetime

from django.db import transaction

from exams.typing.models import TypingStandard
from ground import journal
from people.models import Level, User


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
            "counts": counts,
        },
    )
    if created:
        journal.record("typing_standard.created", standard, by=by, now=now, data={"threshold": threshold, "gate": gate})
    return standard
