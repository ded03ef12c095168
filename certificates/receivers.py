"""A passed result earns its certificates in the same transaction."""

from datetime import datetime

from certificates import services
from exams.models import Result


def issue_earned(sender: object, *, result: Result, now: datetime, **_signal: object) -> None:
    """Connected to exams.signals.result_passed."""
    services.issue_earned(result=result, now=now)
