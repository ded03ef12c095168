"""What the attempts of one candidacy come to: which try counts, and whether the whole is decided. Imports no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

BEST, LAST = "best", "last"
PARTS, TOTAL, BOTH = "parts", "total", "both"
HUNDREDTH, TENTH = Decimal("0.01"), Decimal("0.1")


@dataclass(frozen=True)
class Try:
    """An attempt that may count. `score` is percent; `speed` certified characters per minute, `accuracy` percent.

    `pending` is one that is still sat or still marked.
    """

    attempt: int
    number: int
    passed: bool
    pending: bool = False
    void: bool = False
    score: Decimal | None = None
    speed: Decimal | None = None
    accuracy: Decimal | None = None


@dataclass(frozen=True)
class Part:
    """A part with its tries; `allowed` counts extra tries in, `rule` says which try counts, `weight` counts in the total."""

    part: int
    title: str
    kind: str
    allowed: int
    rule: str
    tries: tuple[Try, ...]
    weight: int = 1


@dataclass(frozen=True)
class Verdict:
    """The fold: `decided` says that no further try can change it, except by a ruling or an extra try."""

    decided: bool
    passed: bool
    score: Decimal | None
    parts: list[dict[str, Any]]


@dataclass(frozen=True)
class Rule:
    """What the parts must come to: every part passed, the weighted total at least `pass_percent`, or both."""

    kind: str = PARTS
    pass_percent: int | None = None


EVERY_PART = Rule()


def counting(part: Part) -> Try | None:
    """The try that counts: the last, or the best (passed first, then the higher figure, then the earlier)."""
    ended = [attempt for attempt in part.tries if not attempt.pending and not attempt.void]
    if not ended:
        return None
    if part.rule == LAST:
        return max(ended, key=lambda attempt: attempt.number)
    return max(ended, key=lambda attempt: (attempt.passed, _figure(attempt), -attempt.number))


def fold(parts: Sequence[Part], rule: Rule = EVERY_PART, *, closed: bool) -> Verdict:
    """What the parts come to by the rule.

    Decided when passed, when no try is left that could still change it, or when the sitting is `closed` and nobody is
    sitting or marking any more. Under a total every part must have been taken.
    """
    counted = [counting(part) for part in parts]
    pairs = list(zip(parts, counted, strict=True))
    score = total(pairs)
    passed = bool(parts) and all(_met(part, attempt, rule) for part, attempt in pairs)
    if rule.kind != PARTS:
        passed = passed and score is not None and score >= (rule.pass_percent or 0)
    spent = [(part, attempt) for part, attempt in pairs if _spent(part)]
    failed = any(not _met(part, attempt, rule) for part, attempt in spent) or len(spent) == len(parts)
    pending = any(attempt.pending for part in parts for attempt in part.tries)
    return Verdict(
        decided=bool(parts) and (passed or failed or (closed and not pending)),
        passed=passed,
        score=score,
        parts=[_line(part, attempt) for part, attempt in pairs],
    )


def total(pairs: Sequence[tuple[Part, Try | None]]) -> Decimal | None:
    """The mean of the counting scores by weight, percent, cut after two places; a part without a percentage stays out."""
    scored = [(part.weight, attempt.score) for part, attempt in pairs if attempt and attempt.score is not None]
    weights = sum(weight for weight, _score in scored)
    return truncate(sum((weight * score for weight, score in scored), Decimal(0)) / weights) if weights else None


def _met(part: Part, attempt: Try | None, rule: Rule) -> bool:
    """Whether a part does what the rule asks of it alone: under a total, a scored part only has to be taken."""
    if attempt is None:
        return False
    return attempt.passed or (rule.kind == TOTAL and attempt.score is not None)


def _spent(part: Part) -> bool:
    """Whether no try is left and none is sat or marked."""
    return len(part.tries) >= part.allowed and not any(attempt.pending for attempt in part.tries)


def percent(points: Decimal, out_of: int) -> Decimal:
    """Points as a percentage, cut after two places, so that no score is rounded up to a pass mark."""
    return truncate(points * 100 / out_of) if out_of else Decimal("0.00")


def passes(points: Decimal, out_of: int, pass_percent: int) -> bool:
    """Whether the points reach the pass mark, without rounding; a paper of which nothing counts is not passed."""
    return bool(out_of) and points * 100 >= pass_percent * out_of


def extra_minutes(minutes: int, percent: int, more: int) -> int:
    """What a personal factor and extra minutes add to a part's own minutes; begun minutes count."""
    return -(-minutes * percent // 100) + more


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
