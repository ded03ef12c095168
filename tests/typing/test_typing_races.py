"""Windows, starts and ends that meet at the same moment, with real threads on PostgreSQL."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from exams import services as exams
from exams.models import Attempt
from exams.services import take_over
from exams.typing.models import TypingBatch, TypingRun
from ground.errors import Refused
from tests import factories
from tests.typing import scenes
from tests.typing.scenes import Browser, insert


def after(attempt: Attempt, **period):
    return attempt.started_at + timedelta(**period)


def at_once(*acts) -> list[str]:
    """Runs the acts in threads that begin together; what each came to."""
    assert connection.vendor == "postgresql"
    outcomes: list[str] = []
    barrier = threading.Barrier(len(acts))

    def run(act) -> None:
        barrier.wait()
        try:
            outcomes.append(str(act()))
        except Refused as error:
            outcomes.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.postgresql
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs PostgreSQL: real row locks and threads")
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_windows_sending_the_same_number_at_once_keep_one_chain(self, now):
        attempt = scenes.attempt(now)
        at = after(attempt, seconds=3)
        texts = ("客户", "客户", "走进", "营业")
        outcomes = at_once(
            *(lambda text=text: Browser(attempt).send([insert(1000, 0, text)], at).seq for text in texts)
        )
        assert TypingBatch.objects.count() == 1
        assert set(outcomes) <= {"1", "fork"}
        assert "1" in outcomes

    def test_the_same_batch_sent_by_four_at_once_is_kept_once_and_told_to_all(self, now):
        attempt = scenes.attempt(now)
        batch = Browser(attempt).batch([insert(1000, 0, "客户")])
        at = after(attempt, seconds=3)
        assert at_once(*[lambda: Browser(attempt).deliver(batch, at).seq] * 4) == ["1"] * 4
        assert TypingBatch.objects.count() == 1

    def test_a_double_start_is_one_attempt_with_one_clock(self, now):
        scenes.passage(now)
        invited, part = scenes.candidacy(now)
        starts = [now, now + timedelta(seconds=20)]
        at_once(*(lambda at=at: exams.start_attempt(candidacy=invited, part=part, now=at).pk for at in starts * 2))
        attempt = Attempt.objects.get()
        assert attempt.deadline == attempt.started_at + timedelta(minutes=5)
        assert TypingRun.objects.count() == 1

    @pytest.mark.parametrize("turn", range(4))
    def test_a_batch_against_handing_in_is_scored_or_told_as_late(self, now, turn):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        browser.send([insert(1000, 0, "客户")], after(attempt, seconds=2))
        batch, at = browser.batch([insert(2000, 2, "走进")]), after(attempt, seconds=4)
        acts = [
            lambda: browser.deliver(batch, at).late,
            lambda: exams.submit(attempt=Attempt.objects.get(), now=at).state,
        ]
        outcomes = at_once(*(acts if turn % 2 else reversed(acts)))
        assert sorted(outcomes)[1] == "graded"
        run, kept = TypingRun.objects.get(), TypingBatch.objects.get(seq=2)
        assert run.committed == ("客户" if kept.late else "客户走进")
        assert str(kept.late) in outcomes

    def test_a_batch_that_meets_a_handing_in_half_done_waits_for_it_and_is_late(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        browser.send([insert(1000, 0, "客户")], after(attempt, seconds=2))
        batch, at, scored = browser.batch([insert(2000, 2, "走进")]), after(attempt, seconds=4), threading.Event()

        def hand_in() -> None:
            with transaction.atomic():
                exams.submit(attempt=Attempt.objects.get(), now=at)
                scored.set()
                time.sleep(0.5)

        def send() -> bool:
            scored.wait(10)
            return browser.deliver(batch, at).late

        assert "True" in at_once(hand_in, send)
        assert TypingRun.objects.get().committed == "客户"

    @pytest.mark.parametrize("turn", range(4))
    def test_a_batch_against_a_pause_is_kept_or_refused_by_the_clock_that_counts(self, now, turn):
        attempt, by = scenes.attempt(now), factories.examiner()
        browser = Browser(attempt)
        batch, at = browser.batch([insert(9000, 0, "客户")]), after(attempt, seconds=10)
        acts = [
            lambda: browser.deliver(batch, at).elapsed_ms,
            lambda: (
                exams.pause(attempts=Attempt.objects.all(), reason="火警", by=by, now=after(attempt, seconds=4)).done
            ),
        ]
        outcomes = at_once(*(acts if turn % 2 else reversed(acts)))
        assert sorted(outcomes) in (["1", "10000"], ["1", "paused"])
        assert TypingBatch.objects.exists() == ("10000" in outcomes)

    def test_a_batch_that_meets_a_pause_half_done_waits_for_it_and_is_refused(self, now):
        attempt, by, paused = scenes.attempt(now), factories.examiner(), threading.Event()
        browser = Browser(attempt)
        before = browser.batch([insert(4500, 0, "客户")])
        beyond = Browser(attempt).batch([insert(9000, 0, "客户")])

        def stop() -> None:
            with transaction.atomic():
                exams.pause(attempts=Attempt.objects.all(), reason="火警", by=by, now=after(attempt, seconds=4))
                paused.set()
                time.sleep(0.5)

        def send(batch):
            paused.wait(10)
            return browser.deliver(batch, after(attempt, seconds=10)).elapsed_ms

        assert "paused" in at_once(stop, lambda: send(beyond))
        assert not TypingBatch.objects.exists()
        assert send(before) == 4000

    def test_a_batch_that_meets_the_end_of_a_pause_half_done_goes_by_the_new_clock(self, now):
        attempt, by, going = scenes.attempt(now), factories.examiner(), threading.Event()
        exams.pause(attempts=Attempt.objects.all(), reason="火警", by=by, now=after(attempt, seconds=4))
        batch = Browser(attempt).batch([insert(3900, 0, "客户")])

        def go_on() -> None:
            with transaction.atomic():
                exams.resume(attempts=Attempt.objects.all(), by=by, now=after(attempt, seconds=60))
                going.set()
                time.sleep(0.5)

        def send() -> int:
            going.wait(10)
            return Browser(attempt).deliver(batch, after(attempt, seconds=61)).elapsed_ms

        assert "5000" in at_once(go_on, send)
        assert TypingBatch.objects.get().received_ms == 5000

    @pytest.mark.parametrize("turn", range(4))
    def test_a_pause_against_handing_in_is_done_before_it_or_refused(self, now, turn):
        attempt, by = scenes.attempt(now), factories.examiner()
        Browser(attempt).send([insert(1000, 0, "客户")], after(attempt, seconds=2))
        at = after(attempt, seconds=4)
        acts = [
            lambda: exams.submit(attempt=Attempt.objects.get(), now=at).state,
            lambda: exams.pause(attempts=Attempt.objects.all(), reason="火警", by=by, now=at).done,
        ]
        outcomes = at_once(*(acts if turn % 2 else reversed(acts)))
        attempt.refresh_from_db()
        assert "graded" in outcomes
        assert set(outcomes) <= {"graded", "1", "ended"}
        assert (attempt.state, attempt.paused_at, TypingRun.objects.get().committed) == ("graded", None, "客户")

    def test_two_tabs_that_take_over_at_once_leave_one_that_writes(self, now):
        attempt = scenes.attempt(now)
        at, deadline = after(attempt, seconds=2), attempt.deadline
        at_once(*[lambda: take_over(attempt=Attempt.objects.get(), now=at).pk] * 2)
        attempt.refresh_from_db()
        assert (attempt.generation, attempt.deadline) == (3, deadline)
        outcomes = []
        for generation in (2, 3):
            browser = Browser(attempt)
            browser.generation = generation
            try:
                outcomes.append(browser.send([insert(1000, 0, "客户")], at).seq)
            except Refused as error:
                outcomes.append(error.code)
        assert outcomes == ["generation", 1]
