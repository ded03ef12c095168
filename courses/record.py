"""What stands in somebody's record of training; apps above add sections of their own, such as certificates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from people.models import User


@dataclass(frozen=True)
class Line:
    """One thing that was achieved on a day. `minutes` is the time it took, None where time says nothing."""

    on: date
    title: str
    detail: str = ""
    minutes: int | None = None
    url: str = ""


Lines = Callable[[User, date], list[Line]]


@dataclass(frozen=True)
class Added:
    """A section of an app above."""

    name: str
    label: Promise
    lines: Lines


_added: list[Added] = []


def register(name: str, label: Promise, lines: Lines) -> None:
    """Adds a section; `lines` takes a person and the day of reading. Called in `ready()`."""
    _added.append(Added(name, label, lines))


def added() -> list[Added]:
    """The sections of the apps above, in the order of registration."""
    return list(_added)
