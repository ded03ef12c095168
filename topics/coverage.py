"""How well a topic is covered: each app above counts what it has, such as lessons that teach and questions that test."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from topics.models import Topic

Count = Callable[[list[int]], dict[int, int]]


@dataclass(frozen=True)
class Measure:
    """A thing counted by topic."""

    name: str
    label: Promise
    count: Count


_measures: list[Measure] = []


def register(name: str, label: Promise, count: Count) -> None:
    """Adds a measure; `count` takes topic ids and gives {topic id: how many}. Called in `ready()`."""
    _measures.append(Measure(name, label, count))


def measures() -> list[Measure]:
    """What is counted, in the order of registration."""
    return list(_measures)


def attach(topics: Iterable[Topic]) -> None:
    """Sets `coverage`, {measure name: how many}, on each topic; one query a measure."""
    topics = list(topics)
    ids = [topic.pk for topic in topics]
    counted = {measure.name: measure.count(ids) for measure in _measures}
    for topic in topics:
        topic.coverage = {name: counts.get(topic.pk, 0) for name, counts in counted.items()}
