"""The pages and small answers of the typing test."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import services as exams
from exams.models import Attempt
from exams.typing import passages, queries, services
from exams.typing.models import PracticeRun
from tests import factories
from tests.typing import scenes
from tests.typing.scenes import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(client, now):
    """(client of the candidate, attempt begun a minute ago)."""
    scenes.passage(now)
    user = factories.person()
    invited, part = scenes.candidacy(now, user=user)
    attempt = exams.start_attempt(candidacy=invited, part=part, now=now)
    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        client.force_login(user)
        yield client, attempt


def post(client, name, attempt, body):
    return client.post(reverse(name, args=[attempt.pk]), json.dumps(body), content_type="application/json")


def lines_in(text: str, attempt: Attempt) -> int:
    return sum(line in text for line in passages.lines(attempt.typing.text))


def test_no_page_holds_the_passage_before_the_start(client, now):
    scenes.passage(now)
    user = factories.person()
    invited, part = scenes.candidacy(now, user=user)
    client.force_login(user)
    text = scenes.passage_text()[1]
    for url in (
        reverse("exams:typing_ready", args=[invited.pk, part.pk]),
        reverse("exams:candidacy", args=[invited.pk]),
    ):
        body = client.get(url).content.decode()
        assert not any(sentence in body for sentence in text.split("。") if len(sentence) > 8)


def test_the_page_of_the_test_asks_for_the_passage_and_says_that_it_needs_script(begun):
    client, attempt = begun
    body = client.get(reverse("exams:typing_attempt", args=[attempt.pk])).content.decode()
    assert lines_in(body, attempt) == 0
    assert "<noscript>" in body
    assert "04:00" in body
    answer = post(client, "exams:typing_resume", attempt, {}).json()
    assert (answer["elapsed_ms"], answer["duration_ms"], answer["generation"]) == (60_000, 300_000, 2)
    assert len(answer["chunks"]) == 3


def test_further_pieces_come_only_when_due(begun):
    client, attempt = begun
    assert client.get(reverse("exams:typing_chunk", args=[attempt.pk, 2])).json()["index"] == 2
    assert client.get(reverse("exams:typing_chunk", args=[attempt.pk, 3])).status_code == 409


def test_an_overdue_test_is_ended_when_it_is_opened(begun, now):
    client, attempt = begun
    with time_machine.travel(now + timedelta(minutes=6), tick=False):
        answer = client.get(reverse("exams:typing_attempt", args=[attempt.pk]))
    assert answer.url == reverse("exams:result", args=[attempt.candidacy_id])
    attempt.refresh_from_db()
    assert (attempt.state, attempt.ended_by, attempt.passed) == ("graded", "clock", False)


def test_the_result_shows_figures_rule_and_mistakes_in_words(begun, now):
    client, attempt = begun
    text = "".join(attempt.typing.text.split())
    Browser(attempt).type("错" + text[1:60])
    exams.submit(attempt=attempt, now=now + timedelta(minutes=2))
    body = client.get(reverse("exams:result", args=[attempt.candidacy_id])).content.decode()
    assert "11.8" in body
    assert "98.3" in body
    assert "<del>错</del>" in body


def test_practice_is_started_handed_in_and_listed(client, now):
    scenes.passage(now, use="practice")
    scenes.standard(now)
    user = factories.person()
    with time_machine.travel(now, tick=False):
        client.force_login(user)
        assert client.post(reverse("exams:practice_start"), {"minutes": "2"}).status_code == 422
        answer = client.post(reverse("exams:practice_start"), {"minutes": "1"})
        run = PracticeRun.objects.get()
        assert answer.url == reverse("exams:practice_run", args=[run.pk])
        page = client.get(answer.url).content.decode()
        shown = json.loads(page.split('<script type="application/json">')[1].split("</script>")[0])
        assert "".join(shown) == services.practice_text(run).replace("\n", "")
        client.post(
            reverse("exams:practice_finish", args=[run.pk]), {"text": services.practice_text(run)[:30] + "\0多"}
        )
        run.refresh_from_db()
        assert run.errors == 1
        assert "<del>" in client.get(answer.url).content.decode()


def test_the_practice_page_asks_the_same_number_of_questions_for_one_run_and_many(client, now):
    scenes.passage(now, use="practice")
    user = factories.person()
    client.force_login(user)
    counts = []
    for runs in (1, 5):
        for _ in range(runs):
            run = services.start_practice(user=user, minutes=1, now=now)
            services.finish_practice(run=run, text="客户", now=now + timedelta(seconds=30))
        client.get(reverse("exams:practice"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("exams:practice"))
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert len(queries.practice_trend(user)) == 6
