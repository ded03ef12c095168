"""When something is due, and how far somebody is: days and counts only."""

from datetime import date, timedelta
from enum import StrEnum

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


def is_complete(*, wanted: list[int], done: set[int]) -> bool:
    """Whether every lesson is done; a course without lessons cannot be completed."""
    return bool(wanted) and set(wanted) <= done


def next_lesson(*, wanted: list[int], done: set[int]) -> int | None:
    """The first lesson in order that is not done yet; None when all are."""
    return next((lesson for lesson in wanted if lesson not in done), None)
