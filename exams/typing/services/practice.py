"""Practice: for everybody, never a result."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from exams.typing import passages, replay, scoring
from exams.typing.models import Passage, PracticeRun
from exams.typing.normalise import normalise
from ground.errors import Refused
from people.models import User

PRACTICE_MINUTES = (1, 3, 5, 10)
PRACTICE_GRACE = timedelta(seconds=15)


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
