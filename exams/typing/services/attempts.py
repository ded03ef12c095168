"""One attempt: what it was asked, and what was typed came to.

`begin` and `finish` are called by exams.services inside its own transaction and lock: exams owns the attempt, this room
owns what was asked, what was typed and what it came to. `Attempt.score` stays empty for a typing test; exams sets
`Attempt.passed` from the run that `finish` returns.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from exams.models.attempts import Attempt
from exams.typing import passages, replay, scoring, wire
from exams.typing.models import TypingBatch, TypingRun
from exams.typing.normalise import VERSION
from exams.typing.services.batches import GRACE
from exams.typing.services.pool import choose_passages

GAP_MS = 10_000  # a batch this much later than its first record waited for a connection


@transaction.atomic
def begin(*, attempt: Attempt, now: datetime, seed: int | None = None) -> TypingRun:
    """Freezes passage, standard and time of a typing attempt that has just been started, and sets its deadline.

    The time is the standard's; extra minutes of the candidacy do not change it, since they cannot help a rate. A speed granted
    to the person takes the place of the standard's and is frozen with who granted it and why. Repeating
    returns the run. Raises Refused when no fresh passage is left.
    """
    if run := TypingRun.objects.filter(attempt=attempt).first():
        return run
    standard, candidacy = attempt.part.standard, attempt.candidacy
    own = candidacy.typing_threshold
    seed = secrets.randbelow(2**31) if seed is None else seed
    versions = choose_passages(
        user=candidacy.user, tokens=passages.TOKENS_PER_MINUTE * standard.minutes, seed=seed, now=now
    )
    run = TypingRun.objects.create(
        attempt=attempt,
        version=versions[0],
        text="\n".join(passages.fill(version.text, seed) for version in versions),
        standard={
            "code": standard.code,
            "name": standard.name,
            "threshold": standard.threshold if own is None else own,
            "gate": standard.gate,
            "minutes": standard.minutes,
            "punctuation": standard.punctuation,
            "tries": standard.tries,
            "counts": standard.counts,
            "normaliser": VERSION,
            "seed": seed,
            "granted": None
            if own is None
            else {
                "instead_of": standard.threshold,
                "by": candidacy.override_by.employee_no,
                "reason": candidacy.override_reason,
            },
        },
        duration_ms=standard.minutes * scoring.MS_PER_MINUTE,
    )
    run.chained.set(versions[1:])
    attempt.base_deadline = attempt.deadline = attempt.started_at + timedelta(milliseconds=run.duration_ms)
    attempt.save(update_fields=["base_deadline", "deadline"])
    return run


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
    closes = run.duration_ms + GRACE // timedelta(milliseconds=1)
    batches = TypingBatch.objects.filter(attempt=attempt, late=False, received_ms__lte=closes).order_by("seq")
    state = replay.Replay()
    for packed, received_ms in batches.values_list("records", "received_ms"):
        records = wire.unpack(packed)
        state.counts["network_gap"] += received_ms - records[0]["t"] > GAP_MS
        for record in records:
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
