"""What may be said twice at the same instant is kept once, on PostgreSQL with real threads."""

import pytest
from django.db import connection

from courses import queries, services
from courses.models import CourseFeedback, FeedbackGiven, PracticeAnswer
from tests import factories
from tests.courses import build
from tests.courses.test_daily import RIGHT, WRONG, learner_of, question
from tests.courses.test_hours import finished
from tests.courses.test_races import together

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Row locks and threads need PostgreSQL."),
]


def test_a_double_click_answers_once(now):
    question(now, "twice")
    user = learner_of(now)

    def answer(said):
        return services.answer_daily(user=user, code="twice", answer=said, now=now)

    rows = together(*[lambda said=said: answer(said) for said in (RIGHT, WRONG, RIGHT, WRONG)])
    assert len({row.pk for row in rows}) == 1
    assert PracticeAnswer.objects.count() == 1


def test_feedback_given_twice_at_once_is_given_once(now):
    enrolment = finished(factories.person(), build.course(lessons=1), now)

    def give():
        return services.give_feedback(enrolment=enrolment, stars=4, words="", now=now)

    rows = together(*[give] * 4)
    assert len({row.pk for row in rows}) == 1
    assert (CourseFeedback.objects.count(), FeedbackGiven.objects.count()) == (1, 1)


def test_no_feedback_is_lost_when_many_people_give_it_at_once(now):
    course = build.course(lessons=1)
    rounds = [finished(factories.person(), course, now) for _each in range(7)]

    def give(enrolment):
        services.give_feedback(enrolment=enrolment, stars=4, words=str(enrolment.pk), now=now)

    together(*[lambda enrolment=enrolment: give(enrolment) for enrolment in rounds])
    assert queries.feedback(course).given == 7
    assert sorted(CourseFeedback.objects.values_list("words", flat=True)) == sorted(str(one.pk) for one in rounds)
