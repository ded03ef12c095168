"""Writes about attempts: begin, save, hand in, rule, fold."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exams import blueprint, folding, queries
from exams.models import (
    Attempt,
    AttemptRuling,
    Candidacy,
    Exam,
    ExamPart,
    Mark,
    Paper,
    Result,
    Sitting,
)
from exams.services.keyed_marks import KeyMark, mark_by_key
from exams.services.results import announce
from exams.services.saving import GRACE
from exams.typing import services as typing
from ground import journal
from ground.errors import Refused
from ground.freezing import fingerprint
from ground.models import JournalEntry
from people.models import User
from people.services import notify

State, EndedBy = Attempt.State, Attempt.EndedBy
ENDED = (
    "state",
    "points",
    "out_of",
    "score",
    "passed",
    "ended_by",
    "ended_at",
    "generation",
    "paused_at",
)


@transaction.atomic
def start_attempt(
    *,
    candidacy: Candidacy,
    part: ExamPart,
    now: datetime,
    by: User | None = None,
    admit: Callable[[Sitting], None] = lambda _sitting: None,
) -> Attempt:
    """Begins the next try of a part, or returns the one that is open. The paper is drawn here and frozen.

    A face-to-face part is begun `by` its examiner, never by the candidate. `admit` raises Refused for who may not come in
    from where they are; it is asked of the sitting as it is under the lock.

    The deadline is now plus the part's minutes plus the candidate's extra time, even beyond the end of the window unless the
    exam says that it ends with it. Raises Refused when the sitting is not open, the person is excused, another part is
    open, the part is passed or no try is left.
    """
    candidacy = queries.candidacy_to_start.one(candidacy.pk)
    admit(candidacy.sitting)
    attempts = queries.tries_of(candidacy.pk)
    tried = _tries(part, attempts)
    for attempt in tried:
        if attempt.state == State.OPEN and (attempt.paused_at or now <= attempt.deadline + GRACE):
            return attempt
    if part.kind == ExamPart.Kind.RUBRIC and (by is None or by.pk == candidacy.user_id):
        raise Refused(_("An examiner begins the face-to-face part with you."), code="by_examiner")
    _check_may_start(candidacy, part, attempts, now)
    attempt = Attempt(
        candidacy=candidacy,
        part=part,
        number=len(tried) + 1,
        started_at=now,
        pass_percent=part.pass_percent,
    )
    if part.kind == ExamPart.Kind.TYPING:
        attempt.base_deadline = attempt.deadline = now + timedelta(minutes=part.standard.minutes)
    else:
        attempt.paper = _draw(part, candidacy.sitting.exam, now)
        attempt.base_deadline, attempt.deadline = _deadlines(part, candidacy, now)
    attempt.save(force_insert=True)
    if part.kind == ExamPart.Kind.TYPING:
        typing.begin(attempt=attempt, now=now)
        attempt.refresh_from_db(fields=["base_deadline", "deadline"])
    journal.record("attempt.started", attempt, by=by or candidacy.user, now=now, data={"part": part.pk})
    return attempt


def _check_may_start(candidacy: Candidacy, part: ExamPart, attempts: list[Attempt], now: datetime) -> None:
    sitting = candidacy.sitting
    if part.exam_id != sitting.exam_id:
        raise Refused(_("This part belongs to another exam."), code="other_exam")
    if candidacy.state != Candidacy.State.INVITED:
        raise Refused(_("You are excused from this sitting."), code="excused")
    if not candidacy.user.is_active:
        raise Refused(_("The account is closed."), code="inactive")
    if sitting.cancelled_at is not None:
        raise Refused(_("The sitting has been called off."), code="cancelled")
    if now < sitting.opens_at:
        raise Refused(_("The sitting is not open yet."), code="early")
    if now >= sitting.closes_at:
        raise Refused(_("The sitting is closed."), code="closed")
    if not attempts and part.kind != ExamPart.Kind.RUBRIC and now > sitting.last_entry:
        raise Refused(
            _("The last moment to begin was %(when)s; tell the invigilator.")
            % {"when": f"{timezone.localtime(sitting.last_entry):%H:%M}"},
            code="late",
        )
    if any(attempt.state == State.OPEN for attempt in attempts):
        raise Refused(_("Finish the part that you have begun first."), code="other_open")
    tried = _tries(part, attempts)
    if any(attempt.state == State.GRADED and attempt.passed for attempt in tried):
        raise Refused(_("You have passed this part."), code="passed")
    if len(tried) >= queries.tries_allowed(part, tried) + candidacy.extra_tries:
        raise Refused(_("No try is left for this part."), code="no_tries")


def _tries(part: ExamPart, attempts: list[Attempt]) -> list[Attempt]:
    """The tries of a part; a re-check is none."""
    return [attempt for attempt in attempts if attempt.part_id == part.pk and attempt.ordered_id is None]


def _deadlines(part: ExamPart, candidacy: Candidacy, now: datetime) -> tuple[datetime, datetime]:
    """(without, with) the extra time that the candidate has been granted."""
    sitting = candidacy.sitting
    base = now + timedelta(minutes=part.minutes)
    more = timedelta(minutes=folding.extra_minutes(part.minutes, candidacy.extra_percent, candidacy.extra_minutes))
    if sitting.exam.cut_by_window:
        base = min(base, sitting.closes_at)
    return base, base + more


def _draw(part: ExamPart, exam: Exam, now: datetime) -> Paper:
    seed = secrets.randbits(62)
    rows = queries.blueprint_of(part.pk)
    try:
        if rows:
            items = blueprint.draw(queries.pool(rows, exam.level), queries.rows_of(rows), seed)
        else:
            items = blueprint.fixed(queries.fixed_questions(part), seed)
    except blueprint.Unsatisfiable as lacking:
        raise Refused(
            _("The question bank no longer fills this paper; tell the examiner."), code="bank_too_small"
        ) from lacking
    return Paper.objects.create(
        part=part,
        seed=seed,
        items=items,
        points=sum(item["points"] for item in items),
        content_hash=fingerprint(items),
        drawn_at=now,
    )


def take_over(*, attempt: Attempt, now: datetime) -> Attempt:
    """A newer tab writes from now on: the generation rises, older tabs are refused. The clock runs on."""
    in_time = Q(deadline__gt=now - GRACE) | Q(paused_at__isnull=False)
    Attempt.objects.filter(in_time, pk=attempt.pk, state=State.OPEN).update(generation=F("generation") + 1)
    attempt.refresh_from_db(fields=["generation", "state", "deadline", "paused_at"])
    return attempt


@transaction.atomic
def submit(
    *, attempt: Attempt, now: datetime, ended_by: str = EndedBy.CANDIDATE, by: User | None = None, reason: str = ""
) -> Attempt:
    """Ends an attempt: grades every answer, sets score and passed, folds the result. An ended attempt is returned as is,
    and so is one whose clock stands when the clock is to end it.

    The score is in percent of the paper's points, cut after two places; the pass mark is the one at the start, and passing
    is decided in whole points. A typing attempt is scored by the typing room.
    """
    candidacy = _locked(attempt.candidacy_id)
    tries = queries.tries_to_end(candidacy.pk)
    attempt = next(one for one in tries if one.pk == attempt.pk)
    attempt.candidacy = candidacy
    if attempt.state != State.OPEN or (ended_by == EndedBy.CLOCK and attempt.paused_at is not None):
        return attempt
    if ended_by == EndedBy.CANDIDATE and (attempt.paused_at or now) > attempt.deadline:
        ended_by = EndedBy.CLOCK
    if attempt.part.kind == ExamPart.Kind.TYPING:
        attempt.typing = typing.finish(attempt=attempt, now=now)
        attempt.passed = bool(attempt.typing.passed)
        attempt.state = State.GRADED
    else:
        sum_marks(attempt, mark_by_key(attempt, now))
    attempt.ended_by = ended_by
    attempt.ended_at = min(now, attempt.deadline) if ended_by == EndedBy.CLOCK else now
    attempt.generation += 1
    attempt.paused_at = None
    attempt.save(update_fields=ENDED)
    actor = by or (attempt.candidacy.user if ended_by == EndedBy.CANDIDATE else None)
    figures = {"ended_by": ended_by, "score": str(attempt.score), "passed": attempt.passed}
    ended = journal.entry("attempt.ended", attempt, by=actor, now=now, reason=reason, data=figures)
    _decide(candidacy, now, tries, [ended])
    return attempt


def sum_marks(attempt: Attempt, marks: Sequence[Mark | KeyMark] | None = None) -> None:
    """Sums the newest marks (all there are, in their order) into the attempt; graded once every position has one, and being
    marked until then."""
    if marks is None:
        marks = list(Mark.objects.filter(attempt=attempt).order_by("id"))
    attempt.points, attempt.out_of = queries.newest_sums(marks)
    if len({mark.position for mark in marks}) < len(attempt.paper.items):
        attempt.state = State.MARKING
        return
    attempt.state = State.GRADED
    attempt.score = folding.percent(attempt.points, attempt.out_of)
    attempt.passed = folding.passes(attempt.points, attempt.out_of, attempt.pass_percent)


@transaction.atomic
def settle(*, attempt: Attempt, now: datetime) -> Attempt:
    """Sums the newest marks of an ended attempt anew and folds the result; an open or void one is returned as is."""
    candidacy = _locked(attempt.candidacy_id)
    attempt = Attempt.objects.select_for_update(of=("self",)).select_related("part", "paper").get(pk=attempt.pk)
    if attempt.state not in (State.MARKING, State.GRADED) or attempt.paper is None:
        return attempt
    before = attempt.state
    sum_marks(attempt)
    attempt.save(update_fields=["state", "points", "out_of", "score", "passed"])
    if attempt.state != before:
        figures = {"score": str(attempt.score), "passed": attempt.passed}
        journal.record("attempt.graded", attempt, by=None, now=now, data=figures)
    _decide(candidacy, now)
    return attempt


def end_attempt(*, attempt: Attempt, by: User, reason: str, now: datetime) -> Attempt:
    """An invigilator ends an attempt, with a reason; what is answered so far is graded."""
    if attempt.candidacy.user_id == by.pk:
        raise Refused(_("Nobody decides on themselves."), code="own")
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    return submit(attempt=attempt, now=now, ended_by=EndedBy.INVIGILATOR, by=by, reason=reason)


def end_attempts_of(*, user: User, now: datetime) -> int:
    """Ends whatever a person has open when their access ends; the answers so far are graded."""
    attempts = list(Attempt.objects.filter(candidacy__user=user, state=State.OPEN))
    for attempt in attempts:
        submit(attempt=attempt, now=now, ended_by=EndedBy.ACCESS)
    return len(attempts)


@transaction.atomic
def rule(*, attempt: Attempt, kind: str, by: User, reason: str, now: datetime) -> AttemptRuling:
    """A named person's decision on an ended attempt: void takes it out of the count, confirm records that it stands."""
    candidacy = _locked(attempt.candidacy_id)
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
    if candidacy.user_id == by.pk:
        raise Refused(_("Nobody decides on themselves."), code="own")
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    if attempt.state == State.OPEN:
        raise Refused(_("End the attempt before you rule on it."), code="open")
    if attempt.state == State.VOID:
        with suppress(AttemptRuling.DoesNotExist):
            if kind == AttemptRuling.Kind.VOID:
                return attempt.rulings.filter(kind=kind).latest("id")
        raise Refused(_("The attempt is void already."), code="void")
    ruling = AttemptRuling.objects.create(attempt=attempt, kind=kind, by=by, at=now, reason=reason)
    if kind == AttemptRuling.Kind.VOID:
        attempt.state = State.VOID
        attempt.save(update_fields=["state"])
        notify(
            users=[candidacy.user],
            kind="exams.void",
            key=f"exams.void:{attempt.pk}",
            now=now,
            params={"exam": candidacy.sitting.exam.name, "reason": reason},
            url=reverse("exams:result", args=[candidacy.pk]),
        )
    journal.record(f"attempt.{kind}", attempt, by=by, now=now, reason=reason)
    _decide(candidacy, now)
    return ruling


