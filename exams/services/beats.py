"""The page's own beat: one statement that says the time left and notes that the candidate is there."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_datetime

from exams.models import Attempt
from exams.services.saving import LARGEST


@dataclass(frozen=True)
class Clock:
    """Where an attempt stands: `left_ms` milliseconds left, `extra` seconds granted within its time, the newest `tab`."""

    open: bool
    tab: int
    left_ms: int = 0
    extra: int = 0
    paused: bool = False


def beat(*, attempt_id: int, generation: int, away: int, now: datetime) -> Clock:
    """Notes that the newest tab of an open attempt is there, and that its page was left `away` times in all; says the clock.

    A beat of an older tab, or after the end, notes nothing. One statement while all is well.
    """
    moment = connection.ops.adapt_datetimefield_value
    greatest = "GREATEST" if connection.vendor == "postgresql" else "MAX"
    sql = f"""
        UPDATE exams_attempt SET seen_at = %s, away = {greatest}(away, %s)
        WHERE id = %s AND state = 'open' AND generation = %s
        RETURNING base_deadline, deadline, paused_at
    """  # noqa: S608 - only our own words are put together; every value is a parameter
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment(now), min(max(away, 0), LARGEST), attempt_id, generation])
        row = cursor.fetchone()
    if row is None:
        known = Attempt.objects.filter(pk=attempt_id).values_list("state", "generation").first()
        state, tab = known or (Attempt.State.VOID, 0)
        return Clock(open=state == Attempt.State.OPEN, tab=tab)
    base, deadline, paused = (_read(value) for value in row)
    return Clock(
        open=True,
        tab=generation,
        left_ms=max(0, (deadline - (paused or now)) // timedelta(milliseconds=1)),
        extra=max(0, round((deadline - base).total_seconds())),
        paused=paused is not None,
    )


def _read(value: Any) -> Any:
    """A moment as the engine returns it: SQLite as text or without a zone, always in UTC."""
    value = parse_datetime(value) if isinstance(value, str) else value
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
