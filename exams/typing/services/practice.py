"""Practice: for everybody, never a result."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from exams.typing import drills, habits, pace, passages, replay, scoring, wire
from exams.typing.models import Passage, PracticeRun
from exams.typing.normalise import normalise
from ground.errors import Refused
from people.models import User

PRACTICE_MINUTES = (1, 3, 5, 10)
PRACTICE_GRACE = timedelta(seconds=15)
RECENT = 20
"""Practices whose mistakes say what is weak."""
MOST_BATCHES, MOST_SLIPS, MOST_KEYS = 40, 400, 50
"""Bounds of what a page tells: batches of a run, mistakes kept, keys for one character."""


@transaction.atomic
def start_practice(*, user: User, minutes: int, now: datetime) -> PracticeRun:
    """A practice on the practice passage that the person has typed least. Raises Refused when there is none."""
    if minutes not in PRACTICE_MINUTES:
        raise Refused(_("Choose 1, 3, 5 or 10 minutes."), code="minutes")
    mine = Count("versions__practice", filter=Q(versions__practice__user=user))
    passage = open_passages().select_related("current").annotate(times=mine).order_by("times", "code").first()
    if passage is None:
        raise Refused(_("There are no practice passages yet. Please tell the trainer."), code="no_passage")
    return PracticeRun.objects.create(user=user, version=passage.current, minutes=minutes, started_at=now)


@transaction.atomic
def start_drill(*, user: User, minutes: int, now: datetime) -> PracticeRun:
    """A practice on sentences of open passages that hold the characters which went wrong in the person's last practices.

    Raises Refused when nothing has gone wrong yet ("nothing_weak"), or no open sentence holds it ("no_passage").
    """
    if minutes not in PRACTICE_MINUTES:
        raise Refused(_("Choose 1, 3, 5 or 10 minutes."), code="minutes")
    weak = {one.character: one.times for one in habits.weak(recent_slips(user))}
    if not weak:
        raise Refused(
            _("No character has gone wrong in your last practices; practise on a passage first."), code="nothing_weak"
        )
    run = PracticeRun(user=user, minutes=minutes, started_at=now)
    seed = user.practice_runs.count()
    open_texts = open_passages().order_by("code").values_list("current__text", flat=True)
    pool = [sentence for text in open_texts for sentence in drills.sentences(passages.fill(text, seed))]
    run.drill = drills.compose(weak, pool, passages.TOKENS_PER_MINUTE * minutes, seed)
    if not run.drill:
        raise Refused(
            _("No practice passage holds the characters that go wrong. Please tell the trainer."), code="no_passage"
        )
    run.save(force_insert=True)
    return run


def open_passages() -> QuerySet[Passage]:
    """Passages that everybody may see: those of practice. One of exams never becomes one."""
    return Passage.objects.filter(use=Passage.Use.PRACTICE, retired_at__isnull=True, current__isnull=False)


def recent_slips(user: User) -> list[list[str]]:
    """[expected, typed] of every mistake of the person's last practices."""
    kept = user.practice_runs.filter(ended_at__isnull=False).order_by("-started_at").values_list("slips", flat=True)
    return [slip for slips in kept[:RECENT] for slip in slips]


@transaction.atomic
def finish_practice(
    *, run: PracticeRun, text: str, now: datetime, records: Any = None, keys: int | None = None
) -> PracticeRun:
    """Scores a practice from the text handed in, once. Raises Refused when it comes long after its time.

    `records` are the keystrokes as a list of batches (of wire.py) and `keys` the number of keys pressed, as the page tells them: figures for
    the person alone, so what cannot be is left out rather than refused.
    """
    run = PracticeRun.objects.select_for_update(of=("self",)).select_related("version").get(pk=run.pk)
    if run.ended_at is not None:
        return run
    if now > run.started_at + timedelta(minutes=run.minutes) + PRACTICE_GRACE:
        raise Refused(_("The time of this practice is long over. Start a new one."), code="late")
    run.committed = replay.storable(text[: replay.MAX_LENGTH])
    passage, duration = practice_text(run), run.minutes * scoring.MS_PER_MINUTE
    figures = scoring.score(passage, run.committed, duration, 0, 0)
    run.ended_at, run.typed, run.errors = now, figures.typed, figures.errors
    told = _sound(records, duration)
    if told:
        hand = habits.habits(told, passage)
        run.taken_back, run.slips = hand.taken_back, [list(slip) for slip in hand.slips[:MOST_SLIPS]]
        run.pace = pace.pace(told, passage, duration)
    else:
        found = scoring.mistakes(passage, run.committed)[2]
        run.slips = [[mistake.expected, mistake.typed] for mistake in found if mistake.expected][:MOST_SLIPS]
    # Fewer keys than half the characters: the browser did not see them, as with dictation.
    if keys is not None and figures.typed <= 2 * keys <= 2 * MOST_KEYS * figures.typed:
        run.keys = keys
    run.save()
    return run


def _sound(packed: Any, duration_ms: int) -> list[replay.Record]:
    """The records of a run's batches when they can be a text growing within the time; else none."""
    if not isinstance(packed, list) or len(packed) > MOST_BATCHES:
        return []
    records: list[replay.Record] = []
    after = length = 0
    try:
        for batch in packed:
            part = wire.unpack(batch)
            length, after = replay.check(part, latest_ms=duration_ms, after_ms=after, length=length)
            records += part
    except replay.BadRecords:
        return []
    return records


def practice_text(run: PracticeRun) -> str:
    """The drill, or the practice passage as this run shows it, repeated until it lasts for the minutes."""
    if run.version is None:
        return run.drill
    filled = passages.fill(run.version.text, run.pk)
    times = -(-passages.TOKENS_PER_MINUTE * run.minutes // len(normalise(filled)))
    return "\n".join([filled] * times)
