"""Every write about quality: checklists, observations, appraisals, violations."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ground import journal
from ground.errors import Refused
from people import services as people
from people.models import User
from quality import policy, scoring
from quality.models import Appraisal, Checklist, ChecklistItem, Finding, Observation, Violation
from topics.models import Topic


class Point(TypedDict):
    """One line of a checklist to be: what is looked at, its points of 100, and the topic it tests."""

    text: str
    weight: int
    topic: Topic


@transaction.atomic
def create_checklist(*, name: str, items: Sequence[Point], by: User | None, now: datetime) -> Checklist:
    """The first version of a checklist. Raises Refused when the points do not make 100 or the name is in use."""
    _refuse_wrong_points(items)
    if Checklist.objects.filter(name=name, retired_at__isnull=True).exists():
        raise Refused(_("A checklist called “%(name)s” is already in use.") % {"name": name}, code="taken")
    last = Checklist.objects.filter(name=name).order_by("-version").values_list("version", flat=True).first() or 0
    return _write_version(name=name, version=last + 1, items=items, by=by, now=now)


@transaction.atomic
def revise_checklist(
    *, checklist: Checklist, name: str, items: Sequence[Point], by: User | None, now: datetime
) -> Checklist:
    """The next version; the one before is retired and keeps what was scored by it. The same content changes nothing."""
    checklist = Checklist.objects.select_for_update().get(pk=checklist.pk)
    _refuse_wrong_points(items)
    before = [(item.text, item.weight, item.topic_id) for item in checklist.items.all()]
    if name == checklist.name and before == [(item["text"], item["weight"], item["topic"].pk) for item in items]:
        return checklist
    if checklist.retired_at is not None:
        raise Refused(_("This version of the checklist is retired; change the newest one."), code="retired")
    if Checklist.objects.filter(name=name, retired_at__isnull=True).exclude(pk=checklist.pk).exists():
        raise Refused(_("A checklist called “%(name)s” is already in use.") % {"name": name}, code="taken")
    retire_checklist(checklist=checklist, by=by, now=now)
    versions = Checklist.objects.filter(name__in={name, checklist.name}).values_list("version", flat=True)
    return _write_version(name=name, version=max(versions) + 1, items=items, by=by, now=now)


@transaction.atomic
def retire_checklist(*, checklist: Checklist, by: User | None, now: datetime) -> None:
    """Takes a checklist out of use; what was scored by it stays."""
    checklist = Checklist.objects.select_for_update().get(pk=checklist.pk)
    if checklist.retired_at is not None:
        return
    checklist.retired_at = now
    checklist.save(update_fields=["retired_at"])
    journal.record("checklist.retired", checklist, by=by, now=now, data={"version": checklist.version})


def _refuse_wrong_points(items: Sequence[Point]) -> None:
    weights = [item["weight"] for item in items]
    if not scoring.adds_up(weights):
        raise Refused(
            _("The points of a checklist must add up to 100; these make %(sum)s.") % {"sum": sum(weights)},
            code="not_a_hundred",
        )


def _write_version(*, name: str, version: int, items: Sequence[Point], by: User | None, now: datetime) -> Checklist:
    checklist = Checklist.objects.create(name=name, version=version)
    ChecklistItem.objects.bulk_create(
        ChecklistItem(checklist=checklist, order=order, text=item["text"], weight=item["weight"], topic=item["topic"])
        for order, item in enumerate(items, start=1)
    )
    journal.record("checklist.written", checklist, by=by, now=now, data={"version": version, "items": len(items)})
    return checklist


@transaction.atomic
def record_observation(
    *,
    user: User,
    inspector: User,
    checklist: Checklist,
    channel: str,
    contact: str,
    contact_at: datetime,
    lost: Mapping[ChecklistItem, tuple[int, str]],
    now: datetime,
    praise: str = "",
) -> Observation:
    """Scores one contact: 100 minus the points lost; `lost` maps an item to (points, note), 0 points make no finding.

    The same contact recorded again returns the first record. Raises Refused for one's own contact, a retired
    checklist, a contact in the future, and points that an item does not have.
    """
    if user.pk == inspector.pk:
        raise Refused(_("Nobody reviews their own contacts; ask another inspector."), code="own_contact")
    user = User.objects.select_for_update().get(pk=user.pk)
    checklist = Checklist.objects.get(pk=checklist.pk)
    known = Observation.objects.filter(
        user=user, checklist=checklist, channel=channel, contact=contact, contact_at=contact_at
    ).first()
    if known is not None:
        return known
    if checklist.retired_at is not None:
        raise Refused(_("This checklist is retired; choose the one in use."), code="retired")
    if contact_at > now:
        raise Refused(_("The contact lies in the future; check its date and time."), code="future")
    items = {item.pk: item for item in checklist.items.all()}
    points = {item.pk: given for item, (given, _note) in lost.items()}
    weights = {pk: item.weight for pk, item in items.items()}
    if wrong := scoring.wrongly_lost(points, weights):
        if wrong[0] not in items:
            raise Refused(_("A point that loses points is not on this checklist."), code="foreign_item")
        raise Refused(
            _("“%(item)s” can lose 0 to %(weight)s points.")
            % {"item": items[wrong[0]].text, "weight": weights[wrong[0]]},
            code="wrong_points",
        )
    observation = Observation.objects.create(
        user=user,
        inspector=inspector,
        checklist=checklist,
        channel=channel,
        contact=contact,
        contact_at=contact_at,
        score=scoring.score(points, weights),
        praise=praise,
        recorded_at=now,
    )
    Finding.objects.bulk_create(
        Finding(observation=observation, item=items[item.pk], topic_id=items[item.pk].topic_id, lost=given, note=note)
        for item, (given, note) in lost.items()
        if given
    )
    journal.record("observation.recorded", observation, by=inspector, now=now, data={"score": observation.score})
    people.notify(
        users=[user],
        kind="quality.observation",
        key=f"quality.observation.{observation.pk}",
        params={"date": f"{timezone.localdate(contact_at):%F}", "score": observation.score},
        url=f"/quality/observations/{observation.pk}/",
        now=now,
    )
    return observation


@transaction.atomic
def appraise(*, user: User, quarter: date, rating: int, comment: str, by: User, now: datetime) -> Appraisal:
    """A superior's rating for a quarter (any day of it); the same rating again changes nothing, another one replaces it.

    Raises Refused for oneself, without a manager's role over the person, for a quarter to come and for a rating
    that another superior has given.
    """
    on = timezone.localdate(now)
    quarter = scoring.quarter_of(quarter)
    if user.pk == by.pk:
        raise Refused(_("Nobody appraises themselves."), code="oneself")
    if not policy.may_appraise(by, user, on):
        raise Refused(_("Only a superior of %(name)s may enter this appraisal.") % {"name": user}, code="no_superior")
    if rating not in Appraisal.Rating.values:
        raise Refused(_("Choose one of the four ratings."), code="unknown_rating")
    if quarter > on:
        raise Refused(_("This quarter has not begun yet."), code="future")
    user = User.objects.select_for_update().get(pk=user.pk)
    appraisal = Appraisal.objects.filter(user=user, quarter=quarter).first()
    if appraisal is None:
        appraisal = Appraisal(user=user, quarter=quarter)
    elif (appraisal.rating, appraisal.comment) == (rating, comment):
        return appraisal
    elif appraisal.by_id != by.pk:
        raise Refused(
            _("%(superior)s has already appraised %(name)s for this quarter.")
            % {"superior": appraisal.by, "name": user},
            code="appraised",
        )
    appraisal.rating, appraisal.comment, appraisal.by, appraisal.at = rating, comment, by, now
    appraisal.save()
    # The journal is read by auditors, the rating is not: it says that there was an act, not what it said.
    journal.record("appraised", appraisal, by=by, now=now)
    people.notify(
        users=[user],
        kind="quality.appraisal",
        key=f"quality.appraisal.{appraisal.pk}",
        params={"year": quarter.year, "quarter": (quarter.month + 2) // 3},
        url="/quality/mine/",
        now=now,
    )
    return appraisal


@transaction.atomic
def record_violation(
    *, user: User, grade: str, facts: str, valid_from: date, valid_to: date, by: User, now: datetime
) -> Violation:
    """A breach of the rules, in force in [valid_from, valid_to). The same facts again return the first record.

    Raises Refused for oneself, without personnel's role over the person, without facts and for a period that
    ends before it begins.
    """
    if user.pk == by.pk:
        raise Refused(_("Nobody records a violation about themselves."), code="oneself")
    if not policy.may_record_violation(by, user, timezone.localdate(now)):
        raise Refused(_("Only personnel in charge of %(name)s may record this.") % {"name": user}, code="no_personnel")
    if grade not in Violation.Grade.values:
        raise Refused(_("Choose one of the three grades."), code="unknown_grade")
    if not facts.strip():
        raise Refused(_("Write down what happened, when and where."), code="no_facts")
    if valid_to <= valid_from:
        raise Refused(_("A violation must end after it begins."), code="wrong_period")
    user = User.objects.select_for_update().get(pk=user.pk)
    known = Violation.objects.filter(user=user, grade=grade, facts=facts, valid_from=valid_from).first()
    if known is not None:
        return known
    violation = Violation.objects.create(
        user=user, grade=grade, facts=facts, valid_from=valid_from, valid_to=valid_to, by=by, at=now
    )
    journal.record("violation.recorded", violation, by=by, now=now, data={"grade": grade})
    people.notify(
        users=[user],
        kind="quality.violation",
        key=f"quality.violation.{violation.pk}",
        params={"date": valid_from.isoformat()},
        url="/quality/mine/",
        now=now,
    )
    return violation
