"""What the verbs share: the lock, the one place where a state changes, who may, the promotion itself, the notice."""

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ground.errors import Refused
from people.models import Employment, User
from people.services import change_employment, notify
from promotions import policy
from promotions.models import Case, ReviewRound


def promote(case: Case, on: date, reason: str, by: User, now: datetime) -> None:
    """Gives the level on a day and tells the person. Raises Refused when the person has left the level it began from."""
    standing = case.user.employments.all().current(on).first()
    if standing is None or standing.level_id != case.from_level_id:
        raise Refused(
            _("%(name)s no longer stands on the level the case began from. Withdraw the case.") % {"name": case.user},
            code="other_level",
        )
    change_employment(
        user=case.user,
        on=on,
        now=now,
        by=by,
        cause=Employment.Cause.PROMOTION,
        level=case.to_level,
        reason=reason,
    )
    tell(case, "promotions.promoted", now, day=on.isoformat())


def locked(case: Case) -> Case:
    """The case as it stands now; other writers of it wait."""
    rows = Case.objects.select_for_update(of=("self",))
    return rows.select_related("round", "user", "to_level", "proposed_by").get(pk=case.pk)


def move(subject: Case | ReviewRound, to: str) -> None:
    """The only place where a state changes."""
    if to not in subject.MOVES[subject.state]:
        raise Refused(
            _("This is not possible: the state is “%(state)s”.") % {"state": subject.get_state_display()},
            code="wrong_state",
        )
    subject.state = to
    subject.save(update_fields=["state"])


def require_steward(by: User, now: datetime) -> None:
    """Raises Refused for whoever does not run promotion reviews."""
    if not policy.runs_rounds(by, timezone.localdate(now)):
        raise Refused(_("Only personnel and administrators run promotion reviews."), code="not_personnel")


def require_decider(case: Case, by: User, now: datetime) -> None:
    """Raises Refused for the person, for who proposed the case, and for personnel of another unit."""
    if by.pk == case.user_id:
        raise Refused(_("Nobody decides on themselves."), code="oneself")
    if by.pk == case.proposed_by_id:
        raise Refused(_("Somebody else than who proposed the case decides it."), code="proposer")
    if not policy.may_decide(by, case, timezone.localdate(now)):
        raise Refused(_("Only personnel over this unit decides."), code="not_personnel")


def tell(case: Case, kind: str, now: datetime, **params: str) -> None:
    """Tells the person about their case, once for each kind."""
    notify(
        users=[case.user],
        kind=kind,
        key=f"{kind}.{case.pk}",
        now=now,
        params={"level": str(case.to_level), **params},
        url=reverse("promotions:case", args=[case.pk]),
    )
