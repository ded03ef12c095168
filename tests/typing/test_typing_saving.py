"""A batch over HTTP: by its token alone, whatever its body is."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import services as exams
from exams.policy import token_of
from exams.services import take_over
from exams.typing import services
from exams.typing.models import TypingBatch, TypingRun
from people.services import choose_language
from tests import factories
from tests.typing import scenes
from tests.typing.scenes import Browser, insert

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(client, now):
    """(client, attempt begun a minute ago, what posts a body under the token of its tab)."""
    attempt = scenes.attempt(now)
    url = reverse("exams:typing_batch", args=[attempt.pk])

    def post(body, token=None, **more):
        token = token_of(attempt) if token is None else token
        body = body if isinstance(body, bytes) else json.dumps(body)
        return client.post(url, body, content_type="application/json", headers={"X-Token": token}, **more)

    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        yield client, attempt, post


def body_of(batch: dict) -> dict:
    return {"seq": batch["seq"], "hash": batch["batch_hash"], "records": batch["records"]}


class TestView:
    def test_a_batch_is_confirmed_by_its_token_alone_and_a_refused_one_says_why(self, begun):
        _client, attempt, post = begun
        browser = Browser(attempt)
        answer = post(body_of(browser.batch([insert(1000, 0, "客户")])))
        assert (answer.status_code, answer.json()) == (200, {"seq": 1, "late": False, "elapsed_ms": 60_000})
        next_one = body_of(browser.batch([insert(2000, 2, "走")]))
        old = token_of(attempt)
        take_over(attempt=attempt, now=attempt.started_at)
        stale = post(next_one, token=old)
        assert (stale.status_code, stale.json()["code"]) == (409, "generation")
        assert stale.json()["sentence"]
        assert post(next_one).status_code == 200

    def test_what_a_browser_says_of_time_speed_or_owner_is_not_looked_at(self, begun):
        _client, attempt, post = begun
        batch = body_of(Browser(attempt).batch([insert(1000, 0, "客户")]))
        forged = {"generation": 99, "attempt": 5, "late": True, "duration_ms": 1, "threshold": 1, "certified": 900}
        assert post(batch | forged).json() == {"seq": 1, "late": False, "elapsed_ms": 60_000}
        run = TypingRun.objects.get()
        assert (run.duration_ms, run.standard["threshold"], run.certified) == (300_000, 30, None)

    def test_a_batch_asks_the_database_twice(self, begun):
        _client, attempt, post = begun
        browser = Browser(attempt)
        for count in (1, 5):
            for _ in range(count):
                batch = body_of(browser.batch([insert(1000 + browser.seq, 0, "客户")]))
                with CaptureQueriesContext(connection) as asked:
                    assert post(batch).status_code == 200
                assert len(asked) == 2

    @pytest.mark.parametrize("token", ["", "x", "WzEsMSwxXQ:1abc:def"])
    def test_without_its_token_nothing_is_kept(self, begun, token):
        _client, attempt, post = begun
        answer = post(body_of(Browser(attempt).batch([insert(1000, 0, "客户")])), token=token)
        assert (answer.status_code, answer.json()["code"]) == (400, "token")
        assert not TypingBatch.objects.exists()

    def test_the_token_of_another_attempt_opens_nothing(self, begun, now):
        _client, attempt, post = begun
        other = scenes.attempt(now)
        answer = post(body_of(Browser(attempt).batch([insert(1000, 0, "客户")])), token=token_of(other))
        assert (answer.status_code, answer.json()["code"]) == (400, "token")

    @pytest.mark.parametrize(
        "body",
        [b"", b"[]", b"7", b"null", b"{", b"\xff", b'{"seq":' + b"9" * 5000 + b"}", b"[" * 100_000],
    )
    def test_a_body_that_is_no_object_is_refused(self, begun, body):
        _client, _attempt, post = begun
        answer = post(body)
        assert (answer.status_code, answer.json()["code"]) == (400, "shape")

    def test_a_form_of_another_site_is_refused(self, begun):
        client, attempt, _post = begun
        url = reverse("exams:typing_batch", args=[attempt.pk])
        answer = client.post(url, {"seq": "1"}, headers={"X-Token": token_of(attempt)})
        assert (answer.status_code, answer.json()["code"]) == (400, "shape")

    def test_ten_megabytes_are_refused_before_they_are_read_and_what_was_kept_stays(self, begun):
        _client, attempt, post = begun
        browser = Browser(attempt)
        assert post(body_of(browser.batch([insert(1000, 0, "客户")]))).status_code == 200
        answer = post(body_of(browser.batch([insert(2000, 2, "字" * 3_500_000)])))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert services.counted_replay(attempt.typing, attempt).committed == "客户"

    @pytest.mark.parametrize(
        "records",
        [
            "null",
            '"x"',
            "{}",
            "[]",
            "[[]]",
            "[[1e400]]",
            '[[NaN,"a"]]',
            '[[Infinity,"a"]]',
            '[[true,"a"]]',
            '[[-1,"a"]]',
        ],
    )
    def test_records_of_any_shape_are_answered(self, begun, records):
        _client, _attempt, post = begun
        answer = post(f'{{"seq":1,"hash":"{"0" * 32}","records":{records}}}'.encode())
        assert answer.status_code == 409
        assert answer.json()["code"] in services.REFUSALS
        assert not TypingBatch.objects.exists()


@pytest.mark.parametrize(("policy", "words"), [("strict", "are different"), ("ignore", "is not counted")])
def test_the_page_before_the_start_says_the_rule_for_punctuation_and_the_own_speed(client, now, policy, words):
    scenes.passage(now)
    invited, part = scenes.candidacy(now, of=scenes.standard(now, threshold=50, punctuation=policy))
    exams.grant(
        candidacy=invited,
        extra_minutes=0,
        extra_tries=0,
        typing_threshold=21,
        by=factories.person(),
        reason="手部受伤",
        now=now,
    )
    choose_language(user=invited.user, language="en")
    client.force_login(invited.user)
    page = client.get(reverse("exams:typing_ready", args=[invited.pk, part.pk])).content.decode()
    assert words in page
    assert "<dd>21 <small>" in page
