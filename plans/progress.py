"""Plan against actual: what became of each item, and how far the plan is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

SELF_STUDY = "self_study"


class Progress(StrEnum):
    """What became of an item. Late: its month is over and it was neither held nor studied."""

    PLANNED = "planned"
    SCHEDULED = "scheduled"
    HELD = "held"
    DONE = "done"
    LATE = "late"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Facts:
    """Of one item. `month` is its first day; seats are people invited or assigned.

    `open_seats` are invited people whose attendance nobody has noted yet; `reached` attended or completed.
    """

    method: str
    month: date
    cancelled: bool = False
    session_ends: datetime | None = None
    seats: int = 0
    open_seats: int = 0
    reached: int = 0

    @property
    def is_arranged(self) -> bool:
        return self.seats > 0 if self.method == SELF_STUDY else self.session_ends is not None


def is_over(month: date, on: date) -> bool:
    """Whether a month is over on a day."""
    return (month.year, month.month) < (on.year, on.month)


def state(facts: Facts, now: datetime) -> Progress:
    """What became of an item. A session is held when it is over, done when everybody's attendance is noted;
    self-study is done when everybody has completed the course. `now` is in the organisation's zone."""
    if facts.cancelled:
        return Progress.CANCELLED
    over = is_over(facts.month, now.date())
    if not facts.is_arranged:
        return Progress.LATE if over else Progress.PLANNED
    if facts.method == SELF_STUDY:
        if facts.reached >= facts.seats:
            return Progress.DONE
        return Progress.LATE if over else Progress.SCHEDULED
    if facts.session_ends is not None and facts.session_ends <= now:
        return Progress.HELD if facts.open_seats else Progress.DONE
    return Progress.LATE if over else Progress.SCHEDULED


@dataclass(frozen=True)
class Count:
    """Items that count (cancelled ones do not), and the people meant and reached by what is over."""

    planned: int = 0
    scheduled: int = 0
    held: int = 0
    done: int = 0
    late: int = 0
    cancelled: int = 0
    seats: int = 0
    reached: int = 0

    @property
    def share(self) -> int | None:
        """Percent of the people meant who attended or completed; None before anything is over."""
        return round(100 * self.reached / self.seats) if self.seats else None


def count(items: Iterable[Facts], now: datetime) -> Count:
    """Plan against actual. `planned` are all items, `scheduled` those arranged, `held` those over, `done` those with
    everything noted; `seats` and `reached` of items that are over, and of all self-study given out."""
    planned = scheduled = held = done = late = cancelled = seats = reached = 0
    for facts in items:
        became = state(facts, now)
        if became is Progress.CANCELLED:
            cancelled += 1
            continue
        planned += 1
        scheduled += facts.is_arranged
        held += became in (Progress.HELD, Progress.DONE)
        done += became is Progress.DONE
        late += became is Progress.LATE
        if became in (Progress.HELD, Progress.DONE) or facts.method == SELF_STUDY:
            seats += facts.seats
            reached += facts.reached
    return Count(planned, scheduled, held, done, late, cancelled, seats, reached)


def by_month(items: Iterable[Facts], now: datetime) -> dict[date, Count]:
    """The same, by the first day of the month, earliest first."""
    months: dict[date, list[Facts]] = {}
    for facts in items:
        months.setdefault(facts.month, []).append(facts)
    return {month: count(months[month], now) for month in sorted(months)}
