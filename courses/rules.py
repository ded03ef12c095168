"""When a rule's course is due for somebody, and what leave does to due days: days only, no Django."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

NOTICE_DAYS = 14
"""Nobody gets less time than this by a rule, however long ago its reason was."""
RENEW_DAYS = 60
"""So long before a completion expires the course is assigned again."""


@dataclass(frozen=True)
class Facts:
    """What is known of a person: the first day of work, the first day in the present unit and post, and the first day on
    which the completion of the course does not hold (None: none, or it holds for ever)."""

    hired: date | None = None
    moved: date | None = None
    expires: date | None = None


@dataclass(frozen=True)
class Due:
    """Due on a day, because of something ("hire", "move", "expiry" or "rule") that happened on a day."""

    cause: str
    since: date
    on: date


def due(*, word: str, days: int | None, day: date | None, facts: Facts, today: date) -> Due | None:
    """When a rule's course is due for a person who is meant by it today; None when its day has not come, or never does.

    `word` is hire, assignment, move, expiry or day; `days` counts from it (before it for expiry), `day` is the fixed day.
    A day that leaves less than two weeks is put off to two weeks from today and counts from today.
    """
    soonest = today + timedelta(days=NOTICE_DAYS)
    if word == "day" and day is not None:
        return Due("rule", today, max(day, soonest))
    if word == "expiry" and days is not None:
        if facts.expires is None or today < facts.expires - timedelta(days=days + RENEW_DAYS):
            return None
        return Due("expiry", facts.expires, max(facts.expires - timedelta(days=days), soonest))
    since = {"hire": facts.hired, "move": facts.moved, "assignment": today}.get(word)
    if since is None or days is None:
        return None
    wanted = since + timedelta(days=days)
    if word == "assignment":
        return Due("rule", today, wanted)
    return Due(word, since, wanted) if wanted >= soonest else Due("rule", today, soonest)


def after_leave(*, due_on: date, assigned_on: date, leaves: Iterable[tuple[date, date]]) -> date:
    """The due day of what was assigned on a day, moved by the days of leave since then: a leave (first day, last day) moves
    what is due from its first day on, by as many of its days as lie after the assignment."""
    for first, last in sorted(leaves):
        begins = max(first, assigned_on)
        if begins <= last and due_on >= first:
            due_on += timedelta(days=(last - begins).days + 1)
    return due_on
