"""Writes about appeals: the person's objection to a refusal, and the ruling on it."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ground import journal
from ground.errors import Refused
from people.models import User
from people.services import notify
from promotions import sentences
from promotions.models import Appeal, Case, Decision
from promotions.services.moves import locked, move, promote, require_decider, tell

APPEAL_DAYS = 30


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
    notify(
        users=[case.decision.by, case.proposed_by],
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


@transaction.atomic
def rule_on_appeal(*, appeal: Appeal, upheld: bool, ruling: str, by: User, now: datetime) -> Appeal:
    """Personnel, but not who refused, rules on an appeal once. Upheld, the person is promoted after all."""
    case = locked(appeal.case)
    appeal = Appeal.objects.select_for_update().get(pk=appeal.pk)
    ruling = ruling.strip()
    require_decider(case, by, now)
    if by.pk == case.decision.by_id:
        raise Refused(_("Somebody else than who refused rules on the appeal."), code="same_person")
    if appeal.ruled_at is not None:
        if (appeal.ruled_by_id, appeal.upheld) == (by.pk, upheld):
            return appeal
        raise Refused(_("This appeal has been ruled on already."), code="ruled")
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
