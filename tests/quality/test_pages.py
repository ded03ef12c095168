"""What people see and post on the pages of quality."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.models import Role
from quality import services
from quality.models import Appraisal, Checklist, Observation, Violation
from tests import factories
from tests.quality import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_hour(now):
    with time_machine.travel(now, tick=False):
        yield


def get(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


def queries_of(client, user, name, *args):
    client.force_login(user)
    url = reverse(name, args=args)
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(url)
    return len(captured)


def post_observation(client, inspector, person, checklist, **more):
    client.force_login(inspector)
    items = list(checklist.items.all())
    data = {"channel": "call", "contact_at": "2026-11-20T10:30", "contact": "工单 4417", "praise": "语气平和"}
    data |= {f"lost_{items[1].pk}": "10", f"note_{items[1].pk}": "两次打断客户"} | more
    return client.post(f"{reverse('quality:observation_new')}?person={person.pk}&checklist={checklist.pk}", data), items


def test_an_inspector_finds_a_person_by_initials_and_records_a_contact(client, now):
    person, inspector = factories.person("林晓雨"), factories.with_role(Role.INSPECTOR)
    checklist = scenes.new_checklist(now)
    page = get(client, inspector, "quality:observation_new", q="lxy")
    assert [one.name for one in page.context["people"]] == ["林晓雨"]
    response, _items = post_observation(client, inspector, person, checklist)
    observation = Observation.objects.get()
    assert response.url == reverse("quality:observation", args=[observation.pk])
    assert (observation.score, observation.inspector, observation.praise) == (90, inspector, "语气平和")
    shown = client.get(response.url).content.decode()
    assert "两次打断客户" in shown


@pytest.mark.parametrize("points", ["31", "-1", "很多"])
def test_points_that_cannot_be_lost_are_shown_at_their_field_and_nothing_is_recorded(client, now, points):
    person, inspector, checklist = factories.person(), factories.with_role(Role.INSPECTOR), scenes.new_checklist(now)
    item = checklist.items.all()[1]
    response, _items = post_observation(client, inspector, person, checklist, **{f"lost_{item.pk}": points})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [f"lost_{item.pk}"]
    assert not Observation.objects.exists()


def test_a_contact_in_the_future_is_refused_in_a_sentence(client, now):
    person, inspector, checklist = factories.person(), factories.with_role(Role.INSPECTOR), scenes.new_checklist(now)
    response, _items = post_observation(client, inspector, person, checklist, contact_at="2026-11-24T10:30")
    assert response.context["form"].non_field_errors()
    assert not Observation.objects.exists()


def test_an_inspector_records_nobody_out_of_reach_and_not_themselves(client, now):
    team, other = factories.unit("热线一班"), factories.unit("热线二班")
    inspector = factories.with_role(Role.INSPECTOR, over=team)
    checklist = scenes.new_checklist(now)
    for person in (factories.person(at=other), inspector):
        response, _items = post_observation(client, inspector, person, checklist)
        assert response.status_code == 404
    assert not Observation.objects.exists()


def test_without_a_checklist_the_page_says_what_to_do(client, now):
    person, inspector = factories.person(), factories.with_role(Role.INSPECTOR)
    page = get(client, inspector, "quality:observation_new", person=person.pk)
    assert page.templates[0].name == "quality/no_checklist.html"


def test_a_person_sees_their_own_contacts_against_the_target_and_nobody_elses(client, now):
    person, other = factories.person(), factories.person("陈思远")
    mine = scenes.observe(now, person, lost={2: 20})
    theirs = scenes.observe(now, other)
    page = get(client, person, "quality:mine")
    assert [row.pk for row in page.context["own"].observations] == [mine.pk]
    assert (str(page.context["own"].mean), page.context["own"].target, page.context["own"].reached) == (
        "80.0",
        85,
        False,
    )
    assert get(client, person, "quality:observation", mine.pk).status_code == 200
    assert get(client, person, "quality:observation", theirs.pk).status_code == 404


def test_a_manager_sees_the_contacts_of_their_team_only(client, now):
    team, other = factories.unit("热线一班"), factories.unit("热线二班")
    manager = factories.with_role(Role.MANAGER, over=team)
    inside = scenes.observe(now, factories.person(at=team))
    outside = scenes.observe(now, factories.person(at=other))
    table = get(client, manager, "quality:observation_list").context["table"]
    assert [row.object.pk for row in table.rows] == [inside.pk]
    assert get(client, manager, "quality:observation", outside.pk).status_code == 404


def test_the_list_filters_by_unit_month_channel_inspector_and_name(client, now):
    team = factories.unit("热线一班")
    first, second = factories.with_role(Role.INSPECTOR, name="甲"), factories.with_role(Role.INSPECTOR, name="乙")
    here = scenes.observe(now, factories.person("林晓雨", at=team), inspector=first)
    there = scenes.observe(now, factories.person("陈思远"), inspector=second, days_ago=40)
    auditor = factories.with_role(Role.AUDITOR)

    def found(**query):
        table = get(client, auditor, "quality:observation_list", **query).context["table"]
        return [row.object.pk for row in table.rows]

    assert found() == [here.pk, there.pk]
    assert found(unit=team.path) == [here.pk]
    assert found(month="2026-10") == [there.pk]
    assert found(channel="counter") == []
    assert found(inspector=second.pk) == [there.pk]
    assert found(q="csy") == [there.pk]
    assert get(client, auditor, "quality:observation_list", export="xlsx").status_code == 200


def test_one_contact_and_many_take_the_same_number_of_queries(client, now):
    person, auditor = factories.person(), factories.with_role(Role.AUDITOR)
    inspector = factories.with_role(Role.INSPECTOR)
    first = scenes.observe(now, person, inspector=inspector, lost={0: 1})
    pages = [
        (auditor, "quality:observation_list"),
        (person, "quality:mine"),
        (person, "quality:observation", first.pk),
        (inspector, "quality:observation_new"),
    ]
    before = [queries_of(client, *page) for page in pages]
    for number in range(2, 12):
        other = factories.person(f"员工{number}")
        scenes.observe(now, person, inspector=inspector, lost={0: 1, 1: 1, 2: 1}, days_ago=number)
        scenes.observe(now, other, inspector=factories.with_role(Role.INSPECTOR), lost={0: 1}, days_ago=number)
    assert [queries_of(client, *page) for page in pages] == before


def test_appraisals_violations_and_demotions_cost_the_same_for_one_and_for_many(client, now):
    personnel, manager = factories.with_role(Role.PERSONNEL), factories.with_role(Role.MANAGER)

    def conduct(name):
        person = factories.person(name)
        services.appraise(user=person, quarter=date(2026, 10, 1), rating=3, comment="稳", by=manager, now=now)
        services.record_violation(
            user=person,
            grade=Violation.Grade.DEMOTION,
            facts="泄露客户信息",
            valid_from=date(2026, 11, 1),
            valid_to=date(2027, 11, 1),
            by=personnel,
            now=now,
        )

    conduct("林晓雨")
    pages = [
        (personnel, "quality:appraisal_list"),
        (personnel, "quality:violation_list"),
        (personnel, "promotions:demotions"),
        (personnel, "quality:violation_new"),
        (manager, "quality:appraisal_new"),
    ]
    before = [queries_of(client, *page) for page in pages]
    for name in ("陈思远", "王建国", "赵敏"):
        conduct(name)
    assert [queries_of(client, *page) for page in pages] == before


def test_the_list_counts_the_findings_of_each_contact(client, now):
    person, auditor = factories.person(), factories.with_role(Role.AUDITOR)
    scenes.observe(now, person, lost={0: 1, 1: 1, 2: 1}, days_ago=1)
    scenes.observe(now, person, days_ago=2)
    rows = get(client, auditor, "quality:observation_list").context["table"].rows
    assert [row.object.found for row in rows] == [3, 0]


def test_a_superior_appraises_and_only_those_concerned_see_it(client, now):
    team = factories.unit("热线一班")
    person, manager = factories.person(at=team), factories.with_role(Role.MANAGER, over=team)
    client.force_login(manager)
    url = f"{reverse('quality:appraisal_new')}?person={person.pk}"
    response = client.post(url, {"quarter": "2026-10-01", "rating": "3", "comment": "机密评语"})
    assert response.url == reverse("quality:appraisal_list")
    assert Appraisal.objects.get().by == manager
    personnel = factories.with_role(Role.PERSONNEL)
    for reader, page in [(manager, "quality:appraisal_list"), (personnel, "quality:appraisal_list")]:
        assert "机密评语" in get(client, reader, page).content.decode()
    assert "机密评语" in get(client, person, "quality:mine").content.decode()
    outside = factories.with_role(Role.MANAGER, over=factories.unit("热线二班"))
    assert "机密评语" not in get(client, outside, "quality:appraisal_list").content.decode()
    auditor = factories.with_role(Role.AUDITOR)
    read = get(client, auditor, "quality:appraisal_list").content.decode()
    assert ("机密评语" in read, reverse("quality:appraisal_new") in read) == (True, False)
    client.force_login(outside)
    assert client.post(url, {"quarter": "2026-10-01", "rating": "1", "comment": ""}).status_code == 404


def test_personnel_records_a_violation_that_the_person_reads_and_a_manager_does_not(client, now):
    person, personnel = factories.person(), factories.with_role(Role.PERSONNEL)
    client.force_login(personnel)
    url = f"{reverse('quality:violation_new')}?person={person.pk}"
    data = {"grade": "warning", "facts": "泄露客户信息", "valid_from": "2026-11-01", "valid_to": "2026-11-01"}
    assert client.post(url, data).context["form"].non_field_errors()
    assert not Violation.objects.exists()
    client.post(url, data | {"valid_to": "2027-11-01"})
    assert Violation.objects.get().valid_to == date(2027, 11, 1)
    assert "泄露客户信息" in get(client, personnel, "quality:violation_list").content.decode()
    assert "泄露客户信息" in get(client, person, "quality:mine").content.decode()
    assert get(client, factories.with_role(Role.MANAGER), "quality:violation_list").status_code == 403
    with time_machine.travel(now + timedelta(days=400)):
        assert "泄露客户信息" not in get(client, person, "quality:mine").content.decode()


def formset(lines, **more):
    data = {"items-TOTAL_FORMS": len(lines), "items-INITIAL_FORMS": 0, "items-MIN_NUM_FORMS": 1}
    data |= {"items-MAX_NUM_FORMS": 1000}
    for number, (text, weight, topic) in enumerate(lines):
        prefix = f"items-{number}"
        data |= {f"{prefix}-text": text, f"{prefix}-weight": weight, f"{prefix}-topic": topic.pk}
        data |= {f"{prefix}-ORDER": number + 1, f"{prefix}-DELETE": "", f"{prefix}-id": ""}
    return data | more


def test_an_inspector_writes_and_revises_a_checklist_in_the_admin(client, now):
    services.people.ensure_groups()
    inspector = factories.with_role(Role.INSPECTOR)
    client.force_login(inspector)
    topic = factories.topic()
    wrong = client.post(reverse("checklists:add"), formset([("问候", 40, topic)], name="评分表"))
    assert wrong.status_code == 200
    assert not Checklist.objects.exists()
    lines = [("问候", 40, topic), ("倾听", 60, topic)]
    client.post(reverse("checklists:add"), formset(lines, name="评分表"))
    first = Checklist.objects.get()
    assert [(item.text, item.weight) for item in first.items.all()] == [("问候", 40), ("倾听", 60)]
    edit = reverse("checklists:edit", args=[first.pk])
    assert client.get(edit).status_code == 200
    client.post(edit, formset([("倾听", 100, topic)], name="评分表"))
    second = Checklist.objects.get(retired_at__isnull=True)
    assert (second.version, first.items.count()) == (2, 2)
    assert client.get(reverse("checklists:index")).status_code == 200
    assert client.get(reverse("checklists:delete", args=[second.pk])).status_code == 200
    client.post(reverse("checklists:delete", args=[second.pk]))
    assert not Checklist.objects.filter(retired_at__isnull=True).exists()
    assert Checklist.objects.count() == 2


def test_a_trainer_writes_no_checklist(client, now):
    services.people.ensure_groups()
    client.force_login(factories.with_role(Role.TRAINER))
    assert client.get(reverse("checklists:add")).status_code == 302
