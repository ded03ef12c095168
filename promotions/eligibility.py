"""What it takes to move up, as data, and whether the facts of a person meet it.

A requirement is {"kind": ...} with the figures of its kind (see FIGURES). `validate` says what is wrong with a list of
them; `judge` holds a person's facts against it on a day. Nothing here reads a clock, a database or a language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from ground.days import add_months

Requirement = Mapping[str, Any]

# The figures of each kind: {kind: {name: "code" or (least, most)}}. A code names a thing of another room.
FIGURES: dict[str, dict[str, Any]] = {
    "certificate": {"kind_code": "code"},
    "exam": {"exam": "code", "score": (1, 100)},
    "typing": {"speed": (1, 300), "accuracy": (50, 100)},
    "courses": {"level": "code", "count": (1, 100)},
    "quality": {"average": (1, 100), "days": (7, 1095), "least": (1, 1000)},
    "months_in_level": {"months": (1, 240)},
    "appraisals": {"rating": (1, 4), "count": (1, 20)},
    "no_violation": {},
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one requirement: `code` is unknown, missing, absurd, unexpected or double.

    `index` counts from 0; `name` is the figure in question, with its bounds where it has any.
    """

    index: int
    code: str
    kind: str
    name: str = ""
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class CertificateFact:
    """A certificate in [issued_on, expires_on), or taken back on `revoked_on`."""

    id: int
    kind_code: str
    number: str
    issued_on: date
    expires_on: date
    revoked_on: date | None = None


@dataclass(frozen=True)
class ExamFact:
    """A result of an exam; `score` in percent, None where no part gives one."""

    id: int
    exam: str
    score: Decimal | None
    passed: bool
    on: date


@dataclass(frozen=True)
class TypingFact:
    """A typing test taken in an exam: `certified` of `typed` characters in `duration_ms`."""

    id: int
    certified: int
    typed: int
    duration_ms: int
    on: date


@dataclass(frozen=True)
class CompletionFact:
    """A course of a level, finished."""

    id: int
    course: str
    title: str
    level: str
    on: date


@dataclass(frozen=True)
class AppraisalFact:
    """The rating (1 poor .. 4 excellent) of a quarter, named by its first day."""

    id: int
    quarter: date
    rating: int


@dataclass(frozen=True)
class ViolationFact:
    """A violation in force in [valid_from, valid_to)."""

    id: int
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class QualityFact:
    """The mean score (percent) of the reviews in a window that ends today, and how many there were."""

    average: Decimal | None
    count: int


@dataclass(frozen=True)
class Facts:
    """Everything about one person that any requirement asks for. `quality` is keyed by the days of its window."""

    level_since: date | None = None
    certificates: tuple[CertificateFact, ...] = ()
    exams: tuple[ExamFact, ...] = ()
    typing: tuple[TypingFact, ...] = ()
    completions: tuple[CompletionFact, ...] = ()
    appraisals: tuple[AppraisalFact, ...] = ()
    violations: tuple[ViolationFact, ...] = ()
    quality: Mapping[int, QualityFact] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """One requirement held against the facts.

    `required` is the requirement itself, `actual` the figures it was measured by, `reached_on` the day on which time
    alone will meet it, `evidence` the ids of the rows of its kind that prove it.
    """

    kind: str
    met: bool
    required: dict[str, Any]
    actual: dict[str, Any]
    reached_on: date | None = None
    evidence: tuple[int, ...] = ()


def validate(requirements: object) -> list[Fault]:
    """The faults of a list of requirements, in its order; an empty list of faults means it can be judged."""
    if not isinstance(requirements, list) or not requirements:
        return [Fault(0, "empty", "")]
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    for index, requirement in enumerate(requirements):
        kind = requirement.get("kind") if isinstance(requirement, dict) else None
        if not isinstance(kind, str) or kind not in FIGURES:
            faults.append(Fault(index, "unknown", str(kind or "")))
            continue
        figures = FIGURES[kind]
        for name, bounds in figures.items():
            faults += _figure_faults(index, kind, name, bounds, requirement.get(name))
        faults += [
            Fault(index, "unexpected", kind, str(name)) for name in requirement if name not in {"kind", *figures}
        ]
        subject = (kind, *(str(requirement.get(name)) for name, bounds in figures.items() if bounds == "code"))
        if subject in seen:
            faults.append(Fault(index, "double", kind))
        seen.add(subject)
    return faults


def _figure_faults(index: int, kind: str, name: str, bounds: Any, value: object) -> list[Fault]:
    if value is None or value == "":
        return [Fault(index, "missing", kind, name)]
    if bounds == "code":
        return [] if isinstance(value, str) else [Fault(index, "absurd", kind, name)]
    least, most = bounds
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        return [Fault(index, "absurd", kind, name, least, most)]
    return []


def judge(requirements: Sequence[Requirement], facts: Facts, on: date) -> list[Judged]:
    """Every requirement, in order, held against the facts on a day. The requirements are valid."""
    return [_JUDGES[requirement["kind"]](dict(requirement), facts, on) for requirement in requirements]


def windows(requirements: Sequence[Requirement]) -> set[int]:
    """The windows, in days, over which these requirements ask for an average of quality."""
    return {requirement["days"] for requirement in requirements if requirement["kind"] == "quality"}


