"""The annual plan: drafted, proposed, approved by another person, sent back, opened again."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ground import journal
from ground.errors import Refused
from people import services as people
from people.models import User
from plans import policy
from plans.models import AnnualPlan
from plans.services.moves import given_reason, move


@transaction.atomic
def draft_plan(*, year: int, name: str, by: User, now: datetime) -> AnnualPlan:
    """The plan of a year, once; the same name again returns it. Raises Refused when the year has another plan."""
    plan, created = AnnualPlan.objects.get_or_create(year=year, defaults={"name": name})
    if created:
        journal.record("plan.drafted", plan, by=by, now=now, data={"year": year})
    elif plan.name != name:
        raise Refused(_("There is already a plan for %(year)s: %(name)s.") % {"year": year, "name": plan}, code="taken")
    return plan


@transaction.atomic
def propose_plan(*, plan: AnnualPlan, by: User, now: datetime) -> AnnualPlan:
    """Hands a draft over for approval by another person. Raises Refused for an empty plan."""
    plan = AnnualPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.state == AnnualPlan.State.PROPOSED:
        return plan
    if not policy.may_propose(by, timezone.localdate(now)):
        raise Refused(_("Personnel proposes the plan."), code="no_personnel")
    if not plan.items.filter(cancelled_at__isnull=True).exists():
        raise Refused(_("The plan has no items yet; add what is to be trained first."), code="empty")
    plan.proposed_by, plan.remark = by, ""
    move(plan, AnnualPlan.State.PROPOSED, "proposed_by", "remark")
    journal.record("plan.proposed", plan, by=by, now=now)
    return plan


@transaction.atomic
def approve_plan(*, plan: AnnualPlan, by: User, now: datetime) -> AnnualPlan:
    """Another person than the proposer, over the whole organisation, puts the plan into force."""
    plan = AnnualPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.state == AnnualPlan.State.APPROVED:
        return plan
    _refuse_deciding(plan, by, now)
    plan.approved_by, plan.approved_at = by, now
    move(plan, AnnualPlan.State.APPROVED, "approved_by", "approved_at")
    journal.record("plan.approved", plan, by=by, now=now)
    _tell_proposer(plan, "plans.plan_approved", {"plan": plan.name, "name": by.name}, now)
    return plan


@transaction.atomic
def return_plan(*, plan: AnnualPlan, reason: str, by: User, now: datetime) -> AnnualPlan:
    """Sends a proposed plan back to its draft: the proposer takes it back, or the approver does not agree."""
    reason = given_reason(reason)
    plan = AnnualPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.state == AnnualPlan.State.APPROVED:
        raise Refused(_("The plan is approved already; open it again to change it."), code="wrong_state")
    if plan.state == AnnualPlan.State.DRAFT:
        return plan
    if by.pk != plan.proposed_by_id:
        _refuse_deciding(plan, by, now)
        _tell_proposer(plan, "plans.plan_returned", {"plan": plan.name, "name": by.name, "reason": reason}, now)
    plan.remark = reason[:200]
    move(plan, AnnualPlan.State.DRAFT, "remark")
    journal.record("plan.returned", plan, by=by, now=now, reason=reason)
    return plan


@transaction.atomic
def reopen_plan(*, plan: AnnualPlan, reason: str, by: User, now: datetime) -> AnnualPlan:
    """Opens an approved plan as a draft again; what is arranged goes on, the rest waits for a new approval."""
    reason = given_reason(reason)
    plan = AnnualPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.state == AnnualPlan.State.DRAFT:
        return plan
    if plan.state == AnnualPlan.State.PROPOSED:
        raise Refused(_("The plan waits for approval; send it back before you change it."), code="wrong_state")
    if not policy.may_propose(by, timezone.localdate(now)):
        raise Refused(_("Personnel opens the plan again."), code="no_personnel")
    plan.approved_by = plan.approved_at = None
    plan.remark = reason[:200]
    move(plan, AnnualPlan.State.DRAFT, "approved_by", "approved_at", "remark")
    journal.record("plan.reopened", plan, by=by, now=now, reason=reason)
    return plan


def _refuse_deciding(plan: AnnualPlan, by: User, now: datetime) -> None:
    if plan.state == AnnualPlan.State.DRAFT:
        raise Refused(_("The plan has not been proposed yet."), code="wrong_state")
    if plan.proposed_by_id == by.pk:
        raise Refused(_("You proposed this plan; another person must approve it."), code="own_plan")
    if not policy.may_approve(by, plan, timezone.localdate(now)):
        raise Refused(
            _("The plan is approved by personnel or a manager in charge of the whole organisation."), code="no_approver"
        )


def _tell_proposer(plan: AnnualPlan, kind: str, params: dict[str, Any], now: datetime) -> None:
    people.notify(
        users=[plan.proposed_by],
        kind=kind,
        key=f"{kind}.{plan.pk}.{now:%Y%m%d%H%M}",
        params=params,
        url=f"/plans/{plan.year}/",
        now=now,
    )
