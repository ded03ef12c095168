"""The protocol: batches come twice, late, out of order, forged or all at once, and the text stays what was typed."""

import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from exams.models import Attempt
from exams.services import take_over
from exams.typing import queries, services, wire
from exams.typing.models import TypingBatch
from ground.errors import Refused
from tests import factories
from tests.typing import scenes
from tests.typing.scenes import Browser, insert, note

pytestmark = pytest.mark.django_db


def after(attempt: Attempt, **period):
    return attempt.started_at + timedelta(**period)


def refused(call) -> str:
    before = list(TypingBatch.objects.values())
    with pytest.raises(Refused) as error:
        call()
    assert list(TypingBatch.objects.values()) == before
    return error.value.code


def committed(attempt: Attempt) -> str:
    return services.counted_replay(attempt.typing, attempt).committed


class TestOrder:
    def test_a_batch_sent_twice_is_kept_once(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        batch = browser.batch([insert(1000, 0, "客户")])
        first = browser.deliver(batch, after(attempt, seconds=2))
        again = browser.deliver(batch, after(attempt, seconds=4))
        assert (first.seq, first.late, first.elapsed_ms) == (1, False, 2000)
        assert (again.seq, again.late, again.elapsed_ms) == (1, False, 4000)
        assert TypingBatch.objects.get().received_at == after(attempt, seconds=2)

    def test_batches_out_of_order_wait_for_the_missing_one(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        one, two = browser.batch([insert(1000, 0, "客户")]), browser.batch([insert(2000, 2, "走进")])
        at = after(attempt, seconds=4)
        assert refused(lambda: browser.deliver(two, at)) == "gap"
        browser.deliver(one, at)
        browser.deliver(two, at)
        assert committed(attempt) == "客户走进"

    @pytest.mark.parametrize("seed", range(8))
    def test_whatever_is_doubled_or_comes_out_of_order_the_text_is_the_textarea(self, now, seed):
        draw = random.Random(seed)
        attempt = scenes.attempt(now)
        browser, value, batches, t = Browser(attempt), "", [], 0
        for _ in range(8):
            records = []
            for _edit in range(draw.randint(1, 4)):
                t += draw.randint(0, 700)
                pos = draw.randint(0, len(value))
                removed = draw.randint(0, min(3, len(value) - pos))
                new = "".join(draw.choices("客户走进𠮷a", k=draw.randint(0, 4)))
                value = value[:pos] + new + value[pos + removed :]
                records.append(insert(t, pos, new, removed=removed))
            batches.append(browser.batch([*records, scenes.check(t, value)]))
        waiting = [*batches, *draw.sample(batches, 4)]
        draw.shuffle(waiting)
        at = after(attempt, seconds=60)
        while waiting:
            batch = waiting.pop(0)
            if batch["seq"] > TypingBatch.objects.count() + 1:
                assert refused(lambda batch=batch: browser.deliver(batch, at)) == "gap"
                waiting.append(batch)
            else:
                assert browser.deliver(batch, at).seq == batch["seq"]
        state = services.counted_replay(attempt.typing, attempt)
        assert (state.committed, state.counts["text_differs"]) == (value, 0)

    def test_time_never_runs_backwards_between_batches(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        browser.send([insert(5000, 0, "客户")], after(attempt, seconds=6))
        earlier = browser.batch([insert(4000, 2, "走进")])
        assert refused(lambda: browser.deliver(earlier, after(attempt, seconds=7))) == "order"

    def test_batches_are_append_only(self, now):
        attempt = scenes.attempt(now)
        Browser(attempt).send([insert(1000, 0, "客户")], after(attempt, seconds=2))
        with pytest.raises(IntegrityError), transaction.atomic():
            TypingBatch.objects.update(late=True)


class TestForged:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"batch_hash": "0" * 32}, "hash"),
            ({"batch_hash": "0" * 31}, "shape"),
            ({"batch_hash": None}, "shape"),
            ({"records": [[1000, "客户走进营业厅"]]}, "hash"),
            ({"seq": 0}, "shape"),
            ({"seq": True}, "shape"),
            ({"seq": "1"}, "shape"),
            ({"seq": 10**30}, "shape"),
            ({"seq": 2}, "gap"),
            ({"seq": 70}, "too_many"),
            ({"generation": 9}, "generation"),
            ({"attempt_id": 999_999}, "unknown"),
        ],
    )
    def test_what_no_honest_browser_sends_is_refused_and_nothing_is_kept(self, now, change, code):
        attempt = scenes.attempt(now)
        batch = Browser(attempt).batch([insert(1000, 0, "客户")])
        call = {"attempt_id": attempt.pk, "generation": attempt.generation, **batch, **change}
        assert refused(lambda: services.append_batch(now=after(attempt, seconds=2), **call)) == code
        assert code in services.REFUSALS

    @pytest.mark.parametrize(
        ("records", "code"),
        [
            ([[3001, "客户"]], "time"),
            ([[-5, "客户"]], "time"),
            ([[10**30, "客户"]], "time"),
            ([[float("nan"), "客户"]], "time"),
            ([[float("inf"), "客户"]], "time"),
            ([[True, "客户"]], "time"),
            ([[1000, "客户", 0, 3]], "splice"),
            ([[1000, "\ud83d"]], "character"),
            ([[1000, "字" * 10_000_000]], "too_long"),
            ([[1000, "a"]] * 1_000_000, "too_many"),
        ],
        ids=["beyond", "negative", "huge", "nan", "infinity", "bool", "splice", "surrogate", "10 MB", "a million"],
    )
    def test_records_that_cannot_be_are_refused_also_when_their_hash_is_right(self, now, records, code):
        attempt = scenes.attempt(now)
        call = {"attempt_id": attempt.pk, "generation": 1, "seq": 1, "records": records}
        call["batch_hash"] = wire.chain("", records)
        assert refused(lambda: services.append_batch(now=after(attempt, seconds=2), **call)) == code
        assert code in services.REFUSALS

    def test_a_chain_that_is_broken_stays_where_it_was(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        browser.send([insert(1000, 0, "客户")], after(attempt, seconds=2))
        browser.hash = "0" * 32
        broken = browser.batch([insert(2000, 2, "走进")])
        assert refused(lambda: browser.deliver(broken, after(attempt, seconds=3))) == "hash"
        assert committed(attempt) == "客户"

    def test_another_batch_under_a_used_number_is_refused(self, now):
        attempt = scenes.attempt(now)
        browser, other = Browser(attempt), Browser(attempt)
        browser.send([insert(1000, 0, "客户")], after(attempt, seconds=2))
        forged = other.batch([insert(1000, 0, "客人")])
        assert refused(lambda: other.deliver(forged, after(attempt, seconds=3))) == "fork"

    def test_a_batch_of_another_attempt_does_not_fit_the_chain(self, now):
        mine, theirs = scenes.attempt(now), scenes.attempt(now)
        browser, other = Browser(mine), Browser(theirs)
        browser.send([insert(900, 0, "客")], after(mine, seconds=2))
        other.send([insert(1000, 0, "营业")], after(theirs, seconds=2))
        foreign = other.batch([insert(2000, 2, "厅")])
        other.attempt = mine
        assert refused(lambda: other.deliver(foreign, after(mine, seconds=3))) == "hash"

    def test_marks_that_turn_the_direction_of_text_are_kept_and_earn_nothing(self, now):
        attempt = scenes.attempt(now)
        text = "".join(attempt.typing.text.split())[:4]
        Browser(attempt).send([insert(1000, 0, "\u202e" + text + "\u202c")], after(attempt, seconds=2))
        run = scenes.end(attempt, after(attempt, minutes=5))
        assert (run.typed, run.errors) == (4, 0)

    def test_a_text_can_grow_no_longer_than_anybody_types(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        for _ in range(5):
            browser.send([insert(1000, 0, "字" * 4000)], after(attempt, seconds=2))
        more = browser.batch([insert(1000, 0, "字")])
        assert refused(lambda: browser.deliver(more, after(attempt, seconds=2))) == "too_long"

    def test_nobody_sends_hundreds_of_batches_a_second(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        for _ in range(60):
            browser.send([note(0, "blur")], now)
        assert refused(lambda: browser.deliver(browser.batch([note(0, "blur")]), now)) == "too_many"


class TestTabs:
    def test_only_the_newest_tab_writes_and_the_clock_stays(self, now):
        attempt = scenes.attempt(now)
        started, old = attempt.deadline, Browser(attempt)
        old.send([insert(1000, 0, "客户")], after(attempt, seconds=2))
        taken = take_over(attempt=attempt, now=after(attempt, seconds=3))
        assert taken.deadline == started
        chain, stale = old.hash, old.batch([insert(3000, 2, "走进")])
        assert refused(lambda: old.deliver(stale, after(attempt, seconds=4))) == "generation"
        new = Browser(taken)
        resumed = queries.resume(taken, taken.typing, after(attempt, seconds=4))
        assert (resumed["seq"], resumed["hash"], resumed["text"], resumed["t"]) == (1, chain, "客户", 1000)
        assert resumed["elapsed_ms"] == 4000
        new.seq, new.hash = resumed["seq"], resumed["hash"]
        new.send([insert(4000, 2, "来到")], after(attempt, seconds=5))
        assert committed(taken) == "客户来到"

    def test_an_open_composition_of_a_closed_tab_is_gone(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        browser.send([insert(1000, 0, "客户"), insert(1500, 2, "zoujin", composing=True)], after(attempt, seconds=2))
        resumed = queries.resume(attempt, attempt.typing, after(attempt, seconds=9))
        assert (resumed["text"], resumed["raw"]) == ("客户", "客户zoujin")
        browser.send([insert(9000, 2, "", removed=6, kind="resume")], after(attempt, seconds=10))
        assert committed(attempt) == "客户"


class TestTimeUp:
    def test_what_comes_after_the_grace_is_kept_as_late_and_never_counted(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        browser.send([insert(1000, 0, "客户")], after(attempt, seconds=2))
        held = browser.batch([insert(299_000, 2, "走进")])
        in_time = after(attempt, minutes=5, seconds=5)
        assert not browser.deliver(held, in_time).late
        late = browser.batch([insert(299_500, 4, "营业")])
        assert browser.deliver(late, in_time + timedelta(milliseconds=1)).late
        run = scenes.end(attempt, after(attempt, minutes=5, seconds=6), by="clock")
        assert run.committed == "客户走进"
        after_end = browser.batch([insert(299_700, 6, "厅")])
        assert browser.deliver(after_end, after(attempt, minutes=30)).late
        assert browser.deliver(held, after(attempt, minutes=31)).late is False
        assert services.finish(attempt=attempt, now=after(attempt, minutes=31)).committed == "客户走进"
        assert [batch.late for batch in TypingBatch.objects.order_by("seq")] == [False, False, True, True]
        too_late = browser.batch([insert(299_800, 7, "。")])
        assert refused(lambda: browser.deliver(too_late, after(attempt, days=3))) == "closed"

    def test_what_comes_after_handing_in_early_is_late_too(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        browser.send([insert(1000, 0, "客户")], after(attempt, seconds=2))
        scenes.end(attempt, after(attempt, seconds=3))
        assert browser.send([insert(2500, 2, "走进")], after(attempt, seconds=4)).late

    def test_records_beyond_the_time_are_never_counted(self, now):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        browser.send([insert(300_000, 0, "客户"), insert(300_001, 2, "走进")], after(attempt, minutes=5, seconds=2))
        assert scenes.end(attempt, after(attempt, minutes=5, seconds=6)).committed == "客户"

    COMPOSING = insert(299_900, 2, "zoujin", composing=True, kind="insertCompositionText")
    VARIANTS = {
        "read only: the pinyin stays": [],
        "blur: the raw pinyin is committed after the time": [insert(300_001, 2, "zoujin", removed=6)],
        "disabled: the commit is dropped": [insert(300_050, 2, "", removed=6, kind="compositionend")],
        "a candidate chosen after the time": [insert(300_400, 2, "走进", removed=6)],
        "the tab is closed and comes back": [insert(301_000, 2, "", removed=6, kind="resume")],
    }

    @pytest.mark.parametrize("rest", VARIANTS.values(), ids=VARIANTS)
    def test_an_open_composition_never_counts_whatever_closes_it(self, now, rest):
        attempt = scenes.attempt(now)
        browser = Browser(attempt)
        browser.send([insert(1000, 0, "客户")], after(attempt, seconds=2))
        browser.send([self.COMPOSING, *rest], after(attempt, minutes=5, seconds=2))
        run = scenes.end(attempt, after(attempt, minutes=5, seconds=6), by="clock")
        assert (run.committed, run.typed) == ("客户", 2)


def test_people_who_never_met_share_no_query(now, django_assert_num_queries):
    attempt, user = scenes.attempt(now), factories.person()
    scenes.attempt(now, user=user)
    with django_assert_num_queries(2):
        Browser(attempt).send([insert(1000, 0, "客户")], after(attempt, seconds=2))
