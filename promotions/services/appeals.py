"""Writes about appeals: the person's objection to a refusal, the department's mediation, and the ruling on it."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ground import journal
from ground.errors import Refused
from people.models import User
from people.services import notify
from promotions import policy, sentences
from promotions.models import Appeal, Case, Decision, Mediation
from promotions.services.moves import locked, move, promote, require_decider, tell

APPEAL_DAYS = 30
MEDIATION_DAYS = 14
"""So long the department has for its mediation; then personnel may rule without one."""


@transaction.atomic
def appeal(*, case: Case, text: str, by: User, now: datetime) -> Appeal:
    """The person's objection to a refusal, within 30 days of it. Appealing again returns the appeal."""
    case = locked(case)
    text = text.strip()
    if by.pk != case.user_id:
        raise Refused(_("Only the person can appeal."), code="not_yours")
    existing = Appeal.objects.filter(case=case).first()
    if existing is not None:
        return existing
    if case.state != Case.State.REFUSED:
        raise Refused(_("Only a refusal can be appealed."), code="not_refused")
    if timezone.localdate(now) > appeal_until(case.decision):
        raise Refused(
            _("The time for an appeal ended on %(day)s.") % {"day": sentences.day(appeal_until(case.decision))},
            code="too_late",
        )
    if not text:
        raise Refused(_("Write what the decision overlooks."), code="no_text")
    row = Appeal.objects.create(case=case, text=text, at=now)
    journal.record("case.appealed", case, by=by, now=now)
    told = {case.decision.by, case.proposed_by, *policy.mediators(case, timezone.localdate(now))}
    notify(
        users=told,
        kind="promotions.appealed",
        key=f"promotions.appealed.{case.pk}",
        now=now,
        params={"name": str(case.user), "level": str(case.to_level)},
        url=reverse("promotions:case", args=[case.pk]),
    )
    return row


def appeal_until(decision: Decision) -> date:
    """The last day on which a refusal can be appealed."""
    return timezone.localdate(decision.at) + timedelta(days=APPEAL_DAYS)


def may_be_ruled(appeal: Appeal, on: date) -> bool:
    """Whether personnel's turn has come: the department did not settle it, let its time pass, or has nobody to mediate."""
    if appeal.ruled_at is not None or appeal.settled:
        return False
    if hasattr(appeal, "mediation") or on > mediate_until(appeal):
        return True
    return not policy.mediators(appeal.case, on).exists()


def mediate_until(appeal: Appeal) -> date:
    """The last day on which a ruling waits for the department."""
    return timezone.localdate(appeal.at) + timedelta(days=MEDIATION_DAYS)


@transaction.atomic
def mediate(*, appeal: Appeal, outcome: str, note: str, by: User, now: datetime) -> Mediation:
    """A manager over the unit says once what came of talking with the person. Settled, the appeal is closed.

    The same outcome by the same person again returns it.
    """
    case = locked(appeal.case)
    appeal = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal.pk)
    note = note.strip()
    if outcome not in Mediation.Outcome.values:
        raise Refused(_("Say whether the appeal is settled."), code="no_outcome")
    if by.pk == case.user_id:
        raise Refused(_("Nobody decides on themselves."), code="oneself")
    if by.pk == case.decision.by_id:
        raise Refused(_("Somebody else than who refused mediates."), code="same_person")
    if not policy.may_mediate(by, case, timezone.localdate(now)):
        raise Refused(_("Only a manager over this unit mediates."), code="not_manager")
    known = Mediation.objects.filter(appeal=appeal).first()
    if known is not None:
        if (known.outcome, known.by_id) == (outcome, by.pk):
            return known
        raise Refused(_("This appeal has been mediated already."), code="mediated")
    if appeal.ruled_at is not None:
        raise Refused(_("This appeal has been ruled on already."), code="ruled")
    if not note:
        raise Refused(_("Write down what was said and agreed; the person can read it."), code="no_note")
    mediation = Mediation.objects.create(appeal=appeal, outcome=outcome, note=note, by=by, at=now)
    journal.record(f"appeal.{outcome}", case, by=by, now=now, reason=note)
    tell(case, f"promotions.{outcome}", now)
    if outcome == Mediation.Outcome.UNSETTLED:
        notify(
            users=policy.arbiters(case, timezone.localdate(now)),
            kind="promotions.to_rule",
            key=f"promotions.to_rule.{case.pk}",
            now=now,
            params={"name": str(case.user), "level": str(case.to_level)},
            url=reverse("promotions:case", args=[case.pk]),
        )
    return mediation


@transaction.atomic
def rule_on_appeal(*, appeal: Appeal, upheld: bool, ruling: str, by: User, now: datetime) -> Appeal:
    """Personnel, but not who refused, rules once on an appeal that its department could not settle.

    Upheld, the person is promoted after all. Raises Refused while the department's mediation is waited for.
    """
    case = locked(appeal.case)
    appeal = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal.pk)
    ruling = ruling.strip()
    require_decider(case, by, now)
    if by.pk == case.decision.by_id:
        raise Refused(_("Somebody else than who refused rules on the appeal."), code="same_person")
    if appeal.ruled_at is not None:
        if (appeal.ruled_by_id, appeal.upheld) == (by.pk, upheld):
            return appeal
        raise Refused(_("This appeal has been ruled on already."), code="ruled")
    if appeal.settled:
        raise Refused(_("The department has settled this appeal; it is closed."), code="settled")
    if not may_be_ruled(appeal, timezone.localdate(now)):
        raise Refused(
            _("The department mediates first, until %(day)s. Personnel rules when it could not settle the appeal.")
            % {"day": sentences.day(mediate_until(appeal))},
            code="not_mediated",
        )
    if not ruling:
        raise Refused(_("A ruling needs a reason that the person can read."), code="no_reason")
    appeal.ruling, appeal.upheld, appeal.ruled_by, appeal.ruled_at = ruling, upheld, by, now
    if upheld:
        appeal.effective_on = max(case.round.effective_on, timezone.localdate(now))
    appeal.save()
    journal.record("appeal.upheld" if upheld else "appeal.dismissed", case, by=by, now=now, reason=ruling)
    if appeal.effective_on is not None:
        move(case, Case.State.PROMOTED)
        promote(case, appeal.effective_on, ruling, by, now)
    else:
        tell(case, "promotions.dismissed", now)
    return appeal