@transaction.atomic
def fold(*, candidacy: Candidacy, now: datetime) -> Result | None:
    """Stores what the candidacy comes to, once it is decided; None before that. A result that turns is announced when its
    exam's release rule allows.

    A result that a ruling or an extra try has opened again is kept and says what counts now.
    """
    return _decide(_locked(candidacy.pk), now)


def _locked(pk: int) -> Candidacy:
    """A candidacy under its lock. Its result is read later: what is joined here is as old as the wait for the lock."""
    return queries.candidacy_to_end.one(pk)


def _decide(
    candidacy: Candidacy, now: datetime, tries: list[Attempt] | None = None, entries: Sequence[JournalEntry] = ()
) -> Result | None:
    """Folds a locked candidacy, whose `tries` may be at hand; `entries` go into the journal with those of the result."""
    if tries is None:
        tries = queries.tries_of(candidacy.pk)
    verdict = queries.verdict_of(candidacy, tries, queries.parts_of(candidacy.sitting.exam_id), now)
    before = queries.result_of.first(candidacy.pk)
    if before is None and not verdict.decided:
        journal.record_all(entries)
        return None
    exam, user = candidacy.sitting.exam, candidacy.user
    turned = before is None or before.passed != verdict.passed
    result = before or Result()
    result.candidacy, result.exam, result.user = candidacy, exam, user
    said = _said(result)
    if turned:
        result.decided_at = now
    result.passed, result.score, result.parts = verdict.passed, verdict.score, verdict.parts
    result.save()
    entries = list(entries)
    if before is not None and said != _said(result):
        changed = {"before": said, "after": _said(result)}
        entries.append(journal.entry("result.changed", result, by=None, now=now, data=changed))
    if turned:
        entries.append(journal.entry("result.decided", result, by=None, now=now, data={"passed": result.passed}))
        announce(result=result, now=now)
    journal.record_all(entries)
    return result


def _said(result: Result) -> dict[str, Any]:
    """What a result tells its person, for the record."""
    return {"passed": result.passed, "score": None if result.score is None else str(result.score)}
