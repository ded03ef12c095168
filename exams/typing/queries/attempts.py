"""One attempt under way: what a window needs to go on, and the next piece of the passage."""

from datetime import datetime
from typing import Any

from exams.models.attempts import Attempt
from exams.typing import passages, replay, wire
from exams.typing.clock import elapsed_ms
from exams.typing.models import TypingBatch, TypingRun

CHUNKS_AHEAD = 2


def records_of(attempt: Attempt) -> list[dict[str, Any]]:
    """Every record that has arrived, in order, late ones left out."""
    batches = TypingBatch.objects.filter(attempt=attempt, late=False).order_by("seq").values_list("records", flat=True)
    return [record for packed in batches for record in wire.unpack(packed)]


def broken_at(attempt: Attempt) -> int | None:
    """The number of the first batch that does not follow from the ones before it; None when the chain is whole."""
    digest = ""
    batches = TypingBatch.objects.filter(attempt=attempt).order_by("seq").values_list("seq", "hash", "records")
    for expected, (seq, stored, packed) in enumerate(batches, start=1):
        digest = wire.chain(digest, packed)
        if seq != expected or stored != digest:
            return seq
    return None


def resume(attempt: Attempt, run: TypingRun, now: datetime) -> dict[str, Any]:
    """What a tab needs to begin or go on: clock, chain, the text rebuilt from the record, the first pieces of the passage.

    An open composition of a closed tab is gone: the text is what was committed. `length` is what the server's record
    holds, so that the new tab begins with a splice from there.
    """
    state = replay.replay(records_of(attempt), until_ms=run.duration_ms)
    last = TypingBatch.objects.filter(attempt=attempt).order_by("-seq").first()
    pieces = passages.chunks(run.text)
    shown = _shown(state.committed, pieces)
    return {
        "generation": attempt.generation,
        "open": attempt.state == Attempt.State.OPEN,
        "paused": attempt.paused_at is not None,
        "elapsed_ms": elapsed_ms(run.duration_ms, attempt.deadline, attempt.paused_at, now),
        "duration_ms": run.duration_ms,
        "seq": last.seq if last else 0,
        "hash": last.hash if last else "",
        "t": last.ends_ms if last else 0,
        "raw": state.raw,
        "text": state.committed,
        "chunks": pieces[: shown + 1],
        "count": len(pieces),
        "lines": sum(map(len, pieces)),
    }


def chunk(attempt: Attempt, run: TypingRun, index: int) -> list[str] | None:
    """The lines of one piece of the passage; None while the typed text has not come within two pieces of it."""
    pieces = passages.chunks(run.text)
    if not 0 <= index < len(pieces):
        return None
    if index > CHUNKS_AHEAD:
        state = replay.replay(records_of(attempt))
        if index > _shown(state.committed, pieces):
            return None
    return pieces[index]


def _shown(committed: str, pieces: list[list[str]]) -> int:
    """The last piece that may be shown: two beyond the one being typed."""
    typed, end = len("".join(committed.split())), 0
    for index, piece in enumerate(pieces):
        end += len("".join("".join(piece).split()))
        if typed < end:
            return index + CHUNKS_AHEAD
    return len(pieces) - 1
