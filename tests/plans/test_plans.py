"""The annual plan: items, two people, what is arranged and what became of it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses import services as courses
from courses.models import Assignment, Attendance
from ground.errors import Refused
from ground.models import JournalEntry
from people.models import Role
from plans import queries, services
from plans.models import AnnualPlan, Need, PlanItem
from tests import factories
from tests.courses import build
from tests.plans import scenes

pytestmark = pytest.mark.django_db
State = AnnualPlan.State


def refused(code, act, *args, **given):
    with pytest.raises(Refused) as refusal:
        act(*args, **given)
    assert refusal.value.code == code


def test_a_year_has_one_plan(now):
    by = scenes.personnel()
    plan = scenes.draft(now, by)
    assert scenes.draft(now, by) == plan
    refused("taken", services.draft_plan, year=2026, name="另一份", by=by, now=now)
    assert AnnualPlan.objects.count() == 1


def test_an_item_says_what_how_when_who_and_whom_and_answers_its_needs(now):
    need, plan = scenes.finding_need(now), scenes.draft(now)
    teacher = factories.person("孙讲师")
    given = {"unit": need.unit, "topic": need.topic, "instructor": teacher, "month": date(2026, 12, 24)}
    item = scenes.lecture(now, plan, needs=[need], **given)
    again = scenes.lecture(now, plan, needs=[need], **given)
    need.refresh_from_db()
    assert again == item
    assert (item.month, item.instructor, list(item.needs.all()), need.state) == (
        date(2026, 12, 1),
        teacher,
        [need],
        "planned",
    )
    assert JournalEntry.objects.filter(verb="plan_item.added").count() == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"month": date(2027, 1, 1)}, "month"),
        ({"month": date(2025, 12, 1)}, "month"),
        ({"instructor": None}, "no_instructor"),
        ({"method": "coaching", "instructor": None}, "no_instructor"),
        ({"method": "external"}, "no_teacher"),
        ({"method": "external", "external_teacher": "  "}, "no_teacher"),
        ({"method": "self_study"}, "no_course"),
        ({"method": "telepathy"}, "unknown_method"),
        ({"content": " "}, "no_content"),
    ],
)
def test_an_item_that_cannot_be_carried_out_is_refused(now, wrong, code):
    refused(code, scenes.lecture, now, scenes.draft(now), **wrong)
    assert not PlanItem.objects.exists()


def test_the_database_itself_refuses_an_item_that_nobody_teaches(now):
    item = scenes.lecture(now, scenes.draft(now))
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanItem.objects.filter(pk=item.pk).update(instructor=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanItem.objects.filter(pk=item.pk).update(cancelled_at=now)


def test_a_declined_need_is_not_planned(now):
    need = scenes.finding_need(now)
    services.decline_need(need=need, reason="已辅导", by=scenes.personnel(), now=now)
    refused("declined", scenes.lecture, now, scenes.draft(now), needs=[need])
    assert not PlanItem.objects.exists()


def test_a_cancelled_item_opens_the_needs_that_nothing_else_answers(now):
    first, second, plan, by = scenes.finding_need(now), scenes.finding_need(now), scenes.draft(now), scenes.personnel()
    item = scenes.lecture(now, plan, needs=[first, second])
    scenes.lecture(now, plan, needs=[second], content="另一场")
    refused("no_reason", services.cancel_item, item=item, reason="", by=by, now=now)
    services.cancel_item(item=item, reason="讲师出差", by=by, now=now)
    services.cancel_item(item=item, reason="讲师出差", by=by, now=now)
    assert dict(Need.objects.values_list("pk", "state")) == {first.pk: "open", second.pk: "planned"}
    assert JournalEntry.objects.filter(verb="plan_item.cancelled").count() == 1


def test_items_change_in_a_draft_only(now):
    plan, by = scenes.draft(now), scenes.personnel()
    item = scenes.lecture(now, plan)
    change = {"topic": item.topic, "unit": item.unit, "content": "改过", "method": "coaching", "month": scenes.DECEMBER}
    change |= {"item": item, "instructor": item.instructor, "by": by, "now": now}
    assert services.edit_item(**change).content == "改过"
    services.propose_plan(plan=plan, by=by, now=now)
    refused("no_draft", services.edit_item, **change)
    refused("no_draft", scenes.lecture, now, plan, content="再加一场")
    refused("no_draft", services.cancel_item, item=item, reason="不办了", by=by, now=now)
    services.approve_plan(plan=plan, by=scenes.personnel(), now=now)
    refused("no_draft", scenes.lecture, now, plan, content="再加一场")


def test_nobody_approves_the_plan_they_proposed_whatever_their_roles(now):
    plan, by = scenes.draft(now), scenes.personnel()
    scenes.lecture(now, plan)
    services.propose_plan(plan=plan, by=by, now=now)
    refused("own_plan", services.approve_plan, plan=plan, by=by, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualPlan.objects.filter(pk=plan.pk).update(approved_by=by)
    plan.refresh_from_db()
    assert plan.state == State.PROPOSED


@pytest.mark.parametrize("role", [Role.PERSONNEL, Role.MANAGER, Role.ADMINISTRATOR])
def test_another_person_over_the_whole_organisation_approves(now, role):
    plan, by, approver = scenes.draft(now), scenes.personnel(), factories.with_role(role)
    scenes.lecture(now, plan)
    services.propose_plan(plan=plan, by=by, now=now)
    services.approve_plan(plan=plan, by=approver, now=now)
    plan = services.approve_plan(plan=plan, by=approver, now=now)
    assert (plan.state, plan.proposed_by, plan.approved_by, plan.approved_at) == (State.APPROVED, by, approver, now)
    assert by.notifications.get().kind == "plans.plan_approved"
    assert JournalEntry.objects.filter(verb="plan.approved").count() == 1


@pytest.mark.parametrize("role", [Role.TRAINER, Role.INSPECTOR, Role.AUDITOR, Role.EXAMINER, Role.PANEL])
def test_other_roles_neither_propose_nor_approve(now, role):
    plan, other = scenes.draft(now), factories.with_role(role)
    scenes.lecture(now, plan)
    refused("no_personnel", services.propose_plan, plan=plan, by=other, now=now)
    services.propose_plan(plan=plan, by=scenes.personnel(), now=now)
    refused("no_approver", services.approve_plan, plan=plan, by=other, now=now)
    manager_of_a_team = factories.with_role(Role.MANAGER, over=factories.unit())
    refused("no_approver", services.approve_plan, plan=plan, by=manager_of_a_team, now=now)


def test_an_empty_plan_is_not_proposed(now):
    plan = scenes.draft(now)
    refused("empty", services.propose_plan, plan=plan, by=scenes.personnel(), now=now)


def bring(plan, state, now, people):
    """One step towards a state, by the person who may take it."""
    proposer, approver = people
    if state == State.PROPOSED:
        return services.propose_plan(plan=plan, by=proposer, now=now)
    if state == State.APPROVED:
        return services.approve_plan(plan=plan, by=approver, now=now)
    plan.refresh_from_db()
    if plan.state == State.PROPOSED:
        return services.return_plan(plan=plan, reason="请补充课时", by=approver, now=now)
    return services.reopen_plan(plan=plan, reason="新增需求", by=proposer, now=now)


@pytest.mark.parametrize("begin", State.values)
@pytest.mark.parametrize("end", State.values)
def test_a_plan_moves_as_its_table_says_and_no_other_way(now, begin, end):
    people = scenes.personnel(), scenes.personnel()
    plan = scenes.draft(now)
    scenes.lecture(now, plan)
    for state in {State.DRAFT: [], State.PROPOSED: ["proposed"], State.APPROVED: ["proposed", "approved"]}[begin]:
        bring(plan, state, now, people)
    if begin == end or end in AnnualPlan.MOVES[State(begin)]:
        bring(plan, end, now, people)
        plan.refresh_from_db()
        assert plan.state == end
    else:
        with pytest.raises(Refused):
            bring(plan, end, now, people)
        plan.refresh_from_db()
        assert plan.state == begin


def test_a_returned_plan_says_why_and_tells_the_proposer(now):
    plan, proposer, approver = scenes.draft(now), scenes.personnel(), scenes.personnel()
    scenes.lecture(now, plan)
    services.propose_plan(plan=plan, by=proposer, now=now)
    refused("no_reason", services.return_plan, plan=plan, reason=" ", by=approver, now=now)
    plan = services.return_plan(plan=plan, reason="请补充课时", by=approver, now=now)
    assert (plan.state, plan.remark) == (State.DRAFT, "请补充课时")
    assert proposer.notifications.get().kind == "plans.plan_returned"
    assert services.propose_plan(plan=plan, by=approver, now=now).remark == ""
    refused("own_plan", services.approve_plan, plan=plan, by=approver, now=now)


def test_a_reopened_plan_needs_two_people_again(now):
    plan = scenes.draft(now)
    scenes.lecture(now, plan)
    scenes.approved(now, plan)
    plan = services.reopen_plan(plan=plan, reason="新增需求", by=scenes.personnel(), now=now)
    assert (plan.state, plan.approved_by, plan.approved_at) == (State.DRAFT, None, None)
    scenes.lecture(now, plan, content="新增一场")


def test_a_lecture_is_arranged_once_for_everybody_who_works_in_the_unit(now):
    team, plan = factories.unit(), scenes.draft(now)
    people = {factories.person(at=team), factories.person("陈思远", at=team)}
    teacher = factories.person("班长", at=team)
    factories.person("外班", at=factories.unit("营业厅"))
    item = scenes.lecture(now, plan, unit=team, instructor=teacher)
    refused("not_approved", scenes.scheduled, now, item)
    scenes.approved(now, plan)
    session = scenes.scheduled(now, item)
    assert scenes.scheduled(now, item, days=20) == session
    item.refresh_from_db()
    assert (item.session, session.title, session.instructor, session.topic) == (
        session,
        "投诉处理六步法",
        teacher,
        item.topic,
    )
    assert {row.user for row in Attendance.objects.all()} == people
    refused("arranged", services.cancel_item, item=item, reason="不办了", by=scenes.personnel(), now=now)


def test_an_external_course_is_arranged_with_whom_goes_along(now):
    team, plan, guide = factories.unit(), scenes.draft(now), factories.person("带队")
    factories.person(at=team)
    item = scenes.lecture(now, plan, unit=team, method="external", external_teacher="省培训中心", instructor=guide)
    scenes.approved(now, plan)
    session = scenes.scheduled(now, item)
    assert (session.title, session.instructor) == ("投诉处理六步法 · 省培训中心", guide)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"starts_at": None}, "no_time"),
        ({"place": " "}, "no_time"),
        ({"ends_at": "same"}, "wrong_time"),
        ({"starts_at": "past"}, "past"),
    ],
)
def test_a_session_needs_a_day_to_come_a_time_and_a_place(now, wrong, code):
    team, plan = factories.unit(), scenes.draft(now)
    factories.person(at=team)
    item = scenes.lecture(now, plan, unit=team)
    scenes.approved(now, plan)
    starts = now + timedelta(days=3)
    words = {"same": starts, "past": now - timedelta(days=1)}
    given = {"starts_at": starts, "ends_at": starts + timedelta(hours=2), "place": "培训室"}
    given |= {name: words.get(value, value) for name, value in wrong.items()}
    refused(code, services.schedule_item, item=item, by=scenes.personnel(), now=now, **given)
    item.refresh_from_db()
    assert item.session is None


def test_nobody_is_invited_for_a_unit_where_nobody_works(now):
    plan = scenes.draft(now)
    item = scenes.lecture(now, plan)
    scenes.approved(now, plan)
    refused("nobody", scenes.scheduled, now, item)


def test_self_study_assigns_the_course_to_the_unit_until_the_end_of_the_month(now):
    team, plan, course = factories.unit(), scenes.draft(now), build.course()
    person = factories.person(at=team)
    item = scenes.lecture(now, plan, unit=team, method="self_study", course=course, instructor=None)
    scenes.approved(now, plan)
    given = services.schedule_item(item=item, by=scenes.personnel(), now=now)
    assert services.schedule_item(item=item, by=scenes.personnel(), now=now) == given
    assignment = Assignment.objects.get()
    assert (assignment.user, assignment.cause, assignment.due_on) == (person, "plan", date(2026, 12, 31))
    assert list(item.assignments.all()) == [assignment]


@pytest.mark.parametrize(
    ("month", "on", "due"),
    [
        (date(2026, 12, 1), date(2026, 11, 23), date(2026, 12, 31)),
        (date(2026, 11, 1), date(2026, 11, 23), date(2026, 12, 7)),
        (date(2028, 2, 1), date(2028, 1, 1), date(2028, 2, 29)),
    ],
)
def test_self_study_is_due_with_the_month_but_never_in_less_than_two_weeks(month, on, due):
    assert services.due_day(month, on) == due


def test_plan_against_actual_follows_sessions_and_completions(now):
    team, plan, course = factories.unit(), scenes.draft(now), build.course(lessons=1)
    first, second = factories.person(at=team), factories.person("陈思远", at=team)
    teacher = factories.person("孙讲师")
    lecture = scenes.lecture(now, plan, unit=team, instructor=teacher)
    study = scenes.lecture(now, plan, unit=team, method="self_study", course=course, instructor=None)
    scenes.lecture(now, plan, unit=team, month=date(2026, 10, 1), content="上月未办")
    gone = scenes.lecture(now, plan, unit=team, content="取消")
    services.cancel_item(item=gone, reason="重复", by=scenes.personnel(), now=now)
    scenes.approved(now, plan)
    session = scenes.scheduled(now, lecture)
    services.schedule_item(item=study, by=scenes.personnel(), now=now)

    def figures(at):
        count = queries.plan_progress(plan, at)
        return count.planned, count.scheduled, count.held, count.done, count.late, count.cancelled, count.share

    assert figures(now) == (3, 2, 0, 0, 1, 1, 0)
    later = session.ends_at + timedelta(minutes=1)
    courses.note_attendance(session=session, user=first, state="attended", by=teacher, now=later)
    assert figures(later) == (3, 2, 1, 0, 1, 1, 25)
    courses.note_attendance(session=session, user=second, state="absent", by=teacher, now=later)
    for user in (first, second):
        enrolment = courses.enrol(user=user, course=course, now=later)
        courses.complete_lesson(enrolment=enrolment, lesson=build.lessons(course)[0], now=later)
    assert figures(later) == (3, 2, 2, 2, 1, 1, 75)
