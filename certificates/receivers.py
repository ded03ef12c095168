"""A passed result earns its certificates in the same transaction; one that is about to turn is told what rests on it."""

from collections.abc import Sequence
from datetime import datetime

from certificates import services
from certificates.models import Certificate
from exams.models import Result


def issue_earned(sender: object, *, result: Result, now: datetime, **_signal: object) -> None:
    """Connected to exams.signals.result_passed."""
    services.issue_earned(result=result, now=now)


def rests_on(sender: object, *, results: Sequence[int], **_signal: object) -> list[tuple[int, str, str]]:
    """Connected to exams.signals.what_rests_on: the certificates that these results earned and nobody revoked."""
    held = Certificate.objects.filter(result__in=results, revocation__isnull=True).order_by("pk")
    return [(one.result_id, f"{one.title} {one.number}", one.get_absolute_url()) for one in held]
