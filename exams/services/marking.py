"""Writes of people who mark: drafts, markings, rubric sheets, answers to requests to mark again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exams import grading, marking, queries
from exams.models import (
    Attempt,
    Candidacy,
    ExamPart,
    Mark,
    Marking,
    MarkingDraft,
    QuestionVersion,
    RemarkRequest,
)
from exams.services.attempts import EndedBy, settle, start_attempt, submit
from ground import journal
from ground.errors import Refused
from ground.periods import current
from people.models import Employment, Role, RoleAssignment, User
from people.services import notify

State, Round, Source = Attempt.State, Marking.Round, Mark.Source
LONGEST = 5000
"""How many characters a comment, a reason or an answer may have."""


@transaction.atomic
def keep_draft(
    *, attempt: Attempt, position: int, picks: Sequence[Any], comment: str, by: User, now: datetime
) -> MarkingDraft | None:
    """Keeps a marker's unfinished work as it is typed; None once the answer is marked by them, so a late save revives nothing."""
    attempt = _locked(attempt)
    _check_marker(attempt, position, by)
    if attempt.markings.filter(position=position, by=by).exclude(round=Round.REMARK).exists():
        return None
    kept = [None if marking.figure(pick) is None else str(marking.figure(pick)) for pick in list(picks)[:50]]
    given = {"picks": kept, "comment": _clean(comment), "at": now}
    draft, _new = MarkingDraft.objects.update_or_create(attempt=attempt, position=position, by=by, defaults=given)
    return draft


@transaction.atomic
def mark_answer(
    *, attempt: Attempt, position: int, picks: Sequence[Any], comment: str, by: User, now: datetime
) -> Marking:
    """One person's judgement of one answer. When it decides, the mark is given; with the last mark the attempt is graded.

    The same person saying the same again changes nothing. Raises Refused for the candidate themselves, for who has marked
    this answer, for an answer that waits for nobody, and for points that the rubric does not have.
    """
    attempt = _locked(attempt)
    version = _check_marker(attempt, position, by)
    item = attempt.paper.items[position - 1]
    points = marking.judged(queries.rubric_of(version), list(picks), item["points"])
    if points is None:
        raise Refused(_("Choose a level for every criterion, or give points that the question has."), code="picks")
    shaped = [str(marking.figure(pick)) for pick in picks]
    mine = attempt.markings.filter(position=position, by=by).exclude(round=Round.REMARK).first()
    if mine is not None:
        if (mine.picks, mine.comment) == (shaped, _clean(comment)):
            return mine
        raise Refused(_("You have marked this answer already. Another person marks it now."), code="twice")
    standing = queries.standing_of(attempt, _said(attempt, position))
    if attempt.state != State.MARKING or not standing.wants or attempt.marks.filter(position=position).exists():
        raise Refused(_("This answer is marked already."), code="decided")
    given = Marking.objects.create(
        attempt=attempt,
        position=position,
        round=standing.wants,
        picks=shaped,
        points=points,
        comment=_clean(comment),
        by=by,
        at=now,
    )
    MarkingDraft.objects.filter(attempt=attempt, position=position, by=by).delete()
    about = {"position": position, "round": given.round, "points": str(points)}
    journal.record("answer.marked", attempt, by=by, now=now, data=about)
    decided = queries.standing_of(attempt, _said(attempt, position))
    if decided.points is not None:
        _give(attempt, position, decided.points, Source.MARKER, by, now)
        settle(attempt=attempt, now=now)
    return given


@transaction.atomic
def begin_rubric(*, candidacy: Candidacy, part: ExamPart, by: User, now: datetime) -> Attempt:
    """An examiner begins a face-to-face part with a candidate, or opens the sheet that is begun."""
    if part.kind != ExamPart.Kind.RUBRIC:
        raise Refused(_("Only a face-to-face part is begun by an examiner."), code="not_rubric")
    if candidacy.user_id == by.pk:
        raise Refused(_("Nobody decides on themselves."), code="own")
    return start_attempt(candidacy=candidacy, part=part, by=by, now=now)


@transaction.atomic
def score_rubric(
    *, attempt: Attempt, scores: Mapping[int, tuple[Sequence[Any], str]], by: User, now: datetime
) -> Attempt:
    """Ends a face-to-face part with (picks, notes) by position for every task, all or nothing; the result follows at once.

    A sheet whose clock ran out meanwhile is still scored. A sheet that is scored already is returned as is.
    """
    attempt = _locked(attempt)
    if attempt.part.kind != ExamPart.Kind.RUBRIC:
        raise Refused(_("Only a face-to-face part is scored on a sheet."), code="not_rubric")
    if attempt.candidacy.user_id == by.pk:
        raise Refused(_("Nobody decides on themselves."), code="own")
    if attempt.state in (State.GRADED, State.VOID):
        return attempt
    if attempt.state == State.OPEN:
        attempt = submit(attempt=attempt, now=now, ended_by=EndedBy.INVIGILATOR, by=by)
    marked = set(attempt.marks.values_list("position", flat=True))
    for position in range(1, len(attempt.paper.items) + 1):
        if position in marked:
            continue
        picks, notes = scores.get(position, ([], ""))
        mark_answer(attempt=attempt, position=position, picks=picks, comment=notes, by=by, now=now)
    attempt.refresh_from_db()
    return attempt


