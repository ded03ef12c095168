"""Sums over marks: how hard a question is, how strong a topic. Imports no Django."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any


def facility(points: Decimal, out_of: int) -> float | None:
    """The share of points that candidates got, 0 to 1; None when nobody has answered."""
    return round(float(points) / out_of, 3) if out_of else None


def strength_by_topic(marks: Iterable[tuple[int, Decimal, int]]) -> list[tuple[int, float]]:
    """(topic, share of points) of one person's marks (topic, points, out of), weakest first."""
    got: dict[int, Decimal] = defaultdict(Decimal)
    asked: dict[int, int] = defaultdict(int)
    for topic, points, out_of in marks:
        got[topic] += points
        asked[topic] += out_of
    shares = [(topic, facility(got[topic], asked[topic]) or 0.0) for topic in asked]
    return sorted(shares, key=lambda pair: (pair[1], pair[0]))


def strength_by_unit(rows: Iterable[Mapping[str, Any]], units: Iterable[str]) -> list[dict[str, Any]]:
    """Rows {"topic", "path", "people", "answered", "points", "out_of"} of the units people work in, summed into the given
    unit paths (each with all below it). A person works in one unit, so heads add up.
    """
    sums: dict[tuple[int, str], list[Any]] = {}
    tops = list(units)
    for row in rows:
        for top in tops:
            if row["path"].startswith(top):
                held = sums.setdefault((row["topic"], top), [0, 0, Decimal(0), 0])
                for place, name in enumerate(("people", "answered", "points", "out_of")):
                    held[place] += row[name]
    return [
        {
            "topic_id": topic,
            "unit_path": path,
            "people": people,
            "answered": answered,
            "rate": facility(points, out_of),
        }
        for (topic, path), (people, answered, points, out_of) in sorted(sums.items())
    ]
