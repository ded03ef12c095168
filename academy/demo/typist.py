"""A person at a keyboard with a pinyin input method: records as the browser sends them, in batches."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ground import pinyin

BATCH_MS = 9_000
# What slips in when the wrong candidate is chosen.
SLIPS = "的地得在再做作那哪以已和合"
Record = dict[str, Any]


def type_passage(
    text: str,
    *,
    speed: float,
    accuracy: float,
    duration_ms: int,
    rng: random.Random,
    mistaken: Mapping[str, str] | None = None,
    phrases: bool = False,
    notes: Sequence[tuple[int, str]] = (),
) -> Iterator[tuple[int, list[Record]]]:
    """Yields (ms since the start, records) while typing `text` at about `speed` tokens a minute.

    Each phrase of one to four characters is composed as pinyin and then committed; a share of 1 - `accuracy` of the
    characters comes out wrong. A quarter of the `mistaken` characters come out as what they are mistaken for, every second
    of them mended at once. With `phrases` now and then a long stretch comes from a phrase list. `notes` are (ms, what) of
    things that change no text.
    """
    text = text.replace("\n", "")
    records: list[Record] = []
    waiting = sorted(notes)
    clock, at, number = rng.randint(900, 2_500), 0, 0
    while at < len(text):
        number += 1
        listed = phrases and number % 17 == 0
        phrase = text[at : at + 24] if listed else text[at : at + rng.choice((1, 2, 2, 2, 3, 4))]
        duration = 2_600 if listed else int(len(phrase) / speed * 60_000 * rng.uniform(0.7, 1.3))
        if clock + duration > duration_ms - 500:
            break
        if records and clock + duration - records[0]["t"] > BATCH_MS:
            yield clock + 120, records
            records = []
        while waiting and waiting[0][0] <= clock + duration // 2:
            records.append({"t": max(clock, waiting[0][0]), "kind": "note", "what": waiting.pop(0)[1]})
        raw = "" if listed else pinyin.spelled(phrase)
        if raw:
            records.append(_splice(clock + duration // 2, at, 0, raw, composing=True))
        typed = "".join(rng.choice(SLIPS) if rng.random() > accuracy else character for character in phrase)
        typed = "".join((mistaken or {}).get(one, one) if mistaken and rng.random() < 0.25 else one for one in typed)
        clock += duration
        records.append(_splice(clock, at, len(raw), typed, composing=False))
        if mistaken and typed != phrase and number % 2:
            clock += 700
            records.append(_splice(clock, at, len(typed), "", composing=False, kind="deleteContentBackward"))
            clock += 500
            records.append(_splice(clock, at, 0, phrase, composing=False))
        at += len(phrase)
    if records:
        yield clock + 120, records


def keys_of(records: Sequence[Record]) -> int:
    """About as many keys as the records took: a letter each, and one to commit or to delete."""
    return sum(len(record["inserted"]) if record["composing"] else 1 for record in records if "pos" in record)


def _splice(
    t: int, pos: int, removed: int, inserted: str, *, composing: bool, kind: str = "insertCompositionText"
) -> Record:
    return {"t": t, "kind": kind, "pos": pos, "removed": removed, "inserted": inserted, "composing": composing}
