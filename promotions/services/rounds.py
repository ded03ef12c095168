"""Writes about review rounds: open, bring before the panel, close."""

import json
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ground import freezing, journal
from ground.errors import Refused
from people.models import Role, User
from people.policy import roles_of
from people.services import notify
from promotions import queries
from promotions.models import Case, Dossier, ReviewRound
from promotions.services.moves import move, require_steward


@transaction.atomic
def open_round(
    *,
    name: str,
    year: int,
    nominate_until: date,
    effective_on: date,
    panel: Iterable[User],
    by: User,
    now: datetime,
) -> ReviewRound:
    """A review round that takes nominations until the end of `nominate_until`."""
    require_steward(by, now)
    today = timezone.localdate(now)
    members = list({member.pk: member for member in panel}.values())
    if nominate_until < today:
        raise Refused(_("Nominations cannot end before today."), code="past")
    if effective_on <= nominate_until:
        raise Refused(_("Promotions take effect after the last day of nominations."), code="too_early")
    if not members:
        raise Refused(_("A panel needs at least one member."), code="no_panel")
    for member in members:
        if Role.PANEL not in roles_of(member, today):
            raise Refused(
                _("%(name)s does not hold the role of panel member. Give the role first.") % {"name": member},
                code="not_a_panel_member",
            )
    if ReviewRound.objects.filter(year=year, name=name).exists():
        raise Refused(
            _("There is already a round called “%(name)s” in %(year)s.") % {"name": name, "year": year}, code="double"
        )
    review = ReviewRound.objects.create(name=name, year=year, nominate_until=nominate_until, effective_on=effective_on)
    review.panel.set(members)
    journal.record(
        "round.opened",
        review,
        by=by,
        now=now,
        data={"panel": [member.employee_no for member in members], "until": nominate_until.isoformat()},
    )
    return review


@transaction.atomic
def bring_to_panel(*, round: ReviewRound, by: User, now: datetime) -> ReviewRound:
    """Ends nominations and freezes a dossier for every case, judged today. Repeating changes nothing."""
    require_steward(by, now)
    review = ReviewRound.objects.select_for_update().get(pk=round.pk)
    if review.state == ReviewRound.State.REVIEW:
        return review
    proposed = review.cases.select_for_update(of=("self",)).filter(state=Case.State.PROPOSED)
    cases = list(proposed.select_related("user", "from_level", "to_level", "rule_version"))
    if not cases and review.state == ReviewRound.State.NOMINATING:
        raise Refused(_("Nobody is proposed in this round yet."), code="no_cases")
    move(review, ReviewRound.State.REVIEW)
    contents = queries.dossier_contents(cases, timezone.localdate(now))
    for case in cases:
        content = contents[case.pk]
        Dossier.objects.create(
            case=case,
            content=json.loads(freezing.canonical(content)),
            content_hash=freezing.fingerprint(content),
            frozen_at=now,
        )
        move(case, Case.State.IN_REVIEW)
    journal.record("round.before_panel", review, by=by, now=now, data={"cases": len(cases)})
    notify(
        users=review.panel.all(),
        kind="promotions.vote",
        key=f"promotions.vote.{review.pk}",
        now=now,
        params={"round": str(review), "count": len(cases)},
        url=reverse("promotions:round", args=[review.pk]),
    )
    return review


@transaction.atomic
def close_round(*, round: ReviewRound, by: User, now: datetime) -> ReviewRound:
    """Files a round in which every case is decided or withdrawn. Repeating changes nothing."""
    require_steward(by, now)
    review = ReviewRound.objects.select_for_update().get(pk=round.pk)
    if review.state == ReviewRound.State.CLOSED:
        return review
    waiting = review.cases.filter(state__in=[Case.State.PROPOSED, Case.State.IN_REVIEW]).count()
    if waiting:
        raise Refused(
            _("%(count)s cases are not decided yet. Decide or withdraw them first.") % {"count": waiting},
            code="undecided",
        )
    move(review, ReviewRound.State.CLOSED)
    journal.record("round.closed", review, by=by, now=now)
    return review
