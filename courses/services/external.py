"""Courses taken elsewhere: claimed with a proof, then confirmed or refused by somebody else."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import ExternalTraining
from courses.services.proofs import keep_proof
from ground import journal
from ground.errors import Refused
from people.models import User
from people.services import notify
from topics.models import Topic

LONGEST = timedelta(hours=400)
OLDEST = timedelta(days=3 * 366)
State = ExternalTraining.State


@transaction.atomic
def claim_external(
    *,
    user: User,
    title: str,
    provider: str,
    topic: Topic | None,
    minutes: int,
    finished_on: date,
    name: str,
    content: bytes,
    now: datetime,
) -> ExternalTraining:
    """Somebody has taken a course elsewhere and shows it. It counts when it is confirmed.

    Raises Refused for a day to come or more than three years back, for a length that cannot be, for the same course
    claimed twice, and for a proof that is none.
    """
    today = timezone.localdate(now)
    title, provider = title.strip()[:120], provider.strip()[:120]
    if not title or not provider:
        raise Refused(_("Say what the course was called and who gave it."), code="empty")
    if finished_on > today:
        raise Refused(_("The course has not ended yet; claim it when it has."), code="future")
    if finished_on < today - OLDEST:
        raise Refused(_("Courses of more than three years ago are not counted."), code="old")
    if not 0 < minutes <= LONGEST // timedelta(minutes=1):
        raise Refused(_("A course lasts between a minute and 400 hours."), code="length")
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    same = ExternalTraining.objects.filter(user=user, title=title, finished_on=finished_on)
    if same.exclude(state=State.REFUSED).exists():
        raise Refused(_("You have claimed this course already."), code="twice")
    proof = keep_proof(folder="external", name=name, content=content)
    claim = ExternalTraining.objects.create(
        user=user,
        title=title,
        provider=provider,
        topic=topic,
        minutes=minutes,
        finished_on=finished_on,
        proof=proof.stored,
        proof_name=proof.name,
        proof_type=proof.content_type,
        claimed_at=now,
    )
    journal.record("external.claimed", claim, by=user, now=now, data={"minutes": minutes, "proof": proof.name})
    return claim


@transaction.atomic
def decide_external(
    *, claim: ExternalTraining, confirm: bool, reason: str, by: User, now: datetime
) -> ExternalTraining:
    """Confirms or refuses a claim; the first decision stands. Raises Refused for one's own, and for a refusal without a
    reason."""
    claim = ExternalTraining.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if claim.state != State.CLAIMED:
        return claim
    if claim.user_id == by.pk:
        raise Refused(_("Nobody confirms their own course; ask a colleague."), code="self")
    if not confirm and not reason.strip():
        raise Refused(_("Say why the course is not counted."), code="no_reason")
    _move(claim, State.CONFIRMED if confirm else State.REFUSED)
    claim.decided_by, claim.decided_at, claim.reason = by, now, reason.strip()[:300]
    claim.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    if confirm:
        journal.record("external.confirmed", claim, by=by, now=now)
    else:
        journal.record("external.refused", claim, by=by, now=now, reason=claim.reason)
    notify(
        users=[claim.user],
        kind="external_confirmed" if confirm else "external_refused",
        key=f"external:{claim.pk}",
        now=now,
        params={"title": claim.title, "reason": claim.reason},
        url=reverse("courses:external_mine"),
    )
    return claim


def _move(claim: ExternalTraining, state: str) -> None:
    if state not in ExternalTraining.MOVES[State(claim.state)]:
        raise Refused(_("This claim is decided already."), code="decided")
    claim.state = state
