"""Points for an answer: a pure function of kind, key and whatever JSON the browser sent."""

import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from operator import eq
from typing import Any

ZERO = Decimal(0)
NONE, ALL = Fraction(0), Fraction(1)
BY_PEOPLE = frozenset({"essay", "file", "task"})
"""The kinds that no key grades: a person marks them, by their rubric where they have one."""
PLACED = ("sequence", "pairs")
"""The names under which an answer holds a list of places, with null where nothing was chosen yet."""
_MINUS = str.maketrans({"−": "-", "－": "-", "–": "-", "—": "-"})


def grade(kind: str, key: Any, answer: Any, points: int, order: Sequence[Any] | None = None) -> Decimal:
    """The share of `points` that the answer earns, cut to hundredths. Never raises: what cannot be read is wrong.

    Answers name options by the place at which they were shown; `order` says which option stood at each place (None: the
    author's order). All or nothing, unless the key's scoring says otherwise: `minus` gives the share of the right options that
    were chosen minus the share of the wrong ones, `part` the share of items at their right place. `key` is that of
    `full_key` where the content has a unit, or where options are graded without an `order`.
    """
    judge = _JUDGES.get(kind)
    if judge is None or not isinstance(key, dict) or not isinstance(answer, dict):
        return ZERO
    if isinstance(order, list | tuple):
        key = {**key, "options": len(order)}
    share = judge(key, in_author_order(answer, order))
    return Decimal(points * 100 * share.numerator // share.denominator) / 100


def full_key(content: dict[str, Any], key: dict[str, Any]) -> dict[str, Any]:
    """The key with what grading needs of the content: the unit, and how many options there are."""
    return {**key, "unit": content.get("unit", ""), "options": len(content.get("options", []))}


def in_author_order(answer: dict[str, Any], order: Sequence[Any] | None) -> dict[str, Any]:
    """The answer with options named by their index in the question's version; places that do not exist are dropped."""
    if order is None:
        return answer
    return _renamed(answer, lambda place: _at(order, place), lambda gap, place: _at(_at(order, gap), place))


def as_shown(answer: dict[str, Any], order: Sequence[Any]) -> dict[str, Any]:
    """The other way round: an answer that names options by their index, as a page that shows them in this order sends it."""
    shown = _renamed(answer, lambda index: _place(order, index), lambda gap, index: _place(_at(order, gap), index))
    if isinstance(shown.get("chosen"), list):
        shown["chosen"] = sorted(shown["chosen"])
    return shown


def _renamed(
    answer: dict[str, Any], option: Callable[[int], int | None], gap_option: Callable[[int, int], int | None]
) -> dict[str, Any]:
    """The answer with every option renamed; one that has no new name is dropped, or null where its place says something."""
    renamed = dict(answer)
    if isinstance(answer.get("chosen"), list):
        named = [option(value) for value in answer["chosen"] if type(value) is int]
        renamed["chosen"] = [value for value in named if value is not None]
    for name in PLACED:
        if isinstance(answer.get(name), list):
            renamed[name] = [option(value) if type(value) is int else None for value in answer[name]]
    if isinstance(answer.get("gaps"), list):
        renamed["gaps"] = [
            gap_option(gap, value) if type(value) is int else value for gap, value in enumerate(answer["gaps"])
        ]
    return renamed


def _at(options: Any, place: int) -> Any:
    return options[place] if isinstance(options, list | tuple) and 0 <= place < len(options) else None


def _place(options: Any, index: int) -> int | None:
    return options.index(index) if isinstance(options, list | tuple) and index in options else None


def answered(answer: Any) -> bool:
    """Whether an answer says anything: an empty one counts as not answered."""
    if not isinstance(answer, dict):
        return False
    if isinstance(answer.get("answer"), bool) or bool(answer.get("chosen")) or type(answer.get("file")) is int:
        return True
    said = [answer.get("text")]
    for name in (*PLACED, "gaps"):
        given = answer.get(name)
        said += given if isinstance(given, list) else []
    return any(type(one) is int or (isinstance(one, str) and bool(one.strip())) for one in said)


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


def _multiple(key: dict[str, Any], answer: dict[str, Any]) -> Fraction:
    chosen, correct = _indexes(answer.get("chosen")), _indexes(key.get("correct"))
    if not chosen or not correct:
        return NONE
    if key.get("scoring") != "minus":
        return _all(chosen == correct)
    options, wrongly = key.get("options"), len(chosen - correct)
    wrong = options - len(correct) if type(options) is int else 0
    if wrongly and wrong <= 0:
        return NONE
    share = Fraction(len(chosen & correct), len(correct)) - (Fraction(wrongly, wrong) if wrongly else 0)
    return max(NONE, share)


def _single(key: dict[str, Any], answer: dict[str, Any]) -> Fraction:
    chosen = _indexes(answer.get("chosen"))
    return _all(chosen is not None and len(chosen) == 1 and chosen == _indexes(key.get("correct")))


def _indexes(value: Any) -> set[int] | None:
    if not isinstance(value, list) or not all(type(index) is int for index in value):
        return None
    return set(value)


def _true_false(key: dict[str, Any], answer: dict[str, Any]) -> Fraction:
    right, given = key.get("answer"), answer.get("answer")
    return _all(isinstance(right, bool) and isinstance(given, bool) and right is given)


def _numeric(key: dict[str, Any], answer: dict[str, Any]) -> Fraction:
    unit = key.get("unit")
    given = number(_text(answer.get("text")), unit if isinstance(unit, str) else "")
    value, tolerance = number(str(key.get("value", ""))), number(str(key.get("tolerance", "0")))
    if given is None or value is None:
        return NONE
    return _all(abs(given - value) <= (tolerance or ZERO))


def _short_text(key: dict[str, Any], answer: dict[str, Any]) -> Fraction:
    return _all(_accepted(key, answer.get("text")))


def _accepted(key: dict[str, Any], given: Any) -> bool:
    """Whether a text is among the accepted ones, as two people would read it."""
    accepted, folded = key.get("accepted"), fold(_text(given))
    if not folded or not isinstance(accepted, list):
        return False
    return any(isinstance(text, str) and fold(text) == folded for text in accepted)


def _ordering(key: dict[str, Any], answer: dict[str, Any]) -> Fraction:
    return _places(key, key.get("sequence"), answer.get("sequence"), eq)


def _matching(key: dict[str, Any], answer: dict[str, Any]) -> Fraction:
    return _places(key, key.get("pairs"), answer.get("pairs"), eq)


def _cloze(key: dict[str, Any], answer: dict[str, Any]) -> Fraction:
    return _places(key, key.get("gaps"), answer.get("gaps"), gap_right)


def gap_right(gap: Any, given: Any) -> bool:
    """Whether a gap is filled rightly: with the option, or with one of the accepted texts."""
    if not isinstance(gap, dict):
        return False
    if type(gap.get("correct")) is int:
        return type(given) is int and given == gap["correct"]
    return _accepted(gap, given)


def _places(key: dict[str, Any], wanted: Any, given: Any, right: Callable[[Any, Any], bool]) -> Fraction:
    """The share of places that are right; without `part` scoring all of them or nothing."""
    if not isinstance(wanted, list) or not isinstance(given, list) or not wanted or len(given) > len(wanted):
        return NONE
    hits = sum(type(one) in (int, str) and right(place, one) for place, one in zip(wanted, given, strict=False))
    return Fraction(hits, len(wanted)) if key.get("scoring") == "part" else _all(hits == len(wanted))


def _all(right: bool) -> Fraction:
    return ALL if right else NONE


def _text(text: Any) -> str:
    return text[:500] if isinstance(text, str) else ""


_JUDGES = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "ordering": _ordering,
    "matching": _matching,
    "cloze": _cloze,
}
