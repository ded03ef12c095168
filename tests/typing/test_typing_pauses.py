"""A pause of a typing test: the clock stands, the allotted time stays, and nothing that was typed is counted twice or lost."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core import signing
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from exams import queries as exams_queries
from exams import services as exams
from exams.models import Attempt
from exams.policy import FORMER_TAB, token_of
from exams.typing import queries
from exams.typing.clock import elapsed_ms
from exams.typing.models import TypingBatch, TypingRun
from ground.errors import Refused
from tests import factories
from tests.typing import scenes
from tests.typing.scenes import Browser, insert

second = timedelta(seconds=1)


def at(attempt: Attempt, seconds: float):
    return attempt.started_at + seconds * second


def pause(attempt: Attempt, moment) -> None:
    exams.pause(attempts=Attempt.objects.filter(pk=attempt.pk), reason="火警", by=factories.examiner(), now=moment)
    attempt.refresh_from_db()


def go_on(attempt: Attempt, moment) -> None:
    exams.resume(attempts=Attempt.objects.filter(pk=attempt.pk), by=factories.examiner(), now=moment)
    attempt.refresh_from_db()


def refused(call) -> str:
    before = list(TypingBatch.objects.values())
    with pytest.raises(Refused) as error:
        call()
    assert list(TypingBatch.objects.values()) == before
    return error.value.code


@given(st.lists(st.tuples(st.integers(0, 90_000), st.integers(0, 900_000)), max_size=6), st.integers(0, 90_000))
def test_the_clock_counts_what_runs_and_nothing_that_stands(turns, rest):
    ms = timedelta(milliseconds=1)
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    deadline, ran = moment + 300_000 * ms, 0
    for runs, stands in turns:
        paused = moment + runs * ms
        moment, ran = paused + stands * ms, ran + runs
        assert elapsed_ms(300_000, deadline, paused, moment) == ran
        deadline += stands * ms
        assert elapsed_ms(300_000, deadline, None, moment) == ran
    assert elapsed_ms(300_000, deadline, None, moment + rest * ms) == ran + rest


@pytest.mark.django_db
class TestPause:
    def test_what_was_typed_before_is_kept_and_what_lies_beyond_is_refused(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        browser.send([insert(1000, 0, "客户")], at(attempt, 2))
        pause(attempt, at(attempt, 60))
        kept = browser.send([insert(59_500, 2, "走进")], at(attempt, 500))
        assert (kept.seq, kept.late, kept.elapsed_ms) == (2, False, 60_000)
        beyond = Browser(attempt)
        beyond.seq, beyond.hash = browser.seq, browser.hash
        batch = beyond.batch([insert(60_500, 4, "营"), insert(61_001, 5, "业")])
        assert refused(lambda: beyond.deliver(batch, at(attempt, 501))) == "paused"
        go_on(attempt, at(attempt, 660))
        batch = browser.batch([insert(62_500, 4, "营业")])
        assert refused(lambda: browser.deliver(batch, at(attempt, 661))) == "time"
        assert browser.deliver(batch, at(attempt, 662)).elapsed_ms == 62_000
        run = scenes.end(attempt, at(attempt, 700))
        assert (run.committed, run.duration_ms, run.flags) == ("客户走进营业", 300_000, [])

    def test_the_end_moves_by_the_pauses_and_the_speed_is_over_the_same_time(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        text = "".join(attempt.typing.text.split())
        browser.send([insert(1000, 0, text[:40])], at(attempt, 2))
        for begins, ends in ((10, 110), (200, 230)):
            pause(attempt, at(attempt, begins))
            assert exams.end_overdue(now=at(attempt, 90_000)) == 0
            go_on(attempt, at(attempt, ends))
        assert attempt.deadline == attempt.base_deadline == at(attempt, 430)
        in_time = browser.batch([insert(299_000, 40, text[40:44]), insert(300_001, 44, text[44:48])])
        assert not browser.deliver(in_time, at(attempt, 435)).late
        assert browser.send([insert(300_100, 48, "客")], at(attempt, 435.001)).late
        assert exams.end_overdue(now=at(attempt, 436)) == 1
        run = TypingRun.objects.get()
        assert (run.committed, run.typed, run.errors) == (text[:44], 44, 0)
        assert queries.figures_of(run).duration_ms == 300_000
        out = StringIO()
        call_command("rescore", stdout=out)
        assert "1 runs recounted, 0 differ" in out.getvalue()

    def test_a_pause_is_no_gap_and_a_gap_before_one_stays_one(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        browser.send([insert(1000, 0, "客户")], at(attempt, 20))  # waited 19 s for a connection
        pause(attempt, at(attempt, 30))
        browser.send([insert(29_500, 2, "走")], at(attempt, 600))
        go_on(attempt, at(attempt, 630))
        browser.send([insert(32_000, 3, "进")], at(attempt, 634))
        exams.submit(attempt=attempt, now=at(attempt, 640))
        assert TypingRun.objects.get().flags == [{"code": "network_gap", "count": 1}]
        call_command("rescore", stdout=StringIO())

    def test_ended_or_handed_in_during_a_pause_it_counts_what_was_typed_and_recounts_the_same(self, now):
        for end in ("invigilator", "candidate"):
            attempt = scenes.attempt(now)
            browser = Browser(attempt)
            pause(attempt, at(attempt, 290))
            browser.send([insert(289_000, 0, "客户")], at(attempt, 900))
            if end == "candidate":
                exams.submit(attempt=attempt, now=at(attempt, 901))
            else:
                chosen = Attempt.objects.filter(pk=attempt.pk).select_related("candidacy")
                exams.end_attempts(attempts=chosen, reason="疏散", by=factories.examiner(), now=at(attempt, 901))
            attempt.refresh_from_db()
            assert (attempt.ended_by, attempt.typing.committed) == (end, "客户")
            assert browser.send([insert(289_500, 2, "走")], at(attempt, 902)).late
        call_command("rescore", stdout=StringIO())

    def test_a_window_opened_during_a_long_pause_takes_over_and_says_that_the_clock_stands(self, client, now):
        attempt = scenes.attempt(now)
        pause(attempt, at(attempt, 60))
        client.force_login(attempt.candidacy.user)
        with time_machine.travel(at(attempt, 4000), tick=False):
            page = client.get(reverse("exams:typing_attempt", args=[attempt.pk]))
            assert "04:00" in page.content.decode()
            told = client.post(reverse("exams:typing_resume", args=[attempt.pk])).json()
        assert (told["open"], told["paused"], told["elapsed_ms"], told["generation"]) == (True, True, 60_000, 2)

    def test_it_is_never_given_time_and_never_paused_twice(self, now):
        attempt, by = scenes.attempt(now), factories.examiner()
        pause(attempt, at(attempt, 60))
        attempts = Attempt.objects.filter(pk=attempt.pk)
        with pytest.raises(Refused) as time:
            exams.give_time(attempts=attempts, minutes=5, reason="因", by=by, now=at(attempt, 61))
        with pytest.raises(Refused) as again:
            exams.pause(attempts=attempts, reason="因", by=by, now=at(attempt, 61))
        assert (time.value.code, again.value.code) == ("typing", "paused")


@pytest.mark.django_db
class TestBeat:
    def beat(self, client, attempt, moment, token=None):
        url = reverse("exams:clock", args=[attempt.pk])
        with time_machine.travel(moment, tick=False):
            given = {"token": token or token_of(attempt), "away": 0}
            return client.post(url, json.dumps(given), content_type="application/json")

    def test_the_board_shows_who_stopped_answering_as_offline(self, client, now):
        attempt = scenes.attempt(now)
        sitting = attempt.candidacy.sitting
        assert self.beat(client, attempt, at(attempt, 10)).json()["left_ms"] == 290_000
        states = [exams_queries.board(sitting, at(attempt, then)).rows[0].state for then in (39, 41)]
        assert states == ["sitting", "offline"]

    def test_a_pause_reaches_the_page_to_the_millisecond(self, client, now):
        attempt = scenes.attempt(now)
        pause(attempt, at(attempt, 60.25))
        told = self.beat(client, attempt, at(attempt, 4000)).json()
        assert (told["open"], told["paused"], told["left_ms"]) == (True, True, 239_750)

    def test_a_page_from_before_the_tokens_were_one_still_saves(self, client, now):
        attempt = scenes.attempt(now)
        former = signing.dumps([attempt.pk, 1, attempt.candidacy.user_id], salt=FORMER_TAB)
        assert self.beat(client, attempt, at(attempt, 10), former).status_code == 200
        batch = Browser(attempt).batch([insert(1000, 0, "客户")])
        body = {"seq": 1, "hash": batch["batch_hash"], "records": batch["records"]}
        url = reverse("exams:typing_batch", args=[attempt.pk])
        with time_machine.travel(at(attempt, 11), tick=False):
            answer = client.post(url, json.dumps(body), content_type="application/json", headers={"X-Token": former})
        assert answer.status_code == 200

    def test_a_refusal_speaks_the_language_of_its_page(self, client, now):
        attempt = scenes.attempt(now)
        url = reverse("exams:typing_batch", args=[attempt.pk])
        said = {}
        for language in ("en", "zh-Hans", "tlh"):
            answer = client.post(url, "{", "application/json", headers={"X-Token": "x", "Accept-Language": language})
            said[language] = answer.json()["sentence"]
        assert said["en"].startswith("This page belongs")
        assert said["zh-Hans"] == said["tlh"] != said["en"]
