"""Writes about sittings: opening the window, inviting, excusing, granting more."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exams import queries
from exams.folding import extra_minutes as extra_time
from exams.models import Attempt, Candidacy, Exam, ExamPart, Sitting
from exams.queries import sequence
from exams.services.invitations import mail
from ground import journal
from ground.errors import Refused
from people import audience as audiences
from people.models import User
from people.services import notify

_KEY = re.compile(r"[0-9a-f]{64}")


@transaction.atomic
def open_sitting(
    *,
    exam: Exam,
    name: str,
    opens_at: datetime,
    closes_at: datetime,
    by: User | None,
    now: datetime,
    place: str = "",
    audience: dict[str, Any] | None = None,
    own_safe_browser: bool = False,
    **more: Any,
) -> Sitting:
    """A window for a published exam; everybody whom the audience rule means now is invited and told.

    `own_safe_browser` lets in only the Safe Exam Browser with the settings file that we give out. `more` are further fields
    of Sitting: what guards it, what it makes up for, the series it belongs to.
    """
    if exam.state != Exam.State.PUBLISHED:
        raise Refused(_("Publish the exam before you open a sitting."), code="not_published")
    if closes_at <= opens_at:
        raise Refused(_("A sitting closes after it opens."), code="window")
    rule = audience or {}
    more["addresses"] = networks(more.get("addresses", ()))
    for keys in ("config_keys", "browser_keys"):
        more[keys] = safe_browser_keys(more.get(keys, ()))
    sitting = Sitting.objects.create(
        exam=exam, name=name, opens_at=opens_at, closes_at=closes_at, place=place, audience=rule, created_by=by, **more
    )
    if own_safe_browser:
        sitting.config_keys = _with_own_key(sitting, sitting.config_keys)
        sitting.save(update_fields=["config_keys"])
    journal.record("sitting.opened", sitting, by=by, now=now, data={"audience": rule})
    invite(sitting=sitting, users=audiences.members(rule, timezone.localdate(now)), by=by, now=now)
    return sitting


@transaction.atomic
def invite(*, sitting: Sitting, users: Iterable[User], by: User | None, now: datetime) -> int:
    """Makes people candidates and tells them; returns how many are new. Inviting again changes nothing."""
    if sitting.cancelled_at is not None or sitting.closes_at <= now:
        raise Refused(_("The sitting is over; open another one."), code="closed")
    known = set(Candidacy.objects.filter(sitting=sitting).values_list("user_id", flat=True))
    new = [user for user in users if user.pk not in known]
    Candidacy.objects.bulk_create(
        [Candidacy(sitting=sitting, user=user, invited_at=now) for user in new], ignore_conflicts=True, batch_size=500
    )
    if not new:
        return 0
    notify(
        users=new,
        kind="exams.invited",
        key=f"exams.invited:{sitting.pk}",
        now=now,
        params={"sitting": sitting.name, "opens": _moment(sitting.opens_at)},
        url=reverse("exams:enter", args=[sitting.pk]),
    )
    mail(sitting=sitting, users=new, kind="exams.invited", now=now)
    journal.record("sitting.invited", sitting, by=by, now=now, data={"people": len(new)})
    return len(new)


@transaction.atomic
def excuse(*, candidacy: Candidacy, by: User, reason: str, now: datetime) -> Candidacy:
    """Takes a person out of a sitting with a reason. Refused once they have begun."""
    candidacy = _for_decision(candidacy, by, reason)
    if candidacy.state == Candidacy.State.EXCUSED:
        return candidacy
    if candidacy.attempts.exists():
        raise Refused(_("%(name)s has already begun.") % {"name": candidacy.user}, code="begun")
    candidacy.state = Candidacy.State.EXCUSED
    candidacy.override_reason, candidacy.override_by = reason[:200], by
    candidacy.save(update_fields=["state", "override_reason", "override_by"])
    journal.record("candidacy.excused", candidacy, by=by, now=now, reason=reason)
    return candidacy


@transaction.atomic
def grant(
    *,
    candidacy: Candidacy,
    extra_minutes: int,
    extra_tries: int,
    by: User,
    reason: str,
    now: datetime,
    extra_percent: int = 0,
    typing_threshold: int | None = None,
) -> Candidacy:
    """Sets what a candidate has beyond the rule: a share of each part's minutes, minutes, tries, another speed for typing.

    Time never counts for typing tests (it does not help a rate). It moves the deadline of a part that is open. The speed
    (characters per minute; None: the standard's own) counts for typing tests that begin from now on.
    """
    candidacy = _for_decision(candidacy, by, reason)
    if not (0 <= extra_minutes <= 600 and 0 <= extra_tries <= 20 and 0 <= extra_percent <= 300):
        raise Refused(_("Grant at most 300 percent, 600 minutes and 20 tries."), code="too_much")
    if typing_threshold is not None and not 1 <= typing_threshold <= 400:
        raise Refused(_("Grant a speed of 1 to 400 characters a minute."), code="too_much")
    given = {
        "extra_percent": extra_percent,
        "extra_minutes": extra_minutes,
        "extra_tries": extra_tries,
        "typing_threshold": typing_threshold,
    }
    if all(getattr(candidacy, name) == value for name, value in given.items()):
        return candidacy
    timed = candidacy.attempts.filter(state=Attempt.State.OPEN).exclude(part__kind=ExamPart.Kind.TYPING)
    for attempt in timed.select_for_update(of=("self",)).select_related("part"):
        before = extra_time(attempt.part.minutes, candidacy.extra_percent, candidacy.extra_minutes)
        more = extra_time(attempt.part.minutes, extra_percent, extra_minutes) - before
        if more < 0:
            raise Refused(_("Minutes cannot be taken back while the paper is open."), code="open")
        attempt.deadline += timedelta(minutes=more)
        attempt.save(update_fields=["deadline"])
    for name, value in given.items():
        setattr(candidacy, name, value)
    candidacy.override_reason, candidacy.override_by = reason[:200], by
    candidacy.save(update_fields=[*given, "override_reason", "override_by"])
    journal.record("candidacy.granted", candidacy, by=by, now=now, reason=reason, data=given)
    return candidacy


@transaction.atomic
def guard_sitting(
    *,
    sitting: Sitting,
    by: User | None,
    now: datetime,
    name: str,
    place: str,
    access_code: str = "",
    addresses: Iterable[str] = (),
    config_keys: Iterable[str] = (),
    browser_keys: Iterable[str] = (),
    own_safe_browser: bool = False,
) -> Sitting:
    """Sets what a sitting is called, where it is, and what guards its entrance. Attempts that are open meet it at their next page."""
    sitting = Sitting.objects.select_for_update(of=("self",)).get(pk=sitting.pk)
    if sitting.cancelled_at is not None:
        raise Refused(_("The sitting has been called off."), code="cancelled")
    if not name.strip():
        raise Refused(_("Give the sitting a name."), code="no_name")
    wanted = {
        "name": name.strip(),
        "place": place.strip(),
        "access_code": access_code.strip(),
        "addresses": networks(addresses),
        "config_keys": safe_browser_keys(config_keys),
        "browser_keys": safe_browser_keys(browser_keys),
    }
    if own_safe_browser:
        wanted["config_keys"] = _with_own_key(sitting, wanted["config_keys"])
    changed = [field for field, value in wanted.items() if getattr(sitting, field) != value]
    if not changed:
        return sitting
    for field in changed:
        setattr(sitting, field, wanted[field])
    sitting.save(update_fields=changed)
    journal.record("sitting.guarded", sitting, by=by, now=now, data={"changed": changed})
    return sitting


def _with_own_key(sitting: Sitting, keys: list[str]) -> list[str]:
    return list(dict.fromkeys([*keys, queries.own_config_key(sitting)]))


def networks(lines: Iterable[str]) -> list[str]:
    """Networks in their one shape, IPv4 or IPv6; a single address is a network of one. Raises Refused naming what is none."""
    found = []
    for line in (line.strip() for line in lines):
        if not line:
            continue
        try:
            found.append(str(ip_network(line, strict=False)))
        except ValueError as error:
            raise Refused(
                _("“%(line)s” is no network. Write one such as 10.20.0.0/16 or 2001:db8::/32.") % {"line": line[:60]},
                code="network",
            ) from error
    return list(dict.fromkeys(found))


def safe_browser_keys(lines: Iterable[str]) -> list[str]:
    """Keys of the Safe Exam Browser: 64 hexadecimal digits each. Raises Refused naming what is none."""
    found = [line.strip().lower() for line in lines if line.strip()]
    for line in found:
        if not _KEY.fullmatch(line):
            raise Refused(
                _("“%(line)s” is no key of the Safe Exam Browser: one has 64 digits 0-9 and a-f.")
                % {"line": line[:60]},
                code="key",
            )
    return list(dict.fromkeys(found))


@transaction.atomic
def move_sitting(
    *, sitting: Sitting, opens_at: datetime, closes_at: datetime, by: User, reason: str, now: datetime
) -> Sitting:
    """Moves the window and tells everybody invited. Attempts keep the deadlines they have.

    Refused when that would strand somebody: once anyone has begun, the window cannot open later than now nor end earlier.
    """
    sitting = Sitting.objects.select_for_update(of=("self",)).get(pk=sitting.pk)
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    if sitting.cancelled_at is not None:
        raise Refused(_("The sitting has been called off."), code="cancelled")
    if closes_at <= opens_at:
        raise Refused(_("A sitting closes after it opens."), code="window")
    if (opens_at, closes_at) == (sitting.opens_at, sitting.closes_at):
        return sitting
    if closes_at <= now:
        raise Refused(_("The new window is over already."), code="past")
    if Attempt.objects.filter(candidacy__sitting=sitting).exists():
        if opens_at > min(now, sitting.opens_at):
            raise Refused(_("Somebody has begun; the window cannot open later."), code="strands")
        if closes_at < sitting.closes_at:
            raise Refused(_("Somebody has begun; the window can only end later."), code="strands")
    before = [sitting.opens_at.isoformat(), sitting.closes_at.isoformat()]
    sitting.opens_at, sitting.closes_at = opens_at, closes_at
    sitting.save(update_fields=["opens_at", "closes_at"])
    journal.record("sitting.moved", sitting, by=by, now=now, reason=reason, data={"before": before})
    notify(
        users=_invited(sitting),
        kind="exams.moved",
        key=f"exams.moved:{sitting.pk}:{sequence(sitting)}",
        now=now,
        params={"sitting": sitting.name, "opens": _moment(opens_at), "closes": _moment(closes_at), "reason": reason},
        url=reverse("exams:enter", args=[sitting.pk]),
    )
    mail(sitting=sitting, users=_invited(sitting), kind="exams.moved", now=now)
    return sitting


@transaction.atomic
def makeup_sitting(
    *, sitting: Sitting, name: str, opens_at: datetime, closes_at: datetime, by: User, now: datetime, place: str = ""
) -> Sitting:
    """Another window of the same exam for everybody who was invited and has not passed: the failed and the absent.

    The entrance is guarded as before. Left out: the excused, who has passed in another make-up, and whose answers are
    still being marked. Refused while the sitting is open, and when nobody is left.
    """
    sitting = Sitting.objects.select_for_update(of=("self",)).select_related("exam").get(pk=sitting.pk)
    if sitting.cancelled_at is not None or now < sitting.closes_at:
        raise Refused(_("Wait until the sitting is over."), code="open")
    people = list(queries.without_a_pass(sitting))
    if not people:
        raise Refused(_("Everybody who was invited has passed."), code="nobody")
    own = queries.own_config_key(sitting)
    made = open_sitting(
        exam=sitting.exam,
        name=name,
        opens_at=opens_at,
        closes_at=closes_at,
        place=place or sitting.place,
        audience={"people": [person.pk for person in people]},
        by=by,
        now=now,
        makeup_of=sitting,
        access_code=sitting.access_code,
        addresses=sitting.addresses,
        config_keys=[key for key in sitting.config_keys if key != own],
        browser_keys=sitting.browser_keys,
        own_safe_browser=own in sitting.config_keys,
    )
    journal.record("sitting.made_up", sitting, by=by, now=now, data={"sitting": made.pk, "people": len(people)})
    return made


@transaction.atomic
def cancel_sitting(*, sitting: Sitting, by: User, reason: str, now: datetime) -> Sitting:
    """Calls a sitting off. Refused once anybody has begun."""
    sitting = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if sitting.cancelled_at is not None:
        return sitting
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    if Attempt.objects.filter(candidacy__sitting=sitting).exists():
        raise Refused(_("Somebody has already begun; end the attempts and excuse the others."), code="begun")
    sitting.cancelled_at = now
    sitting.save(update_fields=["cancelled_at"])
    notify(
        users=_invited(sitting),
        kind="exams.cancelled",
        key=f"exams.cancelled:{sitting.pk}",
        now=now,
        params={"sitting": sitting.name},
        url=reverse("exams:mine"),
    )
    journal.record("sitting.cancelled", sitting, by=by, now=now, reason=reason)
    mail(sitting=sitting, users=_invited(sitting), kind="exams.cancelled", now=now)
    return sitting


def _invited(sitting: Sitting) -> QuerySet[User]:
    return User.objects.filter(candidacies__sitting=sitting, candidacies__state=Candidacy.State.INVITED, is_active=True)


def _moment(when: datetime) -> str:
    return f"{timezone.localtime(when):%Y-%m-%d %H:%M}"


def _for_decision(candidacy: Candidacy, by: User, reason: str) -> Candidacy:
    candidacy = Candidacy.objects.select_for_update(of=("self",)).select_related("user").get(pk=candidacy.pk)
    if candidacy.user_id == by.pk:
        raise Refused(_("Nobody decides on themselves."), code="own")
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    return candidacy
