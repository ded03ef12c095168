"""Records as they travel and are stored: small, since a test makes some two thousand of them. Definition: docs/typing.md, 3.

A batch is a list of arrays, one a record. The first element is the milliseconds since the record before, in the first
record of a batch since the start of the test. Then come

    a splice  [ms, inserted, removed, move, kind, composing]
    a note    [ms, null, what]
    a check   [ms, null, "text", hash]

`move` is how far the splice begins from where the one before it ended (in a batch's first splice: from the beginning of the
text). `kind` is a place in KINDS or the inputType itself, `composing` 0 or 1. What is left out at the end of a splice is 0 for
`removed` and `move`, and as in the splice before for `kind` and `composing` (at the beginning of a batch 0). So one more
letter of a composition is [182, "k"].
"""

import hashlib
import json
import re
from typing import Any

from exams.typing.replay import BadRecords, Record

MAX_RECORDS = 600  # a batch: two seconds of typing, or a minute that waited for the network
KINDS = (
    "insertText",
    "insertCompositionText",
    "compositionend",
    "deleteContentBackward",
    "insertFromComposition",
    "deleteCompositionText",
    "insertLineBreak",
    "deleteContentForward",
    "compositionstart",
    "silent",
    "resume",
)
CHAIN_DIGITS = 32
_LARGEST = 2**31
_KIND = re.compile(r"[A-Za-z]{1,40}")


def chain(previous: str, packed: Any) -> str:
    """The hash of a batch: SHA-256 over the hash before and the JSON of the records, its first 32 hexadecimal digits.

    The JSON is what JSON.stringify writes: no spaces, real characters.
    """
    text = json.dumps(packed, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode(errors="surrogatepass")).hexdigest()[:CHAIN_DIGITS]


def unpack(packed: Any) -> list[Record]:
    """The records of a batch as replay.py knows them. Raises BadRecords: shape or too_many."""
    if not isinstance(packed, list) or not packed:
        raise BadRecords("shape")
    if len(packed) > MAX_RECORDS:
        raise BadRecords("too_many")
    t = end = kind = composing = 0
    records = []
    for array in packed:
        if not isinstance(array, list) or not 2 <= len(array) <= 6:
            raise BadRecords("shape")
        t += _number(array[0], "time")
        if array[1] is None:
            records.append(_event(t, array))
            continue
        inserted, removed, move, kind, composing = [*array[1:], *(0, 0, kind, composing)[len(array) - 2 :]]
        if not isinstance(inserted, str) or type(composing) is not int or composing not in (0, 1):
            raise BadRecords("shape")
        pos = end + _number(move)
        end = pos + len(inserted)
        records.append(
            {
                "t": t,
                "kind": _kind(kind),
                "pos": pos,
                "removed": _number(removed),
                "inserted": inserted,
                "composing": composing == 1,
            }
        )
    return records


def pack(records: list[Record]) -> list[list[Any]]:
    """The smallest form of records: what the browser does, for tests and the demo."""
    t = end = kind = composing = 0
    packed: list[list[Any]] = []
    for record in records:
        ms, t = record["t"] - t, record["t"]
        if record["kind"] == "note":
            packed.append([ms, None, record["what"]])
        elif record["kind"] == "check":
            packed.append([ms, None, "text", record["hash"]])
        else:
            name = record["kind"]
            newest = (KINDS.index(name) if name in KINDS else name, int(record["composing"]))
            array = [ms, record["inserted"], record["removed"], record["pos"] - end, *newest]
            end = record["pos"] + len(record["inserted"])
            for left_out in (composing, kind, 0, 0):
                if array[-1] != left_out:
                    break
                array.pop()
            kind, composing = newest
            packed.append(array)
    return packed


def _event(t: int, array: list[Any]) -> Record:
    if len(array) == 3 and isinstance(array[2], str):
        return {"t": t, "kind": "note", "what": array[2]}
    if len(array) == 4 and array[2] == "text":
        return {"t": t, "kind": "check", "hash": array[3]}
    raise BadRecords("shape")


def _kind(kind: Any) -> str:
    if type(kind) is int and 0 <= kind < len(KINDS):
        return KINDS[kind]
    if isinstance(kind, str) and _KIND.fullmatch(kind) and kind not in ("note", "check"):
        return kind
    raise BadRecords("shape")


def _number(value: Any, code: str = "shape") -> int:
    """A whole number that is not beyond all reason; in Python true and 1.0 would pass for 1."""
    if type(value) is not int or not -_LARGEST < value < _LARGEST:
        raise BadRecords(code)
    return value
