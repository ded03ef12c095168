"""What the keystrokes of a practice tell about a person's hand: mistakes, mended ones too, and how much was taken back. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from exams.typing import replay, scoring
from exams.typing.normalise import is_han, normalise

NEAR = 15  # tokens around a place in which a mended character must stand in the passage

Slip = tuple[str, str]
"""(expected, typed); typed is empty for a character left out."""


@dataclass(frozen=True)
class Habits:
    """`taken_back` counts characters that had been committed and were removed again."""

    taken_back: int = 0
    slips: tuple[Slip, ...] = ()


@dataclass(frozen=True)
class Weak:
    """A character that goes wrong: how often, and what was typed in its place, most often first."""

    character: str
    times: int
    instead: list[tuple[str, int]] = field(default_factory=list)


def habits(records: Iterable[replay.Record], passage: str) -> Habits:
    """Every mistake of a text as it grew: what stands wrong at its end, and what was put right before.

    A character taken back counts as a mended mistake when another one stands in its place at the end and the passage
    has that one near there.
    """
    state = replay.Replay()
    taken: dict[tuple[int, str], None] = {}
    taken_back = 0
    for record in records:
        before = state.committed
        state.apply(record)
        if state.committed == before:
            continue
        start, removed, _inserted = replay.difference(before, state.committed)
        taken_back += len(normalise(removed))
        for place, character in enumerate(removed, start):
            taken[place, character] = None
    reference = normalise(passage)
    _tokens, _compared, found = scoring.mistakes(passage, state.committed)
    slips = [(mistake.expected, mistake.typed) for mistake in found if mistake.expected]
    for place, character in taken:
        now, was = normalise(state.committed[place : place + 1]), normalise(character)
        if len(now) == len(was) == 1 and now != was and now in reference[max(0, place - NEAR) : place + NEAR]:
            slips.append((now, was))
    return Habits(taken_back, tuple(slips))


def weak(slips: Iterable[Iterable[str]], most: int = 12) -> list[Weak]:
    """The Chinese characters that went wrong most often, of all the slips given."""
    times: Counter[str] = Counter()
    instead: dict[str, Counter[str]] = {}
    for expected, typed in slips:
        if is_han(expected):
            times[expected] += 1
            if typed:
                instead.setdefault(expected, Counter())[typed] += 1
    ranked = sorted(times.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
    return [Weak(character, count, instead.get(character, Counter()).most_common(3)) for character, count in ranked]
