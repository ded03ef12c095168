"""What the clock ends and decides, for all at once: the sweeper's turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, transaction

from exams import queries
from exams.models import Attempt, Candidacy
from exams.services.attempts import fold, submit
from exams.services.saving import GRACE

log = structlog.get_logger("exams")


def end_overdue(*, now: datetime) -> int:
    """Ends every attempt whose deadline and grace are over, and decides what closed sittings leave undecided.

    Each in a transaction of its own, so that one that fails, which is logged, does not hold up the others; what somebody
    else is just ending is left to them. Returns how many attempts were ended.
    """
    overdue = Attempt.objects.filter(state=Attempt.State.OPEN, deadline__lte=now - GRACE, paused_at__isnull=True)
    overdue = overdue.order_by("deadline")
    ended = 0
    for pk, candidacy_id in list(overdue.values_list("pk", "candidacy_id")):
        with _alone("attempt", pk), transaction.atomic():
            free = Candidacy.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=candidacy_id).first()
            # Read again under the lock: meanwhile somebody may have paused it or given it time.
            attempt = overdue.filter(pk=pk).first() if free else None
            if attempt is not None:
                submit(attempt=attempt, now=now, ended_by=Attempt.EndedBy.CLOCK)
                ended += 1
    for candidacy in queries.undecided(now):
        with _alone("candidacy", candidacy.pk):
            fold(candidacy=candidacy, now=now)
    return ended


@contextmanager
def _alone(what: str, pk: int) -> Iterator[None]:
    """Logs a fault of this one, so that the next one has its turn; without a database nobody has."""
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("not ended", what=what, pk=pk)
