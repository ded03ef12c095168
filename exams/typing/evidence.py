"""Where the flags of a typing run come from: the moments behind each, so that a person can look at them. Pure.

The flags themselves are what replay counts; nothing here decides, and nothing here touches a score.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from exams.typing import replay
from exams.typing.normalise import is_han

MOST_MOMENTS = 12  # shown of one flag


@dataclass(frozen=True)
class Moment:
    """Something that a flag counts: when (ms since the start) and, for a commit, the text that came at once."""

    code: str
    t: int
    text: str = ""


def moments(records: Iterable[replay.Record], until_ms: int) -> list[Moment]:
    """Every moment that a flag counts, in order, up to the allotted time."""
    state = replay.Replay()
    found: list[Moment] = []
    windows: dict[int, int] = {}
    for record in records:
        if record["t"] > until_ms:
            break
        before, differing = state.committed, state.counts["text_differs"]
        state.apply(record)
        if record["kind"] == "note":
            found.append(Moment(record["what"], state.t))
        elif record["kind"] == "silent":
            found.append(Moment("silent", state.t, record["inserted"]))
        if state.counts["text_differs"] > differing:
            found.append(Moment("text_differs", state.t))
        if state.committed != before:
            _start, _removed, inserted = replay.difference(before, state.committed)
            han = sum(map(is_han, inserted))
            if han > replay.LONG_COMMIT:
                found.append(Moment("long_commit", state.t, inserted))
            window = state.t // replay.BURST_WINDOW_MS
            if windows.get(window, 0) <= replay.BURST < windows.get(window, 0) + han:
                found.append(Moment("burst", window * replay.BURST_WINDOW_MS))
            windows[window] = windows.get(window, 0) + han
    return found
