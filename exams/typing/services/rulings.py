"""Re-checks: ordered by an examiner on a typing attempt, begun by its person with the code that the examiner says.

Confirm and void are exams.services.rule, as for any attempt. This module is imported by its pages, not by the package:
exams.services stands above it.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from exams.models import Attempt, AttemptRuling, Candidacy
from exams.services.attempts import rule
from exams.typing import passages, queries, scoring
from exams.typing.models import TypingRun
from exams.typing.normalise import VERSION
from exams.typing.services.pool import choose_passages
from ground import journal
from ground.errors import Refused
from people.models import User
from people.services import notify

RECHECK_MINUTES = 3


@transaction.atomic
def order_recheck(*, attempt: Attempt, by: User, reason: str, now: datetime) -> AttemptRuling:
    """Asks the person to type for three minutes under supervision; their result stands until somebody rules otherwise.

    An order that has not been carried out is returned as is. Raises Refused like exams.services.rule, and for what is no
    ended typing attempt (code "kind").
    """
    candidacy = Candidacy.objects.select_for_update(of=("self",)).select_related("user", "sitting__exam")
    candidacy = candidacy.get(pk=attempt.candidacy_id)
    if attempt.ordered_id is not None or not TypingRun.objects.filter(attempt=attempt).exists():
        raise Refused(_("Only a typing test can be re-checked, and a re-check is not checked again."), code="kind")
    if waiting := queries.waiting_order(attempt):
        return waiting
    order = rule(attempt=attempt, kind=AttemptRuling.Kind.RECHECK, by=by, reason=reason, now=now)
    notify(
        users=[candidacy.user],
        kind="exams.recheck",
        key=f"exams.recheck:{order.pk}",
        now=now,
        params={"exam": candidacy.sitting.exam.name},
        url=reverse("exams:typing_recheck", args=[order.pk]),
    )
    return order


def recheck_code(order: AttemptRuling) -> str:
    """The six digits that the examiner says when the person sits before them."""
    digest = salted_hmac("exams.typing.recheck", str(order.pk), algorithm="sha256").hexdigest()
    return f"{int(digest, 16) % 1_000_000:06}"


@transaction.atomic
def start_recheck(*, order: AttemptRuling, code: str, now: datetime) -> Attempt:
    """Begins a re-check: three minutes on a fresh passage under the standard frozen with the attempt that it checks.

    A re-check that has begun is returned as is. Raises Refused for a wrong code ("code"), an attempt made void meanwhile
    ("void"), another open part ("other_open"), and when no fresh passage is left ("no_passage").
    """
    candidacy = (
        Candidacy.objects.select_for_update(of=("self",)).select_related("user").get(pk=order.attempt.candidacy_id)
    )
    checked = Attempt.objects.select_related("typing").get(pk=order.attempt_id)
    if begun := Attempt.objects.filter(ordered=order).first():
        return begun
    if not constant_time_compare(code.strip(), recheck_code(order)):
        raise Refused(_("This is not the code; ask the examiner who sits with you."), code="code")
    if checked.state == Attempt.State.VOID:
        raise Refused(_("The test has been made void; there is nothing left to check."), code="void")
    if candidacy.attempts.filter(state=Attempt.State.OPEN).exists():
        raise Refused(_("Finish the part that you have begun first."), code="other_open")
    seed = secrets.randbelow(2**31)
    tokens = passages.TOKENS_PER_MINUTE * RECHECK_MINUTES
    versions = choose_passages(user=candidacy.user, tokens=tokens, seed=seed, now=now)
    duration = RECHECK_MINUTES * scoring.MS_PER_MINUTE
    deadline = now + timedelta(milliseconds=duration)
    attempt = Attempt.objects.create(
        candidacy=candidacy,
        part_id=checked.part_id,
        number=checked.number,
        ordered=order,
        started_at=now,
        base_deadline=deadline,
        deadline=deadline,
    )
    run = TypingRun.objects.create(
        attempt=attempt,
        version=versions[0],
        text="\n".join(passages.fill(version.text, seed) for version in versions),
        standard=checked.typing.standard | {"minutes": RECHECK_MINUTES, "normaliser": VERSION, "seed": seed},
        duration_ms=duration,
    )
    run.chained.set(versions[1:])
    journal.record("attempt.started", attempt, by=candidacy.user, now=now, data={"recheck_of": checked.pk})
    return attempt
