"""One attempt: what it was asked, the batches as they come, what they came to.

`begin` and `finish` are called by exams.services inside its own transaction and lock: exams owns the attempt, this room
owns what was asked, what was typed and what it came to. `Attempt.score` stays empty for a typing test; exams sets
`Attempt.passed` from the run that `finish` returns.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from exams.models.attempts import Attempt
from exams.typing import passages, replay, scoring
from exams.typing.models import TypingBatch, TypingRun
from exams.typing.normalise import VERSION
from exams.typing.services.pool import choose_passages
from ground.errors import Refused
from ground.freezing import canonical

GRACE = timedelta(seconds=5)  # for the last batch to arrive
SLACK_MS = 1_000  # between a browser's clock and ours
LATE_WINDOW = timedelta(days=2)  # evidence that waited for a connection is still taken
GAP_MS = 10_000  # a batch this much later than its first record waited for a connection


@transaction.atomic
def begin(*, attempt: Attempt, now: datetime, seed: int | None = None) -> TypingRun:
    """Freezes passage, standard and time of a typing attempt that has just been started, and sets its deadline.

    The time is the standard's; extra minutes of the candidacy do not change it, since they cannot help a rate. Repeating
    returns the run. Raises Refused when no fresh passage is left.
    """
    if run := TypingRun.objects.filter(attempt=attempt).first():
        return run
    standard = attempt.part.standard
    seed = secrets.randbelow(2**31) if seed is None else seed
    versions = choose_passages(
        user=attempt.candidacy.user, tokens=passages.TOKENS_PER_MINUTE * standard.minutes, seed=seed, now=now
    )
    run = TypingRun.objects.create(
        attempt=attempt,
        version=versions[0],
        text="\n".join(passages.fill(version.text, seed) for version in versions),
        standard={
            "code": standard.code,
            "name": standard.name,
            "threshold": standard.threshold,
            "gate": standard.gate,
            "minutes": standard.minutes,
            "punctuation": standard.punctuation,
            "counts": standard.counts,
            "normaliser": VERSION,
            "seed": seed,
        },
        duration_ms=standard.minutes * scoring.MS_PER_MINUTE,
    )
    run.chained.set(versions[1:])
    attempt.base_deadline = attempt.deadline = attempt.started_at + timedelta(milliseconds=run.duration_ms)
    attempt.save(update_fields=["base_deadline", "deadline"])
    return run


@transaction.atomic
def append_batch(
    *,
    attempt_id: int,
    generation: int,
    seq: int,
    previous_hash: str,
    batch_hash: str,
    records: list[dict[str, Any]],
    now: datetime,
) -> TypingBatch:
    """Keeps one batch of keystroke records; the same batch again returns the row. Batches come in order, from seq 1.

    While the attempt is open and until deadline and grace, only the newest tab may write. Later batches are kept, marked
    late and never counted. Raises Refused, always without a change, with one of these codes:

    - "generation": another tab has taken over; "closed": the late window is over too
    - "gap": an earlier batch is missing, send from the first unconfirmed one; "fork": this number holds another batch
    - "hash": the hash is not that of the records; and the codes of replay.check.
    """
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    before = TypingBatch.objects.filter(attempt=attempt).order_by("-seq").first()
    if before and seq <= before.seq and (kept := TypingBatch.objects.filter(attempt=attempt, seq=seq).first()):
        if kept.batch_hash != batch_hash:
            raise Refused(_("Another window has gone on with this test. Reload the page."), code="fork")
        return kept
    late = attempt.state != Attempt.State.OPEN or now > attempt.deadline + GRACE
    if late and now > (attempt.ended_at or attempt.deadline) + LATE_WINDOW:
        raise Refused(_("This test ended long ago; nothing more is taken."), code="closed")
    if not late and generation != attempt.generation:
        raise Refused(_("This test goes on in another window."), code="generation")
    if seq != (before.seq if before else 0) + 1:
        raise Refused(_("An earlier part of the text has not arrived yet."), code="gap")
    if previous_hash != (before.batch_hash if before else ""):
        raise Refused(_("Another window has gone on with this test. Reload the page."), code="fork")
    try:
        length, _last = replay.check(
            records,
            latest_ms=_ms(now - attempt.started_at) + SLACK_MS,
            after_ms=before.records[-1]["t"] if before else 0,
            length=before.length if before else 0,
        )
    except replay.BadRecords as bad:
        raise Refused(_("The browser sent keystrokes that cannot be. Reload the page."), code=bad.code) from bad
    if batch_hash != chain_hash(previous_hash, records):
        raise Refused(_("The keystrokes were changed on their way. Reload the page."), code="hash")
    return TypingBatch.objects.create(
        attempt=attempt,
        seq=seq,
        previous_hash=previous_hash,
        batch_hash=batch_hash,
        records=records,
        length=length,
        received_at=now,
        late=late,
    )


def chain_hash(previous_hash: str, records: list[dict[str, Any]]) -> str:
    """SHA-256 over the hash before and the canonical JSON of the records; the browser computes the same."""
    return replay.fingerprint(f"{previous_hash}\n{canonical(records)}")


@transaction.atomic
def finish(*, attempt: Attempt, now: datetime) -> TypingRun:
    """Replays what arrived in time and writes the figures and flags of the run, once. exams.services.submit calls it.

    Only `passed` of the run decides; flags are evidence for an examiner and change nothing here.
    """
    run = TypingRun.objects.select_for_update().get(attempt=attempt)
    if run.typed is not None:
        return run
    state = counted_replay(run, attempt)
    figures = score_of(run, state.committed)
    run.committed = state.committed
    run.typed, run.errors, run.certified = figures.typed, figures.errors, figures.certified
    run.passed = figures.passed
    run.flags = state.flags()
    run.save()
    return run


def counted_replay(run: TypingRun, attempt: Attempt) -> replay.Replay:
    """The replay of the batches that count: not late, received by deadline and grace, records up to the allotted time."""
    closes = attempt.started_at + timedelta(milliseconds=run.duration_ms) + GRACE
    batches = TypingBatch.objects.filter(attempt=attempt, late=False, received_at__lte=closes).order_by("seq")
    state = replay.Replay()
    for batch in batches:
        first = batch.records[0]["t"]
        state.counts["network_gap"] += _ms(batch.received_at - attempt.started_at) - first > GAP_MS
        for record in batch.records:
            if record["t"] > run.duration_ms:
                return state
            state.apply(record)
    return state


def score_of(run: TypingRun, committed: str) -> scoring.Score:
    """The figures of a text under what the run has frozen."""
    standard = run.standard
    return scoring.score(
        run.text, committed, run.duration_ms, standard["threshold"], standard["gate"], standard["punctuation"]
    )


def _ms(period: timedelta) -> int:
    return period // timedelta(milliseconds=1)
