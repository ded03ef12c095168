"""From keystroke records to the text that counts. Definition: docs/typing.md, sections 1 and 3.

A record is one of three things, each with `t`, whole milliseconds since the start:

    splice  {"t", "kind", "pos", "removed", "inserted", "composing"}   the value of the textarea changed
    note    {"t", "kind": "note", "what"}                              something happened that changed no text
    check   {"t", "kind": "check", "hash"}                             fingerprint of the value as the browser saw it

`pos` and `removed` count code points; `kind` of a splice is the browser's inputType. While `composing`, the value holds
an input method's open composition: it shows in `raw`, and joins `committed` only when a record says that the
composition is over. So raw pinyin never counts, whatever closed the window.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from exams.typing.normalise import is_han

MAX_CHECKS = 10  # of one batch
MAX_INSERTED = 4_000  # code points of one splice
MAX_LENGTH = 20_000  # code points of the whole text: 2,000 a minute for ten minutes
LONG_COMMIT = 12  # Han characters committed at once
BURST_WINDOW_MS, BURST = 10_000, 60  # Han characters within a window: more than 360 a minute

NOTES = (
    "paste",
    "drop",
    "undo",
    "redo",
    "replacement",
    "yank",
    "drag",
    "blur",
    "hidden",
    "unannounced",
    "automated",
    "offline",
    "touch",
)
_HASH = re.compile(r"[0-9a-f]{16}")

Record = dict[str, Any]


class BadRecords(ValueError):
    """Records that no honest browser sends. `code` is stable; docs/typing.md lists them."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(records: list[Record], *, latest_ms: int, after_ms: int = 0, length: int = 0) -> tuple[int, int]:
    """Refuses what cannot be a continuation of a text of `length` code points whose last record was at `after_ms`.

    `latest_ms` is the time since the start at receipt, with the slack. Returns the new length and the last `t`. Raises
    BadRecords with one of: shape, too_many, time, order, splice, character, too_long.
    """
    for record in records:
        if not 0 <= record["t"] <= latest_ms:
            raise BadRecords("time")
        if record["t"] < after_ms:
            raise BadRecords("order")
        after_ms = record["t"]
        if record["kind"] == "note":
            if record["what"] not in NOTES:
                raise BadRecords("shape")
        elif record["kind"] == "check":
            if not isinstance(record["hash"], str) or not _HASH.fullmatch(record["hash"]):
                raise BadRecords("shape")
        else:
            length = _check_splice(record, length)
    if sum(record["kind"] == "check" for record in records) > MAX_CHECKS:
        raise BadRecords("too_many")
    return length, after_ms


def _check_splice(record: Record, length: int) -> int:
    """The length after a splice."""
    pos, removed, inserted = record["pos"], record["removed"], record["inserted"]
    if len(inserted) > MAX_INSERTED:
        raise BadRecords("too_long")
    if storable(inserted) != inserted:
        raise BadRecords("character")
    if pos < 0 or removed < 0 or pos + removed > length:
        raise BadRecords("splice")
    length += len(inserted) - removed
    if length > MAX_LENGTH:
        raise BadRecords("too_long")
    return length


@dataclass
class Replay:
    """A text as it grew. `raw` is what the textarea held, `committed` what counts, both after the last record.

    `counts` is evidence for an examiner and never touches the score: refused pastes, long single commits, bursts, checks
    that differ.
    """

    raw: str = ""
    committed: str = ""
    composing: bool = False
    t: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    _windows: Counter[int] = field(default_factory=Counter)
    _shared: tuple[int, int] | None = None  # what `raw` still has of `committed` at both ends; None: all of it

    def apply(self, record: Record) -> None:
        """Moves one record forward."""
        self.t = record["t"]
        if record["kind"] == "note":
            self.counts[record["what"]] += 1
        elif record["kind"] == "check":
            self.counts["text_differs"] += record["hash"] != fingerprint(self.raw)
        else:
            start, end = record["pos"], record["pos"] + record["removed"]
            head, tail = self._shared or (start, len(self.raw) - end)
            self._shared = min(head, start), min(tail, len(self.raw) - end)
            self.raw = self.raw[:start] + record["inserted"] + self.raw[end:]
            self.composing = record["composing"]
            self.counts["silent"] += record["kind"] == "silent"
            if not self.composing:
                self._commit()

    def flags(self) -> list[dict[str, Any]]:
        """[{"code", "count"}] of everything seen, by code."""
        counts = self.counts.copy()
        counts["burst"] = sum(han > BURST for han in self._windows.values())
        return [{"code": code, "count": count} for code, count in sorted(counts.items()) if count]

    def _commit(self) -> None:
        head, tail = self._shared or (0, 0)
        _start, _removed, new = difference(
            self.committed[head : len(self.committed) - tail], self.raw[head : len(self.raw) - tail]
        )
        han = sum(map(is_han, new))
        self.counts["long_commit"] += han > LONG_COMMIT
        self._windows[self.t // BURST_WINDOW_MS] += han
        self.committed, self._shared = self.raw, None


def replay(records: Iterable[Record], *, until_ms: int | None = None) -> Replay:
    """Applies the records in order, as far as their `t` is not later than `until_ms` (None: all of them)."""
    state = Replay()
    for record in records:
        if until_ms is not None and record["t"] > until_ms:
            break
        state.apply(record)
    return state


def storable(text: str) -> str:
    """The text without NUL and surrogates that stand alone: no database keeps them and no input method makes them."""
    return "".join(character for character in text if character != "\0" and not "\ud800" <= character <= "\udfff")


def fingerprint(text: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the UTF-8 text: what the browser says of its textarea in a check."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def difference(before: str, after: str) -> tuple[int, str, str]:
    """Where two texts begin to differ, what the first has there and what the second."""
    start, end = 0, 0
    shorter = min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, before[start : len(before) - end], after[start : len(after) - end]
