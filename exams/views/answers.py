"""The answer that a plain form of one question posts, by the names of its fields."""

import re
from collections.abc import Callable
from typing import Any

from django.http import QueryDict

from ground.numbers import whole

MOST = 100
CHOSEN = re.compile(r"place:([0-9]{1,2})")


def answer_in(post: QueryDict) -> dict[str, Any]:
    """The answer in the shape that Response keeps: places as shown, nothing where nothing was chosen."""
    if "chosen" in post:
        return {"chosen": [place for place in map(_place, post.getlist("chosen")) if place is not None]}
    if post.get("answer") in ("true", "false"):
        return {"answer": post["answer"] == "true"}
    if "gap-0" in post:
        return {"gaps": _series(post, "gap", _gap)}
    if "pair-0" in post:
        return {"pairs": _series(post, "pair", _place)}
    if "sequence-0" in post:
        return {"sequence": _sequence(_series(post, "sequence", _place))}
    if _place(post.get("kept", ""), most=2**63) is not None:
        return {"file": int(post["kept"])}
    return {"text": post["text"]} if "text" in post else {}


def _sequence(positions: list[int | None]) -> list[int | None]:
    """Which item stands at each position, from the position of each item; of two at one position the first keeps it."""
    sequence: list[int | None] = [None] * len(positions)
    for item, position in enumerate(positions):
        if position is not None and position < len(sequence) and sequence[position] is None:
            sequence[position] = item
    return sequence


def _series(post: QueryDict, name: str, read: Callable[[str], Any]) -> list[Any]:
    values = []
    while len(values) < MOST and f"{name}-{len(values)}" in post:
        values.append(read(post[f"{name}-{len(values)}"]))
    return values


def _gap(value: str) -> int | str:
    """A drop-down says `place:2`; anything else was typed."""
    option = CHOSEN.fullmatch(value)
    return int(option[1]) if option else value


def _place(value: str, most: int = MOST) -> int | None:
    return whole(value, most - 1)
