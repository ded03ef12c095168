"""Every write of the typing test.

`begin` and `finish` are called by exams.services inside its own transaction and lock: exams owns the attempt, this room
owns what was asked, what was typed and what it came to. `Attempt.score` stays empty for a typing test; exams sets
`Attempt.passed` from the run that `finish` returns.
"""

import secrets
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from exams.models.attempts import Attempt
from exams.typing import passages, replay, scoring
from exams.typing.models import Passage, PassageVersion, PracticeRun, TypingBatch, TypingRun, TypingStandard
from exams.typing.normalise import VERSION, normalise
from ground import journal
from ground.errors import Refused
from ground.freezing import canonical, fingerprint
from people.models import Level, User

GRACE = timedelta(seconds=5)  # for the last batch to arrive
SLACK_MS = 1_000  # between a browser's clock and ours
LATE_WINDOW = timedelta(days=2)  # evidence that waited for a connection is still taken
NO_REPEAT = timedelta(days=183)
GAP_MS = 10_000  # a batch this much later than its first record waited for a connection
PRACTICE_MINUTES = (1, 3, 5, 10)
PRACTICE_GRACE = timedelta(seconds=15)


@transaction.atomic
def create_standard(
    *,
    code: str,
    name: str,
    threshold: int,
    minutes: int,
    now: datetime,
    by: User | None = None,
    gate: int = 95,
    level: Level | None = None,
    punctuation: str = TypingStandard.Punctuation.WIDTH_INSENSITIVE,
    counts: str = TypingStandard.Counts.BEST,
) -> TypingStandard:
    """What a level asks: `threshold` characters per minute at `gate` percent over `minutes`. Same code: the same row."""
    standard, created = TypingStandard.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "threshold": threshold,
            "minutes": minutes,
            "gate": gate,
            "level": level,
            "punctuation": punctuation,
            "counts": counts,
        },
    )
    if created:
        journal.record("typing_standard.created", standard, by=by, now=now, data={"threshold": threshold, "gate": gate})
    return standard


@transaction.atomic
def publish_passage(
    *, code: str, title: str, text: str, use: str, now: datetime, by: User | None = None, allowed: str = ""
) -> Passage:
    """Freezes a text as the passage's next version, from which runs draw from now on; the same text again changes nothing.

    `use` is "exam" or "practice" and stays: an exam passage never becomes practice. Raises Refused with the code of the
    first problem of passages.problems, or "duplicate" or "use".
    """
    text = "\n".join(filter(None, (line.strip() for line in text.splitlines())))
    found = passages.figures(text)
    if codes := passages.problems(found, allowed=allowed):
        raise Refused(" ".join(problem_sentence(problem, found, allowed) for problem in codes), code=codes[0])
    digest = fingerprint(text)
    passage, _created = Passage.objects.get_or_create(code=code, defaults={"title": title, "use": use})
    passage = Passage.objects.select_for_update(of=("self",)).select_related("current").get(pk=passage.pk)
    if passage.use != use:
        raise Refused(
            _("Exam passages and practice passages stay apart: publish this text under another code."), code="use"
        )
    if PassageVersion.objects.filter(content_hash=digest).exclude(passage=passage).exists():
        raise Refused(_("Another passage already has this text."), code="duplicate")
    passage.title, passage.allowed, passage.retired_at = title, allowed, None
    if passage.current is None or passage.current.content_hash != digest:
        number = passage.versions.count() + 1
        passage.current = PassageVersion.objects.create(
            passage=passage, number=number, text=text, created_at=now, content_hash=digest
        )
        journal.record("passage.published", passage, by=by, now=now, data={"version": number, "tokens": found.tokens})
    passage.save()
    return passage


@transaction.atomic
def retire_passage(*, passage: Passage, by: User | None, now: datetime) -> Passage:
    """Takes a passage out of the pool; runs that used it keep it."""
    passage = Passage.objects.select_for_update().get(pk=passage.pk)
    if passage.retired_at is None:
        passage.retired_at = now
        passage.save(update_fields=["retired_at"])
        journal.record("passage.retired", passage, by=by, now=now)
    return passage


