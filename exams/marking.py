"""From what people say of an answer to its mark, and what a corrected key makes of one. Imports no Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from exams import grading
from exams.folding import truncate

FIRST, SECOND, RECONCILED, REMARK = "first", "second", "reconciled", "remark"
KEY, NEUTRAL, CREDIT = "key", "neutral", "credit"


@dataclass(frozen=True)
class Standing:
    """How far an answer is: the round that it `wants` next (empty once it is decided), and its points once decided."""

    wants: str
    points: Decimal | None = None


def standing(markings: Sequence[tuple[str, Decimal]], *, second_marker: bool = False, tolerance: int = 0) -> Standing:
    """What the markings (round, points) of one answer, in the order given, come to.

    One marker decides unless the exam asks for two. Of two the mean counts, cut to hundredths, while they differ by no more
    than the tolerance; beyond it a third person decides. Whoever marks again at the candidate's request decides anew.
    """
    said = dict(markings)
    if REMARK in said:
        return Standing("", said[REMARK])
    if FIRST not in said:
        return Standing(FIRST)
    if not second_marker and SECOND not in said:
        return Standing("", said[FIRST])
    if SECOND not in said:
        return Standing(SECOND)
    if RECONCILED in said:
        return Standing("", said[RECONCILED])
    if abs(said[FIRST] - said[SECOND]) <= tolerance:
        return Standing("", truncate((said[FIRST] + said[SECOND]) / 2))
    return Standing(RECONCILED)


def judged(rubric: Sequence[Mapping[str, Any]], picks: Any, points: int) -> Decimal | None:
    """The points for picks: of a rubric one of each criterion's levels, scaled to the question's points in this paper and
    cut to hundredths; without a rubric the one figure, 0 to `points`. None while something is missing or does not exist.
    """
    if not isinstance(picks, list | tuple) or len(picks) != max(len(rubric), 1):
        return None
    figures = [figure(pick) for pick in picks]
    if any(one is None for one in figures):
        return None
    if not rubric:
        return truncate(figures[0]) if 0 <= figures[0] <= points else None
    levels = [[Decimal(level["points"]) for level in criterion["levels"]] for criterion in rubric]
    if any(one not in offered for one, offered in zip(figures, levels, strict=True)):
        return None
    most = sum(max(offered) for offered in levels)
    return truncate(sum(figures, Decimal(0)) * points / most) if most else Decimal("0.00")


def figure(pick: Any) -> Decimal | None:
    """A pick as a number; None when it is none, or has more than two decimal places."""
    if pick is None or isinstance(pick, bool):
        return None
    try:
        number = Decimal(str(pick).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 1000 and number == truncate(number) else None


def effective(
    kind: str,
    content: Mapping[str, Any],
    key: Mapping[str, Any],
    correction: tuple[str, Mapping[str, Any]] | None,
    answer: Any,
    points: int,
    order: Sequence[Any] | None,
) -> tuple[Decimal, int] | None:
    """(points, out of) of an answer under the newest correction (action, key) of its question; None where a person marks.

    Neutral: the question leaves the count, 0 of 0. Credit: everybody gets its points. Otherwise the corrected key grades.
    """
    action, corrected = correction or ("", {})
    if action == NEUTRAL:
        return Decimal(0), 0
    if action == CREDIT:
        return Decimal(points), points
    if kind in grading.BY_PEOPLE:
        return None
    used = {**key, **corrected} if action == KEY else dict(key)
    return grading.grade(kind, grading.full_key(dict(content), used), answer, points, order), points
