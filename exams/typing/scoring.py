"""What a typed text is worth. Definition: docs/typing.md, section 1.

R is the normalised passage, T the normalised committed text, D the whole allotted time in ms:

    E = min over j of Levenshtein(T, R[:j])     errors; the untyped rest of the passage is free
    C = |T| - E                                 certified characters
    speed = C / D      accuracy = C / |T|       0 when nothing was typed

A wrong or extra character earns nothing, a skipped one costs one, a corrected mistake costs only its time. Everything
that decides is an integer; only |T| and E enter, and both are unique.
"""

from dataclasses import dataclass
from fractions import Fraction

from rapidfuzz.distance import Levenshtein

from exams.typing.normalise import WIDTH_INSENSITIVE, normalise

MS_PER_MINUTE = 60_000
Number = int | Fraction


@dataclass(frozen=True)
class Score:
    """The figures of one typed text against one passage and one standard.

    `typed` |T| and `errors` E in tokens, `duration_ms` the allotted time, `threshold` in characters per minute, `gate`
    in percent.
    """

    typed: int
    errors: int
    duration_ms: int
    threshold: Number
    gate: Number

    @property
    def certified(self) -> int:
        """C, tokens."""
        return self.typed - self.errors

    @property
    def speed_tenths(self) -> int:
        """Certified characters per minute, in tenths, truncated."""
        return self.certified * MS_PER_MINUTE * 10 // self.duration_ms

    @property
    def accuracy_tenths(self) -> int:
        """Percent of what was typed that is certified, in tenths, truncated; 0 when nothing was typed."""
        return self.certified * 1000 // self.typed if self.typed else 0

    @property
    def speed(self) -> float:
        """Certified characters per minute, truncated to one decimal: never rounded up to a threshold."""
        return self.speed_tenths / 10

    @property
    def accuracy(self) -> float:
        """Percent, truncated to one decimal."""
        return self.accuracy_tenths / 10

    @property
    def fast_enough(self) -> bool:
        """speed >= threshold, in integers."""
        return self.certified * MS_PER_MINUTE >= self.threshold * self.duration_ms

    @property
    def accurate_enough(self) -> bool:
        """accuracy >= gate, in integers, and something was typed."""
        return self.typed > 0 and self.certified * 100 >= self.gate * self.typed

    @property
    def passed(self) -> bool:
        """Both conditions, and something was typed."""
        return self.fast_enough and self.accurate_enough

    @property
    def needed(self) -> int:
        """The certified characters that the threshold asks in this time."""
        return -(-self.threshold * self.duration_ms // MS_PER_MINUTE)


@dataclass(frozen=True)
class Mistake:
    """One edit of one optimal alignment, for feedback only.

    `kind` is "wrong" (`typed` stands for `expected`), "extra" (`typed` is not in the passage) or "missing" (`expected`
    was left out). `at` is the place in T, `of` the place in R.
    """

    kind: str
    at: int
    of: int
    typed: str
    expected: str


def score(
    passage: str,
    typed: str,
    duration_ms: int,
    threshold: Number,
    gate: Number,
    punctuation: str = WIDTH_INSENSITIVE,
) -> Score:
    """The figures of a committed text. Raises ValueError when the time is not positive or the policy is unknown."""
    if duration_ms <= 0:
        raise ValueError(duration_ms)
    tokens = normalise(typed, punctuation)
    distances = prefix_distances(tokens, normalise(passage, punctuation))
    return Score(len(tokens), min(distances), duration_ms, threshold, gate)


def prefix_distances(typed: str, passage: str) -> list[int]:
    """Levenshtein(typed, passage[:j]) for every j from 0 to len(passage).

    Myers' bit-parallel columns in Hyyro's formulation (A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit
    Distances, 2003), on Python's integers: one bit a typed token, one step a token of the passage.
    """
    distance = len(typed)
    distances = [distance]
    if not typed:
        return list(range(len(passage) + 1))
    places: dict[str, int] = {}
    for place, token in enumerate(typed):
        places[token] = places.get(token, 0) | 1 << place
    last = 1 << (len(typed) - 1)
    mask = (last << 1) - 1
    rises, falls = mask, 0  # vertical differences of +1 and -1
    for token in passage:
        equal = places.get(token, 0)
        diagonal = (((equal & rises) + rises) ^ rises) | equal | falls
        across_up = falls | (mask & ~(diagonal | rises))
        across_down = rises & diagonal
        if across_up & last:
            distance += 1
        elif across_down & last:
            distance -= 1
        distances.append(distance)
        across_up = (across_up << 1 | 1) & mask
        across_down = (across_down << 1) & mask
        rises = across_down | (mask & ~(diagonal | across_up))
        falls = across_up & diagonal
    return distances


def compared_length(distances: list[int], typed: int) -> int:
    """The j whose prefix of the passage the text is compared with: of the best, the one nearest to what was typed."""
    least = min(distances)
    return min((j for j, distance in enumerate(distances) if distance == least), key=lambda j: (abs(j - typed), -j))


def mistakes(passage: str, typed: str, punctuation: str = WIDTH_INSENSITIVE) -> tuple[str, str, list[Mistake]]:
    """(T, R[:j], the mistakes in order): one optimal alignment, exactly E mistakes long."""
    tokens, reference = normalise(typed, punctuation), normalise(passage, punctuation)
    reference = reference[: compared_length(prefix_distances(tokens, reference), len(tokens))]
    found = []
    for tag, at, of in Levenshtein.editops(tokens, reference).as_list():
        if tag == "replace":
            found.append(Mistake("wrong", at, of, tokens[at], reference[of]))
        elif tag == "delete":
            found.append(Mistake("extra", at, of, tokens[at], ""))
        else:
            found.append(Mistake("missing", at, of, "", reference[of]))
    return tokens, reference, found
