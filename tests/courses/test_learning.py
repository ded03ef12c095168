"""The pages of learners."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses import queries, services
from courses.models import Assignment, Completion, Enrolment, LessonPage, LessonProgress
from tests import factories
from tests.courses import build
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


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

    services.assign_onboarding(user=user, on=now.date(), now=now)
    assign()
    one = queries_of(client, reverse("courses:mine"))
    path = queries_of(client, reverse("courses:path"))
    assign(), assign()
    build.onboarding(build.course(), build.course())
    services.assign_onboarding(user=user, on=now.date(), now=now)
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


# Rounds: what is taken again, and only what changed.


def complete(user, course, at) -> Completion:
    enrolment = services.enrol(user=user, course=course, now=at)
    for lesson in build.lessons(course):
        services.open_lesson(enrolment=enrolment, lesson=lesson, now=at)
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=at)
    return Completion.objects.filter(user=user, course=course).latest("pk")


def must(user, course, cause, now, days=10) -> Assignment:
    on = timezone.localdate(now)
    return services.assign(
        user=user, course=course, cause=cause, cause_date=on, due_on=on + timedelta(days=days), by=None, now=now
    )


def standing(user, course, now) -> queries.Standing:
    return queries.standing(user, course, timezone.localdate(now))


def change(lesson: LessonPage) -> None:
    page = LessonPage.objects.get(pk=lesson.pk)
    page.body = [("text", "<p>新的说法。</p>")]
    page.save_revision().publish()


def test_an_expired_completion_is_shown_as_such_and_reading_begins_a_new_round(now):
    user, course = factories.person(), build.course(valid_months=12)
    complete(user, course, now - timedelta(days=400))
    row = standing(user, course, now)
    assert (row.state, row.done, row.finished, row.again, row.must) == ("expired", 0, False, True, False)
    with time_machine.travel(now, tick=False):
        client = signed_in(user)
        for url in (course.url, reverse("courses:mine")):
            assert "到期" in client.get(url).text
        assert "重新学习" in client.get(course.url).text
        client.get(build.lessons(course)[0].url)
    row = standing(user, course, now)
    assert (row.state, row.enrolment.ended_at, row.number) == ("started", None, 1)


def test_a_renewal_before_the_expiry_begins_with_the_first_lesson_and_keeps_the_completion(now):
    user, course = factories.person(), build.course(valid_months=12)
    complete(user, course, now - timedelta(days=350))
    must(user, course, Assignment.Cause.EXPIRY, now)
    row = standing(user, course, now)
    assert (row.state, row.done, row.total, row.number, row.finished) == ("due", 0, 2, 1, False)
    with time_machine.travel(now, tick=False):
        client = signed_in(user)
        page = client.get(course.url).text
        assert "重新学习" in page
        assert "有效期至" in page
        mine = client.get(reverse("courses:mine")).text
        assert mine.count(course.title) >= 2
        assert f"重新学习《{course.title}》" in client.get("/").text
        for lesson in build.lessons(course):
            client.get(lesson.url)
            client.post(reverse("courses:complete_lesson", args=[lesson.pk]))
    row = standing(user, course, now)
    assert (row.state, row.finished, row.done) == ("done", True, 2)
    assert Completion.objects.filter(user=user).count() == 2


def test_a_round_on_what_changed_has_only_those_lessons_before_and_after_it_is_begun(now):
    user, course = factories.person(), build.course(lessons=3)
    complete(user, course, now - timedelta(days=90))
    changed = build.lessons(course)[1]
    change(changed)
    must(user, course, Assignment.Cause.UPDATE, now)
    row = standing(user, course, now)
    assert ([lesson.pk for lesson in row.lessons], row.done, row.only_changes) == ([changed.pk], 0, True)
    with time_machine.travel(now, tick=False):
        client = signed_in(user)
        page = client.get(course.url).text
        assert "看看有哪些变动" in page
        assert "这次只需学习有变动的课时" in page
        assert "看看变动的课时" in client.get("/").text
        assert "只学有变动的课时" in client.get(changed.url).text
        row = standing(user, course, now)
        assert ([lesson.pk for lesson in row.lessons], row.only_changes) == ([changed.pk], True)
        client.post(reverse("courses:complete_lesson", args=[changed.pk]))
    row = standing(user, course, now)
    assert (row.state, row.total, row.assignment.completion == row.completion) == ("done", 3, True)


def test_an_update_in_which_no_lesson_reads_differently_is_taken_whole(now):
    user, course = factories.person(), build.course(lessons=2)
    complete(user, course, now - timedelta(days=90))
    must(user, course, Assignment.Cause.UPDATE, now)
    assert standing(user, course, now).total == 2
    assert services.enrol(user=user, course=course, now=now).since is None


def test_many_rounds_on_what_changed_cost_as_many_queries_as_one(now):
    user = factories.person()

    def updated():
        course = build.course()
        complete(user, course, now - timedelta(days=90))
        change(build.lessons(course)[0])
        must(user, course, Assignment.Cause.UPDATE, now)

    updated()
    client = signed_in(user)
    with time_machine.travel(now, tick=False):
        one = queries_of(client, reverse("courses:mine"))
        updated(), updated()
        assert queries_of(client, reverse("courses:mine")) == one


# The path as a map.


def test_the_map_has_stages_by_day_week_and_month_and_says_where_one_is(now):
    user, on = factories.person(), timezone.localdate(now)
    courses = [build.course(title) for title in ("三声服务", "热线业务", "投诉处理")]
    path = build.onboarding(*courses)
    for step, days in zip(path.steps.all(), (1, 7, 30), strict=True):
        path.steps.filter(pk=step.pk).update(due_days=days)
    services.assign_onboarding(user=user, on=on, now=now)
    complete(user, courses[0], now)
    (walk,) = queries.paths_of(user, on + timedelta(days=2))
    assert [(stage.unit, stage.number, stage.settled) for stage in walk.stages] == [
        ("day", 1, True),
        ("week", 1, False),
        ("month", 1, False),
    ]
    assert (walk.current.standing.course.pk, walk.day, walk.done) == (courses[1].pk, 3, 1)
    with time_machine.travel(now, tick=False):
        text = signed_in(user).get(reverse("courses:path")).text
    for words in ("第 1 天", "第 1 周", "第 1 个月", "您在这里", "接下来：第 1 课"):
        assert words in text
    assert text.count('aria-current="step"') == 1


def test_who_has_no_path_is_told_where_to_learn(now):
    veteran = factories.person()
    build.onboarding(build.course())
    text = signed_in(veteran).get(reverse("courses:path")).text
    assert "您没有入职路线" in text
    assert reverse("courses:catalogue") in text
