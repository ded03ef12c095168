"""Needs: found from facts, wished for, declined, taken up again."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ground import journal
from ground.errors import Refused
from people import services as people
from people.models import Employment, Unit, User
from plans import needs as rules
from plans import queries
from plans.models import Need, Wish
from plans.services.moves import given_reason, move
from topics.models import Topic


def find_needs(*, year: int, now: datetime) -> list[Need]:
    """Derives the needs of a year from exams, quality findings and certificates that end; returns those found.

    Running it again doubles nothing: an open need gets today's evidence, a planned or declined one stays as it is.
    """
    limits = queries.thresholds()
    on = timezone.localdate(now)
    found = queries.facts_that_make_needs(on, limits)
    # Always in the same order, so that two runs at once wait for each other and never for ever.
    return [_keep_need(one, year, now) for one in sorted(found, key=lambda one: (one.source, one.topic, one.unit))]


@transaction.atomic
def _keep_need(found: rules.Found, year: int, now: datetime) -> Need:
    need, created = Need.objects.get_or_create(
        key=rules.key(found.source, found.topic, found.unit, year),
        defaults={
            "source": found.source,
            "topic_id": found.topic,
            "unit_id": found.unit,
            "year": year,
            "evidence": found.evidence,
            "found_at": now,
        },
    )
    if created:
        journal.record("need.found", need, by=None, now=now, data={"source": need.source, **found.evidence})
    elif Need.objects.filter(pk=need.pk, state=Need.State.OPEN).update(evidence=found.evidence):
        need.evidence = found.evidence
    return need


@transaction.atomic
def add_wish(*, user: User, topic: Topic, text: str, now: datetime) -> Need:
    """A staff member asks for training in a topic; wishes of one unit for one topic in a year are one need.

    Asking again changes one's words only. Raises Refused for a leaver and when the wish was declined this year.
    """
    on = timezone.localdate(now)
    unit = Unit.objects.filter(employments__in=Employment.objects.current(on).filter(user=user)).first()
    if unit is None:
        raise Refused(_("Only people who are employed now can ask for training."), code="not_employed")
    need, created = Need.objects.get_or_create(
        key=rules.key(rules.WISH, topic.pk, unit.pk, on.year),
        defaults={"source": rules.WISH, "topic": topic, "unit": unit, "year": on.year, "found_at": now},
    )
    need = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if need.state == Need.State.DECLINED:
        raise Refused(
            _("This wish was declined for %(year)s: %(reason)s") % {"year": need.year, "reason": need.reason},
            code="declined",
        )
    wish, new = Wish.objects.update_or_create(
        need=need, user=user, defaults={"text": text}, create_defaults={"text": text, "at": now}
    )
    if new:
        need.evidence = {"people": need.wishes.count()}
        need.save(update_fields=["evidence"])
        journal.record("need.wished", need, by=user, now=now, reason=wish.text, data={"new": created})
    return need


@transaction.atomic
def decline_need(*, need: Need, reason: str, by: User, now: datetime) -> Need:
    """Puts a need aside with a reason that those who wished for it are told. Raises Refused for a planned need."""
    reason = given_reason(reason)
    need = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if need.state == Need.State.DECLINED:
        return need
    need.reason = reason
    move(need, Need.State.DECLINED, "reason")
    journal.record("need.declined", need, by=by, now=now, reason=reason)
    people.notify(
        users=User.objects.filter(training_wishes__need=need),
        kind="plans.wish_declined",
        key=f"plans.wish_declined.{need.pk}.{now:%Y%m%d%H%M}",
        params={"topic": need.topic.name, "reason": reason},
        url="/plans/wishes/",
        now=now,
    )
    return need


@transaction.atomic
def reopen_need(*, need: Need, by: User, now: datetime) -> Need:
    """Takes a declined need up again."""
    need = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if need.state == Need.State.OPEN:
        return need
    if need.state == Need.State.PLANNED:
        raise Refused(_("This need is planned; cancel its item to open it again."), code="planned")
    need.reason = ""
    move(need, Need.State.OPEN, "reason")
    journal.record("need.reopened", need, by=by, now=now)
    return need
