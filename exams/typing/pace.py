"""How fast a text grew: the certified characters of each half minute. Pure, by the same arithmetic as the score."""

from collections.abc import Iterable

from exams.typing import replay, scoring
from exams.typing.normalise import WIDTH_INSENSITIVE, normalise

STEP_MS = 30_000


def pace(
    records: Iterable[replay.Record],
    passage: str,
    duration_ms: int,
    punctuation: str = WIDTH_INSENSITIVE,
    step_ms: int = STEP_MS,
) -> list[int]:
    """Certified characters that each step of the time added, taken away where more was mended than typed.

    They add up to the certified characters of the whole text. The last step is shorter when the time is no multiple of it.
    """
    state = replay.Replay()
    reference = normalise(passage, punctuation)
    ends = [*range(step_ms, duration_ms, step_ms), duration_ms]
    totals: list[int] = []
    for record in records:
        while len(totals) < len(ends) and record["t"] > ends[len(totals)]:
            totals.append(_certified(state.committed, reference, punctuation))
        if len(totals) == len(ends):
            break
        state.apply(record)
    while len(totals) < len(ends):
        totals.append(_certified(state.committed, reference, punctuation))
    return [total - before for before, total in zip([0, *totals], totals, strict=False)]


def per_minute(certified: int, step_ms: int = STEP_MS) -> float:
    """Characters a minute of one step, truncated to one decimal."""
    return certified * scoring.MS_PER_MINUTE * 10 // step_ms / 10


def _certified(committed: str, reference: str, punctuation: str) -> int:
    tokens = normalise(committed, punctuation)
    # What comes long after the typed text cannot be in the best prefix.
    return len(tokens) - min(scoring.prefix_distances(tokens, reference[: 2 * len(tokens) + 1]))
