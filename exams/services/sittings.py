"""Writes about sittings: opening the window, inviting, excusing, granting more."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.models import Attempt, Candidacy, Exam, ExamPart, Sitting
from ground import journal
from ground.errors import Refused
from people import audience as audiences
from people.models import User
from people.services import notify


@transaction.atomic
def open_sitting(
    *,
    exam: Exam,
    name: str,
    opens_at: datetime,
    closes_at: datetime,
    by: User | None,
    now: datetime,
    place: str = "",
    audience: dict[str, Any] | None = None,
) -> Sitting:
    """A window for a published exam; everybody whom the audience rule means now is invited and told."""
    if exam.state != Exam.State.PUBLISHED:
        raise Refused(_("Publish the exam before you open a sitting."), code="not_published")
    if closes_at <= opens_at:
        raise Refused(_("A sitting closes after it opens."), code="window")
    rule = audience or {}
    sitting = Sitting.objects.create(
        exam=exam, name=name, opens_at=opens_at, closes_at=closes_at, place=place, audience=rule, created_by=by
    )
    journal.record("sitting.opened", sitting, by=by, now=now, data={"audience": rule})
    invite(sitting=sitting, users=audiences.members(rule, timezone.localdate(now)), by=by, now=now)
    return sitting


@transaction.atomic
def invite(*, sitting: Sitting, users: Iterable[User], by: User | None, now: datetime) -> int:
    """Makes people candidates and tells them; returns how many are new. Inviting again changes nothing."""
    if sitting.cancelled_at is not None or sitting.closes_at <= now:
        raise Refused(_("The sitting is over; open another one."), code="closed")
    known = set(Candidacy.objects.filter(sitting=sitting).values_list("user_id", flat=True))
    new = [user for user in users if user.pk not in known]
    Candidacy.objects.bulk_create(
        [Candidacy(sitting=sitting, user=user, invited_at=now) for user in new], ignore_conflicts=True, batch_size=500
    )
    if not new:
        return 0
    notify(
        users=new,
        kind="exams.invited",
        key=f"exams.invited:{sitting.pk}",
        now=now,
        params={"sitting": sitting.name, "opens": f"{timezone.localtime(sitting.opens_at):%Y-%m-%d %H:%M}"},
        url=reverse("exams:mine"),
    )
    journal.record("sitting.invited", sitting, by=by, now=now, data={"people": len(new)})
    return len(new)


@transaction.atomic
def excuse(*, candidacy: Candidacy, by: User, reason: str, now: datetime) -> Candidacy:
    """Takes a person out of a sitting with a reason. Refused once they have begun."""
    candidacy = _for_decision(candidacy, by, reason)
    if candidacy.state == Candidacy.State.EXCUSED:
        return candidacy
    if candidacy.attempts.exists():
        raise Refused(_("%(name)s has already begun.") % {"name": candidacy.user}, code="begun")
    candidacy.state = Candidacy.State.EXCUSED
    candidacy.override_reason, candidacy.override_by = reason[:200], by
    candidacy.save(update_fields=["state", "override_reason", "override_by"])
    journal.record("candidacy.excused", candidacy, by=by, now=now, reason=reason)
    return candidacy


@transaction.atomic
def grant(
    *, candidacy: Candidacy, extra_minutes: int, extra_tries: int, by: User, reason: str, now: datetime
) -> Candidacy:
    """Sets what a candidate has beyond the rule. Minutes count for papers only (extra time does not help a rate) and
    move the deadline of a paper that is open.
    """
    candidacy = _for_decision(candidacy, by, reason)
    if not (0 <= extra_minutes <= 600 and 0 <= extra_tries <= 20):
        raise Refused(_("Grant at most 600 minutes and 20 tries."), code="too_much")
    more = extra_minutes - candidacy.extra_minutes
    if more == 0 and extra_tries == candidacy.extra_tries:
        return candidacy
    papers = candidacy.attempts.filter(state=Attempt.State.OPEN, part__kind=ExamPart.Kind.PAPER)
    for attempt in papers.select_for_update(of=("self",)):
        if more < 0:
            raise Refused(_("Minutes cannot be taken back while the paper is open."), code="open")
        attempt.deadline += timedelta(minutes=more)
        attempt.save(update_fields=["deadline"])
    candidacy.extra_minutes, candidacy.extra_tries = extra_minutes, extra_tries
    candidacy.override_reason, candidacy.override_by = reason[:200], by
    candidacy.save(update_fields=["extra_minutes", "extra_tries", "override_reason", "override_by"])
    given = {"minutes": extra_minutes, "tries": extra_tries}
    journal.record("candidacy.granted", candidacy, by=by, now=now, reason=reason, data=given)
    return candidacy


@transaction.atomic
def cancel_sitting(*, sitting: Sitting, by: User, reason: str, now: datetime) -> Sitting:
    """Calls a sitting off. Refused once anybody has begun."""
    sitting = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if sitting.cancelled_at is not None:
        return sitting
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    if Attempt.objects.filter(candidacy__sitting=sitting).exists():
        raise Refused(_("Somebody has already begun; end the attempts and excuse the others."), code="begun")
    sitting.cancelled_at = now
    sitting.save(update_fields=["cancelled_at"])
    notify(
        users=User.objects.filter(candidacies__sitting=sitting),
        kind="exams.cancelled",
        key=f"exams.cancelled:{sitting.pk}",
        now=now,
        params={"sitting": sitting.name},
        url=reverse("exams:mine"),
    )
    journal.record("sitting.cancelled", sitting, by=by, now=now, reason=reason)
    return sitting


def _for_decision(candidacy: Candidacy, by: User, reason: str) -> Candidacy:
    candidacy = Candidacy.objects.select_for_update(of=("self",)).select_related("user").get(pk=candidacy.pk)
    if candidacy.user_id == by.pk:
        raise Refused(_("Nobody decides on themselves."), code="own")
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    return candidacy
