"""Which questions somebody practises today: spaced repetition in boxes, derived from the answers so far. Pure.

Leitner's boxes: a question answered right moves a box up and waits twice as long, one answered wrong begins anew. Of one
question a day counts once, and as wrong when any of its answers was: whoever tries again until it is right knows it no
better.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

INTERVALS = (1, 2, 4, 8, 16)
"""Days until a question comes again, by its box from 1."""
COUNT = 5
"""Questions a day: with a minute for each, five minutes."""
WEEK = 7


@dataclass(frozen=True)
class Answer:
    """An answer to a question on a day."""

    question: int
    right: bool
    on: date


@dataclass(frozen=True)
class Memory:
    """What the answers so far say of one question: its box from 1, the day of the last answer and whether it was right."""

    box: int
    last: date
    right: bool

    @property
    def due(self) -> date:
        """The first day on which it is asked again."""
        return self.last + timedelta(days=INTERVALS[self.box - 1])


def box_after(box: int, right: bool) -> int:
    """The box after a day on which a question was answered."""
    return min(box + 1, len(INTERVALS)) if right else 1


def remember(answers: Iterable[Answer]) -> dict[int, Memory]:
    """What the answers, in any order, say of each question. A question begins in box 1."""
    days: dict[tuple[date, int], bool] = {}
    for answer in answers:
        key = (answer.on, answer.question)
        days[key] = days.get(key, True) and answer.right
    known: dict[int, Memory] = {}
    for (on, question), right in sorted(days.items()):
        before = known[question].box if question in known else 1
        known[question] = Memory(box_after(before, right), on, right)
    return known


def choose(
    known: dict[int, Memory],
    *,
    allowed: Collection[int],
    weak: Collection[int],
    current: Collection[int],
    person: int,
    on: date,
    count: int = COUNT,
) -> list[int]:
    """The questions of a day: those that are due, longest first; then new ones of weak topics; then new ones of current
    courses. Nothing else is `allowed`. The same for a person all day, another order for others."""

    def lot(question: int) -> bytes:
        return hashlib.sha256(f"{person}/{on.isoformat()}/{question}".encode()).digest()

    due = sorted(
        (question for question in allowed if question in known and known[question].due <= on),
        key=lambda question: (known[question].due, known[question].box, lot(question)),
    )
    new = [question for question in allowed if question not in known]
    first = sorted((question for question in new if question in weak), key=lot)
    then = sorted((question for question in new if question in current and question not in weak), key=lot)
    return [*due, *first, *then][:count]


def with_answered(chosen: Sequence[int], answered: Iterable[int], count: int = COUNT) -> list[int]:
    """The questions of the day when some were answered already: none of those goes, whatever would be chosen by now."""
    done = list(dict.fromkeys(answered))
    waiting = [question for question in chosen if question not in done][: max(0, count - len(done))]
    kept = {*done, *waiting}
    return [
        *(question for question in done if question not in chosen),
        *(question for question in chosen if question in kept),
    ]


def week(days: Collection[date], on: date) -> list[tuple[date, bool]]:
    """The last seven days, this one last, and whether there was practice on each."""
    dates = [on - timedelta(days=back) for back in reversed(range(WEEK))]
    return [(day, day in days) for day in dates]
