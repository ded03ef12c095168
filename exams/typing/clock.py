"""The clock of a typing test: the time since the start without the pauses. Pure.

The allotted time never changes; a pause moves the deadline by as long as it lasted. So the deadline alone tells the time.
"""

from datetime import datetime, timedelta


def elapsed_ms(duration_ms: int, deadline: datetime, paused_at: datetime | None, now: datetime) -> int:
    """Whole milliseconds since the start, pauses left out: beyond `duration_ms` once the time is over."""
    return duration_ms - -(-(deadline - (paused_at or now)) // timedelta(milliseconds=1))
