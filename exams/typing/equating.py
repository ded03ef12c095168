"""How hard passages are, from what the same people typed on several. Definition: docs/typing.md, section 4.

    log(speed) = person + passage + rest

by least squares, as alternating means: each person is the mean of what is left of their attempts without the passages, each
passage the mean without the persons, until nothing moves. Only who typed two passages or more tells anything. Scores are never
multiplied by a factor: a passage that is too easy or too hard is proposed for retirement.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

BEYOND_PERCENT = 3
LEAST_ATTEMPTS = 30
_STILL, _MOST_ROUNDS = 1e-9, 500


@dataclass(frozen=True)
class Effect:
    """What a passage does to speed: the same person types it `percent` faster (above 0) or slower than the others.

    `margin` is half of the 95 % interval in percent, roughly (from the rest of all attempts); None while there is no rest to tell.
    """

    attempts: int
    percent: float
    margin: float | None

    @property
    def proposed(self) -> bool:
        """Beyond 3 % with enough attempts: a person should retire it."""
        return self.attempts >= LEAST_ATTEMPTS and abs(self.percent) > BEYOND_PERCENT


def equate(attempts: Iterable[tuple[int, int, float]]) -> dict[int, Effect]:
    """The effects of passages from (person, passage, speed above 0).

    Passages are compared with those that the same people typed, directly or over others; a passage that nobody typed beside
    another one is left out. Within what is compared the mean over all attempts is 0.
    """
    rows = [(person, passage, math.log(speed)) for person, passage, speed in attempts]
    typed: dict[int, set[int]] = defaultdict(set)
    for person, passage, _value in rows:
        typed[person].add(passage)
    rows = [row for row in rows if len(typed[row[0]]) > 1]
    persons, effects = _fit(rows)
    for group in _groups(rows):
        inside = [effects[passage] for _person, passage, _value in rows if passage in group]
        centre = sum(inside) / len(inside)
        for passage in group:
            effects[passage] -= centre
        for person in {person for person, passage, _value in rows if passage in group}:
            persons[person] += centre
    return _with_margins(rows, persons, effects)


def _fit(rows: list[tuple[int, int, float]]) -> tuple[dict[int, float], dict[int, float]]:
    persons: dict[int, float] = dict.fromkeys((person for person, _passage, _value in rows), 0.0)
    effects: dict[int, float] = dict.fromkeys((passage for _person, passage, _value in rows), 0.0)
    for _round in range(_MOST_ROUNDS):
        persons = _means((person, value - effects[passage]) for person, passage, value in rows)
        newer = _means((passage, value - persons[person]) for person, passage, value in rows)
        moved = max((abs(newer[passage] - effects[passage]) for passage in newer), default=0.0)
        effects = newer
        if moved < _STILL:
            break
    return persons, effects


def _means(values: Iterable[tuple[int, float]]) -> dict[int, float]:
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0])
    for key, value in values:
        sums[key][0] += value
        sums[key][1] += 1
    return {key: total / count for key, (total, count) in sums.items()}


def _groups(rows: list[tuple[int, int, float]]) -> list[set[int]]:
    """Passages that people bind together."""
    by_person: dict[int, set[int]] = defaultdict(set)
    for person, passage, _value in rows:
        by_person[person].add(passage)
    groups: list[set[int]] = []
    for passages in by_person.values():
        touching = [group for group in groups if group & passages]
        groups = [group for group in groups if not group & passages]
        groups.append(set().union(passages, *touching))
    return groups


def _with_margins(
    rows: list[tuple[int, int, float]], persons: dict[int, float], effects: dict[int, float]
) -> dict[int, Effect]:
    squares = sum((value - persons[person] - effects[passage]) ** 2 for person, passage, value in rows)
    free = len(rows) - len(persons) - len(effects) + len(_groups(rows))
    counts, known = defaultdict(int), defaultdict(float)
    of_person: dict[int, int] = defaultdict(int)
    for person, _passage, _value in rows:
        of_person[person] += 1
    for person, passage, _value in rows:
        counts[passage] += 1
        known[passage] += 1 - 1 / of_person[person]
    spread = math.sqrt(squares / free) if free > 0 else None
    return {
        passage: Effect(
            attempts=counts[passage],
            percent=100 * math.expm1(effect),
            margin=None if spread is None else 100 * 1.96 * spread / math.sqrt(known[passage]),
        )
        for passage, effect in effects.items()
    }
