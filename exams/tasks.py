"""What the queue does for exams; each calls a service and may run twice."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from exams import services
from exams.models import BankExchange, Regrade


def regrade(pk: int) -> None:
    """Marks anew what a corrected key changes. The clock is read here, at the edge."""
    waiting = Regrade.objects.select_related("correction__version", "correction__by").get(pk=pk)
    services.regrade(regrade=waiting, now=timezone.now())


def check_import(pk: int) -> None:
    """Reads and judges an uploaded file of questions."""
    _or_failed(services.check_import, pk)


def carry_out_import(pk: int) -> None:
    """Takes the questions of a checked file."""
    _or_failed(services.carry_out_import, pk)


def write_export(pk: int) -> None:
    """Writes questions to a file."""
    _or_failed(services.write_export, pk)


def _or_failed(act: Callable[..., Any], pk: int) -> None:
    """A fault of ours is shown to whoever waits, and stays among the queue's failures."""
    exchange = BankExchange.objects.get(pk=pk)
    try:
        act(exchange=exchange, now=timezone.now())
    except Exception:
        services.fail_exchange(exchange=exchange, now=timezone.now())
        raise
