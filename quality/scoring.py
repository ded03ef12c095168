"""Points and quarters: what an observation is worth, and how several come to an average."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

FULL = 100
Item = TypeVar("Item", bound=Hashable)


def adds_up(weights: Iterable[int]) -> bool:
    """Whether the points of a checklist are each at least 1 and make 100 together."""
    points = list(weights)
    return bool(points) and min(points) >= 1 and sum(points) == FULL


def wrongly_lost(lost: Mapping[Item, int], weights: Mapping[Item, int]) -> list[Item]:
    """Items that lose fewer than 0 points, more than they are worth, or are not on the checklist."""
    return [item for item, points in lost.items() if item not in weights or not 0 <= points <= weights[item]]


def score(lost: Mapping[Item, int], weights: Mapping[Item, int]) -> int:
    """What is left of 100 points. Raises ValueError when an item loses what it does not have."""
    if wrong := wrongly_lost(lost, weights):
        raise ValueError(f"cannot lose these points: {wrong}")
    return FULL - sum(lost.values())


def mean(total: int, count: int) -> Decimal | None:
    """The average to one decimal, halves rounded up; None when there is nothing to average."""
    if count == 0:
        return None
    return (Decimal(total) / count).quantize(Decimal("0.1"), ROUND_HALF_UP)


def quarter_of(day: date) -> date:
    """The first day of the quarter that holds a day."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def months_before(day: date, months: int) -> date:
    """The first day of the month so many months before the month of `day`."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def quarters_up_to(day: date, count: int) -> list[date]:
    """First days of the quarter of `day` and those before it, newest first."""
    newest = quarter_of(day)
    return [months_before(newest, 3 * back) for back in range(count)]
