"""The browser: without a connection for ten minutes and over the deadline, killed in the middle, with a clock wrong by a day."""

import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from exams import services
from exams.models import Attempt, LateResponse
from tests import factories
from tests.exams import makers
from tests.journeys.conftest import CHROMIUM, FLAGS

WAIT = 20_000
YESTERDAY = """(() => {
  const Real = Date; const shift = %d;
  window.Date = class extends Real { constructor(...given) { given.length ? super(...given) : super(Real.now() + shift); } static now() { return Real.now() + shift; } };
})();"""


@pytest.fixture
def attempt(receipts):
    return makers.started(now=timezone.now(), kinds=("single", "multiple", "true_false"))


@pytest.fixture
def opened(chromium, site, attempt, session_of):
    """`opened(script)`: the paper in a browser of its own."""
    contexts = []

    def paper(script=""):
        context = chromium.new_context(locale="zh-CN")
        contexts.append(context)
        if script:
            context.add_init_script(script)
        context.add_cookies([cookie(site, session_of(attempt.candidacy.user))])
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.goto(address(site, attempt))
        return page

    yield paper
    for context in contexts:
        context.close()


def cookie(site, key):
    url, expires = f"http://127.0.0.1:{site.port}", time.time() + 7200
    return {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url, "expires": expires}


def address(site, attempt):
    attempt.refresh_from_db()
    return f"http://127.0.0.1:{site.port}/exams/attempt/{attempt.pk}/?tab={attempt.generation}&q=1"


def choose(page, position):
    page.locator(f"nav [data-go='{position}']").click()
    page.locator(f"[data-question='{position}'] label.choice").first.click()


def kept(attempt, many):
    for _ in range(int(WAIT / 250)):
        if attempt.responses.count() >= many:
            return attempt.responses.count()
        time.sleep(0.25)
    return attempt.responses.count()


def test_an_answer_is_there_within_two_seconds(opened, attempt):
    page = opened()
    choose(page, 1)
    begun = time.monotonic()
    assert kept(attempt, 1) == 1
    assert time.monotonic() - begun < 2
    expect(page.locator("[data-status]")).to_have_class("saved")


def test_ten_minutes_without_a_connection_cost_nothing(opened, attempt):
    page = opened()
    page.clock.install()
    page.context.set_offline(True)
    choose(page, 1)
    choose(page, 2)
    page.clock.run_for(600_000)
    expect(page.locator("[data-question='2'] [data-unsent]")).to_be_visible()
    expect(page.locator("nav [data-go='1']")).to_contain_text("未发送")
    assert attempt.responses.count() == 0
    # From here on time flows as it does: a leap would make the page give up requests that are on their way.
    page.context.set_offline(False)
    assert kept(attempt, 2) == 2
    expect(page.locator("[data-question='2'] [data-unsent]")).to_be_hidden()


def test_an_answer_whose_receipt_is_lost_is_sent_again_and_kept_once(opened, attempt):
    page = opened()
    sent = []

    def swallow(route):
        sent.append(route.request.post_data_json["answers"])
        if len(sent) == 1:
            route.fetch()  # the server has it, the page never learns
            route.abort()
        else:
            route.continue_()

    page.route("**/save/", swallow)
    choose(page, 1)
    expect(page.locator("[data-status]")).to_have_class("saved failed")
    assert attempt.responses.count() == 1
    expect(page.locator("[data-status]")).to_have_class("saved")
    assert len(sent) >= 2
    assert {(answer["position"], answer["seq"]) for answers in sent for answer in answers} == {(1, 1)}
    assert attempt.responses.get().seq == 1


def test_who_waits_for_a_start_that_is_moved_begins_without_touching_the_page(chromium, site, session_of, receipts):
    now = timezone.now()
    user = factories.person()
    sitting = makers.sitting(makers.exam(), user, now=now + timedelta(minutes=30))
    context = chromium.new_context(locale="zh-CN")
    context.add_cookies([cookie(site, session_of(user))])
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.port}/exams/sitting/{sitting.candidacies.get().pk}/")
    start = page.get_by_role("button", name="开始")
    expect(start).to_be_hidden()
    closes = sitting.closes_at
    services.move_sitting(
        sitting=sitting, opens_at=now, closes_at=closes, by=factories.examiner(), reason="提前", now=now
    )
    expect(start).to_be_visible(timeout=20_000)
    start.click()
    expect(page.locator("exam-paper")).to_be_visible()
    assert Attempt.objects.count() == 1
    context.close()


