"""When something is due, and how far somebody is: days and counts only."""

from datetime import date, timedelta
from enum import StrEnum
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
