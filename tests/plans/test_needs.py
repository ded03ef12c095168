"""Needs: found from facts, wished for, declined; never doubled."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, connections

from certificates import services as certificates
from certificates.models import CertificateKind
from ground.errors import Refused
from ground.models import JournalEntry
from people import services as people
from people.models import Role
from plans import queries, services
from plans.models import Need, NeedThresholds, Wish
from tests import factories
from tests.certificates.conftest import make_kind, make_result
from tests.exams import makers
from tests.plans import scenes
from tests.quality import scenes as quality

pytestmark = pytest.mark.django_db
YEAR = scenes.YEAR


def weak_exam(now, team, *, right=2):
    """One person of the team answers five questions of the topic, two of them rightly."""
    return makers.taken(now=now - timedelta(days=3), right=right, person=factories.person(at=team))


def test_a_weak_topic_is_a_need_that_says_how_weak_and_against_what(now):
    team = factories.unit()
    weak_exam(now, team)
    (need,) = services.find_needs(year=YEAR, now=now)
    assert (need.source, need.topic, need.unit, need.state) == ("exam", factories.topic(), team, "open")
    since = (now.date() - timedelta(days=180)).isoformat()
    assert need.evidence == {"people": 1, "answered": 5, "rate": 40, "below": 60, "since": since}
    assert "40" in queries.evidence_text(need)
    assert "60" in queries.evidence_text(need)


def test_a_topic_answered_well_is_no_need(now):
    weak_exam(now, factories.unit(), right=4)
    assert services.find_needs(year=YEAR, now=now) == []


def test_an_administrator_sets_what_is_weak(now):
    limits = NeedThresholds.load()
    limits.weak_rate, limits.weak_answers = 90, 5
    limits.save()
    weak_exam(now, factories.unit(), right=4)
    assert [need.evidence["below"] for need in services.find_needs(year=YEAR, now=now)] == [90]


def test_three_findings_of_a_topic_in_a_team_are_a_need_two_are_none_and_old_ones_do_not_count(now):
    team, other = factories.unit("热线一班"), factories.unit("热线二班")
    person, spared = factories.person(at=team), factories.person(at=other)
    for number in range(3):
        quality.observe(now, person, lost={1: 5}, days_ago=number + 1)
        quality.observe(now, spared, lost={1: 5}, days_ago=89 + number)
    (need,) = services.find_needs(year=YEAR, now=now)
    assert (need.unit, need.topic.code) == (team, "s-listening")
    assert need.evidence == {"people": 1, "findings": 3, "days": 90}


def test_certificates_that_end_are_a_need_for_the_topic_that_weighs_most_in_their_exam(now):
    team = factories.unit()
    attempt = makers.taken(now=now - timedelta(days=300), person=factories.person(at=team))
    result = attempt.candidacy.result
    kind = CertificateKind.objects.create(
        code="junior", name="初级工证书", prefix="CJ", exam=result.exam, valid_months=12, renew_days=90
    )
    certificates.issue(result=result, kind=kind, now=now - timedelta(days=300))
    assert [need.source for need in services.find_needs(year=YEAR, now=now)] == ["expiry"]
    need = Need.objects.get()
    assert (need.topic, need.unit, need.evidence["people"], need.evidence["kind"]) == (
        factories.topic(),
        team,
        1,
        "初级工证书",
    )
    assert "初级工证书" in queries.evidence_text(need)


def test_the_people_directly_in_a_department_are_a_row_of_their_own_beside_its_teams(now):
    department = factories.unit("客户服务部")
    team = factories.unit("热线一班", parent=department)
    weak_exam(now, department)
    weak_exam(now, team)
    for unit in (department, team):
        person = factories.person(at=unit)
        for number in range(3):
            quality.observe(now, person, lost={1: 5}, days_ago=number + 1)
    found = services.find_needs(year=YEAR, now=now)
    assert {(need.source, need.unit.name, need.evidence["people"]) for need in found} == {
        ("exam", "客户服务部", 1),
        ("exam", "热线一班", 1),
        ("quality", "客户服务部", 1),
        ("quality", "热线一班", 1),
    }
    assert {need.evidence["answered"] for need in found if need.source == "exam"} == {5}


def test_certificates_of_people_directly_in_a_department_are_a_need_of_the_department(now):
    department = factories.unit("客户服务部")
    team = factories.unit("热线一班", parent=department)
    then = now - timedelta(days=300)
    first, second = (make_result(factories.person(at=unit), then) for unit in (department, team))
    kind = make_kind(first.exam, valid_months=12, renew_days=90)
    for result in (first, second):
        certificates.issue(result=result, kind=kind, now=then)
    found = [need for need in services.find_needs(year=YEAR, now=now) if need.source == "expiry"]
    assert [(need.unit, need.evidence["people"]) for need in found] == [(department, 1), (team, 1)]


def test_somebody_who_has_moved_is_counted_where_they_work_now_and_only_there(now):
    department = factories.unit("客户服务部")
    team = factories.unit("热线一班", parent=department)
    attempt = makers.taken(now=now - timedelta(days=3), right=2, person=factories.person(at=department))
    moves = [(now.date() - timedelta(days=1), team), (now.date() + timedelta(days=9), department)]
    for on, unit in moves:
        people.change_employment(user=attempt.candidacy.user, on=on, now=now, by=None, cause="transfer", unit=unit)
    assert [(need.unit, need.evidence["people"]) for need in services.find_needs(year=YEAR, now=now)] == [(team, 1)]


def test_finding_needs_again_doubles_nothing_and_refreshes_the_evidence_of_open_ones(now):
    team = factories.unit()
    need = scenes.finding_need(now, team)
    assert services.find_needs(year=YEAR, now=now) == [need]
    quality.observe(now, factories.person(at=team), lost={1: 5}, contact="第四次")
    services.find_needs(year=YEAR, now=now)
    need.refresh_from_db()
    assert (Need.objects.count(), need.evidence["findings"], need.evidence["people"]) == (1, 4, 2)
    assert JournalEntry.objects.filter(verb="need.found").count() == 1


def test_a_planned_and_a_declined_need_stay_as_they_are(now):
    planned = scenes.finding_need(now)
    declined = scenes.finding_need(now)
    scenes.lecture(now, scenes.draft(now), needs=[planned])
    services.decline_need(need=declined, reason="已有专项辅导", by=scenes.personnel(), now=now)
    for need in (planned, declined):
        quality.observe(now, factories.person(at=need.unit), lost={1: 5}, contact="又一次")
    services.find_needs(year=YEAR, now=now)
    states = dict(Need.objects.values_list("pk", "state"))
    assert states == {planned.pk: "planned", declined.pk: "declined"}
    assert set(Need.objects.values_list("evidence__findings", flat=True)) == {3}


def test_the_same_facts_in_another_year_are_another_need(now):
    scenes.finding_need(now)
    services.find_needs(year=YEAR + 1, now=now)
    assert sorted(Need.objects.values_list("year", flat=True)) == [YEAR, YEAR + 1]


def test_wishes_of_a_team_for_a_topic_are_one_need_that_counts_the_people(now):
    team, topic = factories.unit(), factories.topic()
    first, second = factories.person(at=team), factories.person("陈思远", at=team)
    services.add_wish(user=first, topic=topic, text="总遇到升级投诉", now=now)
    services.add_wish(user=first, topic=topic, text="常遇到升级投诉", now=now)
    need = services.add_wish(user=second, topic=topic, text="想练习安抚", now=now)
    assert (Need.objects.get(), need.source, need.unit) == (need, "wish", team)
    assert need.evidence == {"people": 2}
    assert set(Wish.objects.values_list("text", flat=True)) == {"常遇到升级投诉", "想练习安抚"}
    assert JournalEntry.objects.filter(verb="need.wished").count() == 2


def test_somebody_who_is_not_employed_wishes_for_nothing(now):
    leaver = factories.person()
    people.end_employment(user=leaver, last_day=date(2026, 10, 31), now=now, by=None, reason="离职")
    with pytest.raises(Refused) as refusal:
        services.add_wish(user=leaver, topic=factories.topic(), text="", now=now)
    assert refusal.value.code == "not_employed"


def test_who_wished_is_told_why_it_was_declined_and_cannot_wish_again_this_year(now):
    person = factories.person(at=factories.unit())
    need = services.add_wish(user=person, topic=factories.topic(), text="想学", now=now)
    by = scenes.personnel()
    with pytest.raises(Refused) as refusal:
        services.decline_need(need=need, reason="  ", by=by, now=now)
    assert refusal.value.code == "no_reason"
    services.decline_need(need=need, reason="明年安排", by=by, now=now)
    services.decline_need(need=need, reason="明年安排", by=by, now=now)
    assert person.notifications.filter(kind="plans.wish_declined").count() == 1
    with pytest.raises(Refused) as refusal:
        services.add_wish(user=person, topic=factories.topic(), text="还是想学", now=now)
    assert (refusal.value.code, "明年安排" in str(refusal.value)) == ("declined", True)


def bring(need, state, now):
    by = factories.with_role(Role.PERSONNEL)
    if state == Need.State.DECLINED:
        return services.decline_need(need=need, reason="暂不安排", by=by, now=now)
    if state == Need.State.PLANNED:
        return scenes.lecture(now, scenes.draft(now, by), needs=[need], by=by)
    return services.reopen_need(need=need, by=by, now=now)


@pytest.mark.parametrize("begin", Need.State.values)
@pytest.mark.parametrize("end", Need.State.values)
def test_a_need_moves_as_its_table_says_and_no_other_way(now, begin, end):
    need = services.add_wish(user=factories.person(), topic=factories.topic(), text="想学", now=now)
    if begin != Need.State.OPEN:
        bring(need, begin, now)
    need.refresh_from_db()
    assert need.state == begin
    # A planned need is opened again by cancelling its item, never by hand.
    by_hand = {Need.State.OPEN: {"planned", "declined"}, Need.State.PLANNED: set(), Need.State.DECLINED: {"open"}}
    if begin == end or end in by_hand[Need.State(begin)]:
        bring(need, end, now)
        need.refresh_from_db()
        assert need.state == end
    else:
        with pytest.raises(Refused):
            bring(need, end, now)
        need.refresh_from_db()
        assert need.state == begin


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_find_needs_at_once_find_each_need_once(now):
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: SQLite has one writer")
    for name in ("热线一班", "热线二班"):
        person = factories.person(at=factories.unit(name))
        for number in range(3):
            quality.observe(now, person, lost={0: 1, 1: 5, 2: 5}, days_ago=number + 1)
    NeedThresholds.load()
    barrier, failures = threading.Barrier(4), []

    def find():
        try:
            barrier.wait()
            services.find_needs(year=YEAR, now=now)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=find) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Need.objects.count() == 6
    assert JournalEntry.objects.filter(verb="need.found").count() == 6
