"""Frozen versions, assignments with their reasons, completion, sessions."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from courses import queries, services
from courses.models import Assignment, Attendance, Completion, CourseVersion
from courses.signals import course_completed
from ground.errors import Refused
from ground.models import JournalEntry
from people.models import Employment, Notification
from people.services import change_employment, hire
from tests import factories
from tests.courses import build

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def assign(user, course, now, *, due_on=date(2026, 12, 1), by=None, cause="manual"):
    return services.assign(
        user=user, course=course, cause=cause, cause_date=date(2026, 11, 23), due_on=due_on, by=by, now=now
    )


def finish(user, course, now):
    enrolment = services.enrol(user=user, course=course, now=now)
    for lesson in build.lessons(course):
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now)
    return enrolment


def test_publishing_a_lesson_freezes_the_course_with_its_lessons_in_order():
    course = build.course(lessons=2)
    build.lesson(course, "第三课")
    newest = course.versions.order_by("-number").first()
    assert [lesson["title"] for lesson in newest.content["lessons"]] == ["第 1 课", "第 2 课", "第三课"]
    assert newest.content["lessons"][0]["body"][0]["type"] == "text"


def test_freezing_an_unchanged_course_again_returns_the_same_version(now):
    course = build.course()
    first = services.freeze(course=course, now=now)
    again = services.freeze(course=course, now=now + timedelta(days=1))
    assert again == first
    assert course.versions.filter(content_hash=first.content_hash).count() == 1


def test_a_version_cannot_be_changed(now):
    version = services.freeze(course=build.course(), now=now)
    version.content = {"title": "别的"}
    with pytest.raises(IntegrityError), transaction.atomic():
        version.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseVersion.objects.all()._raw_delete("default")


def test_unpublishing_a_lesson_makes_a_version_without_it_and_keeps_what_was_learned(now):
    course = build.course(lessons=2)
    user = factories.person()
    finish(user, course, now)
    before = Completion.objects.get(user=user)
    build.lessons(course)[1].unpublish()
    assert len(course.versions.order_by("-number").first().content["lessons"]) == 1
    assert len(before.version.content["lessons"]) == 2
    assert list(Completion.objects.filter(user=user)) == [before]


def test_a_new_hire_gets_every_course_of_the_onboarding_path_with_its_day():
    course = build.course()
    build.onboarding(course, days=30)
    user = factories.person(on=date(2026, 1, 5))
    row = Assignment.objects.get(user=user)
    assert (row.course, row.cause, row.cause_date, row.due_on) == (course, "hire", date(2026, 1, 5), date(2026, 2, 4))
    assert Notification.objects.filter(user=user, kind="path_assigned").count() == 1


def test_a_promotion_assigns_nothing_even_when_the_onboarding_was_withdrawn(now):
    build.onboarding(build.course())
    user = factories.person()
    trainer = factories.with_role("trainer")
    services.withdraw_assignment(
        assignment=Assignment.objects.get(user=user), by=trainer, reason="已有同等经历", now=now
    )
    change_employment(
        user=user, on=date(2026, 6, 1), level=factories.level("intermediate"), now=now, by=None, cause="promotion"
    )
    assert Assignment.objects.filter(user=user, withdrawn_at__isnull=True).count() == 0


def test_onboarding_twice_changes_nothing(now):
    build.onboarding(build.course())
    user = factories.person()
    again = services.assign_onboarding(user=user, on=factories.FIRST_DAY, now=factories.START)
    assert again == []
    assert Assignment.objects.filter(user=user).count() == 1


def test_somebody_who_has_worked_here_for_years_is_not_onboarded_by_an_import(now):
    build.onboarding(build.course(), days=30)
    user = hire(
        employee_no="90001",
        name="王建国",
        unit=factories.company(),
        post=factories.post(),
        on=date(2019, 3, 1),
        now=now,
        by=None,
        cause=Employment.Cause.IMPORT,
    )
    assert Assignment.objects.filter(user=user).count() == 0


def test_assigning_twice_returns_the_standing_assignment(now):
    user, course = factories.person(), build.course()
    first = assign(user, course, now)
    second = assign(user, course, now, due_on=date(2027, 1, 1))
    assert second == first
    assert second.due_on == date(2026, 12, 1)


def test_a_day_that_is_over_is_refused(now):
    user, course = factories.person(), build.course()
    with pytest.raises(Refused) as refusal:
        assign(user, course, now, due_on=date(2026, 11, 22))
    assert refusal.value.code == "past"
    assert not Assignment.objects.exists()


def test_assigning_to_many_leaves_out_who_has_it_or_has_completed_it(now):
    course = build.course()
    holder, finisher, fresh = (factories.person() for _ in range(3))
    assign(holder, course, now)
    finish(finisher, course, now)
    given = services.assign_all(
        users=[holder, finisher, fresh],
        course=course,
        cause="manual",
        cause_date=now.date(),
        due_on=date(2026, 12, 1),
        by=None,
        now=now,
    )
    assert given == 1
    assert Assignment.objects.filter(user=fresh).count() == 1


def test_nobody_withdraws_their_own_assignment(now):
    trainer = factories.with_role("trainer")
    row = assign(trainer, build.course(), now)
    with pytest.raises(Refused) as refusal:
        services.withdraw_assignment(assignment=row, by=trainer, reason="不需要", now=now)
    assert refusal.value.code == "self"


def test_a_withdrawal_names_its_reason_in_the_journal(now):
    trainer, user = factories.with_role("trainer"), factories.person()
    row = assign(user, build.course(), now)
    with pytest.raises(Refused):
        services.withdraw_assignment(assignment=row, by=trainer, reason=" ", now=now)
    services.withdraw_assignment(assignment=row, by=trainer, reason="转岗", now=now)
    entry = JournalEntry.objects.get(verb="assignment.withdrawn")
    assert (entry.reason, entry.actor_id) == ("转岗", trainer.pk)


def test_the_last_lesson_completes_the_course_and_says_so_once(now):
    user, course = factories.person(), build.course(lessons=2)
    heard = []

    def hear(completion, now, **_signal):
        heard.append((completion.user, completion.course, now))

    course_completed.connect(hear)
    try:
        enrolment = finish(user, course, now)
        services.complete_lesson(enrolment=enrolment, lesson=build.lessons(course)[0], now=now + timedelta(days=1))
    finally:
        course_completed.disconnect(hear)
    assert heard == [(user, course, now)]


def test_the_first_lesson_does_not_complete_a_course_of_two(now):
    user, course = factories.person(), build.course(lessons=2)
    enrolment = services.enrol(user=user, course=course, now=now)
    services.complete_lesson(enrolment=enrolment, lesson=build.lessons(course)[0], now=now)
    assert not Completion.objects.exists()


def test_an_unfinished_enrolment_follows_the_course_to_its_newest_version(now):
    user, course = factories.person(), build.course(lessons=1)
    enrolment = services.enrol(user=user, course=course, now=now)
    added = build.lesson(course, "新的一课")
    services.complete_lesson(enrolment=enrolment, lesson=build.lessons(course)[0], now=now)
    assert not Completion.objects.exists()
    services.complete_lesson(enrolment=enrolment, lesson=added, now=now)
    assert Completion.objects.get().version == course.versions.order_by("-number").first()


def test_a_lesson_of_another_course_is_refused(now):
    user, course = factories.person(), build.course()
    enrolment = services.enrol(user=user, course=course, now=now)
    with pytest.raises(Refused) as refusal:
        services.open_lesson(enrolment=enrolment, lesson=build.lessons(build.course())[0], now=now)
    assert refusal.value.code == "strange_lesson"


def test_opening_a_lesson_again_keeps_the_first_time(now):
    user, course = factories.person(), build.course()
    enrolment = services.enrol(user=user, course=course, now=now)
    lesson = build.lessons(course)[0]
    first = services.open_lesson(enrolment=enrolment, lesson=lesson, now=now)
    again = services.open_lesson(enrolment=enrolment, lesson=lesson, now=now + timedelta(hours=1))
    assert again == first
    assert again.opened_at == now


def session(now, *users, places=20, instructor=None):
    starts = datetime(2026, 11, 25, 14, 0, tzinfo=SHANGHAI)
    return services.schedule_session(
        title="来电接听三声与语速",
        topic=factories.topic(),
        instructor=instructor or factories.with_role("trainer"),
        place="三楼培训室",
        starts_at=starts,
        ends_at=starts + timedelta(minutes=90),
        places=places,
        users=users,
        by=None,
        now=now,
    )


def test_people_expected_in_a_session_are_told(now):
    user = factories.person()
    row = session(now, user)
    assert list(row.attendances.values_list("user", "state")) == [(user.pk, "expected")]
    assert Notification.objects.get(user=user, kind="session_scheduled").params["place"] == "三楼培训室"


def test_more_people_than_places_are_refused(now):
    with pytest.raises(Refused) as refusal:
        session(now, factories.person(), factories.person(), places=1)
    assert refusal.value.code == "full"


def test_attendance_is_noted_by_another_person_from_the_day_on(now):
    user, trainer = factories.person(), factories.with_role("trainer")
    row = session(now, user, trainer)
    with pytest.raises(Refused) as early:
        services.note_attendance(session=row, user=user, state="attended", by=trainer, now=now)
    on_the_day = now + timedelta(days=2)
    with pytest.raises(Refused) as own:
        services.note_attendance(session=row, user=trainer, state="attended", by=trainer, now=on_the_day)
    services.note_attendance(session=row, user=user, state="attended", by=trainer, now=on_the_day)
    assert (early.value.code, own.value.code) == ("too_early", "self")
    assert Attendance.objects.get(session=row, user=user).state == "attended"


def test_every_due_date_says_why(now):
    build.onboarding(build.course("客户投诉处理"), days=30)
    user = factories.person(on=date(2026, 1, 5))
    trainer = factories.with_role("trainer")
    assign(user, build.course("话务礼仪"), now, by=trainer)
    hired, manual = queries.assignments_of(user, date(2026, 1, 20))
    assert "2026\xa0年\xa01\xa0月\xa05\xa0日" in hired.why
    assert "30" in hired.why
    assert "周敏" in manual.why


def test_the_next_step_is_what_is_due_first(now):
    user = factories.person()
    later, sooner = build.course("以后"), build.course("先学")
    assign(user, later, now, due_on=date(2026, 12, 20))
    assign(user, sooner, now, due_on=date(2026, 12, 1))
    step = queries.next_step(user, now.date())
    assert (step.course, step.number, step.done, step.total) == (sooner, 1, 0, 2)
    finish(user, sooner, now)
    assert queries.next_step(user, now.date()).course == later
    finish(user, later, now)
    assert queries.next_step(user, now.date()) is None


def test_words_are_found_inside_longer_chinese_words():
    found = build.course("客户投诉处理")
    inside = build.course("热线基础", body=[("text", "<p>停电故障的报修时限</p>")])
    assert list(queries.search("投诉")) == [found]
    assert list(queries.search("报修 热线")) == [inside]
    assert list(queries.search("没有这个词")) == []
