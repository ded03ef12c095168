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
from exams.typing import passages, queries, services, wire
from exams.typing.models import PracticeRun
from exams.typing.normalise import normalise
from ground.errors import Refused
from tests import factories
from tests.typing import scenes
from tests.typing.scenes import Browser, insert

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


def test_a_practice_keeps_what_its_keystrokes_told(client, now):
    scenes.passage(now, use="practice")
    user = factories.person()
    run = services.start_practice(user=user, minutes=1, now=now)
    text = services.practice_text(run).replace("\n", "")
    typed = [insert(1000, 0, text[:4] + "错"), insert(2000, 4, "", removed=1), insert(3000, 4, text[4:12])]
    with time_machine.travel(now + timedelta(seconds=40), tick=False):
        client.force_login(user)
        url = reverse("exams:practice_finish", args=[run.pk])
        client.post(url, {"text": text[:12], "records": json.dumps([wire.pack(typed)]), "keys": "40"})
    run.refresh_from_db()
    assert (run.keys, run.taken_back, run.slips, run.pace) == (40, 1, [[text[4], "错"]], [12, 0])
    hand = queries.hand([run])
    assert (hand.keys, hand.taken_back) == (3.3, 7.6)
    assert [one.character for one in hand.weak] == [text[4]]


@pytest.mark.parametrize(
    "records", ["", "[", "{}", "[[[1]]]", '[[[1,null,"nonsense"]]]', '[[[90000,"字"]]]', "[[]]", "null", "[" * 5000]
)
def test_keystrokes_that_cannot_be_are_left_out_and_the_text_is_scored(client, now, records):
    scenes.passage(now, use="practice")
    user = factories.person()
    run = services.start_practice(user=user, minutes=1, now=now)
    with time_machine.travel(now + timedelta(seconds=40), tick=False):
        client.force_login(user)
        url = reverse("exams:practice_finish", args=[run.pk])
        client.post(url, {"text": services.practice_text(run)[:10], "records": records, "keys": "-3"})
    run.refresh_from_db()
    assert (run.typed, run.taken_back, run.keys, run.pace) == (10, None, None, [])


def test_a_drill_holds_the_characters_that_went_wrong_and_nothing_of_an_exam(client, now):
    scenes.passage(now, 0, use="practice")
    scenes.passage(now, 1, use="exam")
    user = factories.person()
    client.force_login(user)
    client.post(reverse("exams:practice_start"), {"minutes": "1", "drill": "1"})
    assert not PracticeRun.objects.exists()
    run = services.start_practice(user=user, minutes=1, now=now)
    text = services.practice_text(run).replace("\n", "")
    services.finish_practice(run=run, text="错" + text[1:30], now=now + timedelta(seconds=50))
    client.post(reverse("exams:practice_start"), {"minutes": "3", "drill": "1"})
    drill = PracticeRun.objects.get(version=None)
    lines = drill.drill.splitlines()
    assert all(text[0] in line for line in lines)
    assert len(normalise(drill.drill)) >= 600
    open_text = passages.fill(scenes.passage_text(0)[1], 1)
    assert all(line in open_text for line in lines)
    assert client.get(reverse("exams:practice_run", args=[drill.pk])).status_code == 200
    with pytest.raises(Refused):
        services.start_drill(user=factories.person(), minutes=1, now=now)


def test_the_weeks_are_those_with_practice_and_weigh_by_minutes(now):
    scenes.passage(now, use="practice")
    user = factories.person()
    for weeks, characters in ((20, 10), (3, 20), (1, 30), (1, 41)):
        run = services.start_practice(user=user, minutes=1, now=now - timedelta(weeks=weeks))
        text = services.practice_text(run).replace("\n", "")[:characters]
        services.finish_practice(run=run, text=text, now=now - timedelta(weeks=weeks) + timedelta(minutes=1))
    found = queries.practice_weeks(user, now)
    assert [speed for _monday, speed in found] == [20.0, 35.5]
    assert all(monday.weekday() == 0 for monday, _speed in found)


def test_the_rule_stands_in_one_sentence_with_their_own_numbers(begun, now):
    client, attempt = begun
    text = "".join(attempt.typing.text.split())
    Browser(attempt).type(text[:60])
    exams.submit(attempt=attempt, now=now + timedelta(minutes=2))
    body = client.get(reverse("exams:result", args=[attempt.candidacy_id])).content.decode()
    assert "每分钟 12.0 字，准确率 100.0%；每分钟 30 字要求 30 字，95%。" in body
    assert reverse("exams:typing_recording", args=[attempt.pk]) in body
