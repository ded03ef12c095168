"""Five minutes a day: whose questions, in which order, answered once, and nothing of a key before the answer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses import queries, services
from courses.models import PracticeAnswer
from exams.models import Question
from exams.services import add_question, move_question, release, submit
from ground.errors import Refused
from tests import factories
from tests.courses import build
from tests.exams import makers
from tests.factories import signed_in
from topics.models import Topic

pytestmark = pytest.mark.django_db
RIGHT, WRONG = {"answer": False}, {"answer": True}
EXPLANATION = "打断会让客户更急"


def question(now, code="s-complaints-01", *, topic: Topic | None = None, **more):
    words = {
        "kind": "true_false",
        "content": {"stem": f"可以打断客户（{code}）。"},
        "key": {"answer": False},
        "explanation": EXPLANATION,
        **more,
    }
    tagged = [topic or factories.topic()]
    return add_question(
        code=code, topics=tagged, level=None, now=now, author=None, reviewer=factories.examiner(), **words
    )


def learner_of(now, topic: Topic | None = None):
    """Somebody who has begun a course that teaches the topic."""
    user, course = factories.person(), build.course(lessons=1)
    course.topics.add(topic or factories.topic())
    course.save()
    services.enrol(user=user, course=course, now=now)
    return user


def codes(user, now) -> list[str]:
    return [one.check.code for one in queries.daily(user, now).questions]


def answer(user, code, said, now) -> PracticeAnswer:
    return services.answer_daily(user=user, code=code, answer=said, now=now)


# Which questions.


def test_the_questions_are_those_of_the_topics_of_ones_courses_at_most_five(now):
    for number in range(7):
        question(now, f"mine-{number}")
    question(now, "other", topic=factories.topic("b-roaming", "漫游"))
    found = codes(learner_of(now), now)
    assert len(found) == 5
    assert all(code.startswith("mine-") for code in found)


def test_the_topics_of_lessons_count_as_well(now):
    question(now, "of-lesson")
    user, course = factories.person(), build.course(lessons=1)
    (lesson,) = build.lessons(course)
    lesson.topics.add(factories.topic())
    lesson.save()
    assert codes(user, now) == []
    services.enrol(user=user, course=course, now=now)
    assert codes(user, now) == ["of-lesson"]


def test_what_must_be_taken_counts_before_it_is_begun(now):
    question(now, "must")
    user, course = factories.person(), build.course(lessons=1)
    course.topics.add(factories.topic())
    course.save()
    due_on = now.date() + timedelta(days=9)
    services.assign(user=user, course=course, cause="manual", cause_date=now.date(), due_on=due_on, by=None, now=now)
    assert codes(user, now) == ["must"]


def test_only_live_quick_questions_that_no_exam_asks_of_everybody_are_asked(now):
    user = learner_of(now)
    retired = question(now, "retired")
    move_question(question=retired, to="retired", by=factories.examiner(), now=now)
    makers.mixed(factories.person(), now=now)
    makers.question(kind="ordering")
    assert codes(user, now) == []
    question(now, "live")
    assert codes(user, now) == ["live"]


def test_what_one_is_asked_in_an_exam_is_not_practised_before_its_keys_may_be_seen(now):
    attempt = makers.started(now=now)
    user, asked = attempt.candidacy.user, {item["version"] for item in attempt.paper.items}
    course = build.course()
    course.topics.add(factories.topic())
    course.save()
    services.enrol(user=user, course=course, now=now)
    on_paper = set(Question.objects.filter(versions__in=asked).values_list("code", flat=True))
    others = set(Question.objects.values_list("code", flat=True)) - on_paper
    assert codes(user, now) == []
    makers.answer(attempt, 5, now=now)
    submit(attempt=attempt, now=now + timedelta(minutes=10))
    assert set(codes(user, now + timedelta(hours=1))) == others
    closed = now + timedelta(hours=5)
    assert set(codes(user, closed)) & on_paper


def test_topics_that_an_exam_found_weak_come_first_as_soon_as_it_is_released(now):
    manners = factories.topic("e-manners", "礼仪")
    for number in range(6):
        question(now, f"weak-{number}"), question(now, f"course-{number}", topic=manners)
    user = learner_of(now, manners)
    sitting = makers.mixed(user, now=now, kinds=(), release="by_hand")
    makers.written_by(user, sitting, now=now, right=False)
    later = now + timedelta(days=1)
    assert all(code.startswith("course-") for code in codes(user, later))
    release(sitting=sitting, by=factories.examiner(), now=later)
    assert all(code.startswith("weak-") for code in codes(user, later))


def test_a_wrong_quick_check_comes_back_the_next_day_with_its_topic(now):
    topic = factories.topic("b-roaming", "漫游")
    question(now, "checked", topic=topic)
    question(now, "same-topic", topic=topic)
    user, course = factories.person(), build.course(lessons=1, body=[("check", {"questions": ["checked"]})])
    enrolment = services.enrol(user=user, course=course, now=now)
    (lesson,) = build.lessons(course)
    services.note_check_answer(enrolment=enrolment, lesson=lesson, code="checked", right=False, now=now)
    assert codes(user, now) == []
    assert codes(user, now + timedelta(days=1)) == ["checked", "same-topic"]


def test_a_right_answer_rests_two_days_and_a_wrong_one_until_tomorrow(now):
    question(now, "right"), question(now, "wrong")
    user = learner_of(now)
    answer(user, "right", RIGHT, now), answer(user, "wrong", WRONG, now)
    assert codes(user, now + timedelta(days=1)) == ["wrong"]
    assert sorted(codes(user, now + timedelta(days=2))) == ["right", "wrong"]


def test_the_questions_of_a_day_stay_while_they_are_answered(now):
    for number in range(9):
        question(now, f"q-{number}")
    user = learner_of(now)
    before = codes(user, now)
    for place, code in enumerate(before):
        answer(user, code, RIGHT if place % 2 else WRONG, now + timedelta(minutes=place))
        assert codes(user, now + timedelta(minutes=place, seconds=30)) == before
    assert queries.daily(user, now + timedelta(hours=1)).over
    assert queries.ready_today(user, now + timedelta(hours=1)) == 0


def test_the_day_begins_at_midnight_of_the_organisations_zone(now):
    question(now, "wrong")
    user = learner_of(now)
    answer(user, "wrong", WRONG, now.replace(hour=23, minute=59))
    asked = queries.daily(user, now.replace(hour=0, minute=1) + timedelta(days=1)).questions
    assert [(one.check.code, one.answered) for one in asked] == [("wrong", False)]


# The answer.


def test_an_answer_is_kept_without_a_lesson(now):
    row = question(now)
    user = learner_of(now)
    kept = answer(user, row.code, RIGHT, now)
    assert (kept.user, kept.question, kept.lesson, kept.right, kept.at) == (user, row, None, True, now)


def test_a_second_answer_on_the_same_day_changes_nothing(now):
    row = question(now)
    user = learner_of(now)
    first = answer(user, row.code, WRONG, now)
    assert answer(user, row.code, RIGHT, now + timedelta(minutes=1)) == first
    assert list(PracticeAnswer.objects.values_list("right", flat=True)) == [False]


def test_a_question_that_is_not_one_of_todays_is_refused(now):
    user = learner_of(now)
    question(now, "other", topic=factories.topic("b-roaming", "漫游"))
    for code in ("other", "nothing"):
        with pytest.raises(Refused) as refusal:
            answer(user, code, RIGHT, now)
        assert refusal.value.code == "not_today"
    assert not PracticeAnswer.objects.exists()


@pytest.mark.parametrize("said", [{}, {"answer": "nonsense"}, {"chosen": [99]}, {"text": "x" * 9000}, {"answer": None}])
def test_what_cannot_be_read_is_wrong(now, said):
    row = question(now)
    assert answer(learner_of(now), row.code, said, now).right is False


def test_the_week_counts_the_days_with_practice(now):
    row = question(now)
    user = learner_of(now)
    for back in (9, 6, 3):
        answer(user, row.code, WRONG, now - timedelta(days=back))
    day = queries.daily(user, now)
    assert day.practised == 2
    assert [practised for _day, practised in day.week] == [True, False, False, True, False, False, False]


def test_what_was_missed_names_the_lessons_that_teach_it(now):
    row = question(now)
    course = build.course(lessons=2)
    taught, _other = build.lessons(course)
    taught.topics.add(factories.topic())
    taught.save()
    (found,) = queries.read_again([row.code])
    assert (found.topic, found.lessons) == (factories.topic(), [taught])
    course.unpublish()
    assert queries.read_again([row.code]) == []


# The page.


@pytest.fixture
def today():
    return timezone.now()


def post(client, code, said, **headers):
    return client.post(reverse("courses:daily_answer", args=[code]), {"answer": said}, headers=headers)


def test_the_page_holds_nothing_of_the_key_before_the_answer(today):
    row = question(today)
    page = signed_in(learner_of(today)).get(reverse("courses:daily")).text
    assert row.current.content["stem"] in page
    assert EXPLANATION not in page


def test_without_script_an_answer_leads_back_to_the_page_that_says_why(today):
    question(today)
    client = signed_in(learner_of(today))
    response = post(client, "s-complaints-01", "true")
    assert response.url == reverse("courses:daily") + "#check-s-complaints-01"
    page = client.get(response.url).text
    assert EXPLANATION in page
    assert 'name="answer"' not in page
    assert "notice due" in page


def test_with_script_only_the_question_and_the_figures_come_back(today):
    question(today), question(today, "s-complaints-02")
    page = post(signed_in(learner_of(today)), "s-complaints-01", "false", HX_Request="true").text
    assert EXPLANATION in page
    assert "<html" not in page
    assert page.count("hx-swap-oob") == 2
    assert "s-complaints-02" not in page


def test_an_empty_answer_is_said_and_not_kept(today):
    question(today)
    client = signed_in(learner_of(today))
    page = post(client, "s-complaints-01", " ", HX_Request="true").text
    assert "autofocus" in page
    assert EXPLANATION not in page
    assert post(client, "s-complaints-01", "").url.endswith("#check-s-complaints-01")
    assert not PracticeAnswer.objects.exists()


def test_a_foreign_question_gets_a_sentence_and_an_unknown_one_is_not_found(today):
    question(today, "other", topic=factories.topic("b-roaming", "漫游"))
    client = signed_in(learner_of(today))
    response = client.post(reverse("courses:daily_answer", args=["other"]), {"answer": "true"}, follow=True)
    assert [str(message) for message in response.context["messages"]]
    assert EXPLANATION not in response.text
    assert post(client, "other", "true", HX_Request="true")["HX-Redirect"] == reverse("courses:daily")
    assert post(client, "nothing", "true").status_code == 404
    assert not PracticeAnswer.objects.exists()


def test_somebody_without_anything_to_practise_is_shown_the_courses(today):
    page = signed_in(factories.person()).get(reverse("courses:daily")).text
    assert f'class="button" href="{reverse("courses:catalogue")}"' in page


def test_at_the_end_the_lessons_of_what_was_missed_are_linked(today):
    question(today)
    user = learner_of(today)
    (lesson,) = build.lessons(user.enrolments.get().course)
    lesson.topics.add(factories.topic())
    lesson.save()
    client = signed_in(user)
    assert lesson.url not in client.get(reverse("courses:daily")).text
    post(client, "s-complaints-01", "true")
    assert lesson.url in client.get(reverse("courses:daily")).text


def test_the_page_costs_the_same_with_one_answer_and_with_many(today):
    user = learner_of(today)
    client, url = signed_in(user), reverse("courses:daily")

    def cost():
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    def practised(code, days):
        question(today, code)
        for back in range(1, days + 1):
            answer(user, code, WRONG, today - timedelta(days=back))

    practised("q-0", 1)
    one = cost()
    for number in range(1, 5):
        practised(f"q-{number}", 9)
    assert cost() == one
