"""The pages of learners."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses import services
from courses.models import Completion, Enrolment, LessonProgress
from tests import factories
from tests.courses import build

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


def test_the_catalogue_costs_the_same_for_many_courses_and_at_most_twelve_queries():
    user, now = factories.person(), timezone.now()
    services.enrol(user=user, course=build.course(), now=now)
    client = signed_in(user)
    one = queries_of(client, build.index().url)
    for number in range(3):
        course = build.course(strand=factories.strand(f"s{number}", f"类别{number}"), lessons=3)
        services.enrol(user=user, course=course, now=now)
    assert queries_of(client, build.index().url) == one
    assert one <= 12


def test_a_course_page_costs_the_same_for_many_lessons_and_at_most_twelve_queries():
    user, short, long = factories.person(), build.course(lessons=1), build.course(lessons=6)
    client = signed_in(user)
    one = queries_of(client, short.url)
    assert queries_of(client, long.url) == one
    assert one <= 12


def test_my_learning_and_my_path_cost_the_same_for_many_courses():
    user, now = factories.person(), timezone.now()
    build.onboarding(build.course())
    client = signed_in(user)

    def assign():
        course = build.course()
        services.assign(
            user=user,
            course=course,
            cause="manual",
            cause_date=now.date(),
            due_on=date(2099, 1, 1),
            by=factories.with_role("trainer"),
            now=now,
        )
        services.enrol(user=user, course=build.course(), now=now)
        return course

    assign()
    one = queries_of(client, reverse("courses:mine"))
    path = queries_of(client, reverse("courses:path"))
    build.onboarding(assign(), assign())
    assert queries_of(client, reverse("courses:mine")) == one
    assert queries_of(client, reverse("courses:path")) == path


def test_words_inside_longer_words_find_the_course_in_the_catalogue():
    build.course("客户投诉处理")
    build.course("电话礼仪")
    response = signed_in(factories.person()).get(build.index().url, {"q": "投诉"})
    assert "客户投诉处理" in response.text
    assert "电话礼仪" not in response.text


def test_opening_a_lesson_enrols_and_the_last_one_completes_the_course():
    user, course = factories.person(), build.course(lessons=2)
    first, second = build.lessons(course)
    client = signed_in(user)
    assert client.get(first.url).status_code == 200
    assert LessonProgress.objects.get().lesson_id == first.pk
    answer = client.post(reverse("courses:complete_lesson", args=[first.pk]))
    assert answer.headers["Location"] == second.url
    answer = client.post(reverse("courses:complete_lesson", args=[second.pk]))
    assert answer.headers["Location"] == course.url
    assert Completion.objects.get(user=user).course == course
    assert "已完成" in client.get(course.url).text or Completion.objects.count() == 1


def test_looking_at_a_course_enrols_nobody():
    user, course = factories.person(), build.course()
    signed_in(user).get(course.url)
    assert not Enrolment.objects.exists()


def test_what_was_completed_stays_after_the_course_is_unpublished(now):
    user, course = factories.person(), build.course(lessons=1)
    enrolment = services.enrol(user=user, course=course, now=now)
    services.complete_lesson(enrolment=enrolment, lesson=build.lessons(course)[0], now=now)
    course.unpublish()
    client = signed_in(user)
    assert client.get(course.url).status_code == 404
    assert client.get(build.lessons(course)[0].url).status_code == 404
    assert course.title in client.get(reverse("courses:mine")).text


def test_a_course_page_says_until_when_and_why(now):
    user, course = factories.person(), build.course()
    build.onboarding(course, days=30)
    services.assign_onboarding(user=user, on=date(2026, 11, 1), now=now)
    text = signed_in(user).get(course.url).text
    assert "2026\xa0年\xa012\xa0月\xa01\xa0日" in text
    assert "2026\xa0年\xa011\xa0月\xa01\xa0日" in text


def test_a_dialogue_a_comparison_and_key_points_are_read_as_such():
    body = [
        ("dialogue", {"title": "改套餐", "lines": [{"who": "customer", "text": "怎么还没改"}], "better": "我核对一下"}),
        ("comparison", {"rows": [{"do": "先听完", "dont": "打断", "why": "气没有出完"}]}),
        ("key_points", ["停顿后等 2 秒"]),
    ]
    course = build.course(lessons=1, body=body)
    text = signed_in(factories.person()).get(build.lessons(course)[0].url).text
    for words in ("怎么还没改", "我核对一下", "气没有出完", "停顿后等 2 秒"):
        assert words in text
