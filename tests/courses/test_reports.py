"""Courses in figures: each counts the people within reach and nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses import queries, services
from courses.models import LessonProgress
from tests import factories
from tests.courses import build
from tests.courses.test_checks import question

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def client(team):
    client = Client()
    client.force_login(factories.with_role("trainer", over=team))
    return client


def begun(user, course, at, *, lessons=0, seconds=60):
    """A round with so many lessons completed, each read for so many seconds."""
    enrolment = services.enrol(user=user, course=course, now=at)
    for lesson in build.lessons(course)[:lessons]:
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=at)
        LessonProgress.objects.filter(enrolment=enrolment, lesson=lesson).update(seconds=seconds)
    return enrolment


def report_of(client, course) -> queries.CourseReport:
    return client.get(reverse("courses:report", args=[course.pk])).context["report"]


def test_no_figure_counts_people_of_another_unit(client, team, now):
    course = build.course(lessons=2)
    begun(factories.person(at=team), course, now, lessons=1)
    before = report_of(client, course)
    other = factories.unit("外班")
    begun(factories.person(at=other), course, now, lessons=2)
    begun(factories.person(at=other), course, now - timedelta(days=20))
    assert report_of(client, course) == before
    assert (before.enrolled, before.completed) == (1, 0)


def test_each_lesson_counts_who_opened_and_completed_it(client, team, now):
    course = build.course(lessons=2)
    begun(factories.person(at=team), course, now, lessons=2)
    begun(factories.person(at=team), course, now, lessons=1)
    report = report_of(client, course)
    assert [(row.opened, row.completed) for row in report.lessons] == [(2, 2), (1, 1)]
    assert (report.enrolled, report.completed) == (2, 1)


@pytest.mark.parametrize(
    ("seconds", "median"), [([], None), ([60], 60), ([10, 20], 10), ([300, 10, 60], 60), ([5, 5, 9, 100], 5)]
)
def test_the_time_is_the_median_of_those_who_completed(client, team, now, seconds, median):
    course = build.course(lessons=1)
    for each in seconds:
        begun(factories.person(at=team), course, now, lessons=1, seconds=each)
    assert report_of(client, course).lessons[0].seconds == median


def test_who_did_nothing_for_fourteen_days_stopped_in_the_last_lesson(client, team, now):
    course = build.course(lessons=2)
    begun(factories.person(at=team), course, now - timedelta(days=15), lessons=1)
    begun(factories.person(at=team), course, now - timedelta(days=15))
    begun(factories.person(at=team), course, now - timedelta(days=13), lessons=1)
    report = report_of(client, course)
    assert [row.stopped for row in report.lessons] == [1, 0]
    assert report.waiting == 1


def test_completions_are_counted_in_each_of_twelve_months(client, team, now):
    course = build.course(lessons=1)
    begun(factories.person(at=team), course, now, lessons=1)
    months = report_of(client, course).months
    assert len(months) == 12
    assert months[-1] == (timezone.localdate(now).replace(day=1), 1)
    assert sum(number for _month, number in months) == 1


def test_the_list_counts_people_within_reach(client, team, now):
    course = build.course(lessons=1)
    begun(factories.person(at=team), course, now, lessons=1)
    begun(factories.person(at=team), course, now)
    begun(factories.person(at=factories.unit("外班")), course, now, lessons=1)
    row = client.get(reverse("courses:report_list")).context["table"].page.object_list[0]
    assert (row.begun, row.finished, row.overdue) == (2, 1, 0)


def test_a_report_costs_the_same_for_one_and_for_many(client, team, now):
    course = build.course(lessons=3)

    def cost(url):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    begun(factories.person(at=team), course, now, lessons=2)
    pages = [reverse("courses:report", args=[course.pk]), reverse("courses:report_list")]
    one = [cost(url) for url in pages]
    for _each in range(3):
        begun(factories.person(at=team), course, now, lessons=3)
        build.course()
    assert [cost(url) for url in pages] == one


def test_both_pages_are_spreadsheets_too(client, team):
    course = build.course()
    for url in (reverse("courses:report", args=[course.pk]), reverse("courses:report_list")):
        assert client.get(url, {"export": "xlsx"})["Content-Type"].endswith("spreadsheetml.sheet")


def test_the_checks_missed_most_at_the_first_try_stand_first_and_only_within_reach(client, team, now):
    for code in ("missed-01", "missed-02"):
        question(now, code, content={"stem": f"题目 {code}", "options": ["甲", "乙", "丙"]})
    course = build.course(lessons=1, body=[("check", {"questions": ["missed-01", "missed-02"]})])
    lesson = build.lessons(course)[0]
    outsider = factories.person(at=factories.unit("外班"))
    tries = [
        (factories.person(at=team), "missed-01", [False, True]),
        (factories.person(at=team), "missed-01", [True]),
        (factories.person(at=team), "missed-02", [False]),
        (outsider, "missed-01", [False]),
    ]
    for user, code, answers in tries:
        enrolment = services.enrol(user=user, course=course, now=now)
        services.open_lesson(enrolment=enrolment, lesson=lesson, now=now)
        for right in answers:
            services.note_check_answer(enrolment=enrolment, lesson=lesson, code=code, right=right, now=now)
    missed = report_of(client, course).missed
    assert [(row.stem, row.answered, row.wrong, row.percent) for row in missed] == [
        ("题目 missed-02", 1, 1, 100),
        ("题目 missed-01", 2, 1, 50),
    ]
