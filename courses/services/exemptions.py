"""Exceptions: somebody has learned the same elsewhere, and shows it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Assignment, Exemption
from courses.services.proofs import keep_proof
from ground import journal
from ground.errors import Refused
from people.models import User
from people.services import notify


@transaction.atomic
def exempt(
    *, assignment: Assignment, reason: str, name: str, content: bytes, by: User, now: datetime
) -> Exemption | None:
    """Settles an open assignment by something equivalent. `content` is the proof: a PDF, PNG, JPEG or WebP, at most 10 MB,
    known by its bytes. Returns the exemption there is when it was settled so already, None when it is done or withdrawn.

    Raises Refused for oneself, without a reason, and for a proof that is none.
    """
    assignment = Assignment.objects.select_for_update(of=("self",)).select_related("course").get(pk=assignment.pk)
    if assignment.exemption_id is not None:
        return assignment.exemption
    if assignment.withdrawn_at is not None or assignment.completion_id is not None:
        return None
    if assignment.user_id == by.pk:
        raise Refused(_("Nobody exempts themselves; ask another trainer."), code="self")
    if not reason.strip():
        raise Refused(_("Say what the person has done instead."), code="no_reason")
    proof = keep_proof(folder="exemptions", name=name, content=content)
    exemption = Exemption.objects.create(
        user=assignment.user,
        course=assignment.course,
        reason=reason.strip()[:300],
        proof=proof.stored,
        proof_name=proof.name,
        proof_type=proof.content_type,
        granted_by=by,
        granted_at=now,
    )
    assignment.exemption = exemption
    assignment.save(update_fields=["exemption"])
    data = {"course": assignment.course.code, "proof": exemption.proof_name}
    journal.record("exemption.granted", assignment.user, by=by, now=now, reason=exemption.reason, data=data)
    _tell(exemption, "course_exempt", now)
    return exemption


@transaction.atomic
def withdraw_exemption(*, exemption: Exemption, reason: str, by: User, now: datetime) -> Exemption:
    """The proof did not hold: what the exemption settled is due again on its day. Raises Refused as `exempt` does."""
    exemption = Exemption.objects.select_for_update(of=("self",)).select_related("course").get(pk=exemption.pk)
    if exemption.withdrawn_at is not None:
        return exemption
    if exemption.user_id == by.pk:
        raise Refused(_("Nobody decides on their own exemption; ask another trainer."), code="self")
    if not reason.strip():
        raise Refused(_("Say why the exemption does not hold."), code="no_reason")
    exemption.withdrawn_at = now
    exemption.save(update_fields=["withdrawn_at"])
    exemption.assignments.update(exemption=None)
    data = {"course": exemption.course.code}
    journal.record("exemption.withdrawn", exemption.user, by=by, now=now, reason=reason.strip()[:300], data=data)
    _tell(exemption, "course_due_again", now)
    return exemption


def _tell(exemption: Exemption, kind: str, now: datetime) -> None:
    notify(
        users=[exemption.user],
        kind=kind,
        key=f"{kind}:{exemption.pk}",
        now=now,
        params={"course": exemption.course.title, "reason": exemption.reason},
        url=exemption.course.get_url() or "",
    )
