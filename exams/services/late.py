"""Writes about answers that came too late: kept as evidence, and accepted by a person with a reason."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from exams import grading
from exams.models import Attempt, AttemptRuling, Candidacy, LateResponse, Mark, QuestionVersion, Response
from exams.services.attempts import fold, sum_marks
from exams.services.saving import LARGEST, answer_shape, over
from ground import journal
from ground.errors import Refused
from people.models import User

MOST = 1000
"""So many late answers one attempt may leave: far more than a browser that was offline has to tell."""


@transaction.atomic
def keep_late(*, attempt_id: int, generation: int, answers: Iterable[dict[str, Any]], now: datetime) -> dict[int, str]:
    """Keeps answers {"position", "seq", "answer", "edited_at"} of an attempt that the clock has ended: evidence, not marked.

    Only what was edited between start and deadline, by the browser's word, and is newer than the answer that counts. The same
    again changes nothing. Returns {position: code}: kept, stale, ended (handed in or ended by a person: nothing is late),
    open (it still runs: save it), invalid.
    """
    attempt = Attempt.objects.select_related("paper").filter(pk=attempt_id, generation__gte=generation).first()
    given = {answer["position"]: answer for answer in answers if type(answer.get("position")) is int}
    if attempt is None or attempt.paper is None:
        return dict.fromkeys(given, "ended")
    if not over(attempt, now):
        return dict.fromkeys(given, "open" if attempt.state == Attempt.State.OPEN else "ended")
    counts = dict(Response.objects.filter(attempt=attempt).values_list("position", "seq"))
    room = MOST - LateResponse.objects.filter(attempt=attempt).count()
    codes, rows = {}, []
    for position, answer in given.items():
        seq, edited = answer.get("seq"), answer.get("edited_at")
        known = 1 <= position <= len(attempt.paper.items) and type(seq) is int and 1 <= seq <= LARGEST
        if not known or not isinstance(edited, datetime) or not attempt.started_at <= edited <= attempt.deadline:
            codes[position] = "invalid"
        elif seq <= counts.get(position, 0):
            codes[position] = "stale"
        else:
            codes[position] = "kept"
            rows.append(
                LateResponse(
                    attempt=attempt,
                    position=position,
                    seq=seq,
                    answer=answer_shape(answer.get("answer")),
                    edited_at=edited,
                    received_at=now,
                )
            )
    LateResponse.objects.bulk_create(rows[: max(room, 0)], ignore_conflicts=True)
    return codes


@transaction.atomic
def accept_late(
    *, attempt: Attempt, positions: Collection[int], by: User, reason: str, now: datetime
) -> AttemptRuling | None:
    """A named person lets the newest late answers of these positions count: marks are appended, score and result follow.

    What the key grades is marked at once; what a person marks waits in their queue with the late answer in it. Returns None when
    every one of them counts already.
    """
    candidacy = Candidacy.objects.select_for_update(of=("self",)).get(pk=attempt.candidacy_id)
    attempt = Attempt.objects.select_for_update(of=("self",)).select_related("paper").get(pk=attempt.pk)
    _check_may_accept(attempt, candidacy, by, reason)
    newest = {late.position: late for late in attempt.late_responses.filter(position__in=positions).order_by("seq")}
    if not newest:
        raise Refused(_("Choose the late answers that shall count."), code="none_chosen")
    counting = {response.position: response for response in Response.objects.filter(attempt=attempt)}
    newest = {
        position: late
        for position, late in newest.items()
        if position not in counting or counting[position].seq < late.seq
    }
    if not newest:
        return None
    items = attempt.paper.items
    versions = QuestionVersion.objects.in_bulk({items[position - 1]["version"] for position in newest})
    marked = set(Mark.objects.filter(attempt=attempt).values_list("position", flat=True))
    marks = []
    for position, late in sorted(newest.items()):
        item = items[position - 1]
        version = versions[item["version"]]
        if version.kind not in grading.BY_PEOPLE:
            marks.append(_mark_of(attempt, late, item, version, by, reason, now))
        elif position in marked:
            raise Refused(
                _("Question %(position)s is marked already; ask for a re-mark instead.") % {"position": position},
                code="marked",
            )
    ruling = AttemptRuling.objects.create(
        attempt=attempt, kind=AttemptRuling.Kind.LATE, by=by, at=now, reason=reason.strip()
    )
    before = {str(position): counting[position].answer for position in newest if position in counting}
    for position, late in newest.items():
        values = {"seq": late.seq, "answer": late.answer, "saved_at": late.received_at}
        Response.objects.update_or_create(attempt=attempt, position=position, defaults=values)
    Mark.objects.bulk_create(marks)
    sum_marks(attempt)
    attempt.save()
    journal.record(
        "attempt.late", attempt, by=by, now=now, reason=reason, data={"positions": sorted(newest), "before": before}
    )
    fold(candidacy=candidacy, now=now)
    return ruling


def _check_may_accept(attempt: Attempt, candidacy: Candidacy, by: User, reason: str) -> None:
    if candidacy.user_id == by.pk:
        raise Refused(_("Nobody decides on themselves."), code="own")
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    if attempt.state == Attempt.State.OPEN:
        raise Refused(_("End the attempt before you rule on it."), code="open")
    if attempt.state == Attempt.State.VOID:
        raise Refused(_("The attempt is void already."), code="void")


def _mark_of(
    attempt: Attempt,
    late: LateResponse,
    item: dict[str, Any],
    version: QuestionVersion,
    by: User,
    reason: str,
    now: datetime,
) -> Mark:
    newest = Mark.objects.filter(attempt=attempt, position=late.position).order_by("id").last()
    out_of = newest.out_of if newest else item["points"]
    return Mark(
        attempt=attempt,
        position=late.position,
        version=version,
        topic_id=item["topic"],
        points=grading.grade(
            version.kind, grading.full_key(version.content, version.key), late.answer, out_of, item["order"]
        ),
        out_of=out_of,
        source=Mark.Source.LATE,
        given_by=by,
        given_at=now,
        why=reason.strip()[:200],
    )
