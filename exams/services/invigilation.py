"""What an invigilator does while people sit: give time, pause, resume, end, note what happened.

Each takes many attempts at once. Candidacies are locked before their attempts and in the order of their numbers, as handing
in and the sweeper do: what somebody else ends at the same moment is ended, and is left out here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from exams.models import Attempt, Candidacy, ExamPart, Incident, Sitting, TimeGrant
from exams.services.attempts import end_attempt
from exams.services.saving import GRACE
from ground import journal
from ground.errors import Refused
from people.models import User

MOST_MINUTES = 240


@dataclass(frozen=True)
class Done:
    """How many attempts were changed, and how many of those asked for were left as they are."""

    done: int
    left: int = 0


@transaction.atomic
def give_time(*, attempts: Iterable[Attempt], minutes: int, reason: str, by: User, now: datetime) -> Done:
    """Moves the deadlines of open papers and keeps one TimeGrant each, under the invigilator's name.

    It moves the deadline even beyond the end of the window: a named person decided it. A typing test measures a rate, which
    time does not help: it is refused when asked for alone, and left out among others.
    """
    if not 1 <= minutes <= MOST_MINUTES:
        raise Refused(_("Give between 1 and %(most)s minutes.") % {"most": MOST_MINUTES}, code="minutes")
    more = timedelta(minutes=minutes)
    given, left = _open(attempts, by, reason, now, _refuse_time)
    TimeGrant.objects.bulk_create(
        [TimeGrant(attempt=attempt, seconds=minutes * 60, by=by, at=now, reason=reason[:200]) for attempt in given],
        batch_size=500,
    )
    _set(given, deadline=F("deadline") + more)
    return _done("time_given", given, left, by, now, reason, {"minutes": minutes})


@transaction.atomic
def pause(*, attempts: Iterable[Attempt], reason: str, by: User, now: datetime) -> Done:
    """Stops the clock of open papers and typing tests: what is done meanwhile is not saved, and the sweeper leaves them until
    somebody lets them go on. The allotted time of a typing test stays what it is."""
    stopped, left = _open(attempts, by, reason, now, _refuse_pause)
    _set(stopped, paused_at=now)
    return _done("paused", stopped, left, by, now, reason)


@transaction.atomic
def resume(*, attempts: Iterable[Attempt], by: User, now: datetime) -> Done:
    """Lets the clock run on. Both deadlines move by the pause, so that nobody loses or gains a second."""
    going, left = _open(attempts, by, None, now, _refuse_resume)
    for attempt in going:
        stood = max(now - attempt.paused_at, timedelta(0))
        attempt.base_deadline += stood
        attempt.deadline += stood
        attempt.paused_at = None
    Attempt.objects.bulk_update(going, ["paused_at", "deadline", "base_deadline"], batch_size=100)
    return _done("resumed", going, left, by, now, "")


def end_attempts(*, attempts: Iterable[Attempt], reason: str, by: User, now: datetime) -> Done:
    """Ends open attempts; what is answered so far is graded. Each in a transaction of its own."""
    asked = [attempt for attempt in attempts if attempt.state == Attempt.State.OPEN]
    chosen = [attempt for attempt in asked if attempt.candidacy.user_id != by.pk]
    if asked and not chosen:
        raise Refused(_("Nobody decides on themselves."), code="own")
    if not chosen:
        raise Refused(_("This attempt has ended already."), code="ended")
    for attempt in chosen:
        end_attempt(attempt=attempt, by=by, reason=reason, now=now)
    return Done(len(chosen), len(asked) - len(chosen))


@transaction.atomic
def note_incident(
    *, sitting: Sitting, text: str, by: User, now: datetime, candidacies: Iterable[Candidacy] = ()
) -> list[Incident]:
    """Keeps what happened, about each of these candidates, or about the room."""
    if not text.strip():
        raise Refused(_("Say what happened."), code="no_text")
    about = list(candidacies) or [None]
    if any(candidacy is not None and candidacy.sitting_id != sitting.pk for candidacy in about):
        raise Refused(_("This candidate sits another exam."), code="other_sitting")
    noted = [Incident(sitting=sitting, candidacy=candidacy, text=text.strip(), by=by, at=now) for candidacy in about]
    for incident in noted:
        incident.save(force_insert=True)
        journal.record("incident.noted", incident, by=by, now=now, data={"sitting": sitting.pk})
    return noted


def _open(
    attempts: Iterable[Attempt],
    by: User,
    reason: str | None,
    now: datetime,
    refuse: Callable[[Attempt, datetime], None],
) -> tuple[list[Attempt], int]:
    """The attempts that may be changed, locked and read again, and how many may not. Raises the first refusal when none may."""
    if reason is not None and not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    asked = {attempt.pk: attempt.candidacy_id for attempt in attempts}
    list(
        Candidacy.objects.select_for_update(of=("self",)).filter(pk__in=set(asked.values())).order_by("pk").values("pk")
    )
    locked = Attempt.objects.select_for_update(of=("self",)).filter(pk__in=asked).order_by("pk")
    chosen, refusals = [], []
    for attempt in locked.select_related("part", "candidacy__user", "candidacy__sitting"):
        try:
            if attempt.candidacy.user_id == by.pk:
                raise Refused(_("Nobody decides on themselves."), code="own")
            if attempt.state != Attempt.State.OPEN:
                raise Refused(_("This attempt has ended already."), code="ended")
            refuse(attempt, now)
        except Refused as refusal:
            refusals.append(refusal)
        else:
            chosen.append(attempt)
    if not chosen:
        raise refusals[0] if refusals else Refused(_("Nobody is sitting this exam now."), code="nobody")
    return chosen, len(refusals)


def _refuse_over(attempt: Attempt, now: datetime) -> None:
    if attempt.paused_at is None and attempt.deadline + GRACE <= now:
        raise Refused(_("The time of this attempt is over."), code="over")


def _refuse_time(attempt: Attempt, now: datetime) -> None:
    if attempt.part.kind == ExamPart.Kind.TYPING:
        raise Refused(_("A typing test measures a rate; more time does not help it. Grant another try."), code="typing")
    _refuse_over(attempt, now)


def _refuse_pause(attempt: Attempt, now: datetime) -> None:
    if attempt.paused_at is not None:
        raise Refused(_("The clock of this attempt stands already."), code="paused")
    _refuse_over(attempt, now)


def _refuse_resume(attempt: Attempt, now: datetime) -> None:
    if attempt.paused_at is None:
        raise Refused(_("The clock of this attempt is running."), code="running")


def _set(attempts: list[Attempt], **values: Any) -> None:
    """The same values for all of them, some hundred at a time: SQLite takes no thousand parameters gladly."""
    for start in range(0, len(attempts), 500):
        Attempt.objects.filter(pk__in=[attempt.pk for attempt in attempts[start : start + 500]]).update(**values)


def _done(
    act: str,
    attempts: list[Attempt],
    left: int,
    by: User,
    now: datetime,
    reason: str,
    data: dict[str, int] | None = None,
) -> Done:
    journal.record_all(
        [journal.entry(f"attempt.{act}", attempt, by=by, now=now, reason=reason, data=data) for attempt in attempts]
    )
    return Done(len(attempts), left)
