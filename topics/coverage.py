"""How well a topic is covered: each app above counts what it has, such as lessons that teach and questions that test."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from topics.models import Topic

Count = Callable[[list[int], date], dict[int, int]]


@dataclass(frozen=True)
class Measure:
    """A thing counted by topic. `missing` says that there is none of it where some should be; `unanswered` names another
    measure and says that there is some of this one and none of that."""

    name: str
    label: Promise
    count: Count
    missing: Promise | None = None
    unanswered: tuple[str, Promise] | None = None


_measures: list[Measure] = []


def register(
    name: str,
    label: Promise,
    count: Count,
    *,
    missing: Promise | None = None,
    unanswered: tuple[str, Promise] | None = None,
) -> None:
    """Adds a measure; `count` takes topic ids and a day and gives {topic id: how many}. Called in `ready()`."""
    _measures.append(Measure(name, label, count, missing, unanswered))


def measures() -> list[Measure]:
    """What is counted, in the order of registration."""
    return list(_measures)


def attach(topics: Iterable[Topic], on: date) -> None:
    """Sets `coverage`, {measure name: how many}, on each topic, as of a day; one query a measure."""
    topics = list(topics)
    ids = [topic.pk for topic in topics]
    counted = {measure.name: measure.count(ids, on) for measure in _measures}
    for topic in topics:
        topic.coverage = {name: counts.get(topic.pk, 0) for name, counts in counted.items()}


def gaps(counts: dict[str, int]) -> list[str]:
    """What is missing, in words."""
    found = [str(one.missing) for one in _measures if one.missing is not None and not counts[one.name]]
    return found + [
        str(one.unanswered[1])
        for one in _measures
        if one.unanswered is not None and counts[one.name] and not counts[one.unanswered[0]]
    ]
