"""When facts make a training need. The figures are data: they come in as Thresholds.

Evidence says what was seen and what it was measured against, so that a need can be read years later.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

EXAM, QUALITY, EXPIRY, WISH = "exam", "quality", "expiry", "wish"
LECTURE, COACHING, SELF_STUDY = "lecture", "coaching", "self_study"


@dataclass(frozen=True)
class Thresholds:
    """Percent of points, numbers of answers and findings, and days."""

    weak_rate: int = 60
    weak_answers: int = 5
    weak_days: int = 180
    findings: int = 3
    findings_days: int = 90
    expiry_days: int = 90


@dataclass(frozen=True)
class Strength:
    """How the people of a unit answered a topic in exams: `rate` is the percentage of points reached."""

    topic: int
    unit: int
    people: int
    answered: int
    rate: float


@dataclass(frozen=True)
class Shortfall:
    """How often quality inspectors found a topic wanting in a unit."""

    topic: int
    unit: int
    people: int
    findings: int


@dataclass(frozen=True)
class Expiry:
    """People of a unit whose certificate of one kind ends, the first of them on `until`; `topic` weighs most in its exam."""

    topic: int
    unit: int
    people: int
    kind: str
    until: date


@dataclass(frozen=True)
class Found:
    """A need with its evidence."""

    source: str
    topic: int
    unit: int
    evidence: dict[str, object] = field(hash=False)


def key(source: str, topic: int, unit: int, year: int) -> str:
    """The name of a need: the same source, topic, unit and year is the same need."""
    return f"{source}:{topic}:{unit}:{year}"


def weak_topics(strengths: Iterable[Strength], since: date, limits: Thresholds) -> list[Found]:
    """Topics answered often enough to judge and below the rate; exactly at the rate is not weak."""
    return [
        Found(
            EXAM,
            row.topic,
            row.unit,
            {
                "people": row.people,
                "answered": row.answered,
                "rate": round(row.rate),
                "below": limits.weak_rate,
                "since": since.isoformat(),
            },
        )
        for row in strengths
        if row.answered >= limits.weak_answers and row.rate < limits.weak_rate
    ]


def repeated_findings(shortfalls: Iterable[Shortfall], limits: Thresholds) -> list[Found]:
    """Topics with at least so many findings in a unit."""
    return [
        Found(
            QUALITY,
            row.topic,
            row.unit,
            {"people": row.people, "findings": row.findings, "days": limits.findings_days},
        )
        for row in shortfalls
        if row.findings >= limits.findings
    ]


def expiring_certificates(expiries: Iterable[Expiry]) -> list[Found]:
    """One need a topic and unit, from the kind of certificate that most people there must renew."""
    best: dict[tuple[int, int], Expiry] = {}
    for row in expiries:
        place = (row.topic, row.unit)
        if place not in best or (row.people, row.kind) > (best[place].people, best[place].kind):
            best[place] = row
    return [
        Found(EXPIRY, row.topic, row.unit, {"people": row.people, "kind": row.kind, "until": row.until.isoformat()})
        for row in best.values()
    ]


def suggested_method(source: str, *, has_course: bool) -> str:
    """How to train: what people do wrong is coached on site, what they do not know is studied where a course exists."""
    if source == QUALITY:
        return COACHING
    return SELF_STUDY if has_course and source != WISH else LECTURE


def suggested_month(year: int, on: date) -> date:
    """The first day of the next month, kept within the plan's year."""
    following = date(on.year + on.month // 12, on.month % 12 + 1, 1)
    return min(max(following, date(year, 1, 1)), date(year, 12, 1))
