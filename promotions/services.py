"""Every write about rules, rounds and cases."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ground import freezing, journal
from ground.errors import Refused
from people.models import Employment, Level, Role, User
from people.policy import roles_of
from people.services import change_employment, notify
from promotions import eligibility, policy, queries, sentences
from promotions.models import Appeal, Case, Decision, Dossier, LadderRule, ReviewRound, RuleVersion, Vote

APPEAL_DAYS = 30


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
        _require_steward(by, now)
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
    _require_steward(by, now)
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
    _tell(case, "promotions.proposed", now, round=str(review))
    return case


@transaction.atomic
def withdraw(*, case: Case, by: User, reason: str, now: datetime) -> Case:
    """Takes a case back before it is decided: by who proposed it, the person, or personnel. Repeating changes nothing."""
    case = _locked(case)
    today = timezone.localdate(now)
    if by.pk not in (case.user_id, case.proposed_by_id) and not policy.over(by, case.user, policy.STEWARDS, today):
        raise Refused(_("Only who proposed the case, the person or personnel can withdraw it."), code="not_yours")
    if case.state == Case.State.WITHDRAWN:
        return case
    if not reason.strip():
        raise Refused(_("Write why the case is withdrawn."), code="no_reason")
    _move(case, Case.State.WITHDRAWN)
    journal.record("case.withdrawn", case, by=by, now=now, reason=reason.strip())
    if by.pk != case.user_id:
        _tell(case, "promotions.withdrawn", now, round=str(case.round))
    return case


@transaction.atomic
def bring_to_panel(*, round: ReviewRound, by: User, now: datetime) -> ReviewRound:
    """Ends nominations and freezes a dossier for every case, judged today. Repeating changes nothing."""
    _require_steward(by, now)
    review = ReviewRound.objects.select_for_update().get(pk=round.pk)
    if review.state == ReviewRound.State.REVIEW:
        return review
    proposed = review.cases.select_for_update(of=("self",)).filter(state=Case.State.PROPOSED)
    cases = list(proposed.select_related("user", "from_level", "to_level", "rule_version"))
    if not cases and review.state == ReviewRound.State.NOMINATING:
        raise Refused(_("Nobody is proposed in this round yet."), code="no_cases")
    _move(review, ReviewRound.State.REVIEW)
    contents = queries.dossier_contents(cases, timezone.localdate(now))
    for case in cases:
        content = contents[case.pk]
        Dossier.objects.create(
            case=case,
            content=json.loads(freezing.canonical(content)),
            content_hash=freezing.fingerprint(content),
            frozen_at=now,
        )
        _move(case, Case.State.IN_REVIEW)
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
def vote(*, case: Case, member: User, choice: str, reason: str, now: datetime) -> Vote:
    """A panel member's vote; a changed mind is a new vote, the same vote again returns the one there is."""
    case = _locked(case)
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
    case = _locked(case)
    reason = reason.strip()
    if outcome not in Decision.Outcome.values:
        raise Refused(_("Decide to promote or to refuse."), code="no_outcome")
    _require_decider(case, by, now)
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
    _move(case, Case.State.PROMOTED if promotes else Case.State.REFUSED)
    journal.record(f"case.{case.state}", case, by=by, now=now, reason=reason, data={"votes": len(voted)})
    if effective_on is not None:
        _promote(case, effective_on, reason, by, now)
    else:
        _tell(case, "promotions.refused", now)
    return decision


@transaction.atomic
def close_round(*, round: ReviewRound, by: User, now: datetime) -> ReviewRound:
    """Files a round in which every case is decided or withdrawn. Repeating changes nothing."""
    _require_steward(by, now)
    review = ReviewRound.objects.select_for_update().get(pk=round.pk)
    if review.state == ReviewRound.State.CLOSED:
        return review
    waiting = review.cases.filter(state__in=[Case.State.PROPOSED, Case.State.IN_REVIEW]).count()
    if waiting:
        raise Refused(
            _("%(count)s cases are not decided yet. Decide or withdraw them first.") % {"count": waiting},
            code="undecided",
        )
    _move(review, ReviewRound.State.CLOSED)
    journal.record("round.closed", review, by=by, now=now)
    return review


@transaction.atomic
def appeal(*, case: Case, text: str, by: User, now: datetime) -> Appeal:
    """The person's objection to a refusal, within 30 days of it. Appealing again returns the appeal."""
    case = _locked(case)
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
    case = _locked(appeal.case)
    appeal = Appeal.objects.select_for_update().get(pk=appeal.pk)
    ruling = ruling.strip()
    _require_decider(case, by, now)
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
        _move(case, Case.State.PROMOTED)
        _promote(case, appeal.effective_on, ruling, by, now)
    else:
        _tell(case, "promotions.dismissed", now)
    return appeal


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


def _promote(case: Case, on: date, reason: str, by: User, now: datetime) -> None:
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
    _tell(case, "promotions.promoted", now, day=on.isoformat())


def _locked(case: Case) -> Case:
    """The case as it stands now; other writers of it wait."""
    rows = Case.objects.select_for_update(of=("self",))
    return rows.select_related("round", "user", "to_level", "proposed_by").get(pk=case.pk)


def _move(subject: Case | ReviewRound, to: str) -> None:
    """The only place where a state changes."""
    if to not in subject.MOVES[subject.state]:
        raise Refused(
            _("This is not possible: the state is “%(state)s”.") % {"state": subject.get_state_display()},
            code="wrong_state",
        )
    subject.state = to
    subject.save(update_fields=["state"])


def _require_steward(by: User, now: datetime) -> None:
    if not policy.runs_rounds(by, timezone.localdate(now)):
        raise Refused(_("Only personnel and administrators run promotion reviews."), code="not_personnel")


def _require_decider(case: Case, by: User, now: datetime) -> None:
    if by.pk == case.user_id:
        raise Refused(_("Nobody decides on themselves."), code="oneself")
    if by.pk == case.proposed_by_id:
        raise Refused(_("Somebody else than who proposed the case decides it."), code="proposer")
    if not policy.may_decide(by, case, timezone.localdate(now)):
        raise Refused(_("Only personnel over this unit decides."), code="not_personnel")


def _tell(case: Case, kind: str, now: datetime, **params: str) -> None:
    notify(
        users=[case.user],
        kind=kind,
        key=f"{kind}.{case.pk}",
        now=now,
        params={"level": str(case.to_level), **params},
        url=reverse("promotions:case", args=[case.pk]),
    )
