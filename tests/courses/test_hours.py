"""Hours of training: what counts, on which day, for whom."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses import queries, services
from courses.models import ExternalTraining
from courses.queries import Minutes, minutes_by_person
from people.models import User
from tests import factories
from tests.courses import build

pytestmark = pytest.mark.django_db
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def finished(user, course, now):
    enrolment = services.enrol(user=user, course=course, now=now)
    for lesson in build.lessons(course):
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now)
    return enrolment


def attended(user, at, *, minutes=90, state="attended"):
    instructor = factories.person("周敏")
    session = services.schedule_session(
        title="来电接听三声",
        topic=factories.topic(),
        instructor=instructor,
        place="三楼",
        starts_at=at,
        ends_at=at + timedelta(minutes=minutes),
        places=20,
        users=[user],
        by=None,
        now=at - timedelta(days=1),
    )
    services.note_attendance(session=session, user=user, state=state, by=instructor, now=at)
    return session


def external(user, on, *, minutes=120, state="confirmed"):
    """A claimed course elsewhere as somebody has decided on it."""
    decided = {} if state == "claimed" else {"decided_at": factories.START, "decided_by": factories.person("吴静")}
    return ExternalTraining.objects.create(
        user=user,
        title="投诉处理师",
        provider="行业协会",
        minutes=minutes,
        finished_on=on,
        proof="a",
        proof_name="a.pdf",
        proof_type="application/pdf",
        claimed_at=factories.START,
        state=state,
        **decided,
    )


def minutes(user, first=YEAR[0], last=YEAR[1]) -> Minutes | None:
    return minutes_by_person(User.objects.filter(pk=user.pk), first, last).get(user.pk)


def test_courses_sessions_and_external_courses_add_up(now):
    user = factories.person()
    finished(user, build.course(minutes=45), now)
    attended(user, now)
    external(user, date(2026, 3, 1))
    assert minutes(user) == Minutes(courses=45, sessions=90, external=120)
    assert minutes(user).total == 255


def test_who_did_nothing_is_not_in_it(now):
    user = factories.person()
    services.enrol(user=user, course=build.course(), now=now)
    attended(user, now, state="absent")
    external(user, date(2026, 3, 1), state="claimed")
    external(user, date(2026, 3, 1), state="refused")
    assert minutes(user) is None


def test_the_course_counts_what_it_took_when_it_was_completed(now):
    user, course = factories.person(), build.course(minutes=45)
    finished(user, course, now)
    course.minutes = 90
    course.save_revision().publish()
    assert minutes(user).courses == 45


def test_a_round_on_what_changed_counts_the_changed_lessons_only(now):
    user, course = factories.person(), build.course(lessons=2, minutes=45)
    finished(user, course, now)
    lesson = build.lessons(course)[1]
    lesson.title, lesson.minutes = "第 2 课（新）", 12
    lesson.save_revision().publish()
    due_on, trainer = now.date() + timedelta(days=9), factories.person("周敏")
    services.assign_changes(users=[user], course=course, due_on=due_on, by=trainer, now=now)
    enrolment = finished(user, course, now)
    assert enrolment.since is not None
    assert minutes(user).courses == 45 + 12


def test_the_first_and_the_last_day_count_in_the_organisations_zone(now):
    user, on = factories.person(), now.date()
    midnight = now.replace(hour=0)
    finished(user, build.course(minutes=45), midnight)
    attended(user, midnight + timedelta(hours=23))
    external(user, on)
    assert minutes(user, on, on) == Minutes(45, 90, 120)
    assert minutes(user, on + timedelta(days=1), on + timedelta(days=9)) is None
    assert minutes(user, on - timedelta(days=9), on - timedelta(days=1)) is None


def test_nobody_else_is_counted(now):
    user, other = factories.person(), factories.person()
    finished(other, build.course(), now)
    assert minutes_by_person(User.objects.filter(pk=user.pk), *YEAR) == {}


def test_many_people_cost_as_many_queries_as_one(now):
    def one():
        user = factories.person()
        course = build.course(lessons=1)
        finished(user, course, now)
        attended(user, now)
        external(user, date(2026, 3, 1))
        return user

    def cost():
        with CaptureQueriesContext(connection) as captured:
            found = minutes_by_person(User.objects.all(), *YEAR)
        return len(captured), len(found)

    one()
    assert cost() == (4, 1)
    for _each in range(4):
        one()
    assert cost() == (4, 5)


def test_a_round_costs_the_same_however_many_there_are(now):
    course = build.course(lessons=1)
    enrolment = finished(factories.person(), course, now)
    assert queries.minutes_of_rounds([(enrolment.version_id, None)]) == {(enrolment.version_id, None): 60}