def whole_months(since: date, on: date) -> int:
    """How many whole months have passed from `since` to `on`; 0 before it."""
    months = (on.year - since.year) * 12 + on.month - since.month
    if add_months(since, months) > on:
        months -= 1
    return max(months, 0)


def truncated(value: Decimal, places: str = "0.1") -> Decimal:
    """A figure as it is shown: cut off, so that it never looks like a threshold it does not reach."""
    return value.quantize(Decimal(places), rounding=ROUND_DOWN)


def _certificate(required: dict[str, Any], facts: Facts, on: date) -> Judged:
    of_kind = [c for c in facts.certificates if c.kind_code == required["kind_code"] and c.issued_on <= on]
    valid = [c for c in of_kind if on < c.expires_on and (c.revoked_on is None or c.revoked_on > on)]
    newest = max(valid or of_kind, key=lambda c: (c.expires_on, c.id), default=None)
    actual: dict[str, Any] = {"number": None, "expires_on": None, "revoked_on": None}
    if newest is not None:
        revoked_on = newest.revoked_on if newest.revoked_on is not None and newest.revoked_on <= on else None
        actual = {"number": newest.number, "expires_on": newest.expires_on, "revoked_on": revoked_on}
    return Judged("certificate", bool(valid), required, actual, evidence=(newest.id,) if newest else ())


def _exam(required: dict[str, Any], facts: Facts, on: date) -> Judged:
    taken = [e for e in facts.exams if e.exam == required["exam"] and e.on <= on]
    best = max(taken, key=lambda e: (e.passed, -1 if e.score is None else e.score, e.id), default=None)
    if best is None:
        return Judged("exam", False, required, {"score": None, "passed": None, "on": None})
    met = best.passed and best.score is not None and best.score >= required["score"]
    actual = {"score": best.score, "passed": best.passed, "on": best.on}
    return Judged("exam", met, required, actual, evidence=(best.id,))


def _typing(required: dict[str, Any], facts: Facts, on: date) -> Judged:
    def fast(run: TypingFact) -> bool:
        return run.certified * 60_000 >= required["speed"] * run.duration_ms

    def exact(run: TypingFact) -> bool:
        return run.typed > 0 and run.certified * 100 >= required["accuracy"] * run.typed

    runs = [run for run in facts.typing if run.on <= on]
    best = max(
        runs,
        key=lambda run: (fast(run) and exact(run), exact(run), Decimal(run.certified) / run.duration_ms, run.id),
        default=None,
    )
    if best is None:
        return Judged("typing", False, required, {"speed": None, "accuracy": None, "on": None})
    speed = truncated(Decimal(best.certified) * 60_000 / best.duration_ms)
    accuracy = truncated(Decimal(best.certified) * 100 / best.typed) if best.typed else Decimal("0.0")
    actual = {"speed": speed, "accuracy": accuracy, "on": best.on}
    return Judged("typing", fast(best) and exact(best), required, actual, evidence=(best.id,))


def _courses(required: dict[str, Any], facts: Facts, on: date) -> Judged:
    done = {c.course: c for c in facts.completions if c.level == required["level"] and c.on <= on}
    met = len(done) >= required["count"]
    return Judged("courses", met, required, {"count": len(done)}, evidence=tuple(sorted(c.id for c in done.values())))


def _quality(required: dict[str, Any], facts: Facts, on: date) -> Judged:
    found = facts.quality.get(required["days"], QualityFact(None, 0))
    met = found.average is not None and found.average >= required["average"] and found.count >= required["least"]
    average = truncated(found.average) if found.average is not None else None
    return Judged("quality", met, required, {"average": average, "count": found.count})


def _months_in_level(required: dict[str, Any], facts: Facts, on: date) -> Judged:
    if facts.level_since is None or facts.level_since > on:
        return Judged("months_in_level", False, required, {"months": 0, "since": None})
    reached_on = add_months(facts.level_since, required["months"])
    actual = {"months": whole_months(facts.level_since, on), "since": facts.level_since}
    return Judged("months_in_level", reached_on <= on, required, actual, reached_on)


def _appraisals(required: dict[str, Any], facts: Facts, on: date) -> Judged:
    newest = sorted((a for a in facts.appraisals if a.quarter <= on), key=lambda a: a.quarter)[-required["count"] :]
    good = [a for a in newest if a.rating >= required["rating"]]
    actual = {"good": len(good), "rated": len(newest)}
    return Judged("appraisals", len(good) >= required["count"], required, actual, evidence=tuple(a.id for a in newest))


def _no_violation(required: dict[str, Any], facts: Facts, on: date) -> Judged:
    in_force = [v for v in facts.violations if v.valid_from <= on < v.valid_to]
    ends = max((v.valid_to for v in in_force), default=None)
    return Judged("no_violation", not in_force, required, {"count": len(in_force)}, ends)


_JUDGES = {
    "certificate": _certificate,
    "exam": _exam,
    "typing": _typing,
    "courses": _courses,
    "quality": _quality,
    "months_in_level": _months_in_level,
    "appraisals": _appraisals,
    "no_violation": _no_violation,
}