@transaction.atomic
def ask_remark(*, attempt: Attempt, position: int, reason: str, by: User, now: datetime) -> RemarkRequest:
    """A candidate asks for an answer to be marked again, with a reason; the examiners of their unit who have not marked it are told.
    Once an answer."""
    attempt = _locked(attempt)
    if attempt.candidacy.user_id != by.pk:
        raise Refused(_("Only the candidate asks for a new mark."), code="not_own")
    known = attempt.remark_requests.filter(position=position).first()
    if known is not None:
        return known
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    if not queries.questions_shown(attempt, now) or not 1 <= position <= len(attempt.paper.items):
        raise Refused(_("Ask once the result is released and the question is shown to you."), code="not_released")
    asked = RemarkRequest.objects.create(attempt=attempt, position=position, reason=_clean(reason), asked_at=now)
    journal.record("remark.asked", asked, by=by, now=now, reason=reason)
    marked = queries.markers_of(attempt, position)
    notify(
        users=[user for user in _examiners_of(by, now) if user.pk not in marked],
        kind="exams.remark_asked",
        key=f"exams.remark_asked:{asked.pk}",
        now=now,
        params={"exam": attempt.candidacy.sitting.exam.name},
        url=reverse("exams:remark", args=[asked.pk]),
    )
    return asked


@transaction.atomic
def answer_remark(
    *, request: RemarkRequest, picks: Sequence[Any], answer: str, by: User, now: datetime
) -> RemarkRequest:
    """A person who has not marked the answer marks it again, with a reason: the mark changes, or stands. The candidate is told."""
    attempt = _locked(request.attempt)
    request = RemarkRequest.objects.select_for_update().get(pk=request.pk)
    if request.state != RemarkRequest.State.ASKED:
        return request
    if attempt.candidacy.user_id == by.pk:
        raise Refused(_("Nobody decides on themselves."), code="own")
    position = request.position
    if by.pk in queries.markers_of(attempt, position):
        raise Refused(_("You have marked this answer. Another person answers the request."), code="twice")
    if not answer.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    if attempt.state != State.GRADED:
        raise Refused(_("The attempt counts no more."), code="void")
    item = attempt.paper.items[position - 1]
    version = QuestionVersion.objects.get(pk=item["version"])
    newest = attempt.marks.filter(position=position).latest("id")
    points = marking.judged(queries.rubric_of(version), list(picks), item["points"])
    if points is None:
        raise Refused(_("Choose a level for every criterion, or give points that the question has."), code="picks")
    Marking.objects.create(
        attempt=attempt,
        position=position,
        round=Round.REMARK,
        picks=[str(marking.figure(pick)) for pick in picks],
        points=points,
        comment=_clean(answer),
        by=by,
        at=now,
    )
    changed = (points, item["points"]) != (newest.points, newest.out_of)
    request.state = RemarkRequest.State.CHANGED if changed else RemarkRequest.State.KEPT
    request.answer, request.answered_by, request.answered_at = _clean(answer), by, now
    request.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    about = {"position": position, "before": str(newest.points), "after": str(points)}
    journal.record(f"remark.{request.state}", request, by=by, now=now, reason=answer, data=about)
    if changed:
        _give(attempt, position, points, Source.REMARK, by, now, why=answer)
        settle(attempt=attempt, now=now)
    MarkingDraft.objects.filter(attempt=attempt, position=position, by=by).delete()
    notify(
        users=[attempt.candidacy.user],
        kind=f"exams.remark_{request.state}",
        key=f"exams.remark:{request.pk}",
        now=now,
        params={"exam": attempt.candidacy.sitting.exam.name, "position": position},
        url=reverse("exams:result", args=[attempt.candidacy_id]),
    )
    return request


def _locked(attempt: Attempt) -> Attempt:
    """The attempt under the locks that handing in takes, in their order."""
    Candidacy.objects.select_for_update(of=("self",)).get(pk=attempt.candidacy_id)
    locked = Attempt.objects.select_for_update(of=("self",))
    return locked.select_related("paper", "part", "candidacy__sitting__exam", "candidacy__user").get(pk=attempt.pk)


def _check_marker(attempt: Attempt, position: int, by: User) -> QuestionVersion:
    if attempt.candidacy.user_id == by.pk:
        raise Refused(_("Nobody decides on themselves."), code="own")
    if attempt.paper is None or not 1 <= position <= len(attempt.paper.items):
        raise Refused(_("The paper has no such question."), code="position")
    version = QuestionVersion.objects.get(pk=attempt.paper.items[position - 1]["version"])
    if version.kind not in grading.BY_PEOPLE and not attempt.remark_requests.filter(position=position).exists():
        raise Refused(_("This question is graded by its key."), code="by_key")
    return version


def _said(attempt: Attempt, position: int) -> list[tuple[str, Decimal]]:
    return list(attempt.markings.filter(position=position).order_by("id").values_list("round", "points"))


def _give(
    attempt: Attempt, position: int, points: Decimal, source: str, by: User, now: datetime, why: str = ""
) -> None:
    item = attempt.paper.items[position - 1]
    Mark.objects.create(
        attempt=attempt,
        position=position,
        version_id=item["version"],
        topic_id=item["topic"],
        points=points,
        out_of=item["points"],
        source=source,
        given_by=by,
        given_at=now,
        why=why.strip()[:200],
    )


def _clean(text: str) -> str:
    return str(text).replace("\0", "").strip()[:LONGEST]


def _examiners_of(person: User, now: datetime) -> list[User]:
    """The examiners over the unit a person works in, the person themselves excepted."""
    on = timezone.localdate(now)
    paths = Employment.objects.standing(on).filter(user=person).values_list("unit__path", flat=True)
    path = next(iter(paths), "")
    roles = RoleAssignment.objects.filter(current(on), role=Role.EXAMINER).select_related("user", "unit")
    found = {role.user_id: role.user for role in roles if path.startswith(role.unit.path) and role.user.is_active}
    return [user for pk, user in found.items() if pk != person.pk]
