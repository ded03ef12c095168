"""A person at a keyboard, key by key: pinyin shown as it is typed, phrases chosen, slips taken back inside and outside a composition."""

import random
from collections.abc import Iterator

from ground import pinyin
from tests.typing.scenes import insert

COMPOSING = {"composing": True, "kind": "insertCompositionText"}


def keys(text: str, *, per_minute: int, until_ms: int, seed: int = 1) -> Iterator[dict]:
    """Records of typing `text` at about so many characters a minute, as Chromium tells them: one a key, two a commit."""
    draw = random.Random(seed)
    t, at, place = 1500.0, 0, 0
    while place < len(text):
        phrase = text[place : place + draw.choice((1, 2, 2, 2, 3, 4))]
        place += len(phrase)
        if not phrase.isalnum():
            t += 60_000 / per_minute * len(phrase)
            if t > until_ms:
                return
            yield insert(int(t), at, phrase)
            at += len(phrase)
            continue
        letters = pinyin.spelled(phrase)
        step = 60_000 / per_minute * len(phrase) / (len(letters) + 1)
        raw = ""
        for letter in letters:
            t += step * draw.uniform(0.6, 1.4)
            if t > until_ms:
                return
            if draw.random() < 0.03:
                yield insert(int(t), at + len(raw), "v", **COMPOSING)
                yield insert(int(t + step / 3), at + len(raw), "", removed=1, **COMPOSING)
            raw += letter
            yield insert(int(t + step / 2), at + len(raw) - 1, letter, **COMPOSING)
        t += step
        if t > until_ms:
            return
        yield insert(int(t), at, phrase, removed=len(raw), **COMPOSING)
        yield insert(int(t), at + len(phrase), "", kind="compositionend")
        at += len(phrase)


def batches(records: Iterator[dict], every_ms: int = 2000) -> Iterator[tuple[int, list[dict]]]:
    """(when it is sent, its records), every two seconds; a stretch without a key sends nothing."""
    held: list[dict] = []
    due = every_ms
    for record in records:
        while record["t"] >= due:
            if held:
                yield due, held
                held = []
            due += every_ms
        held.append(record)
    if held:
        yield due, held
