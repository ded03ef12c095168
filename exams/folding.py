"""What the attempts of one candidacy come to: which try counts, and whether the whole is decided. Imports no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

BEST, LAST = "best", "last"
HUNDREDTH, TENTH = Decimal("0.01"), Decimal("0.1")


@dataclass(frozen=True)
class Try:
    """An attempt that may count. `score` is percent; `speed` certified characters per minute, `accuracy` percent."""

    attempt: int
    number: int
    passed: bool
    open: bool = False
    void: bool = False
    score: Decimal | None = None
    speed: Decimal | None = None
    accuracy: Decimal | None = None


@dataclass(frozen=True)
class Part:
    """A part with its tries; `allowed` counts extra tries in, `rule` says which try counts."""

    part: int
    title: str
    kind: str
    allowed: int
    rule: str
    tries: tuple[Try, ...]


@dataclass(frozen=True)
class Verdict:
    """The fold: `decided` says that no further try can change it, except by a ruling or an extra try."""

    decided: bool
    passed: bool
    score: Decimal | None
    parts: list[dict[str, Any]]


def counting(part: Part) -> Try | None:
    """The try that counts: the last, or the best (passed first, then the higher figure, then the earlier)."""
    ended = [attempt for attempt in part.tries if not attempt.open and not attempt.void]
    if not ended:
        return None
    if part.rule == LAST:
        return max(ended, key=lambda attempt: attempt.number)
    return max(ended, key=lambda attempt: (attempt.passed, _figure(attempt), -attempt.number))


def fold(parts: Sequence[Part], *, closed: bool) -> Verdict:
    """Passed when every part has a counting passed try. Decided when passed, when a part has failed with no try left,
    or when the sitting is `closed` and nobody is still sitting.
    """
    counted = [counting(part) for part in parts]
    passed = bool(parts) and all(attempt is not None and attempt.passed for attempt in counted)
    sitting = any(attempt.open for part in parts for attempt in part.tries)
    failed = any(
        len(part.tries) >= part.allowed
        and not any(attempt.open for attempt in part.tries)
        and not (attempt is not None and attempt.passed)
        for part, attempt in zip(parts, counted, strict=True)
    )
    scores = [attempt.score for attempt in counted if attempt is not None and attempt.score is not None]
    return Verdict(
        decided=passed or failed or (closed and not sitting),
        passed=passed,
        score=truncate(sum(scores, Decimal(0)) / len(scores)) if scores else None,
        parts=[_line(part, attempt) for part, attempt in zip(parts, counted, strict=True)],
    )


def percent(points: Decimal, out_of: int) -> Decimal:
    """Points as a percentage, cut after two places, so that no score is rounded up to a pass mark."""
    return truncate(points * 100 / out_of) if out_of else Decimal("0.00")


def truncate(value: Decimal, step: Decimal = HUNDREDTH) -> Decimal:
    """The value cut, never rounded up."""
    return value.quantize(step, rounding=ROUND_DOWN)


def speed(certified: int, duration_ms: int) -> Decimal:
    """Certified characters per minute over the whole allotted time, cut after one place."""
    return truncate(Decimal(certified) * 60_000 / duration_ms, TENTH) if duration_ms else Decimal("0.0")


def accuracy(certified: int, typed: int) -> Decimal:
    """Certified characters per typed one, percent, cut after one place; 0 when nothing was typed."""
    return truncate(Decimal(certified) * 100 / typed, TENTH) if typed else Decimal("0.0")


def _figure(attempt: Try) -> Decimal:
    figure = attempt.speed if attempt.speed is not None else attempt.score
    return figure if figure is not None else Decimal(-1)


def _line(part: Part, attempt: Try | None) -> dict[str, Any]:
    return {
        "part": part.part,
        "title": part.title,
        "kind": part.kind,
        "attempt": attempt.attempt if attempt else None,
        "score": _text(attempt.score if attempt else None),
        "speed": _text(attempt.speed if attempt else None),
        "accuracy": _text(attempt.accuracy if attempt else None),
        "passed": bool(attempt and attempt.passed),
    }


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else str(figure)
