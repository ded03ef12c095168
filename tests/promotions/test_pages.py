"""Pages: what each reader sees of a case, and what a press of a button does."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.models import Role
from promotions import queries, services
from promotions.models import Case, Decision, ReviewRound, Vote
from tests import factories
from tests.promotions.people import EFFECTIVE


@pytest.fixture(autouse=True)
def at_now(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def sign_in(client):
    def enter(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return enter


def page(client, name, *args, **query) -> str:
    response = client.get(reverse(f"promotions:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def queries_of(act) -> int:
    act()
    with CaptureQueriesContext(
        connection,
    ) as counted:
        act()
    return len(counted)


def test_my_way_names_every_requirement_with_its_figures(academy, sign_in):
    academy.rule([{"kind": "months_in_level", "months": 12}, {"kind": "no_violation"}])
    html = page(sign_in(academy.agent()), "mine")
    assert "初级工 → 中级工" in html
    assert "2027" in html  # the day on which twelve months are reached
    assert html.count('class="dot done"') == 1


def test_at_the_top_there_is_a_sentence_instead_of_a_list(academy, sign_in):
    academy.rule()
    user = factories.person("老郑", at=academy.unit, level=academy.intermediate)
    assert "中级工" in page(sign_in(user), "mine")
    assert queries.way_to_next_level(user, academy.now.date()) == []


def test_a_manager_finds_proposes_and_is_led_to_the_case(academy, sign_in):
    academy.rule()
    user = academy.agent()
    review = academy.open_round()
    client = sign_in(academy.manager)
    html = page(client, "ready")
    address = reverse("promotions:propose", args=[review.pk, user.pk])
    assert address in html
    client.post(address, {"justification": "稳定优秀"})
    case = Case.objects.get()
    assert (case.user, case.proposed_by, case.justification) == (user, academy.manager, "稳定优秀")
    assert reverse("promotions:case", args=[case.pk]) in page(client, "ready")


def test_a_missing_requirement_asks_for_an_exceptional_proposal(academy, sign_in, now):
    academy.rule()
    user = academy.agent(on=now.date() - timedelta(days=30))
    review = academy.open_round()
    client = sign_in(academy.manager)
    address = reverse("promotions:propose", args=[review.pk, user.pk])
    client.post(address, {"justification": "好"})
    client.post(address, {"exceptional": "on", "justification": ""})
    assert Case.objects.count() == 0
    client.post(address, {"exceptional": "on", "justification": "独立处置重大故障"})
    assert Case.objects.get().exceptional


def test_reach_ends_at_the_managers_team(academy, sign_in):
    academy.rule()
    review = academy.open_round()
    stranger = factories.person("王远", at=factories.unit("营业厅"), level=academy.junior)
    client = sign_in(academy.manager)
    assert "王远" not in page(client, "ready")
    assert client.get(reverse("promotions:propose", args=[review.pk, stranger.pk])).status_code == 404
    case = academy.propose(review, stranger, by=academy.personnel)
    assert client.get(reverse("promotions:case", args=[case.pk])).status_code == 404
    assert "王远" not in page(client, "round", review.pk)
    assert "王远" in page(sign_in(academy.personnel), "round", review.pk)


def test_a_panel_member_sees_the_rounds_of_the_own_panel_only(academy, sign_in):
    academy.rule()
    case = academy.in_review()
    other = academy.open_round("另一轮", panel=[factories.with_role(Role.PANEL, name="评委丁")])
    client = sign_in(academy.panel[0])
    html = page(client, "round_list")
    assert (case.round.name in html, other.name in html) == (True, False)
    assert client.get(reverse("promotions:round", args=[other.pk])).status_code == 404


def test_a_member_sees_the_others_votes_after_the_own_vote(academy, sign_in):
    academy.rule()
    case = academy.in_review()
    academy.vote(case, 1, "against", "录入成绩偶有波动")
    client = sign_in(academy.panel[0])
    assert "录入成绩偶有波动" not in page(client, "case", case.pk)
    client.post(reverse("promotions:case_vote", args=[case.pk]), {"choice": "for"})
    assert "录入成绩偶有波动" in page(client, "case", case.pk)


def test_the_person_reads_the_outcome_and_the_reason_but_no_vote(academy, sign_in):
    academy.rule()
    case = academy.in_review(justification="连续三季度优秀")
    academy.vote(case, 0, "against", "资历尚浅")
    academy.vote(case, 1)
    academy.decide(case, "refuse", "建议积累半年投诉处理经验")
    html = page(sign_in(case.user), "case", case.pk)
    assert "建议积累半年投诉处理经验" in html
    assert "资历尚浅" not in html
    assert "评委甲" not in html
    assert "连续三季度优秀" not in html


def test_the_manager_reads_no_votes(academy, sign_in):
    academy.rule()
    case = academy.in_review()
    academy.vote(case, 0, "against", "资历尚浅")
    assert "资历尚浅" not in page(sign_in(academy.manager), "case", case.pk)
    assert "资历尚浅" in page(sign_in(academy.personnel), "case", case.pk)


def appraised_case(academy) -> Case:
    from quality.services import appraise

    academy.rule([{"kind": "appraisals", "rating": 3, "count": 1}])
    user = academy.agent()
    appraise(
        user=user, quarter=academy.now.date(), rating=4, comment="带教新人尽心", by=academy.manager, now=academy.now
    )
    return academy.in_review(user)


@pytest.mark.parametrize(
    ("who", "sees"),
    [("panel", True), ("personnel", True), ("manager", False), ("auditor", True), ("person", False)],
)
def test_appraisals_are_read_by_the_panel_personnel_and_auditors_only(academy, sign_in, who, sees):
    case = appraised_case(academy)
    readers = {
        "panel": academy.panel[0],
        "personnel": academy.personnel,
        "manager": academy.manager,
        "auditor": factories.with_role(Role.AUDITOR, name="审计员"),
        "person": case.user,
    }
    assert ("带教新人尽心" in page(sign_in(readers[who]), "case", case.pk)) is sees


def test_whoever_may_not_know_is_not_told_how_the_ratings_went(academy):
    case = appraised_case(academy)
    (step,) = queries.steps(queries.judged_in(case.dossier), case.dossier.content["names"], {"appraisals"})
    assert "1" not in step["evidence"]


def test_the_whole_way_by_pages(academy, sign_in):
    academy.rule()
    case = academy.propose(academy.open_round(), academy.agent())
    personnel = sign_in(academy.personnel)
    personnel.post(reverse("promotions:round_bring", args=[case.round_id]))
    for member in academy.panel[:2]:
        sign_in(member).post(reverse("promotions:case_vote", args=[case.pk]), {"choice": "for"})
    personnel = sign_in(academy.personnel)
    assert 'value="promote"' in page(personnel, "case", case.pk)
    personnel.post(reverse("promotions:case_decide", args=[case.pk]), {"outcome": "promote", "reason": "优秀"})
    personnel.post(reverse("promotions:round_close", args=[case.round_id]))
    case.refresh_from_db()
    assert (case.state, case.round.state, case.decision.effective_on) == ("promoted", "closed", EFFECTIVE)


def test_a_refused_act_is_explained_and_changes_nothing(academy, sign_in):
    academy.rule()
    case = academy.in_review()
    client = sign_in(academy.personnel)
    response = client.post(
        reverse("promotions:case_decide", args=[case.pk]), {"outcome": "promote", "reason": "优秀"}, follow=True
    )
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    client.post(reverse("promotions:case_vote", args=[case.pk]), {"choice": "for"})
    assert (Decision.objects.count(), Vote.objects.count()) == (0, 0)


def test_a_vote_against_without_a_reason_comes_back_with_the_form(academy, sign_in):
    academy.rule()
    case = academy.in_review()
    client = sign_in(academy.panel[0])
    response = client.post(reverse("promotions:case_vote", args=[case.pk]), {"choice": "against", "reason": ""})
    assert response.status_code == 200
    assert len(response.context["vote_form"].non_field_errors()) == 1


def test_an_appeal_its_mediation_and_its_ruling_by_pages(academy, sign_in):
    academy.rule()
    case = academy.decided("refuse")
    sign_in(case.user).post(reverse("promotions:case_appeal", args=[case.pk]), {"text": "请复核十月质检"})
    rule_url = reverse("promotions:appeal_rule", args=[case.pk])
    mediate_url = reverse("promotions:appeal_mediate", args=[case.pk])
    client = sign_in(academy.second)
    html = page(client, "case", case.pk)
    assert "请复核十月质检" in html
    assert (rule_url in html, mediate_url in html) == (False, False)
    client = sign_in(academy.manager)
    assert mediate_url in page(client, "case", case.pk)
    client.post(mediate_url, {"outcome": "unsettled", "reason": "谈话后仍有异议"})
    assert mediate_url not in page(client, "case", case.pk)
    assert "谈话后仍有异议" in page(sign_in(case.user), "case", case.pk)
    client = sign_in(academy.second)
    assert rule_url in page(client, "case", case.pk)
    client.post(rule_url, {"upheld": "yes", "reason": "查明属实"})
    case.refresh_from_db()
    assert (case.state, case.appeal.upheld) == ("promoted", True)


def test_personnel_opens_a_round_and_bad_days_come_back(academy, sign_in, now):
    client = sign_in(academy.personnel)
    values = {
        "name": "年度评审",
        "year": 2026,
        "nominate_until": "2026-12-01",
        "effective_on": "2026-12-01",
        "panel": [member.pk for member in academy.panel],
    }
    response = client.post(reverse("promotions:round_new"), values)
    assert len(response.context["form"].non_field_errors()) == 1
    response = client.post(reverse("promotions:round_new"), values | {"effective_on": "2027-01-01"})
    assert response.status_code == 302
    assert response.url == reverse("promotions:round", args=[ReviewRound.objects.get().pk])


# The number of queries does not grow.


def test_facts_cost_the_same_for_one_person_and_for_many(academy, django_assert_num_queries, now):
    people = [academy.agent(f"员工{number}") for number in range(6)]
    for chosen in (people[:1], people):
        with django_assert_num_queries(7):
            assert set(queries.facts_of(chosen, now.date(), {180})) == {user.pk for user in chosen}


def test_the_list_of_a_round_costs_the_same_for_one_case_and_for_many(academy, sign_in, now):
    academy.rule()
    review = academy.open_round()
    academy.propose(review, academy.agent())
    client = sign_in(academy.personnel)
    one = queries_of(lambda: page(client, "round", review.pk))
    for number in range(5):
        academy.propose(review, academy.agent(f"员工{number}"))
    assert queries_of(lambda: page(client, "round", review.pk)) == one
    services.bring_to_panel(round=review, by=academy.personnel, now=now)
    assert queries_of(lambda: page(client, "round", review.pk)) <= one


def test_the_list_of_people_in_reach_costs_the_same_for_one_and_for_many(academy, sign_in):
    academy.rule()
    academy.agent()
    client = sign_in(academy.manager)
    one = queries_of(lambda: page(client, "ready"))
    for number in range(5):
        academy.agent(f"员工{number}")
    assert queries_of(lambda: page(client, "ready")) == one


def test_freezing_costs_the_same_reads_for_one_case_and_for_many(academy, now):
    academy.rule()
    review = academy.open_round()
    cases = [academy.propose(review, academy.agent(f"员工{number}")) for number in range(4)]
    counts = []
    for chosen in (cases[:1], cases):
        rows = Case.objects.filter(pk__in=[case.pk for case in chosen]).select_related(
            "user", "from_level", "to_level", "rule_version"
        )
        with CaptureQueriesContext(connection) as counted:
            queries.dossier_contents(rows, now.date())
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_the_furthest_stand_first(academy, now):
    academy.rule()
    academy.agent("甲新", on=now.date() - timedelta(days=10))
    academy.agent("乙老")
    found = queries.ready([academy.unit], now.date())
    assert [(one.user.name, one.met, one.total, one.all_met) for one in found] == [
        ("乙老", 2, 2, True),
        ("甲新", 1, 2, False),
    ]


def test_time_on_a_level_begins_anew_after_a_gap_or_another_level(academy, now):
    from people.services import change_employment

    user = academy.agent()
    rows = [("2026-03-01", academy.intermediate, "promotion"), ("2026-06-01", academy.junior, "demotion")]
    for day, level, cause in rows:
        change_employment(user=user, on=now.date().fromisoformat(day), now=now, by=None, cause=cause, level=level)
    change_employment(
        user=user, on=now.date().fromisoformat("2026-08-01"), now=now, by=None, cause="transfer", unit=factories.unit()
    )
    facts = queries.facts_of([user], now.date())[user.pk]
    assert facts.level_since == now.date().fromisoformat("2026-06-01")


def test_lists_export_what_they_show(academy, sign_in):
    academy.rule()
    review = academy.open_round()
    academy.propose(review, academy.agent())
    client = sign_in(academy.personnel)
    for address in (
        reverse("promotions:round", args=[review.pk]),
        reverse("promotions:round_list"),
        reverse("promotions:ready"),
    ):
        assert "spreadsheet" in client.get(address, {"export": "xlsx"}).headers["Content-Type"]


def test_what_is_missing_leads_to_where_it_can_be_earned(academy, now):
    academy.rule(
        [
            {"kind": "typing", "speed": 50, "accuracy": 95},
            {"kind": "courses", "level": "intermediate", "count": 3},
            {"kind": "months_in_level", "months": 120},
            {"kind": "no_violation"},
        ]
    )
    steps = queries.way_to_next_level(academy.agent(), now.date())
    assert [(step["met"], step["url"]) for step in steps] == [
        (False, reverse("exams:practice")),
        (False, reverse("courses:catalogue")),
        (False, ""),
        (True, ""),
    ]
