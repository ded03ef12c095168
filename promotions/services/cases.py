"""Writes about one case: propose, withdraw, vote, decide."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ground import journal
from ground.errors import Refused
from people.models import User
from promotions import eligibility, policy, queries, sentences
from promotions.models import Case, Decision, ReviewRound, Vote
from promotions.services.moves import locked, move, promote, require_decider, tell


@transaction.atomic
def propose(*, round: ReviewRound, user: User, by: User, justification: str, exceptional: bool, now: datetime) -> Case:
    """Proposes a person for the next level, by the rule in force today.

    Whoever misses a requirement can be proposed exceptionally only, with a justification. Proposing the same again
    returns the case. Raises Refused when nominations are over, the person is out of reach, has no way up or a case.
    """
    review = ReviewRound.objects.select_for_update().get(pk=round.pk)
    today = timezone.localdate(now)
    justification = justification.strip()
    if user.pk == by.pk:
        raise Refused(_("Nobody proposes themselves. Ask your manager."), code="oneself")
    if not policy.may_propose(by, user, today):
        raise Refused(_("%(name)s is not one of your people.") % {"name": user}, code="out_of_reach")
    if review.state != ReviewRound.State.NOMINATING or today > review.nominate_until:
        raise Refused(
            _("Nominations for %(round)s ended on %(day)s.")
            % {"round": review, "day": sentences.day(review.nominate_until)},
            code="nominations_over",
        )
    rule = queries.rule_for(user, today)
    if rule is None:
        raise Refused(_("There is no rule for a level above %(name)s's.") % {"name": user}, code="no_way_up")
    existing = review.cases.exclude(state=Case.State.WITHDRAWN).filter(user=user).first()
    if existing is not None:
        if (existing.proposed_by_id, existing.justification) == (by.pk, justification):
            return existing
        raise Refused(_("%(name)s is already proposed in this round.") % {"name": user}, code="already_proposed")
    if not review.panel.exclude(pk__in=[user.pk, by.pk]).exists():
        raise Refused(
            _("Nobody on the panel could vote on this case. Add a member who is not part of it."), code="no_voter"
        )
    version = rule.current
    facts = queries.facts_of([user], today, eligibility.windows(version.requirements))[user.pk]
    judged = eligibility.judge(version.requirements, facts, today)
    missing = [one for one in judged if not one.met]
    if missing and not exceptional:
        names = queries.names_of(version.requirements)
        raise Refused(
            _("%(name)s does not meet every requirement: %(missing)s. Propose exceptionally, with a justification.")
            % {"name": user, "missing": _(", ").join(sentences.title(one.required, names) for one in missing)},
            code="unmet",
        )
    if missing and not justification:
        raise Refused(
            _("An exceptional promotion needs a justification. Write what speaks for the person."),
            code="not_justified",
        )
    case = Case.objects.create(
        round=review,
        user=user,
        from_level=rule.from_level,
        to_level=rule.to_level,
        rule_version=version,
        proposed_by=by,
        proposed_at=now,
        justification=justification,
        exceptional=bool(missing),
    )
    journal.record(
        "case.proposed",
        case,
        by=by,
        now=now,
        reason=justification,
        data={"met": len(judged) - len(missing), "of": len(judged), "exceptional": bool(missing)},
    )
    tell(case, "promotions.proposed", now, round=str(review))
    return case


@transaction.atomic
def withdraw(*, case: Case, by: User, reason: str, now: datetime) -> Case:
    """Takes a case back before it is decided: by who proposed it, the person, or personnel. Repeating changes nothing."""
    case = locked(case)
    today = timezone.localdate(now)
    if by.pk not in (case.user_id, case.proposed_by_id) and not policy.over(by, case.user, policy.STEWARDS, today):
        raise Refused(_("Only who proposed the case, the person or personnel can withdraw it."), code="not_yours")
    if case.state == Case.State.WITHDRAWN:
        return case
    if not reason.strip():
        raise Refused(_("Write why the case is withdrawn."), code="no_reason")
    move(case, Case.State.WITHDRAWN)
    journal.record("case.withdrawn", case, by=by, now=now, reason=reason.strip())
    if by.pk != case.user_id:
        tell(case, "promotions.withdrawn", now, round=str(case.round))
    return case


@transaction.atomic
def vote(*, case: Case, member: User, choice: str, reason: str, now: datetime) -> Vote:
    """A panel member's vote; a changed mind is a new vote, the same vote again returns the one there is."""
    case = locked(case)
    reason = reason.strip()
    if choice not in Vote.Choice.values:
        raise Refused(_("Vote for, against, or abstain."), code="no_choice")
    if member.pk == case.user_id:
        raise Refused(_("Nobody votes on their own case."), code="oneself")
    if member.pk == case.proposed_by_id:
        raise Refused(_("Whoever proposed a case does not vote on it."), code="proposer")
    if not case.round.panel.filter(pk=member.pk).exists():
        raise Refused(_("Only the panel of this round votes."), code="not_on_panel")
    if case.state != Case.State.IN_REVIEW:
        raise Refused(_("Votes are taken while a case is before the panel."), code="not_in_review")
    if choice == Vote.Choice.AGAINST and not reason:
        raise Refused(_("A vote against needs a reason."), code="no_reason")
    newest = case.votes.filter(member=member).order_by("-pk").first()
    if newest is not None and (newest.choice, newest.reason) == (choice, reason):
        return newest
    row = Vote.objects.create(case=case, member=member, choice=choice, reason=reason, at=now)
    journal.record("case.vote", case, by=member, now=now, data={"vote": row.pk, "changed": newest is not None})
    return row