def test_what_was_answered_offline_and_arrives_after_the_deadline_is_kept_as_late(opened, attempt):
    page = opened()
    choose(page, 1)
    assert kept(attempt, 1) == 1
    page.context.set_offline(True)
    choose(page, 2)
    page.wait_for_timeout(500)
    over = timezone.now() - timedelta(seconds=1)
    Attempt.objects.filter(pk=attempt.pk).update(deadline=over + timedelta(seconds=1))
    services.end_overdue(now=timezone.now() + timedelta(seconds=6))
    page.context.set_offline(False)
    page.wait_for_url("**/exams/result/**")
    late = LateResponse.objects.get()
    assert (late.position, attempt.responses.count()) == (2, 1)


def test_a_killed_browser_gives_what_it_had_to_the_next_one(site, attempt, session_of, tmp_path, chromium):
    """The second start of the same browser sends it from wherever it opens: a crash may have cost the session, so at the door."""
    folder = str(tmp_path / "profile")
    begun = {"executable_path": CHROMIUM, "args": FLAGS, "locale": "zh-CN"}
    # The driver of the other tests runs in this thread; a killed browser needs no second one.
    launch = chromium.browser_type.launch_persistent_context
    context = launch(folder, **begun)
    context.add_cookies([cookie(site, session_of(attempt.candidacy.user))])
    page = context.new_page()
    page.goto(address(site, attempt))
    context.set_offline(True)
    choose(page, 3)
    page.wait_for_timeout(1500)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and folder.encode() in _command(entry):
            os.kill(int(entry.name), signal.SIGKILL)
    time.sleep(1)
    assert attempt.responses.count() == 0
    context = launch(folder, **begun)
    context.clear_cookies()
    page = context.new_page()
    page.goto(address(site, attempt))
    page.wait_for_url("**/account/login/**")
    assert kept(attempt, 1) == 1
    assert attempt.responses.get().position == 3
    context.close()


def test_answers_that_wait_are_sent_from_any_page_of_who_is_signed_in(opened, attempt, site):
    page = opened()
    context = page.context
    context.set_offline(True)
    choose(page, 2)
    expect(page.locator("[data-question='2'] [data-unsent]")).to_be_visible()
    page.close()
    context.set_offline(False)
    assert attempt.responses.count() == 0
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.port}/")
    assert kept(attempt, 1) == 1


def _command(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("days", [-1, 1])
def test_a_computer_whose_clock_is_wrong_by_a_day_sits_like_any_other(opened, attempt, days):
    page = opened(YESTERDAY % (days * 86_400_000))
    left = page.locator(".timer").inner_text()
    assert left.startswith(("29:", "30:"))
    page.context.set_offline(True)
    choose(page, 1)
    page.wait_for_timeout(300)
    Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now())
    services.end_overdue(now=timezone.now() + timedelta(seconds=6))
    page.context.set_offline(False)
    page.wait_for_url("**/exams/result/**")
    late = LateResponse.objects.get()
    assert abs(late.edited_at - timezone.now()) < timedelta(minutes=2)


def test_signed_out_in_the_middle_the_paper_saves_and_asks_in_place(opened, attempt, session_of, site):
    page = opened()
    page.context.clear_cookies()
    choose(page, 1)
    assert kept(attempt, 1) == 1
    page.locator(".exambar [data-review]").click()
    expect(page.locator("dialog[data-sign-in]")).to_be_visible()
    page.context.add_cookies([cookie(site, session_of(attempt.candidacy.user))])
    page.wait_for_url("**/review/")


def test_time_given_and_a_pause_show_within_ten_seconds(opened, attempt):
    page = opened()
    attempt.refresh_from_db()
    Attempt.objects.filter(pk=attempt.pk).update(deadline=attempt.deadline + timedelta(minutes=10))
    expect(page.locator("[data-extra]")).to_contain_text("10", timeout=10_000)
    Attempt.objects.filter(pk=attempt.pk).update(paused_at=timezone.now())
    expect(page.locator("dialog[data-paused]")).to_be_visible(timeout=10_000)
    Attempt.objects.filter(pk=attempt.pk).update(paused_at=None)
    expect(page.locator("dialog[data-paused]")).to_be_hidden(timeout=10_000)
    attempt.refresh_from_db()
    assert attempt.seen_at is not None


def test_an_older_tab_says_that_a_newer_one_writes(opened, attempt):
    older, _newer = opened(), None
    services.take_over(attempt=attempt, now=timezone.now())
    choose(older, 1)
    older.wait_for_url("**elsewhere=1")
    expect(older.locator("main")).to_contain_text("另一")
    assert attempt.responses.count() == 0
