"""The life of a review: rules, nominations, dossiers, votes, decisions, appeals."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from ground import freezing
from ground.errors import Refused
from ground.models import JournalEntry
from people.models import Employment, Notification, Role
from people.services import assign_role, change_employment, end_role
from promotions import services
from promotions.models import Appeal, Case, Decision, Dossier, Mediation, ReviewRound, RuleVersion, Vote
from promotions.services.moves import move
from quality.services import record_violation
from tests import factories
from tests.promotions.people import EFFECTIVE, REQUIREMENTS
from tests.promotions.people import academy as make_academy

ON_POSTGRESQL = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="row locks and threads: set TEST_DATABASE_URL to PostgreSQL"
)


def refused(code, act, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code
    return refusal.value


def level_of(user, on) -> str:
    return user.employments.all().current(on).get().level.code


# Rules.


def test_a_rule_gets_a_new_version_when_its_words_change_and_none_when_they_do_not(academy):
    first = academy.rule()
    assert academy.rule() == first
    second = academy.rule([{"kind": "months_in_level", "months": 12}])
    assert [second.number, second.rule.current_id, first.requirements] == [2, second.pk, REQUIREMENTS]
    assert second.content_hash != first.content_hash


def test_a_faulty_rule_is_refused_with_every_fault_in_a_sentence(academy):
    refusal = refused("faulty", academy.rule, [{"kind": "luck"}, {"kind": "typing", "speed": 0, "accuracy": 95}])
    assert str(refusal).count("。") + str(refusal).count(". ") >= 1
    assert RuleVersion.objects.count() == 0


def test_a_rule_points_only_at_what_exists(academy):
    refused("faulty", academy.rule, [{"kind": "exam", "exam": "nowhere", "score": 80}])
    refused("faulty", academy.rule, [{"kind": "certificate", "kind_code": "nowhere"}])
    assert academy.rule([{"kind": "courses", "level": "intermediate", "count": 1}]).number == 1


def test_a_rule_leads_upward_and_only_personnel_or_administrators_write_it(academy, now):
    values = {"requirements": REQUIREMENTS, "now": now}
    refused(
        "not_upward",
        services.write_rule,
        to_level=academy.junior,
        from_level=academy.intermediate,
        by=academy.administrator,
        **values,
    )
    refused(
        "not_personnel",
        services.write_rule,
        to_level=academy.intermediate,
        from_level=academy.junior,
        by=academy.manager,
        **values,
    )


def test_a_rule_rewritten_from_another_level_leaves_running_cases_alone(academy, now):
    version = academy.rule()
    case = academy.in_review()
    services.write_rule(
        to_level=academy.intermediate, from_level=None, requirements=REQUIREMENTS, by=academy.administrator, now=now
    )
    academy.vote(case, 0)
    academy.vote(case, 1)
    academy.decide(case)
    case.refresh_from_db()
    assert (case.state, case.rule_version, case.from_level) == (Case.State.PROMOTED, version, academy.junior)


# Rounds.


def test_a_round_needs_a_panel_with_the_role_and_days_in_order(academy, now):
    today = now.date()
    refused("past", academy.open_round, nominate_until=today - timedelta(days=1))
    refused("too_early", academy.open_round, effective_on=today + timedelta(days=7))
    refused("no_panel", academy.open_round, panel=[])
    refused("not_a_panel_member", academy.open_round, panel=[academy.manager])
    refused("not_personnel", academy.open_round, by=academy.manager)
    academy.open_round()
    refused("double", academy.open_round)
    assert ReviewRound.objects.count() == 1


MOVES = {
    ReviewRound: {
        ("nominating", "review"),
        ("nominating", "closed"),
        ("review", "closed"),
    },
    Case: {
        ("proposed", "in_review"),
        ("proposed", "withdrawn"),
        ("in_review", "promoted"),
        ("in_review", "refused"),
        ("in_review", "withdrawn"),
        ("refused", "promoted"),
    },
}


@pytest.mark.parametrize(
    ("model", "before", "after"),
    [(model, a, b) for model in MOVES for a in model.State.values for b in model.State.values],
)
def test_every_pair_of_states_moves_or_is_refused(academy, model, before, after):
    academy.rule()
    case = academy.propose(academy.open_round(), academy.agent())
    subject = case if model is Case else case.round
    model.objects.filter(pk=subject.pk).update(state=before)
    subject.refresh_from_db()
    if (before, after) in MOVES[model]:
        move(subject, after)
        subject.refresh_from_db()
        assert subject.state == after
    else:
        refused("wrong_state", move, subject, after)


# Nominations.


def test_a_manager_proposes_an_own_person_who_meets_everything(academy):
    version = academy.rule()
    user = academy.agent()
    case = academy.propose(academy.open_round(), user)
    assert (case.state, case.rule_version, case.to_level, case.exceptional) == (
        Case.State.PROPOSED,
        version,
        academy.intermediate,
        False,
    )
    assert Notification.objects.get(user=user).kind == "promotions.proposed"


def test_nobody_proposes_themselves_not_even_with_a_role(academy):
    academy.rule()
    review = academy.open_round()
    refused("oneself", academy.propose, review, academy.manager, by=academy.manager)
    user = academy.agent()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(
            round=review,
            user=user,
            proposed_by=user,
            to_level=academy.intermediate,
            rule_version=RuleVersion.objects.get(),
            proposed_at=academy.now,
        )


def test_a_manager_proposes_nobody_of_another_team(academy):
    academy.rule()
    stranger = factories.person("王远", at=factories.unit("营业厅"), level=academy.junior)
    review = academy.open_round()
    refused("out_of_reach", academy.propose, review, stranger)
    refused("out_of_reach", academy.propose, review, academy.agent(), by=academy.panel[0])
    assert academy.propose(review, stranger, by=academy.personnel).state == Case.State.PROPOSED


def test_whoever_misses_a_requirement_is_proposed_exceptionally_with_a_justification_only(academy, now):
    academy.rule()
    newcomer = academy.agent(on=now.date() - timedelta(days=30))
    review = academy.open_round()
    refused("unmet", academy.propose, review, newcomer, justification="很努力")
    refused("not_justified", academy.propose, review, newcomer, exceptional=True, justification="  ")
    case = academy.propose(review, newcomer, exceptional=True, justification="重大故障中独立处置得当")
    assert case.exceptional is True


def test_a_person_who_meets_everything_is_never_an_exception(academy):
    academy.rule()
    assert academy.propose(academy.open_round(), academy.agent(), exceptional=True).exceptional is False


def test_there_is_no_way_up_without_a_rule_or_from_the_top(academy):
    review = academy.open_round()
    refused("no_way_up", academy.propose, review, academy.agent())
    academy.rule()
    expert = factories.person("老郑", at=academy.unit, level=academy.intermediate)
    refused("no_way_up", academy.propose, review, expert)


def test_nominations_end_with_their_last_day_in_the_organisations_zone(academy, now):
    academy.rule()
    review = academy.open_round(nominate_until=now.date())
    late = now.replace(hour=23, minute=59)
    assert academy.propose(review, academy.agent(), now=late).state == Case.State.PROPOSED
    refused("nominations_over", academy.propose, review, academy.agent("迟来"), now=late + timedelta(minutes=1))


def test_one_case_a_person_and_round_and_the_same_words_again_return_it(academy):
    academy.rule()
    review, user = academy.open_round(), academy.agent()
    case = academy.propose(review, user, justification="好")
    assert academy.propose(review, user, justification="好") == case
    refused("already_proposed", academy.propose, review, user, by=academy.personnel)


def test_a_withdrawn_case_makes_room_for_another(academy, now):
    academy.rule()
    review, user = academy.open_round(), academy.agent()
    case = academy.propose(review, user)
    refused("no_reason", services.withdraw, case=case, by=academy.manager, reason=" ", now=now)
    refused("not_yours", services.withdraw, case=case, by=academy.panel[0], reason="不合适", now=now)
    services.withdraw(case=case, by=academy.manager, reason="材料有误", now=now)
    services.withdraw(case=case, by=academy.manager, reason="材料有误", now=now)
    assert JournalEntry.objects.filter(verb="case.withdrawn").count() == 1
    assert academy.propose(review, user) != case


def test_a_panel_that_could_not_vote_on_a_case_stops_it_at_the_start(academy):
    academy.rule()
    member = academy.panel[0]
    change_employment(
        user=member, on=factories.FIRST_DAY, now=academy.now, by=None, cause="import", level=academy.junior
    )
    refused("no_voter", academy.propose, academy.open_round(panel=[member]), member, by=academy.personnel)


# Dossiers.


def test_a_dossier_holds_judged_requirements_and_its_own_fingerprint(academy):
    academy.rule()
    case = academy.in_review()
    content = case.dossier.content
    assert [(row["kind"], row["met"]) for row in content["requirements"]] == [
        ("months_in_level", True),
        ("no_violation", True),
    ]
    assert content["history"][0]["valid_from"] == factories.FIRST_DAY.isoformat()
    assert case.dossier.content_hash == freezing.fingerprint(content)
    assert case.state == Case.State.IN_REVIEW


def test_a_frozen_dossier_does_not_learn_of_what_happens_later(academy, now):
    academy.rule()
    case = academy.in_review()
    before = Dossier.objects.get(case=case).content
    academy.rule([{"kind": "months_in_level", "months": 240}])
    record_violation(
        user=case.user,
        grade="warning",
        facts="泄露客户信息",
        valid_from=now.date(),
        valid_to=now.date() + timedelta(days=90),
        by=academy.personnel,
        now=now,
    )
    services.bring_to_panel(round=case.round, by=academy.personnel, now=now + timedelta(days=3))
    assert Dossier.objects.get(case=case).content == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Dossier.objects.filter(case=case).update(content={})


def test_bringing_cases_before_the_panel_asks_its_members_once(academy, now):
    academy.rule()
    case = academy.in_review()
    services.bring_to_panel(round=case.round, by=academy.personnel, now=now)
    assert Notification.objects.filter(kind="promotions.vote").count() == 3
    refused("no_cases", services.bring_to_panel, round=academy.open_round("空轮"), by=academy.personnel, now=now)
    refused("not_personnel", services.bring_to_panel, round=case.round, by=academy.manager, now=now)


def test_nominations_are_over_once_the_panel_has_the_cases(academy):
    academy.rule()
    case = academy.in_review()
    refused("nominations_over", academy.propose, case.round, academy.agent("后来"))


# Votes.


def test_the_newest_vote_of_a_member_counts_and_the_older_ones_stay(academy, now):
    academy.rule()
    case = academy.in_review()
    academy.vote(case, 0, "for")
    academy.vote(case, 0, "for")
    academy.vote(case, 0, "against", "录入成绩偶有波动", now=now + timedelta(hours=1))
    assert list(case.votes.values_list("choice", flat=True)) == ["for", "against"]


def test_only_the_panel_votes_with_a_reason_against_and_never_on_themselves(academy, now):
    academy.rule()
    member = academy.panel[0]
    change_employment(user=member, on=factories.FIRST_DAY, now=now, by=None, cause="import", level=academy.junior)
    case = academy.in_review(member, by=academy.personnel)
    refused("oneself", academy.vote, case, 0)
    refused("no_reason", academy.vote, case, 1, "against")
    refused("no_choice", academy.vote, case, 1, "maybe")
    outsider = factories.with_role(Role.PANEL, name="别组评委")
    refused("not_on_panel", services.vote, case=case, member=outsider, choice="for", reason="", now=now)
    assert Vote.objects.count() == 0


def test_whoever_proposed_does_not_vote(academy, now):
    academy.rule()
    both = factories.with_role(Role.MANAGER, over=academy.unit, name="兼评委")
    from people.services import assign_role

    assign_role(user=both, role=Role.PANEL, unit=factories.company(), valid_from=factories.FIRST_DAY, now=now, by=None)
    case = academy.propose(academy.open_round(panel=[*academy.panel, both]), academy.agent(), by=both)
    services.bring_to_panel(round=case.round, by=academy.personnel, now=now)
    refused("proposer", services.vote, case=case, member=both, choice="for", reason="", now=now)


def test_votes_are_taken_only_while_the_case_is_before_the_panel(academy):
    academy.rule()
    case = academy.propose(academy.open_round(), academy.agent())
    refused("not_in_review", academy.vote, case)


# Decisions.


def test_the_level_changes_on_its_day_and_not_before(academy):
    academy.rule()
    case = academy.decided()
    user = case.user
    assert case.state == Case.State.PROMOTED
    assert level_of(user, EFFECTIVE - timedelta(days=1)) == "junior"
    assert level_of(user, EFFECTIVE) == "intermediate"
    assert user.employments.get(valid_from=EFFECTIVE).cause == Employment.Cause.PROMOTION
    assert Notification.objects.filter(user=user, kind="promotions.promoted").count() == 1


def test_nothing_short_of_a_decision_touches_the_level(academy):
    academy.rule()
    case = academy.in_review()
    for place in range(3):
        academy.vote(case, place)
    assert list(case.user.employments.values_list("level__code", flat=True)) == ["junior"]
    academy.decide(case, "refuse")
    assert list(case.user.employments.values_list("level__code", flat=True)) == ["junior"]


def test_a_decision_made_after_the_day_takes_effect_when_it_is_made(academy, now):
    academy.rule()
    case = academy.in_review()
    academy.vote(case, 0)
    academy.vote(case, 1)
    late = now.replace(year=2027, month=2, day=1)
    assert academy.decide(case, now=late).effective_on == date(2027, 2, 1)
    assert level_of(case.user, date(2027, 1, 31)) == "junior"


def test_a_decision_waits_for_half_of_the_panel(academy):
    academy.rule()
    case = academy.in_review()
    academy.vote(case, 0)
    academy.vote(case, 0, "abstain")
    refused("no_quorum", academy.decide, case)
    academy.vote(case, 1)
    assert academy.decide(case).outcome == Decision.Outcome.PROMOTE


def test_two_people_stand_behind_every_promotion(academy):
    academy.rule()
    case = academy.in_review(by=academy.personnel)
    academy.vote(case, 0)
    academy.vote(case, 1)
    refused("proposer", academy.decide, case, by=academy.personnel)
    refused("not_personnel", academy.decide, case, by=academy.manager)
    refused("no_reason", academy.decide, case, by=academy.second, reason="  ")
    assert academy.decide(case, by=academy.second).by == academy.second


def test_nobody_decides_on_themselves(academy, now):
    academy.rule()
    change_employment(
        user=academy.second, on=factories.FIRST_DAY, now=now, by=None, cause="import", level=academy.junior
    )
    case = academy.in_review(academy.second, by=academy.personnel)
    academy.vote(case, 0)
    academy.vote(case, 1)
    refused("oneself", academy.decide, case, by=academy.second)


def test_personnel_of_another_unit_does_not_decide(academy):
    academy.rule()
    elsewhere = factories.with_role(Role.PERSONNEL, over=factories.unit("营业厅"), name="外人事")
    case = academy.in_review()
    academy.vote(case, 0)
    academy.vote(case, 1)
    refused("not_personnel", academy.decide, case, by=elsewhere)
    assert academy.decide(case, by=academy.administrator).outcome == "promote"


def test_the_same_decision_again_changes_nothing_and_another_is_refused(academy):
    academy.rule()
    case = academy.decided()
    assert academy.decide(case) == Decision.objects.get(case=case)
    refused("not_in_review", academy.decide, case, "refuse")
    refused("not_in_review", academy.decide, case, by=academy.second)
    assert Decision.objects.count() == 1


def test_a_requirement_lost_before_the_panel_bars_a_promotion_that_is_no_exception(academy, now):
    academy.rule()
    user = academy.agent()
    review = academy.open_round()
    case = academy.propose(review, user)
    record_violation(
        user=user,
        grade="warning",
        facts="迟到三次",
        valid_from=now.date(),
        valid_to=now.date() + timedelta(days=30),
        by=academy.personnel,
        now=now,
    )
    services.bring_to_panel(round=review, by=academy.personnel, now=now)
    academy.vote(case, 0)
    academy.vote(case, 1)
    refused("unmet", academy.decide, case)
    assert academy.decide(case, "refuse").outcome == "refuse"


def test_whoever_has_another_level_by_now_is_not_promoted_again(academy, now):
    academy.rule()
    case = academy.in_review()
    academy.vote(case, 0)
    academy.vote(case, 1)
    change_employment(
        user=case.user, on=now.date(), now=now, by=None, cause="promotion", level=factories.level("senior")
    )
    refused("other_level", academy.decide, case)
    assert (Decision.objects.count(), level_of(case.user, EFFECTIVE)) == (0, "senior")


def test_a_round_closes_when_every_case_is_decided(academy, now):
    academy.rule()
    case = academy.in_review()
    refused("undecided", services.close_round, round=case.round, by=academy.personnel, now=now)
    academy.vote(case, 0)
    academy.vote(case, 1)
    academy.decide(case)
    services.close_round(round=case.round, by=academy.personnel, now=now)
    assert services.close_round(round=case.round, by=academy.personnel, now=now).state == ReviewRound.State.CLOSED
    assert JournalEntry.objects.filter(verb="round.closed").count() == 1


# Appeals.


def test_the_person_appeals_within_thirty_days_of_the_refusal(academy, now):
    academy.rule()
    case = academy.decided("refuse")
    values = {"case": case, "text": "十月的两次质检未计入", "by": case.user}
    refused("not_yours", services.appeal, **values | {"by": academy.manager}, now=now)
    refused("no_text", services.appeal, **values | {"text": " "}, now=now)
    refused("too_late", services.appeal, **values, now=now + timedelta(days=31))
    row = services.appeal(**values, now=now + timedelta(days=30))
    assert services.appeal(**values, now=now + timedelta(days=30)) == row
    assert Notification.objects.filter(kind="promotions.appealed").count() == 2


def test_a_promotion_cannot_be_appealed(academy, now):
    academy.rule()
    case = academy.decided()
    refused("not_refused", services.appeal, case=case, text="想再等等", by=case.user, now=now)


@pytest.fixture
def appealed(academy, now) -> Appeal:
    academy.rule()
    case = academy.decided("refuse")
    return services.appeal(case=case, text="十月的两次质检未计入", by=case.user, now=now)


def mediate(academy, appeal, outcome="unsettled", note="谈话后仍有异议", by=None, now=None):
    return services.mediate(appeal=appeal, outcome=outcome, note=note, by=by or academy.manager, now=now or academy.now)


@pytest.fixture
def unsettled(academy, appealed) -> Appeal:
    mediate(academy, appealed)
    return appealed


def test_the_department_mediates_before_personnel_rules(academy, appealed):
    refused("not_mediated", rule_on, academy, appealed, True)
    mediate(academy, appealed)
    assert Notification.objects.get(kind="promotions.to_rule").user == academy.second
    assert Notification.objects.get(kind="promotions.unsettled").user == appealed.case.user
    assert rule_on(academy, appealed, True).upheld is True
    verbs = ["case.appealed", "appeal.unsettled", "appeal.upheld"]
    assert list(JournalEntry.objects.filter(verb__in=verbs).order_by("pk").values_list("verb", flat=True)) == verbs


def test_a_settled_appeal_is_closed_and_the_refusal_stands(academy, appealed):
    mediation = mediate(academy, appealed, "settled", "明年优先提名")
    assert mediate(academy, appealed, "settled", "明年优先提名") == mediation
    refused("mediated", mediate, academy, appealed, "unsettled")
    refused("settled", rule_on, academy, appealed, True)
    appealed.refresh_from_db()
    assert (appealed.case.state, appealed.ruled_at, appealed.settled) == ("refused", None, True)
    assert Notification.objects.get(kind="promotions.settled").user == appealed.case.user
    assert not Notification.objects.filter(kind="promotions.to_rule").exists()


def test_only_a_manager_over_the_unit_who_did_not_refuse_mediates(academy, appealed, now):
    elsewhere = factories.with_role(Role.MANAGER, over=factories.unit("营业厅班"), name="吴班长")
    refused("not_manager", mediate, academy, appealed, by=elsewhere)
    refused("not_manager", mediate, academy, appealed, by=academy.second)
    refused("no_outcome", mediate, academy, appealed, "perhaps")
    refused("no_note", mediate, academy, appealed, note=" ")
    for person, code in ((appealed.case.user, "oneself"), (academy.personnel, "same_person")):
        assign_role(user=person, role=Role.MANAGER, unit=academy.unit, valid_from=now.date(), now=now, by=None)
        person.__dict__.pop("_roles", None)
        refused(code, mediate, academy, appealed, by=person)


def test_a_mediation_is_written_once_and_never_changed(academy, unsettled):
    with pytest.raises(IntegrityError), transaction.atomic():
        Mediation.objects.update(outcome="settled")
    with pytest.raises(IntegrityError), transaction.atomic():
        Mediation.objects.all().delete()


def test_a_department_that_lets_its_time_pass_holds_nothing_up(academy, appealed):
    last = academy.now + timedelta(days=services.MEDIATION_DAYS)
    refused(
        "not_mediated", services.rule_on_appeal, appeal=appealed, upheld=True, ruling="是", by=academy.second, now=last
    )
    ruled = services.rule_on_appeal(
        appeal=appealed, upheld=False, ruling="维持", by=academy.second, now=last + timedelta(days=1)
    )
    assert ruled.upheld is False
    refused("ruled", mediate, academy, appealed, now=last + timedelta(days=2))


def test_where_nobody_can_mediate_personnel_rules_at_once(academy, appealed, now):
    role = academy.manager.role_assignments.get()
    end_role(assignment=role, on=now.date() + timedelta(days=1), by=None, now=now)
    ruled = services.rule_on_appeal(
        appeal=appealed, upheld=False, ruling="维持", by=academy.second, now=now + timedelta(days=2)
    )
    assert ruled.upheld is False


def rule_on(academy, appeal, upheld, by=None, ruling="查明属实"):
    return services.rule_on_appeal(
        appeal=appeal, upheld=upheld, ruling=ruling, by=by or academy.second, now=academy.now
    )


def test_an_upheld_appeal_promotes_and_leaves_the_decision_on_file(academy, unsettled):
    rule_on(academy, unsettled, True)
    case = Case.objects.get()
    assert (case.state, case.decision.outcome, case.appeal.effective_on) == ("promoted", "refuse", EFFECTIVE)
    assert level_of(case.user, EFFECTIVE) == "intermediate"
    assert rule_on(academy, unsettled, True).ruled_by == academy.second
    refused("ruled", rule_on, academy, unsettled, False)


def test_a_dismissed_appeal_changes_no_level(academy, unsettled):
    rule_on(academy, unsettled, False, ruling="质检记录属于评审期之后")
    case = Case.objects.get()
    assert (case.state, level_of(case.user, EFFECTIVE)) == ("refused", "junior")
    assert Notification.objects.filter(user=case.user, kind="promotions.dismissed").count() == 1


def test_somebody_else_than_who_refused_rules_on_the_appeal(academy, unsettled):
    refused("same_person", rule_on, academy, unsettled, True, by=academy.personnel)
    refused("not_personnel", rule_on, academy, unsettled, True, by=academy.panel[0])
    refused("proposer", rule_on, academy, unsettled, True, by=academy.manager)
    refused("no_reason", rule_on, academy, unsettled, True, ruling="")


# Demotion.


@pytest.fixture
def violator(academy, now):
    user = factories.person("老郑", at=academy.unit, level=academy.intermediate)
    record_violation(
        user=user,
        grade="demotion",
        facts="伪造回访记录",
        valid_from=now.date(),
        valid_to=now.date() + timedelta(days=180),
        by=academy.personnel,
        now=now,
    )
    return user


def demote(academy, user, **more):
    values = {
        "user": user,
        "to_level": academy.junior,
        "on": academy.now.date() + timedelta(days=7),
        "reason": "依据违规处理办法",
        "by": academy.second,
        "now": academy.now,
    }
    return services.demote(**values | more)


def test_a_violation_demotes_once_on_its_day_by_two_people(academy, violator):
    refused("same_person", demote, academy, violator, by=academy.personnel)
    refused("not_personnel", demote, academy, violator, by=academy.manager)
    row = demote(academy, violator)
    assert (row.cause, level_of(violator, academy.now.date()), level_of(violator, row.valid_from)) == (
        "demotion",
        "intermediate",
        "junior",
    )
    assert demote(academy, violator) == row
    refused("done", demote, academy, violator, on=academy.now.date() + timedelta(days=9))


def test_a_demotion_needs_a_violation_a_lower_level_a_reason_and_a_day_to_come(academy, violator):
    refused("no_violation", demote, academy, academy.agent())
    refused("not_lower", demote, academy, violator, to_level=academy.intermediate)
    refused("no_reason", demote, academy, violator, reason=" ")
    refused("past", demote, academy, violator, on=academy.now.date() - timedelta(days=1))
    assert violator.employments.count() == 1


def test_an_auditor_reads_who_is_to_be_demoted_and_finds_no_way_to_do_it(academy, violator, client, now):
    with time_machine.travel(now, tick=False):
        client.force_login(factories.with_role(Role.AUDITOR), backend="people.backends.RoleBackend")
        (row,) = client.get(reverse("promotions:demotions")).context["table"].rows
        assert (row.object.user, row.cells[0].url) == (violator, "")
        client.force_login(academy.second, backend="people.backends.RoleBackend")
        (row,) = client.get(reverse("promotions:demotions")).context["table"].rows
        assert row.cells[0].url == reverse("promotions:demote", args=[violator.pk])


def test_a_demotion_by_pages_leaves_the_list(academy, violator, client, now):
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    with time_machine.travel(now, tick=False):
        client.force_login(academy.second, backend=backend)
        listed = client.get(reverse("promotions:demotions"))
        assert [row.object.user for row in listed.context["table"].rows] == [violator]
        values = {"to_level": academy.junior.pk, "on": "2026-12-01", "reason": "依据违规处理办法"}
        client.post(reverse("promotions:demote", args=[violator.pk]), values)
        assert level_of(violator, date(2026, 12, 1)) == "junior"
        assert client.get(reverse("promotions:demotions")).context["table"].count == 0
        assert client.get(reverse("promotions:demote", args=[violator.pk])).status_code == 404


# Races.


def together(*acts) -> list[object]:
    """Runs the acts at the same moment in threads; returns what each gave or raised."""
    gate, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        try:
            gate.wait()
            found[place] = act()
        except Exception as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@ON_POSTGRESQL
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_make_one(now):
    academy = make_academy(now)
    academy.rule()
    case = academy.in_review()
    academy.vote(case, 0)
    academy.vote(case, 1)
    found = together(
        lambda: academy.decide(case, "promote"),
        lambda: academy.decide(case, "refuse", by=academy.second),
    )
    case.refresh_from_db()
    refusals = [one for one in found if isinstance(one, Refused)]
    assert [one.code for one in refusals] == ["not_in_review"]
    assert Decision.objects.count() == 1
    assert case.user.employments.count() == (2 if case.state == "promoted" else 1)


@ON_POSTGRESQL
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_vote_sent_twice_is_one_vote(now):
    academy = make_academy(now)
    academy.rule()
    case = academy.in_review()
    together(*[lambda: academy.vote(case, 0)] * 4)
    assert Vote.objects.count() == 1


@ON_POSTGRESQL
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_proposals_of_a_person_make_one_case(now):
    academy = make_academy(now)
    academy.rule()
    review, user = academy.open_round(), academy.agent()
    found = together(
        lambda: academy.propose(review, user),
        lambda: academy.propose(review, user, by=academy.personnel),
    )
    assert sorted(type(one).__name__ for one in found) == ["Case", "Refused"]
    assert Case.objects.count() == 1
