"""What people see and post on the pages of needs and plans."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import Assignment, ClassSession
from people.models import Role
from plans import services
from plans.models import AnnualPlan, Need, PlanItem, Wish
from plans.views import annual
from tests import factories
from tests.courses import build
from tests.plans import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_hour(now):
    with time_machine.travel(now, tick=False):
        yield


def get(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


def post(client, user, name, /, *args, query="", **data):
    client.force_login(user)
    return client.post(reverse(name, args=args) + query, data)


def queries_of(client, user, name, *args):
    assert get(client, user, name, *args).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse(name, args=args))
    return len(captured)


def teaching_course(title, topic):
    course = build.course(title)
    course.topics.add(topic)
    course.save_revision().publish()
    return course


def test_the_inbox_shows_a_need_with_its_evidence_and_the_course_that_teaches_the_topic(client, now):
    need = scenes.finding_need(now)
    course = teaching_course("倾听的技术", need.topic)
    page = get(client, scenes.personnel(), "plans:needs")
    ((unit, cards),) = [(group.unit, group.cards) for group in page.context["units"]]
    assert (unit, cards[0].need, cards[0].courses) == (need.unit, need, [course])
    assert cards[0].text in page.content.decode()


def test_the_button_finds_needs_and_says_how_many(client, now):
    need = scenes.finding_need(now)
    Need.objects.all().delete()
    response = post(client, scenes.personnel(), "plans:needs_find")
    assert response.url == reverse("plans:needs")
    assert Need.objects.get().key == need.key


def test_a_need_goes_into_the_plan_with_what_it_suggests(client, now):
    need, personnel = scenes.finding_need(now), scenes.personnel()
    teacher = factories.with_role(Role.TRAINER, name="孙讲师")
    plan = scenes.draft(now)
    form = get(client, personnel, "plans:item_new", plan.year, need=need.pk).context["form"]
    assert (form.initial["topic"], form.initial["unit"], form.initial["method"], form.initial["month"]) == (
        need.topic_id,
        need.unit_id,
        "coaching",
        "2026-12-01",
    )
    data = form.initial | {"instructor": teacher.pk, "course": ""}
    response = post(client, personnel, "plans:item_new", plan.year, query=f"?need={need.pk}", **data)
    assert response.url == reverse("plans:needs")
    need.refresh_from_db()
    assert (need.state, PlanItem.objects.get().instructor) == ("planned", teacher)


def test_an_item_without_its_instructor_is_refused_in_a_sentence(client, now):
    need, personnel, plan = scenes.finding_need(now), scenes.personnel(), scenes.draft(now)
    form = get(client, personnel, "plans:item_new", plan.year, need=need.pk).context["form"]
    response = post(client, personnel, "plans:item_new", plan.year, **(form.initial | {"course": ""}))
    assert response.context["form"].non_field_errors()
    response = post(
        client, personnel, "plans:item_new", plan.year, **(form.initial | {"course": "", "month": "2027-01-01"})
    )
    assert "month" in response.context["form"].errors
    assert not PlanItem.objects.exists()


def test_a_need_is_declined_with_a_reason_and_opened_again(client, now):
    need, personnel = scenes.finding_need(now), scenes.personnel()
    post(client, personnel, "plans:need_decline", need.pk, reason="")
    need.refresh_from_db()
    assert need.state == "open"
    post(client, personnel, "plans:need_decline", need.pk, reason="已有专项辅导")
    page = get(client, personnel, "plans:needs", state="declined")
    assert "已有专项辅导" in page.content.decode()
    post(client, personnel, "plans:need_reopen", need.pk)
    need.refresh_from_db()
    assert (need.state, need.reason) == ("open", "")


def test_a_trainer_of_one_team_sees_and_changes_nothing_of_another(client, now):
    need = scenes.finding_need(now)
    plan = scenes.draft(now)
    item = scenes.lecture(now, plan, unit=need.unit)
    trainer = factories.with_role(Role.TRAINER, over=factories.unit("别的班"))
    assert get(client, trainer, "plans:needs").context["units"] == []
    assert get(client, trainer, "plans:plan", plan.year).context["months"] == []
    for name in ("plans:item", "plans:item_edit", "plans:item_schedule"):
        assert get(client, trainer, name, item.pk).status_code == 404
    for name, pk in [("plans:need_decline", need.pk), ("plans:item_cancel", item.pk)]:
        assert post(client, trainer, name, pk, reason="不要").status_code == 404
    assert get(client, trainer, "plans:item_new", plan.year, need=need.pk).status_code == 404


def test_anybody_wishes_for_training_and_sees_what_became_of_it(client, now):
    person, topic = factories.person(at=factories.unit()), factories.topic()
    post(client, person, "plans:wish", topic=topic.pk, text="总遇到升级投诉")
    wish = Wish.objects.get()
    assert (wish.user, wish.text) == (person, "总遇到升级投诉")
    services.decline_need(need=wish.need, reason="明年安排", by=scenes.personnel(), now=now)
    assert "明年安排" in get(client, person, "plans:wish").content.decode()
    assert post(client, person, "plans:wish", topic=topic.pk, text="还想").context["form"].non_field_errors()


def test_two_people_pass_a_plan_on_its_page_and_the_proposer_is_offered_no_approval(client, now):
    proposer, approver = scenes.personnel(), scenes.personnel()
    post(client, proposer, "plans:plan_new", year="2027", name="2027 年度培训计划")
    plan = AnnualPlan.objects.get(year=2027)
    scenes.lecture(now, plan, month=date(2027, 3, 1))
    post(client, proposer, "plans:plan_propose", 2027)
    assert get(client, proposer, "plans:plan", 2027).context["may_approve"] is False
    post(client, proposer, "plans:plan_approve", 2027)
    plan.refresh_from_db()
    assert plan.state == "proposed"
    assert get(client, approver, "plans:plan", 2027).context["may_approve"] is True
    post(client, approver, "plans:plan_approve", 2027)
    plan.refresh_from_db()
    assert (plan.state, plan.approved_by) == ("approved", approver)
    post(client, proposer, "plans:plan_reopen", 2027, reason="新增需求")
    assert "新增需求" in get(client, proposer, "plans:plan", 2027).content.decode()


def test_an_item_is_arranged_from_its_page(client, now):
    team, personnel, plan = factories.unit(), scenes.personnel(), scenes.draft(now)
    factories.person(at=team)
    lecture = scenes.lecture(now, plan, unit=team)
    study = scenes.lecture(now, plan, unit=team, method="self_study", course=build.course(), instructor=None)
    scenes.approved(now, plan)
    data = {"day": "2026-12-03", "begins": "14:00", "ends": "13:00", "place": "三楼培训室"}
    assert "ends" in post(client, personnel, "plans:item_schedule", lecture.pk, **data).context["form"].errors
    post(client, personnel, "plans:item_schedule", lecture.pk, **(data | {"ends": "16:00"}))
    assert ClassSession.objects.get().starts_at.astimezone(now.tzinfo).hour == 14
    assert get(client, personnel, "plans:item_schedule", study.pk).status_code == 200
    post(client, personnel, "plans:item_schedule", study.pk)
    assert Assignment.objects.count() == 1
    for item in (lecture, study):
        assert get(client, personnel, "plans:item", item.pk).context["row"].state == "scheduled"


def test_an_item_is_changed_and_cancelled_on_its_page(client, now):
    personnel, plan = scenes.personnel(), scenes.draft(now)
    teacher = factories.with_role(Role.TRAINER)
    item = scenes.lecture(now, plan, instructor=teacher)
    form = get(client, personnel, "plans:item_edit", item.pk).context["form"]
    data = form.initial | {"content": "改过的内容", "course": ""}
    assert post(client, personnel, "plans:item_edit", item.pk, **data).url == reverse("plans:item", args=[item.pk])
    item.refresh_from_db()
    assert item.content == "改过的内容"
    post(client, personnel, "plans:item_cancel", item.pk, reason="讲师出差")
    assert "讲师出差" in get(client, personnel, "plans:item", item.pk).content.decode()


def test_a_manager_sees_the_items_of_the_team_and_of_the_units_above_once_approved(client, now):
    team, other = factories.unit("热线一班"), factories.unit("热线二班")
    manager, plan = factories.with_role(Role.MANAGER, over=team), scenes.draft(now)
    mine = scenes.lecture(now, plan, unit=team)
    whole = scenes.lecture(now, plan, unit=factories.company(), content="全员")
    theirs = scenes.lecture(now, plan, unit=other)
    assert get(client, manager, "plans:unit_plan").context["table"].rows == []
    scenes.approved(now, plan)
    table = get(client, manager, "plans:unit_plan").context["table"]
    assert {row.object.item.pk for row in table.rows} == {mine.pk, whole.pk}
    assert get(client, manager, "plans:item", whole.pk).status_code == 200
    assert get(client, manager, "plans:item", theirs.pk).status_code == 404


def test_an_auditor_reads_everything_and_is_offered_nothing(client, now):
    need, plan, auditor = scenes.finding_need(now), scenes.draft(now), factories.with_role(Role.AUDITOR)
    item = scenes.lecture(now, plan)
    assert get(client, auditor, "plans:needs").context["may_work"] is False
    page = get(client, auditor, "plans:plan", plan.year)
    assert [page.context[f"may_{act}"] for act in ("add", "propose", "approve", "return", "reopen")] == [False] * 5
    assert get(client, auditor, "plans:item", item.pk).status_code == 200
    for name, pk in [("plans:need_decline", need.pk), ("plans:item_cancel", item.pk)]:
        assert post(client, auditor, name, pk, reason="不要").status_code == 403


def test_the_plan_is_taken_away_as_a_spreadsheet(client, now):
    plan = scenes.draft(now)
    scenes.lecture(now, plan)
    response = get(client, scenes.personnel(), "plans:plan", plan.year, export="xlsx")
    assert response["Content-Type"].startswith("application/vnd.openxmlformats")


def test_one_item_and_many_take_the_same_number_of_queries(client, now):
    personnel, manager = scenes.personnel(), factories.with_role(Role.MANAGER)
    need, plan = scenes.finding_need(now), scenes.draft(now)
    course = teaching_course("倾听的技术", need.topic)
    wisher = factories.person(at=need.unit)
    services.add_wish(user=wisher, topic=need.topic, text="想学", now=now)
    team = factories.unit()
    factories.person(at=team)
    first = scenes.lecture(now, plan, unit=team, needs=[need])
    scenes.finding_need(now)
    scenes.lecture(now, plan, unit=team, method="self_study", course=course, instructor=None)
    scenes.approved(now, plan)
    scenes.scheduled(now, first)
    pages = [
        (personnel, "plans:needs"),
        (personnel, "plans:plan", plan.year),
        (personnel, "plans:plan_list"),
        (personnel, "plans:item", first.pk),
        (manager, "plans:unit_plan"),
        (wisher, "plans:wish"),
    ]
    before = [queries_of(client, *page) for page in pages]
    services.reopen_plan(plan=plan, reason="新增", by=personnel, now=now)
    for number in range(6):
        more = scenes.finding_need(now)
        scenes.lecture(
            now, plan, unit=team, content=f"第 {number} 场", needs=[more], month=date(2026, 7 + number // 2, 1)
        )
        scenes.finding_need(now)
        topic = factories.topic(f"t-{number}", f"知识点 {number}")
        services.add_wish(user=wisher, topic=topic, text="想学", now=now)
    scenes.approved(now, plan)
    for item in PlanItem.objects.filter(session=None, method="lecture"):
        scenes.scheduled(now + timedelta(minutes=1), item)
    assert [queries_of(client, *page) for page in pages] == before


def test_the_addresses_of_courses_in_the_inbox_are_asked_for_once(client, now, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
    call_command("createcachetable")
    personnel, one = scenes.personnel(), scenes.finding_need(now)
    teaching_course("倾听的技术", one.topic)
    before = queries_of(client, personnel, "plans:needs")
    for title in ("安抚的话", "复述的话", "一次说清"):
        scenes.finding_need(now)
        teaching_course(title, one.topic)
    assert queries_of(client, personnel, "plans:needs") == before


def test_a_long_plan_is_shown_a_month_at_a_time(client, now, monkeypatch):
    monkeypatch.setattr(annual, "SHOWN_AT_ONCE", 1)
    plan = scenes.draft(now)
    scenes.lecture(now, plan, content="十月的课", month=date(2026, 10, 1))
    scenes.lecture(now, plan, content="十一月的课", month=date(2026, 11, 1))

    def shown(**query):
        months = get(client, scenes.personnel(), "plans:plan", plan.year, **query).context["months"]
        return [row["row"].item.content for _month, rows in months for row in rows]

    assert (shown(), shown(month="2026-10"), shown(month="kein")) == (["十一月的课"], ["十月的课"], ["十一月的课"])
    monkeypatch.setattr(annual, "SHOWN_AT_ONCE", 2)
    assert shown() == ["十月的课", "十一月的课"]
