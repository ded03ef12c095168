"""When something is due, how far somebody is, and what a lesson still asks for: days and counts only."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import ceil
from typing import Any

SOON_DAYS = 7


class Due(StrEnum):
    """Where an assignment stands on a day, from most to least pressing."""

    LATE = "late"
    SOON = "soon"
    DUE = "due"
    DONE = "done"


def due_day(start: date, days: int) -> date:
    """The day a step of a path is due: so many days after its start."""
    return start + timedelta(days=days)


def state(*, due_on: date, on: date, done: bool) -> Due:
    """Done for ever, late after the due day, soon within the last week, due before."""
    if done:
        return Due.DONE
    left = days_left(due_on=due_on, on=on)
    if left < 0:
        return Due.LATE
    return Due.SOON if left <= SOON_DAYS else Due.DUE


def last_day(*, every: str, day: int, on: date) -> date:
    """The newest day up to `on` on which something comes: every "week" on weekday 1 (Monday) to 7, every "month" on that
    day of the month, 1 to 28."""
    if every == "week":
        return on - timedelta(days=(on.isoweekday() - day) % 7)
    if on.day >= day:
        return on.replace(day=day)
    return (on.replace(day=1) - timedelta(days=1)).replace(day=day)


def days_left(*, due_on: date, on: date) -> int:
    """Days until the due day, 0 on it, negative after it."""
    return (due_on - on).days


def holds(*, expires_on: date | None, on: date) -> bool:
    """Whether a completion holds on a day; `expires_on` is the first day on which it does not, None for ever."""
    return expires_on is None or on < expires_on


def changed(*, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[int]:
    """Which lessons (`page`) of a frozen course read differently from an older version, or are new; in order."""
    words = ("title", "body", "package")
    known = {lesson["page"]: [lesson.get(word) for word in words] for lesson in before}
    return [lesson["page"] for lesson in after if known.get(lesson["page"]) != [lesson.get(word) for word in words]]


def is_complete(*, wanted: list[int], done: set[int]) -> bool:
    """Whether every lesson is done; a course without lessons cannot be completed."""
    return bool(wanted) and set(wanted) <= done


def next_lesson(*, wanted: list[int], done: set[int]) -> int | None:
    """The first lesson in order that is not done yet; None when all are."""
    return next((lesson for lesson in wanted if lesson not in done), None)


def circle(first: dict[int, list[int]], start: int) -> list[int]:
    """The way from a course over courses that come first back to itself, both ends named; empty when there is none."""
    ways = [[start]]
    seen = set()
    while ways:
        way = ways.pop()
        for course in first.get(way[-1], []):
            if course == start:
                return [*way, start]
            if course not in seen:
                seen.add(course)
                ways.append([*way, course])
    return []


class Asked(StrEnum):
    """What a lesson can ask for before it is done, in the order in which a page names it."""

    END = "end"
    MINUTES = "minutes"
    CHECKS = "checks"
    NOTICES = "notices"
    PACKAGE = "package"


@dataclass(frozen=True)
class Rules:
    """When a lesson is done: read to the end, for so many seconds, its checks right, its notices acknowledged, its
    package completed."""

    end: bool = False
    seconds: int = 0
    checks: frozenset[str] = frozenset()
    notices: frozenset[str] = frozenset()
    package: bool = False


@dataclass(frozen=True)
class Facts:
    """What somebody has done of it."""

    end: bool = False
    seconds: int = 0
    checks: frozenset[str] = frozenset()
    notices: frozenset[str] = frozenset()
    package: bool = False


def missing(rules: Rules, facts: Facts) -> list[Asked]:
    """What the rules ask for and the facts do not hold; empty when the lesson is done."""
    open_points = {
        Asked.END: rules.end and not facts.end,
        Asked.MINUTES: facts.seconds < rules.seconds,
        Asked.CHECKS: not rules.checks <= facts.checks,
        Asked.NOTICES: not rules.notices <= facts.notices,
        Asked.PACKAGE: rules.package and not facts.package,
    }
    return [asked for asked in Asked if open_points[asked]]


def believed(*, before: int, claimed: int, since_report: float, since_open: float) -> int:
    """The seconds of reading to keep when a page claims some: they never shrink, and grow no faster than the clock has
    run since the last report, nor beyond what it has run since the lesson was opened."""
    return max(before, min(claimed, before + ceil(since_report), int(since_open)))


def stage(days: int) -> tuple[str, int]:
    """Where on the map of a path a step lies that is due so many days after its start: ("day", 1), then weeks, then
    months of 30 days, each counted from 1."""
    if days <= 1:
        return "day", 1
    return ("week", ceil(days / 7)) if days <= 28 else ("month", ceil(days / 30))
