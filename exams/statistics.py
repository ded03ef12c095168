"""Sums over marks: how hard a question is, how reliable an exam, how strong a topic. Imports no Django."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


ENOUGH_ATTEMPTS, ENOUGH_ANSWERS = 20, 10
"""Below so many attempts an exam has no reliability worth printing, below so many answers a question no discrimination."""
TOO_HARD, TOO_EASY = 0.3, 0.95
WEAK = 0.1
HARD, EASY, CONTRARY, BLUNT = "hard", "easy", "contrary", "blunt"


@dataclass(frozen=True)
class Item:
    """The sums of one question version over those who got it: x is its share of points, r the share of the rest of the paper."""

    count: int
    x: float
    xx: float
    rest: int
    rx: float
    rxx: float
    r: float
    rr: float
    xr: float


def difficulty(item: Item) -> float | None:
    """Facility, or the p value: the mean share of the question's points, 0 to 1 (Crocker & Algina 1986, chapter 14)."""
    return item.x / item.count if item.count else None


def discrimination(item: Item) -> float | None:
    """The corrected item-total correlation, -1 to 1: Pearson's r of the question's share of points with the share of all the
    *other* points of the same paper, so that a question does not correlate with itself (Henrysson 1963, Psychometrika 28).

    Shares, not sums, because papers drawn at random differ in points; over those who got the question and another one.
    None below ten answers, or where everybody did the same.
    """
    if item.rest < ENOUGH_ANSWERS:
        return None
    return correlation(item.rest, item.rx, item.rxx, item.r, item.rr, item.xr)


def correlation(count: int, x: float, xx: float, y: float, yy: float, xy: float) -> float | None:
    """Pearson's r from the sums of x, x squared, y, y squared and x times y; None where one of them does not vary."""
    if count < 2:
        return None
    spread_x, spread_y = xx - x * x / count, yy - y * y / count
    if spread_x < 1e-9 * count or spread_y < 1e-9 * count:
        return None
    return max(-1.0, min(1.0, (xy - x * y / count) / math.sqrt(spread_x * spread_y)))


@dataclass(frozen=True)
class Spread:
    """The sums over attempts for reliability, from d, the points of an answer less the mean of its question.

    `answers` is how many answers there are, `pairs` how many ordered pairs of answers in the same paper, `squares` the sum of
    d squared, `whole` the sum over attempts of (the sum of d) squared.
    """

    attempts: int
    answers: int
    pairs: int
    squares: float
    whole: float


def reliability(spread: Spread) -> float | None:
    """Cronbach's alpha, which is KR-20 where every answer has all of its points or none, also for papers drawn at random.

    alpha = k c / (v + (k - 1) c), k answers a paper, v their average variance, c the average covariance over pairs of
    questions answered together (Cronbach 1951, Psychometrika 16; Kuder & Richardson 1937, Psychometrika 2). Where
    everybody has the same questions this is the usual k / (k - 1) (1 - sum of variances / variance of the sum). None below
    twenty attempts, for papers of one question, where questions were answered too seldom to have a mean, and where nothing varies.
    """
    if spread.attempts < ENOUGH_ATTEMPTS or spread.pairs <= 0 or not spread.answers:
        return None
    k = spread.answers / spread.attempts
    variance = spread.squares / spread.answers
    covariance = (spread.whole - spread.squares) / spread.pairs
    below = variance + (k - 1) * covariance
    if variance < 1e-12 or below <= 1e-12:
        return None
    return min(1.0, k * covariance / below)


def error(deviation: float, alpha: float | None) -> float | None:
    """The standard error of measurement in the unit of the deviation: s times the root of 1 - alpha (Lord & Novick 1968)."""
    return None if alpha is None else deviation * math.sqrt(max(0.0, 1 - alpha))


def deviation(count: int, total: float, squares: float) -> float | None:
    """The standard deviation of a sample (n - 1) from its count, sum and sum of squares."""
    return math.sqrt(max(0.0, squares - total * total / count) / (count - 1)) if count > 1 else None


def suspicions(item: Item) -> list[str]:
    """Why a question should be looked at: contrary, blunt, hard, easy. Nothing below ten answers.

    The bounds are those in common use (Ebel & Frisbie 1991, chapter 13): below .10 a question hardly tells the strong from
    the weak, below 0 it tells them apart the wrong way, which often is a wrong key.
    """
    if item.count < ENOUGH_ANSWERS:
        return []
    share, power = difficulty(item), discrimination(item)
    found = []
    if power is not None and round(power, 2) < 0:
        found.append(CONTRARY)
    elif power is not None and power < WEAK and share < TOO_EASY:
        found.append(BLUNT)
    if share < TOO_HARD:
        found.append(HARD)
    if share >= TOO_EASY:
        found.append(EASY)
    return found
