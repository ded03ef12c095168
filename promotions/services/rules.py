"""Writes about the ladder: a new version of the way to a level."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ground import freezing, journal
from ground.errors import Refused
from people.models import Level, User
from promotions import eligibility, queries, sentences
from promotions.models import LadderRule, RuleVersion
from promotions.services.moves import require_steward


@transaction.atomic
def write_rule(
    *,
    to_level: Level,
    from_level: Level | None,
    requirements: list[dict[str, Any]],
    by: User | None,
    now: datetime,
) -> RuleVersion:
    """A new version of the way to a level; running cases keep the version they were proposed under.

    The same words again return the version in force. Raises Refused with every fault in the requirements.
    """
    if by is not None:
        require_steward(by, now)
    faults = [sentences.fault(fault) for fault in eligibility.validate(requirements)] or _unknown_codes(requirements)
    if faults:
        raise Refused(" ".join(faults), code="faulty")
    if from_level is not None and from_level.rank >= to_level.rank:
        raise Refused(_("A rule leads upward: choose a lower level to come from."), code="not_upward")
    rule, _created = LadderRule.objects.get_or_create(to_level=to_level, defaults={"from_level": from_level})
    rule = LadderRule.objects.select_for_update().get(pk=rule.pk)
    origin = from_level.code if from_level else None
    fingerprint = freezing.fingerprint({"from": origin, "to": to_level.code, "requirements": requirements})
    if rule.current_id is not None and rule.current.content_hash == fingerprint:
        return rule.current
    version = RuleVersion.objects.create(
        rule=rule,
        number=rule.versions.count() + 1,
        requirements=requirements,
        created_at=now,
        created_by=by,
        content_hash=fingerprint,
    )
    rule.from_level, rule.current = from_level, version
    rule.save(update_fields=["from_level", "current"])
    journal.record("ladder_rule.written", rule, by=by, now=now, data={"version": version.number, "hash": fingerprint})
    return version


def _unknown_codes(requirements: list[dict[str, Any]]) -> list[str]:
    names = queries.names_of(requirements)
    faults = []
    for requirement in requirements:
        for name, group in (("kind_code", "certificate"), ("exam", "exam"), ("level", "level")):
            code = requirement.get(name)
            if code is not None and code not in names[group]:
                faults.append(
                    _("%(kind)s: there is nothing with the code “%(code)s”.")
                    % {"kind": sentences.kind_name(requirement["kind"]), "code": code}
                )
    return faults
