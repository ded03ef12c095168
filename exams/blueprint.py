"""Draws a paper: which questions fill the rows of a blueprint, and in which order their options stand.

Pure and deterministic: the same pool, rows and seed give the same paper on every machine.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from exams.grading import BY_PEOPLE

KIND_ORDER = (
    "single",
    "multiple",
    "true_false",
    "numeric",
    "short_text",
    "ordering",
    "matching",
    "cloze",
    "case",
    "essay",
    "file",
    "task",
)


ASKED_FOR = BY_PEOPLE | {"case"}
"""Kinds that only a row that names them draws: a person marks them, or they bring more than one question."""


@dataclass(frozen=True)
class Candidate:
    """A question that may be drawn: its version, what it tests, and how many options it shows.

    `gaps` is the number of options of each gap of a gap text; `questions` are those of a case, in their order.
    """

    version: int
    topics: frozenset[int]
    kind: str
    difficulty: int
    options: int = 0
    gaps: tuple[int, ...] = ()
    points: int = 1
    questions: tuple["Candidate", ...] = ()


@dataclass(frozen=True)
class Row:
    """Draw `count` questions of `topic`, worth `points` each; kind and difficulty only if said.

    A case counts as one and brings its questions, each worth `points`.
    """

    topic: int
    count: int
    points: int
    kind: str = ""
    difficulty: int | None = None

    def takes(self, question: Candidate) -> bool:
        """Whether the question fits this row. One that a person marks, and a case, fit only a row that names their kind."""
        return (
            self.topic in question.topics
            and (self.kind == question.kind or (not self.kind and question.kind not in ASKED_FOR))
            and self.difficulty in (None, question.difficulty)
        )


@dataclass(frozen=True)
class Shortage:
    """A row that the bank cannot fill: its place in the blueprint, what it asks and what is left for it."""

    row: int
    wanted: int
    found: int


class Unsatisfiable(Exception):
    """The pool cannot fill every row at once; `shortages` names the rows."""

    def __init__(self, shortages: list[Shortage]) -> None:
        super().__init__(shortages)
        self.shortages = shortages


def draw(pool: Sequence[Candidate], rows: Sequence[Row], seed: int) -> list[dict[str, object]]:
    """The items of a paper: {"version", "topic", "points", "order"} and in a case "case", grouped by kind, no question twice.

    Rows may overlap (a question with two topics, a row that names a kind and one that does not): the rows are filled by
    a matching, so a paper is found whenever one exists. Raises Unsatisfiable otherwise.
    """
    random = Random(seed)
    questions = sorted(pool, key=lambda question: question.version)
    slots = [place for place, row in enumerate(rows) for _ in range(row.count)]
    near: dict[tuple[int, str], list[int]] = defaultdict(list)
    for place, question in enumerate(questions):
        for topic in question.topics:
            near[topic, question.kind].append(place)
            near[topic, ""].append(place)
    fitting = []
    for row in rows:
        fits = [place for place in near[row.topic, row.kind] if row.takes(questions[place])]
        random.shuffle(fits)
        fitting.append(fits)
    holder: dict[int, int] = {}
    filled = [0] * len(rows)
    for slot, row in enumerate(slots):
        if _fill(slot, slots, fitting, holder):
            filled[row] += 1
    shortages = [
        Shortage(place, row.count, filled[place]) for place, row in enumerate(rows) if filled[place] < row.count
    ]
    if shortages:
        raise Unsatisfiable(shortages)
    drawn = [(questions[question], rows[slots[slot]]) for question, slot in holder.items()]
    drawn.sort(key=lambda pair: pair[0].version)
    random.shuffle(drawn)
    drawn.sort(key=lambda pair: KIND_ORDER.index(pair[0].kind))
    return [item for question, row in drawn for item in _items(question, row.topic, row.points, random)]


def fixed(questions: Sequence[tuple[Candidate, int, int | None]], seed: int) -> list[dict[str, object]]:
    """The items of a paper that asks the same of everybody: (question, topic, points or None for its own), in this order.

    Options are shuffled by the seed all the same.
    """
    random = Random(seed)
    return [item for question, topic, points in questions for item in _items(question, topic, points, random)]


def overlap(pool: Sequence[Candidate], rows: Sequence[Row]) -> float:
    """How much of their papers two candidates share on average, 0 to 1.

    A row that draws k of n questions shares k/n of them with another draw (the mean of a hypergeometric count); rows weigh
    by what they draw. Rows that compete for the same questions share a little more than this says.
    """
    drawn = sum(row.count for row in rows)
    if not drawn:
        return 0.0
    fitting = [sum(row.takes(question) for question in pool) for row in rows]
    return sum(row.count * min(1.0, row.count / fits) for row, fits in zip(rows, fitting, strict=True) if fits) / drawn


def _fill(slot: int, slots: list[int], fitting: list[list[int]], holder: dict[int, int]) -> bool:
    """Gives the slot a question, moving earlier slots aside when they have another one (an augmenting path)."""
    found_by: dict[int, int] = {}
    waiting = [slot]
    for current in waiting:
        for question in fitting[slots[current]]:
            if question in found_by:
                continue
            found_by[question] = current
            if question in holder:
                waiting.append(holder[question])
                continue
            held = {owner: kept for kept, owner in holder.items()}
            free: int | None = question
            while free is not None:
                taker = found_by[free]
                holder[free] = taker
                free = held.get(taker)
            return True
    return False


def _items(question: Candidate, topic: int, points: int | None, random: Random) -> list[dict[str, object]]:
    """The items that a question brings: itself, or the questions of the case."""
    if question.questions:
        return [
            item | {"case": question.version}
            for part in question.questions
            for item in _items(part, topic, points, random)
        ]
    worth = question.points if points is None else points
    return [{"version": question.version, "topic": topic, "points": worth, "order": _order(question, random)}]


def _order(question: Candidate, random: Random) -> list[int] | list[list[int]]:
    """Which option stands at each place: shuffled, for a gap text gap by gap."""
    if question.gaps:
        return [random.sample(range(options), options) for options in question.gaps]
    return random.sample(range(question.options), question.options)
