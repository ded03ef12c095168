"""Anonymous feedback: once a round, without a way back to the person, shown in fives."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses import queries, services
from courses.models import CourseFeedback, FeedbackGiven
from ground.errors import Refused
from ground.models import JournalEntry
from people.models import Role
from tests import factories
from tests.courses import build
from tests.courses.test_hours import finished
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
SENTENCE = "案例很真实，可以再多一些"


def said(course, now, *, stars=5, words="", user=None) -> FeedbackGiven:
    enrolment = finished(user or factories.person(), course, now)
    return services.give_feedback(enrolment=enrolment, stars=stars, words=words, now=now)


def test_feedback_keeps_the_month_and_no_name(now):
    course = build.course(lessons=1)
    given = said(course, now, stars=4, words=f"  {SENTENCE} ")
    (row,) = CourseFeedback.objects.values()
    assert row == {
        "id": row["id"],
        "course_id": course.pk,
        "stars": 4,
        "words": SENTENCE,
        "month": now.date().replace(day=1),
    }
    assert set(FeedbackGiven.objects.values()[0]) == {"id", "enrolment_id"}
    assert given.enrolment.user.completions.get().course == course


def test_the_journal_says_neither_who_nor_what(now):
    said(build.course(lessons=1), now, stars=1, words=SENTENCE)
    line = JournalEntry.objects.get(verb="feedback.given")
    assert (line.actor_id, line.actor_name, line.reason, line.data) == (None, "", "", {})


def test_a_second_time_in_the_same_round_changes_nothing(now):
    course = build.course(lessons=1)
    first = said(course, now, stars=4)
    assert services.give_feedback(enrolment=first.enrolment, stars=1, words=SENTENCE, now=now) == first
    assert list(CourseFeedback.objects.values_list("stars", "words")) == [(4, "")]


def test_a_new_round_may_be_judged_again(now):
    user, course = factories.person(), build.course(lessons=1, valid_months=12)
    said(course, now, user=user)
    assert not queries.may_give_feedback(user, course)
    later = now + timedelta(days=400)
    said(course, later, user=user)
    assert CourseFeedback.objects.count() == 2


def test_nothing_is_kept_before_the_completion(now):
    course = build.course(lessons=2)
    enrolment = services.enrol(user=factories.person(), course=course, now=now)
    with pytest.raises(Refused) as refusal:
        services.give_feedback(enrolment=enrolment, stars=5, words="", now=now)
    assert refusal.value.code == "not_completed"
    assert not CourseFeedback.objects.exists()


@pytest.mark.parametrize(
    ("stars", "words", "code"), [(0, "", "stars"), (9, "", "stars"), (-1, "", "stars"), (5, "好" * 10_000, "too_long")]
)
def test_what_cannot_be_kept_is_refused(now, stars, words, code):
    enrolment = finished(factories.person(), build.course(lessons=1), now)
    with pytest.raises(Refused) as refusal:
        services.give_feedback(enrolment=enrolment, stars=stars, words=words, now=now)
    assert refusal.value.code == code
    assert not FeedbackGiven.objects.exists()


def test_fewer_than_five_show_only_how_many(now):
    course = build.course(lessons=1)
    for _each in range(4):
        said(course, now, words=SENTENCE)
    found = queries.feedback(course)
    assert (found.given, found.shown, found.average, found.words) == (4, 0, 0, [])


def test_five_show_everything_in_an_order_that_tells_nothing(now):
    course = build.course(lessons=1)
    for stars, words in ((1, "丙"), (5, "a"), (5, ""), (4, "甲"), (5, "b")):
        said(course, now, stars=stars, words=words)
    found = queries.feedback(course)
    assert (found.shown, found.average) == (5, 4.0)
    assert found.stars == [(5, 3), (4, 1), (3, 0), (2, 0), (1, 1)]
    assert found.words == sorted(["丙", "a", "甲", "b"])


def test_the_sixth_to_ninth_change_nothing_that_is_shown(now):
    course = build.course(lessons=1)
    for _each in range(5):
        said(course, now)
    before = queries.feedback(course)
    for number in range(1, 5):
        said(course, now, stars=1, words=SENTENCE)
        found = queries.feedback(course)
        assert (found.average, found.stars, found.words) == (before.average, before.stars, before.words)
        assert found.collected == number
    said(course, now, stars=1)
    assert queries.feedback(course).words == [SENTENCE] * 4


def test_the_numbers_of_the_rows_do_not_follow_the_order_in_which_they_were_given(now):
    orders = set()
    for _course in range(12):
        course = build.course(lessons=1)
        for stars in range(1, 6):
            said(course, now, stars=stars)
        orders.add(tuple(CourseFeedback.objects.filter(course=course).order_by("pk").values_list("stars", flat=True)))
    # Twelve courses in one and the same of 120 orders: that does not happen.
    assert len(orders) > 1
    assert {tuple(sorted(order)) for order in orders} == {(1, 2, 3, 4, 5)}


def test_a_full_five_is_not_mixed_with_the_next(now):
    course = build.course(lessons=1)
    for _each in range(5):
        said(course, now, stars=5)
    full = set(CourseFeedback.objects.values_list("pk", flat=True))
    for _each in range(4):
        said(course, now, stars=1)
    assert full < set(CourseFeedback.objects.values_list("pk", flat=True))
    assert set(CourseFeedback.objects.filter(pk__in=full).values_list("stars", flat=True)) == {5}


def test_other_courses_do_not_count(now):
    course, other = build.course(lessons=1), build.course(lessons=1)
    for _each in range(5):
        said(other, now)
    assert queries.feedback(course).given == 0


# The pages.


@pytest.fixture
def today():
    return timezone.now()


def post(client, course, **data):
    return client.post(reverse("courses:give_feedback", args=[course.pk]), data)


def test_the_course_page_asks_after_the_completion_and_only_once(today):
    user, course = factories.person(), build.course(lessons=1)
    client, url = signed_in(user), reverse("courses:give_feedback", args=[course.pk])
    assert url not in client.get(course.url).text
    finished(user, course, today)
    assert url in client.get(course.url).text
    assert post(client, course, stars="4", words=SENTENCE).url == course.url
    page = client.get(course.url).text
    assert url not in page
    assert SENTENCE not in page


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"stars": "9"},
        {"stars": "x"},
        {"stars": "4.5"},
        {"stars": "5", "words": "好" * 10_000},
        {"stars": "5", "words": "a\x00b"},
    ],
)
def test_bad_feedback_is_said_on_the_page_and_nothing_is_kept(today, data):
    user, course = factories.person(), build.course(lessons=1)
    finished(user, course, today)
    response = post(signed_in(user), course, **data)
    assert response.context["feedback_form"].errors
    assert "errorlist" in response.text
    assert not CourseFeedback.objects.exists()
    assert not FeedbackGiven.objects.exists()


def test_who_has_not_completed_the_course_is_told_so(today):
    course = build.course(lessons=1)
    response = post(signed_in(factories.person()), course, stars="5")
    assert response.url == course.url
    assert not CourseFeedback.objects.exists()


def test_learners_see_the_average_of_five_but_no_words(today):
    course = build.course(lessons=1)
    client = signed_in(factories.person())
    for number in range(5):
        assert client.get(course.url).context["feedback"].shown == 0
        said(course, today, stars=4 if number else 5, words=SENTENCE)
    page = client.get(course.url).text
    assert "4.2" in page
    assert SENTENCE not in page


def test_the_report_shows_words_from_five_on(today):
    course = build.course(lessons=1)
    client = signed_in(factories.with_role(Role.TRAINER))
    url = reverse("courses:report", args=[course.pk])
    for _each in range(4):
        said(course, today, words=f"{SENTENCE}<b>")
    assert SENTENCE not in client.get(url).text
    said(course, today)
    assert client.get(url).text.count(f"{SENTENCE}&lt;b&gt;") == 4


def test_feedback_costs_one_query_however_much_there_is(now):
    course = build.course(lessons=1)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            queries.feedback(course)
        return len(captured)

    said(course, now)
    assert cost() == 1
    for _each in range(6):
        said(course, now)
    assert cost() == 1