def problem_sentence(code: str, found: passages.Figures, allowed: str = "") -> str:
    """What an author should change, as a full sentence with the passage's own figures."""
    figures = {
        "tokens": found.tokens,
        "least": passages.LEAST_TOKENS,
        "han": f"{found.han / 10:.1f}",
        "punctuation": f"{found.punctuation / 10:.1f}",
        "latin": f"{found.latin / 10:.1f}",
        "uncommon": "".join(c for c in found.uncommon if c not in allowed) or "".join(found.uncommon),
        "longest": found.longest_sentence,
        "limit": passages.LONGEST_SENTENCE,
        "repeated": next(iter(found.repeated), ""),
        "slots": " ".join(f"{{{slot}}}" for slot in found.unknown_slots),
    }
    sentences = {
        "short": _("The passage has %(tokens)s characters; at least %(least)s are needed."),
        "han": _("Chinese characters make up %(han)s%% of the passage; 85%% to 92%% are wanted."),
        "punctuation": _("Punctuation makes up %(punctuation)s%% of the passage; 8%% to 14%% are wanted."),
        "latin": _("Digits and Latin letters make up %(latin)s%% of the passage; at most 3%% are wanted."),
        "uncommon": _("These characters are uncommon: %(uncommon)s. Replace them, or allow them for this passage."),
        "sentence": _("The longest sentence has %(longest)s characters; at most %(limit)s are wanted."),
        "repeated": _("This sentence occurs more than once: %(repeated)s."),
        "slot": _("These placeholders are unknown: %(slots)s."),
    }
    return sentences[code] % figures


def choose_passages(*, user: User, tokens: int, seed: int, now: datetime) -> list[PassageVersion]:
    """Exam passages of at least `tokens` tokens together that the person has not typed within six months.

    Least exposed first; the seed breaks ties. Raises Refused when the pool is used up: a repeated text measures memory.
    """
    mine = Q(attempt__candidacy__user=user, attempt__started_at__gt=now - NO_REPEAT)
    seen = set(TypingRun.objects.filter(mine).values_list("version__passage", flat=True))
    seen |= set(TypingRun.objects.filter(mine, chained__isnull=False).values_list("chained__passage", flat=True))
    exposure = Counter(dict(TypingRun.objects.values_list("version__passage").annotate(n=Count("id"))))
    exposure.update(dict(PassageVersion.objects.values_list("passage").annotate(n=Count("chained_runs"))))
    pool = Passage.objects.filter(use=Passage.Use.EXAM, retired_at__isnull=True, current__isnull=False)
    candidates = [passage for passage in pool.select_related("current") if passage.pk not in seen]
    candidates.sort(key=lambda passage: (exposure[passage.pk], fingerprint([seed, passage.pk])))
    chosen: list[PassageVersion] = []
    total = 0
    for passage in candidates:
        if total >= tokens:
            break
        chosen.append(passage.current)
        total += len(normalise(passages.fill(passage.current.text, seed)))
    if total < tokens:
        raise Refused(
            _(
                "There is no passage left that you have not typed within six months. "
                "Please tell the examiner, who can publish more passages."
            ),
            code="no_passage",
        )
    return chosen


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


@transaction.atomic
def start_practice(*, user: User, minutes: int, now: datetime) -> PracticeRun:
    """A practice on the practice passage that the person has typed least. Raises Refused when there is none."""
    if minutes not in PRACTICE_MINUTES:
        raise Refused(_("Choose 1, 3, 5 or 10 minutes."), code="minutes")
    pool = Passage.objects.filter(use=Passage.Use.PRACTICE, retired_at__isnull=True, current__isnull=False)
    mine = Count("versions__practice", filter=Q(versions__practice__user=user))
    passage = pool.select_related("current").annotate(times=mine).order_by("times", "code").first()
    if passage is None:
        raise Refused(_("There are no practice passages yet. Please tell the trainer."), code="no_passage")
    return PracticeRun.objects.create(user=user, version=passage.current, minutes=minutes, started_at=now)


@transaction.atomic
def finish_practice(*, run: PracticeRun, text: str, now: datetime) -> PracticeRun:
    """Scores a practice from the text handed in, once. Raises Refused when it comes long after its time."""
    run = PracticeRun.objects.select_for_update(of=("self",)).select_related("version").get(pk=run.pk)
    if run.ended_at is not None:
        return run
    if now > run.started_at + timedelta(minutes=run.minutes) + PRACTICE_GRACE:
        raise Refused(_("The time of this practice is long over. Start a new one."), code="late")
    run.committed = replay.storable(text[: replay.MAX_LENGTH])
    figures = scoring.score(practice_text(run), run.committed, run.minutes * scoring.MS_PER_MINUTE, 0, 0)
    run.ended_at, run.typed, run.errors = now, figures.typed, figures.errors
    run.save(update_fields=["ended_at", "committed", "typed", "errors"])
    return run


def practice_text(run: PracticeRun) -> str:
    """The practice passage as this run shows it, repeated until it lasts for the minutes."""
    filled = passages.fill(run.version.text, run.pk)
    times = -(-passages.TOKENS_PER_MINUTE * run.minutes // len(normalise(filled)))
    return "\n".join([filled] * times)


def _ms(period: timedelta) -> int:
    return period // timedelta(milliseconds=1)
