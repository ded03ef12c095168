"""Quick checks: feedback at once, nothing of the key before it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.models import PracticeAnswer
from exams import services as exams
from exams.services import add_question, move_question
from tests import factories
from tests.courses import build
from tests.typing import scenes

pytestmark = pytest.mark.django_db
EXPLANATION = "先用不带责备的提问把多了多少问清楚"


def question(now, code="s-listening-01", kind="single", content=None, key=None):
    return add_question(
        code=code,
        topics=[factories.topic()],
        level=None,
        kind=kind,
        content=content or {"stem": "接下来问哪一句？", "options": ["没留意吧？", "看过短信没有？", "平时大约多少？"]},
        key=key or {"correct": [2]},
        explanation=EXPLANATION,
        now=now,
        author=None,
        reviewer=factories.examiner(),
    )


def lesson_with(*codes):
    course = build.course(lessons=1, body=[("check", {"questions": list(codes)})])
    return build.lessons(course)[0]


@pytest.fixture
def client():
    client = Client()
    client.force_login(factories.person())
    return client


def ask(client, lesson, answer, code="s-listening-01", **headers):
    return client.post(reverse("courses:check", args=[lesson.pk, code]), {"answer": answer}, headers=headers)


def test_a_lesson_shows_the_question_but_not_its_explanation_or_key(client, now):
    question(now)
    page = client.get(lesson_with("s-listening-01").url)
    assert "接下来问哪一句？" in page.text
    assert EXPLANATION not in page.text
    assert "correct" not in page.text


@pytest.mark.parametrize(("answer", "word"), [("2", 'notice ">'), ("0", "notice due")])
def test_an_answer_is_told_right_or_wrong_with_the_explanation_without_script(client, now, answer, word):
    question(now)
    page = ask(client, lesson_with("s-listening-01"), answer)
    assert page.status_code == 200
    assert word in page.text
    assert EXPLANATION in page.text
    assert "<html" in page.text


def test_with_script_only_the_question_comes_back(client, now):
    question(now)
    page = ask(client, lesson_with("s-listening-01"), "2", HX_Request="true")
    assert EXPLANATION in page.text
    assert "<html" not in page.text


def test_no_answer_brings_no_explanation(client, now):
    question(now)
    page = ask(client, lesson_with("s-listening-01"), "")
    assert EXPLANATION not in page.text


def test_an_answer_to_one_question_reveals_nothing_of_the_other(client, now):
    question(now)
    other = "另一道题的解释"
    add_question(
        code="s-other-01",
        topics=[factories.topic()],
        level=None,
        kind="true_false",
        content={"stem": "可以打断客户。"},
        key={"answer": False},
        explanation=other,
        now=now,
        author=None,
        reviewer=factories.examiner(),
    )
    page = ask(client, lesson_with("s-listening-01", "s-other-01"), "2")
    assert other not in page.text


def test_only_questions_of_this_published_lesson_are_answered(client, now):
    question(now)
    without = build.lessons(build.course(lessons=1))[0]
    assert ask(client, without, "2").status_code == 404
    hidden = lesson_with("s-listening-01")
    hidden.unpublish()
    assert ask(client, hidden, "2").status_code == 404


def test_a_retired_question_disappears_from_the_lesson(client, now):
    row = question(now)
    lesson = lesson_with("s-listening-01")
    move_question(question=row, to="retired", by=None, now=now)
    assert "接下来问哪一句？" not in client.get(lesson.url).text
    assert ask(client, lesson, "2").status_code == 404


@pytest.mark.parametrize(
    ("kind", "content", "key", "right", "wrong"),
    [
        ("multiple", {"stem": "哪两句", "options": ["一", "二", "三"]}, {"correct": [0, 2]}, ["0", "2"], ["0"]),
        ("true_false", {"stem": "对吗"}, {"answer": False}, "false", "true"),
        ("numeric", {"stem": "几小时", "unit": "小时"}, {"value": "72", "tolerance": "0"}, "７２ 小时", "24"),
        ("short_text", {"stem": "什么制"}, {"accepted": ["首问负责制"]}, "首问负责制", "不知道"),
    ],
)
def test_every_kind_of_question_is_judged(client, now, kind, content, key, right, wrong):
    question(now, kind=kind, content=content, key=key)
    lesson = lesson_with("s-listening-01")
    assert "notice due" not in ask(client, lesson, right).text
    assert "notice due" in ask(client, lesson, wrong).text


def test_a_check_keeps_its_key_while_the_person_sits_an_exam(now):
    question(now)
    user = factories.person()
    client = Client()
    client.force_login(user)
    lesson = lesson_with("s-listening-01")
    candidacy, part = scenes.candidacy(timezone.now(), user=user)
    scenes.passage(timezone.now())
    attempt = exams.start_attempt(candidacy=candidacy, part=part, now=timezone.now())
    for more in ({}, {"preview": "1"}):
        page = client.post(reverse("courses:check", args=[lesson.pk, "s-listening-01"]), {"answer": "2", **more})
        assert EXPLANATION not in page.text
        assert "答卷" in page.text
    assert PracticeAnswer.objects.count() == 0
    exams.submit(attempt=attempt, now=timezone.now())
    assert EXPLANATION in ask(client, lesson, "2").text
