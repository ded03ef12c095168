"""Points for an answer: a pure function of kind, key and whatever JSON the browser sent."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

ZERO = Decimal(0)
BY_PEOPLE = frozenset({"essay", "file", "task"})
"""The kinds that no key grades: a person marks them, by their rubric where they have one."""
_MINUS = str.maketrans({"−": "-", "－": "-", "–": "-", "—": "-"})


def grade(kind: str, key: Any, answer: Any, points: int, order: Sequence[Any] | None = None) -> Decimal:
    """All `points` for a right answer, none for any other. Never raises: what cannot be read is wrong.

    Answers name options by the place at which they were shown; `order` says which option stood at each place (None: the
    author's order).
    """
    judge = _JUDGES.get(kind)
    if judge is None or not isinstance(key, dict) or not isinstance(answer, dict):
        return ZERO
    return Decimal(points) if judge(key, in_author_order(answer, order)) else ZERO


def in_author_order(answer: dict[str, Any], order: Sequence[Any] | None) -> dict[str, Any]:
    """The answer with options named by their index in the question's version; places that do not exist are dropped."""
    chosen = answer.get("chosen")
    if order is None or not isinstance(chosen, list):
        return answer
    return {**answer, "chosen": [order[place] for place in chosen if type(place) is int and 0 <= place < len(order)]}


def as_shown(answer: dict[str, Any], order: Sequence[Any]) -> dict[str, Any]:
    """The other way round: an answer that names options by their index, as a page that shows them in this order sends it."""
    chosen = answer.get("chosen")
    return answer if chosen is None else {**answer, "chosen": sorted(order.index(index) for index in chosen)}


def answered(answer: Any) -> bool:
    """Whether an answer says anything: an empty one counts as not answered."""
    if not isinstance(answer, dict):
        return False
    if isinstance(answer.get("answer"), bool) or bool(answer.get("chosen")):
        return True
    text = answer.get("text")
    return isinstance(text, str) and bool(text.strip())


def fold(text: str) -> str:
    """Text as two people would call it the same: width, case, white space and punctuation do not matter."""
    while True:
        compatible = unicodedata.normalize("NFKC", text).casefold()
        folded = "".join(c for c in compatible if unicodedata.category(c)[0] not in "PZCS")
        if folded == text:
            return folded
        # What is left may compose anew: an accent that stood after a space now meets a letter.
        text = folded


def number(text: str, unit: str = "") -> Decimal | None:
    """The number in a text such as `７２ 小时` or `1,000`; None when there is none. The unit may be left out."""
    plain = unicodedata.normalize("NFKC", text.translate(_MINUS)).strip()
    suffix = unicodedata.normalize("NFKC", unit).strip()
    if suffix and plain.casefold().endswith(suffix.casefold()):
        plain = plain[: len(plain) - len(suffix)]
    plain = "".join(plain.split()).replace(",", "")
    if not plain or len(plain) > 40 or any(c not in "+-.0123456789" for c in plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _choice(key: dict[str, Any], answer: dict[str, Any]) -> bool:
    chosen, correct = _indexes(answer.get("chosen")), _indexes(key.get("correct"))
    return bool(correct) and chosen == correct


def _single(key: dict[str, Any], answer: dict[str, Any]) -> bool:
    chosen = _indexes(answer.get("chosen"))
    return chosen is not None and len(chosen) == 1 and chosen == _indexes(key.get("correct"))


def _indexes(value: Any) -> set[int] | None:
    if not isinstance(value, list) or not all(type(index) is int for index in value):
        return None
    return set(value)


def _true_false(key: dict[str, Any], answer: dict[str, Any]) -> bool:
    right, given = key.get("answer"), answer.get("answer")
    return isinstance(right, bool) and isinstance(given, bool) and right is given


def _numeric(key: dict[str, Any], answer: dict[str, Any]) -> bool:
    unit = key.get("unit")
    given = number(_text(answer), unit if isinstance(unit, str) else "")
    value, tolerance = number(str(key.get("value", ""))), number(str(key.get("tolerance", "0")))
    if given is None or value is None:
        return False
    return abs(given - value) <= (tolerance or ZERO)


def _short_text(key: dict[str, Any], answer: dict[str, Any]) -> bool:
    accepted, given = key.get("accepted"), fold(_text(answer))
    if not given or not isinstance(accepted, list):
        return False
    return any(isinstance(text, str) and fold(text) == given for text in accepted)


def _text(answer: dict[str, Any]) -> str:
    text = answer.get("text")
    return text[:500] if isinstance(text, str) else ""


_JUDGES = {
    "single": _single,
    "multiple": _choice,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
}
