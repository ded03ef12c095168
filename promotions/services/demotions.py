"""The demotion that a violation asks for."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ground import journal
from ground.errors import Refused
from people.models import Employment, Level, User
from people.services import change_employment, notify
from promotions import policy, queries


@transaction.atomic
def demote(*, user: User, to_level: Level, on: date, reason: str, by: User, now: datetime) -> Employment:
    """Lowers a level for a violation whose grade is demotion, by another person of personnel than who recorded it.

    One violation demotes once; repeating the same demotion returns its row of employment.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    today = timezone.localdate(now)
    reason = reason.strip()
    if user.pk == by.pk:
        raise Refused(_("Nobody decides on themselves."), code="oneself")
    if not policy.over(by, user, policy.STEWARDS, today):
        raise Refused(_("Only personnel over this unit can demote."), code="not_personnel")
    violation = queries.demotion_due(user, today)
    if violation is None:
        raise Refused(
            _("%(name)s has no violation in force whose grade is demotion.") % {"name": user}, code="no_violation"
        )
    if violation.by_id == by.pk:
        raise Refused(
            _("You recorded the violation; somebody else of personnel carries out the demotion."), code="same_person"
        )
    done = user.employments.filter(cause=Employment.Cause.DEMOTION, valid_from__gte=violation.valid_from).first()
    if done is not None:
        if (done.level_id, done.valid_from) == (to_level.pk, on):
            return done
        raise Refused(_("%(name)s has been demoted for this violation already.") % {"name": user}, code="done")
    if not reason:
        raise Refused(_("A decision needs a reason that the person can read."), code="no_reason")
    if on < today:
        raise Refused(_("A demotion takes effect today or later."), code="past")
    row = user.employments.all().current(on).select_related("level").first()
    if row is None or row.level is None or row.level.rank <= to_level.rank:
        raise Refused(_("Choose a level below the one %(name)s holds.") % {"name": user}, code="not_lower")
    changed = change_employment(
        user=user, on=on, now=now, by=by, cause=Employment.Cause.DEMOTION, level=to_level, reason=reason
    )
    journal.record("demoted", user, by=by, now=now, reason=reason, data={"violation": violation.pk})
    notify(
        users=[user],
        kind="promotions.demoted",
        key=f"promotions.demoted.{changed.pk}",
        now=now,
        params={"level": str(to_level), "day": on.isoformat()},
        url=reverse("promotions:mine"),
    )
    return changed
