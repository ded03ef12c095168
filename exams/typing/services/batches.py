"""Keystrokes as they come: two short statements keep a batch, and what cannot be kept is refused by code."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import FilteredRelation, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exams.models.attempts import Attempt
from exams.typing import replay, wire
from exams.typing.clock import elapsed_ms
from ground.errors import Refused

GRACE = timedelta(seconds=5)  # for the last batch to arrive
SLACK_MS = 1_000  # by how much a browser's clock may drift from ours
LATE_WINDOW = timedelta(days=2)  # evidence that waited for a connection is still taken
BATCHES_A_SECOND, SPARE_BATCHES = 2, 60  # more than an element sends, reloads and lost connections among them
_HASH = re.compile(rf"[0-9a-f]{{{wire.CHAIN_DIGITS}}}")

RELOAD = _("The browser sent keystrokes that cannot be. Reload the page.")
REFUSALS: dict[str, str | Promise] = {
    "generation": _("This test goes on in another window."),
    "closed": _("This test ended long ago; nothing more is taken."),
    "gap": _("An earlier part of the text has not arrived yet."),
    "fork": _("Another window has gone on with this test. Reload the page."),
    "hash": _("The keystrokes were changed on their way. Reload the page."),
    "unknown": _("There is no such test."),
    "paused": _("The invigilator has paused the clock; nothing is saved meanwhile."),
    **dict.fromkeys(("shape", "too_many", "time", "order", "splice", "character", "too_long"), RELOAD),
}


@dataclass(frozen=True)
class Kept:
    """A batch that is stored: its number, whether it came too late to count, and the time since the start, pauses left out."""

    seq: int
    late: bool
    elapsed_ms: int


@dataclass
class _Standing:
    """An attempt as a batch finds it: the batch before it, if there is one, and the one already kept under its number."""

    open: bool
    generation: int
    deadline: datetime
    paused_at: datetime | None
    ended_at: datetime | None
    duration_ms: int
    before: tuple[str, int, int] | None = None  # hash, length, ends_ms
    same: tuple[str, bool] | None = None  # hash, late

    def elapsed(self, now: datetime) -> int:
        """Milliseconds since the start, pauses left out."""
        return elapsed_ms(self.duration_ms, self.deadline, self.paused_at, now)


def append_batch(*, attempt_id: int, generation: int, seq: Any, batch_hash: Any, records: Any, now: datetime) -> Kept:
    """Keeps one batch of keystroke records (wire.py); the same batch again is told as kept. They come in order, from seq 1.

    While the attempt is open and until deadline and grace, only the newest tab may write. Later batches are kept, marked
    late and never counted. While the clock stands, what was typed before is taken. Batches are never changed, so what is read
    of the one before stays true; the statement that keeps a batch tests once more, under a lock shared with handing in and
    pausing, that the attempt takes it. Two queries.

    Raises Refused, always without a change. The codes are listed in docs/typing.md, section 3, and in REFUSALS.
    """
    try:
        if type(seq) is not int or not 1 <= seq <= 1_000_000:
            raise replay.BadRecords("shape")
        if not isinstance(batch_hash, str) or not _HASH.fullmatch(batch_hash):
            raise replay.BadRecords("shape")
        unpacked = wire.unpack(records)
        while True:
            standing = _standing(attempt_id, seq)
            if standing is None:
                raise replay.BadRecords("unknown")
            elapsed = standing.elapsed(now)
            if standing.same is not None:
                if standing.same[0] != batch_hash:
                    raise replay.BadRecords("fork")
                return Kept(seq, standing.same[1], elapsed)
            late = not standing.open or (standing.paused_at or now) > standing.deadline + GRACE
            _check_standing(standing, generation, seq, late, now)
            before_hash, length, ends_ms = standing.before or ("", 0, 0)
            if batch_hash != wire.chain(before_hash, records):
                raise replay.BadRecords("hash")
            if standing.paused_at is not None and unpacked[-1]["t"] > elapsed + SLACK_MS:
                raise replay.BadRecords("paused")
            length, ends_ms = replay.check(unpacked, latest_ms=elapsed + SLACK_MS, after_ms=ends_ms, length=length)
            row = (seq, batch_hash, json.dumps(records, ensure_ascii=False), length, ends_ms)
            if _insert(attempt_id, standing, None if late else generation, (*row, elapsed), now):
                return Kept(seq, late, elapsed)
            # Meanwhile the test ended, paused or went on, another tab took over, or the same number was kept: look again.
    except replay.BadRecords as bad:
        raise Refused(REFUSALS[bad.code], code=bad.code) from bad


def _check_standing(standing: _Standing, generation: int, seq: int, late: bool, now: datetime) -> None:
    """Whether an attempt takes a batch with this number at all."""
    if late and now > (standing.ended_at or standing.deadline) + LATE_WINDOW:
        raise replay.BadRecords("closed")
    if not late and generation != standing.generation:
        raise replay.BadRecords("generation")
    if seq > SPARE_BATCHES + BATCHES_A_SECOND * standing.elapsed(now) // 1000:
        raise replay.BadRecords("too_many")
    if standing.before is None and seq > 1:
        raise replay.BadRecords("gap")


def _standing(attempt_id: int, seq: int) -> _Standing | None:
    """One query."""
    near = FilteredRelation("batches", condition=Q(batches__seq__in=(seq - 1, seq)))
    rows = Attempt.objects.filter(pk=attempt_id, typing__isnull=False).annotate(near=near).order_by()
    of_attempt = ("state", "generation", "deadline", "paused_at", "ended_at", "typing__duration_ms")
    of_batch = ("near__seq", "near__hash", "near__length", "near__ends_ms", "near__late")
    standing = None
    for state, *attempt, number, digest, length, ends_ms, late in rows.values_list(*of_attempt, *of_batch):
        standing = standing or _Standing(state == Attempt.State.OPEN, *attempt)
        if number == seq:
            standing.same = (digest, late)
        elif number is not None:
            standing.before = (digest, length, ends_ms)
    return standing


def _insert(attempt_id: int, standing: _Standing, generation: int | None, row: tuple[Any, ...], now: datetime) -> bool:
    """Whether the batch was kept, by the clock as it was read; None as generation marks it late.

    On PostgreSQL it shares a lock with handing in and pausing.
    """
    postgresql = connection.vendor == "postgresql"
    lock = "FOR SHARE OF a" if postgresql else ""
    moment = connection.ops.adapt_datetimefield_value
    takes, given = "", []
    if generation is not None:
        takes = "AND a.state = 'open' AND a.generation = %s AND a.deadline = %s"
        given = [generation, moment(standing.deadline)]
        takes += " AND a.paused_at IS NULL" if standing.paused_at is None else " AND a.paused_at = %s"
        given += [] if standing.paused_at is None else [moment(standing.paused_at)]
    cast = ("CAST(%s AS jsonb)", "CAST(%s AS timestamptz)") if postgresql else ("%s", "%s")
    sql = f"""
        INSERT INTO exams_typingbatch (attempt_id, seq, hash, records, length, ends_ms, received_ms, received_at, late)
        SELECT a.id, %s, %s, {cast[0]}, %s, %s, %s, {cast[1]}, %s
        FROM exams_attempt a WHERE a.id = %s {takes} {lock}
        ON CONFLICT (attempt_id, seq) DO NOTHING
        RETURNING seq
    """  # noqa: S608 - only our own words are put together; every value is a parameter
    with connection.cursor() as cursor:
        cursor.execute(sql, [*row, moment(now), generation is None, attempt_id, *given])
        return cursor.fetchone() is not None
