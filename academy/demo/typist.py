"""A person at a keyboard with a pinyin input method: records as the browser sends them, in batches."""

import random
from collections.abc import Iterator
from typing import Any

from ground import pinyin

BATCH_MS = 9_000
# What slips in when the wrong candidate is chosen.
SLIPS = "的地得在再做作那哪以已和合"
Record = dict[str, Any]


def type_passage(
    text: str, *, speed: float, accuracy: float, duration_ms: int, rng: random.Random
) -> Iterator[tuple[int, list[Record]]]:
    """Yields (ms since the start, records) while typing `text` at about `speed` tokens a minute.

    Each phrase of one to four characters is composed as pinyin and then committed; a share of 1 - `accuracy` of the
    characters comes out wrong.
    """
    text = text.replace("\n", "")
    records: list[Record] = []
    clock, at = rng.randint(900, 2_500), 0
    while at < len(text):
        phrase = text[at : at + rng.choice((1, 2, 2, 2, 3, 4))]
        duration = int(len(phrase) / speed * 60_000 * rng.uniform(0.7, 1.3))
        if clock + duration > duration_ms - 500:
            break
        if records and clock + duration - records[0]["t"] > BATCH_MS:
            yield clock + 120, records
            records = []
        raw = pinyin.spelled(phrase)
        records.append(_splice(clock + duration // 2, at, 0, raw, composing=True))
        typed = "".join(rng.choice(SLIPS) if rng.random() > accuracy else character for character in phrase)
        clock += duration
        records.append(_splice(clock, at, len(raw), typed, composing=False))
        at += len(phrase)
    if records:
        yield clock + 120, records


def _splice(t: int, pos: int, removed: int, inserted: str, *, composing: bool) -> Record:
    kind = "insertCompositionText"
    return {"t": t, "kind": kind, "pos": pos, "removed": removed, "inserted": inserted, "composing": composing}