@transaction.atomic
def decide(*, case: Case, outcome: str, reason: str, by: User, now: datetime) -> Decision:
    """Promotes or refuses, by a named person of personnel who did not propose the case, after a quorum of votes.

    A promotion changes the level on the round's day, or today when that has passed. A requirement that is not met
    bars the promotion unless the case is exceptional. The same decision by the same person again returns it.
    """
    case = locked(case)
    reason = reason.strip()
    if outcome not in Decision.Outcome.values:
        raise Refused(_("Decide to promote or to refuse."), code="no_outcome")
    require_decider(case, by, now)
    decided = Decision.objects.filter(case=case).first()
    if decided is not None and (decided.outcome, decided.by_id) == (outcome, by.pk):
        return decided
    if case.state != Case.State.IN_REVIEW:
        raise Refused(
            _("This case is not before the panel: it is %(state)s.") % {"state": case.get_state_display()},
            code="not_in_review",
        )
    if not reason:
        raise Refused(_("A decision needs a reason that the person can read."), code="no_reason")
    voters = {member.pk for member in policy.entitled(case)}
    voted = set(case.votes.values_list("member_id", flat=True)) & voters
    needed = queries.quorum(len(voters))
    if len(voted) < needed:
        raise Refused(
            _("%(voted)s of %(voters)s have voted; a decision waits for %(needed)s votes.")
            % {"voted": len(voted), "voters": len(voters), "needed": needed},
            code="no_quorum",
        )
    promotes = outcome == Decision.Outcome.PROMOTE
    if promotes and not case.exceptional and not all(one.met for one in queries.judged_in(case.dossier)):
        raise Refused(
            _("A requirement was no longer met when the case came before the panel, and it is not exceptional."),
            code="unmet",
        )
    effective_on = max(case.round.effective_on, timezone.localdate(now)) if promotes else None
    decision = Decision.objects.create(
        case=case, outcome=outcome, reason=reason, effective_on=effective_on, by=by, at=now
    )
    move(case, Case.State.PROMOTED if promotes else Case.State.REFUSED)
    journal.record(f"case.{case.state}", case, by=by, now=now, reason=reason, data={"votes": len(voted)})
    if effective_on is not None:
        promote(case, effective_on, reason, by, now)
    else:
        tell(case, "promotions.refused", now)
    return decision
