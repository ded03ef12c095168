"""Writes about results: telling people, at once or when they are released."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from exams import queries, signals
from exams.models import Exam, Result, Sitting
from ground import journal
from ground.errors import Refused
from people.models import Notification, User
from people.services import note, notify_all

LATELY = timedelta(days=7)
"""How long after closing a sitting is looked at for results that nobody has been told."""


def announce(*, result: Result, now: datetime) -> bool:
    """One result, see `announce_all`; whether its person was told."""
    return bool(announce_all(results=[result], now=now))


def announce_all(*, results: Sequence[Result], now: datetime) -> int:
    """Tells people their results and sends result_passed, unless the exam's rule does not let them see it yet; returns how
    many were told. User, candidacy, sitting and exam at hand."""
    told = [result for result in results if queries.released_to_candidate(result.candidacy, now)]
    notify_all(
        note(
            user=result.user,
            kind="exams.passed" if result.passed else "exams.not_passed",
            key=f"exams.result:{result.candidacy_id}:{result.passed}",
            now=now,
            params={"exam": result.exam.name, "sitting": result.candidacy.sitting.name},
            url=reverse("exams:result", args=[result.candidacy_id]),
        )
        for result in told
    )
    for result in told:
        if result.passed:
            signals.result_passed.send(sender=Result, result=result, now=now)
    return len(told)


@transaction.atomic
def release(*, sitting: Sitting, by: User, now: datetime) -> Sitting:
    """An examiner lets the candidates see their results; those decided later are told at once. Again changes nothing."""
    sitting = Sitting.objects.select_for_update(of=("self",)).select_related("exam").get(pk=sitting.pk)
    if sitting.released_at is not None:
        return sitting
    if sitting.exam.release != Exam.Release.BY_HAND:
        raise Refused(_("The results of this exam are released by its rule."), code="by_rule")
    if sitting.cancelled_at is not None:
        raise Refused(_("The sitting has been called off."), code="cancelled")
    sitting.released_at, sitting.released_by = now, by
    sitting.save(update_fields=["released_at", "released_by"])
    results = _told_of(Result.objects.filter(candidacy__sitting=sitting))
    journal.record("sitting.released", sitting, by=by, now=now, data={"results": len(results)})
    announce_all(results=results, now=now)
    return sitting


def announce_released(*, now: datetime) -> int:
    """Tells those whose sitting is over for everybody by now; returns how many. The sweeper calls it; again changes nothing."""
    waiting = Result.objects.filter(
        exam__release=Exam.Release.CLOSED,
        candidacy__sitting__closes_at__lte=now,
        candidacy__sitting__closes_at__gt=now - LATELY,
    ).filter(~Exists(_notified(True)), ~Exists(_notified(False)))
    count = 0
    for result in _told_of(queries.released_only(waiting, now)):
        with transaction.atomic():
            count += announce(result=result, now=now)
    return count


def _notified(passed: bool) -> QuerySet[Notification]:
    words = (Value("exams.result:"), Cast(OuterRef("candidacy_id"), CharField()), Value(f":{passed}"))
    return Notification.objects.filter(user=OuterRef("user"), key=Concat(*words, output_field=CharField()))


def _told_of(results: QuerySet[Result]) -> list[Result]:
    return list(results.select_related("user", "exam", "candidacy__sitting__exam").order_by("pk"))
