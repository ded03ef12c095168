"""What may happen to a lesson or a session at the same instant, on PostgreSQL with real threads."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django_q.models import OrmQ

from courses import services
from courses.models import (
    Acknowledgement,
    Assignment,
    Attendance,
    Completion,
    JobRecord,
    LessonProgress,
    TrainingExport,
)
from ground.models import JournalEntry
from tests import factories
from tests.courses import build
from tests.courses.test_reading import question

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Row locks and threads need PostgreSQL."),
]


def together(*acts):
    """Runs the acts at the same instant, each on its own connection, and returns what they returned."""
    gate = threading.Barrier(len(acts))

    def run(act):
        try:
            gate.wait(timeout=20)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


def test_two_devices_that_report_at_once_keep_the_newest_place_and_the_time_of_one_clock(now):
    user, course = factories.person(), build.course(lessons=1, body=[("text", f"<p>{n}</p>") for n in range(8)])
    (lesson,) = build.lessons(course)
    enrolment = services.enrol(user=user, course=course, now=now)
    services.open_lesson(enrolment=enrolment, lesson=lesson, now=now)
    blocks = [block.id for block in lesson.body]
    later = now + timedelta(seconds=20)

    def report(step):
        services.note_progress(
            enrolment=enrolment,
            lesson=lesson,
            place=blocks[step - 1],
            seconds=20,
            reached_end=step == 3,
            step=step,
            now=later,
        )

    together(*[lambda step=step: report(step) for step in range(1, 9)])
    row = LessonProgress.objects.get()
    assert (row.step, row.place, row.seconds, row.reached_end_at) == (8, blocks[7], 20, later)


def test_opening_enrolling_and_being_done_twice_at_once_completes_once(now):
    for _round in range(5):
        user, course = factories.person(), build.course(lessons=1)
        (lesson,) = build.lessons(course)

        def done(user=user, course=course, lesson=lesson):
            enrolment = services.enrol(user=user, course=course, now=now)
            services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now)

        together(done, done, done)
        assert Completion.objects.filter(user=user).count() == 1
        assert JournalEntry.objects.filter(verb="course.completed", object_id=str(user.pk)).count() == 1


def test_a_notice_acknowledged_twice_at_once_is_acknowledged_once(now):
    notice = {"title": "保密承诺", "department": "质量部", "text": "<p>不外传。</p>"}
    user, course = factories.person(), build.course(lessons=1, body=[("notice", notice)])
    (lesson,) = build.lessons(course)
    block = lesson.body[0]

    def acknowledge():
        services.acknowledge(user=user, lesson=lesson, block=block.id, seen=block.value.words_hash, now=now)

    together(*[acknowledge] * 4)
    assert Acknowledgement.objects.count() == 1
    assert JournalEntry.objects.filter(verb="notice.acknowledged").count() == 1


def test_right_answers_at_once_all_count(now):
    codes = [f"s-race-{number}" for number in range(4)]
    for code in codes:
        question(now, code)
    user, course = factories.person(), build.course(lessons=1, body=[("check", {"questions": codes})])
    (lesson,) = build.lessons(course)
    enrolment = services.enrol(user=user, course=course, now=now)

    def answer(code):
        services.note_check_answer(enrolment=enrolment, lesson=lesson, code=code, right=True, now=now)

    together(*[lambda code=code: answer(code) for code in codes])
    assert sorted(LessonProgress.objects.get().checks) == codes


def test_the_last_place_of_a_session_goes_to_one(now):
    row = services.schedule_session(
        title="升级投诉演练",
        topic=factories.topic(),
        instructor=factories.person(),
        place="二楼",
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, hours=1),
        places=1,
        users=[],
        sign_up=True,
        by=None,
        now=now,
    )
    people = [factories.person() for _ in range(6)]
    together(*[lambda user=user: services.join_session(session=row, user=user, now=now) for user in people])
    assert sorted(Attendance.objects.values_list("state", flat=True)) == ["expected", *["waiting"] * 5]


def test_two_nights_at_once_assign_a_rule_once(now):
    unit = factories.unit()
    trainer = factories.with_role("trainer", over=unit)
    rule, _count = services.make_rule(
        name="新到班组",
        course=build.course(),
        audience={"units": [unit.pk]},
        due="assignment",
        days=30,
        due_on=None,
        note="",
        by=trainer,
        now=now,
        knowing=True,
    )
    people = [factories.person(at=unit) for _number in range(5)]

    def night():
        services.apply_rule(rule=rule, now=now + timedelta(days=1))

    together(night, night, night, night)
    for user in people:
        assert Assignment.objects.filter(user=user).count() == 1
        assert user.notifications.filter(kind="course_assigned").count() == 1


def test_two_workers_send_a_report_once(now):
    trainer = factories.with_role("trainer")
    services.schedule_report(
        report="late", query="", every="week", day=now.isoweekday(), by=trainer, now=now - timedelta(days=9)
    )

    def night():
        return services.send_reports(now=now)

    assert sorted(together(night, night, night)) == [0, 0, 1]
    assert TrainingExport.objects.count() == 1


def test_two_workers_deliver_a_report_once(now):
    trainer = factories.with_role("trainer")
    trainer.email = "zhou@example.com"
    trainer.save()
    schedule = services.schedule_report(report="late", query="", every="week", day=1, by=trainer, now=now)
    export = TrainingExport.objects.create(report="late", asked_by=trainer, asked_at=now)

    def deliver():
        return services.deliver_report(schedule=schedule, export=export, figures="", now=now)

    assert sorted(together(deliver, deliver, deliver)) == [False, False, True]
    assert trainer.notifications.filter(kind="report_ready").count() == 1
    assert [item.task["func"] for item in OrmQ.objects.all()] == ["courses.services.mail_report"]


def test_two_coaches_sign_the_last_items_and_the_record_is_complete_once(now):
    coach, other = factories.with_role("trainer"), factories.with_role("trainer")
    services.begin_checklists(checklist=build.checklist("一", "二"), users=[factories.person()], by=coach, now=now)
    record = JobRecord.objects.get()
    together(
        *[
            lambda place=place, by=by: services.sign_item(record=record, place=place, note="", by=by, now=now)
            for place in (0, 1)
            for by in (coach, other)
        ]
    )
    assert (record.signatures.count(), JobRecord.objects.get().completed_at) == (2, now)
    assert JournalEntry.objects.filter(verb="job_checklist.completed").count() == 1
