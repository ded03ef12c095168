"""The typing test in a real browser with a real composition."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from exams import services as exams
from exams.models import Attempt
from exams.typing import queries
from exams.typing.models import PracticeRun, TypingBatch, TypingRun
from exams.typing.services import counted_replay
from tests import factories
from tests.journeys.ime import cancel, choose, commit, compose, type_with_ime
from tests.typing import scenes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def begun(page, sign_in, live_server):
    """A person in the middle of a five-minute test, `ago` seconds after its start; gives (attempt, passage, cdp)."""

    def begin(ago: int = 0):
        now = timezone.now()
        scenes.passage(now)
        user = factories.person()
        invited, part = scenes.candidacy(now, user=user)
        attempt = exams.start_attempt(candidacy=invited, part=part, now=now - timedelta(seconds=ago))
        sign_in(user)
        page.goto(f"{live_server.url}/exams/typing/attempt/{attempt.pk}/")
        page.locator("#typing-pad").wait_for()
        page.locator(".passage p.now").wait_for()
        return attempt, "".join(attempt.typing.text.split()), page.context.new_cdp_session(page)

    return begin


def pad(page) -> str:
    return page.locator("#typing-pad").input_value()


def saved(page) -> None:
    """Waits until everything typed is with the server."""
    page.wait_for_function("() => document.querySelector('typing-test').records.length === 0")
    page.wait_for_function("() => document.querySelector('typing-test').outbox.queue.length === 0")


def replayed(attempt: Attempt):
    return counted_replay(TypingRun.objects.get(attempt=attempt), attempt)


def test_phrases_are_committed_mended_and_replayed_as_they_stand(page, begun):
    attempt, text, cdp = begun()
    type_with_ime(cdp, text[:20])
    assert pad(page) == text[:20]
    page.keyboard.press("Backspace")
    commit(cdp, "𠮷")
    page.keyboard.press("Backspace")
    type_with_ime(cdp, text[19:24])
    saved(page)
    state = replayed(attempt)
    assert (state.raw, state.committed, state.counts["text_differs"]) == (text[:24], text[:24], 0)
    assert any(record.get("composing") for record in queries.records_of(attempt))


def test_candidates_are_chosen_by_space_enter_and_number_and_leave_no_key_behind(page, begun):
    attempt, text, cdp = begun()
    for place, key in ((0, "Space"), (2, "Enter"), (4, "Digit2")):
        compose(cdp, "pin")
        compose(cdp, "pin'yin")
        choose(cdp, text[place : place + 2], key=key)
    assert pad(page) == text[:6]
    saved(page)
    assert replayed(attempt).committed == text[:6]


def test_a_composition_is_mended_by_backspace_and_dropped_by_escape(page, begun):
    attempt, text, cdp = begun()
    for spelled in ("ke", "kehh", "keh", "kehu"):
        compose(cdp, spelled)
    commit(cdp, text[:2])
    compose(cdp, "zou")
    cancel(cdp)
    assert pad(page) == text[:2]
    type_with_ime(cdp, text[2:6])
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    type_with_ime(cdp, text[4:8])
    saved(page)
    state = replayed(attempt)
    assert (state.committed, state.counts["text_differs"]) == (text[:8], 0)


def test_a_table_method_commits_without_composing_and_nothing_is_held_against_it(page, begun):
    attempt, text, cdp = begun()
    for place in range(0, 24, 2):
        commit(cdp, text[place : place + 2])
    saved(page)
    state = replayed(attempt)
    assert state.committed == text[:24]
    assert {flag["code"] for flag in state.flags()} <= {"automated"}
    assert not any(record.get("composing") for record in queries.records_of(attempt))


def test_full_and_half_width_punctuation_come_to_the_same(page, begun):
    attempt, text, cdp = begun()
    stop = text.index("，") + 1
    type_with_ime(cdp, text[: stop - 1])
    commit(cdp, "，")
    rest = text[stop : stop + 4]
    type_with_ime(cdp, rest)
    page.keyboard.press("End")
    for _ in rest + "，":
        page.keyboard.press("Backspace")
    page.keyboard.type(",")
    type_with_ime(cdp, rest)
    exams.submit(attempt=attempt, now=_when_saved(page))
    run = TypingRun.objects.get(attempt=attempt)
    assert run.committed == text[: stop - 1] + "," + rest
    assert (run.typed, run.errors) == (stop + 4, 0)


def _when_saved(page):
    saved(page)
    return timezone.now()


def test_pasting_dropping_and_undo_change_nothing_and_are_counted_and_told_once(page, begun):
    attempt, text, cdp = begun()
    type_with_ime(cdp, text[:8])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('粘贴的文字')")
    cdp.send(
        "Input.dispatchKeyEvent", {"type": "keyDown", "modifiers": 2, "key": "v", "code": "KeyV", "commands": ["paste"]}
    )
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "拖入的文字");
          const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
          document.querySelector("#typing-pad").dispatchEvent(drop);
        }"""
    )
    assert page.locator("[data-part=say]").inner_text() != ""
    cdp.send(
        "Input.dispatchKeyEvent", {"type": "keyDown", "modifiers": 2, "key": "z", "code": "KeyZ", "commands": ["undo"]}
    )
    saved(page)
    counts = replayed(attempt).counts
    assert (counts["paste"], counts["drop"]) == (1, 1)
    assert counts["undo"] >= 1
    assert pad(page) == text[:8]


LAYOUT = """() => [window.scrollY, document.querySelector(".padframe").scrollTop, document.querySelector(".passage").scrollTop,
  document.querySelector(".padframe").clientHeight, document.querySelector("#typing-pad").offsetHeight]"""


def test_six_lines_stay_free_under_the_caret_and_nothing_moves_while_composing(page, begun):
    _attempt, text, cdp = begun()
    for place in range(0, 400, 20):
        commit(cdp, text[place : place + 20])
    still = page.evaluate(LAYOUT)
    compose(cdp, "ying")
    compose(cdp, "ying'ye'ting'de'ke'hu")
    assert page.evaluate(LAYOUT) == still
    free = page.evaluate(
        """() => {
          const frame = document.querySelector(".padframe").getBoundingClientRect();
          const caret = document.querySelector(".mirror span").getClientRects();
          const line = parseFloat(getComputedStyle(document.querySelector("#typing-pad")).lineHeight);
          return (frame.bottom - caret[caret.length - 1].bottom) / line;
        }"""
    )
    assert free >= 5.9
    commit(cdp, text[400:405])
    now, passage = (page.locator(place).bounding_box() for place in (".passage p.now", ".passage"))
    assert passage["y"] <= now["y"] < now["y"] + now["height"] <= passage["y"] + passage["height"]
    assert text[403] in page.locator(".passage p.now").inner_text()


def test_time_up_keeps_what_was_committed_and_drops_the_open_composition(page, begun, complaints):
    attempt, text, cdp = begun(ago=293)
    type_with_ime(cdp, text[:8])
    compose(cdp, "yingyeting")
    assert pad(page) == text[:8] + "yingyeting"
    page.wait_for_url(f"**/exams/result/{attempt.candidacy_id}/", timeout=20_000)
    run = TypingRun.objects.get(attempt=attempt)
    assert run.committed == text[:8]
    assert "text_differs" not in [flag["code"] for flag in run.flags]
    assert Attempt.objects.get(pk=attempt.pk).state == Attempt.State.GRADED


def test_a_reload_goes_on_with_the_committed_text_and_the_same_clock(page, begun):
    attempt, text, cdp = begun()
    type_with_ime(cdp, text[:12])
    compose(cdp, "keh")
    page.reload()
    page.locator(".passage p.now").wait_for()
    assert pad(page) == text[:12]
    type_with_ime(cdp, text[12:16])
    saved(page)
    assert replayed(attempt).committed == text[:16]
    assert Attempt.objects.get(pk=attempt.pk).deadline == attempt.deadline


def test_what_a_closing_window_could_neither_send_nor_keep_in_time_is_there_after_the_reload(page, begun, complaints):
    page.add_init_script("IDBFactory.prototype.open = () => { throw new Error('shut'); }")
    attempt, text, cdp = begun()
    complaints.allow("ERR_FAILED")
    page.route("**/batch/", lambda route: route.abort())
    type_with_ime(cdp, text[:12])
    page.reload()
    page.unroute("**/batch/")
    page.locator(".passage p.now").wait_for()
    page.wait_for_function("text => document.querySelector('#typing-pad').value === text", arg=text[:12])
    saved(page)
    assert replayed(attempt).committed == text[:12]


def test_typing_goes_on_for_half_a_minute_without_a_connection_and_everything_arrives_later(page, begun, complaints):
    attempt, text, cdp = begun()
    complaints.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    until = time.monotonic() + 30
    place = 0
    while time.monotonic() < until:
        type_with_ime(cdp, text[place : place + 4])
        place += 4
        page.wait_for_timeout(1_000)
    page.locator(".saved.waiting").wait_for()
    assert not TypingBatch.objects.exists()
    page.context.set_offline(False)
    page.locator(".saved:not(.waiting)").wait_for()
    saved(page)
    assert replayed(attempt).committed == text[:place]
    assert TypingBatch.objects.count() > 5


def test_what_waited_for_the_connection_outlives_a_reload(page, begun, complaints):
    attempt, text, cdp = begun()
    complaints.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    type_with_ime(cdp, text[:12])
    page.locator(".saved.waiting").wait_for()
    page.wait_for_function("() => document.querySelector('typing-test').outbox.queue.length > 0")
    page.context.set_offline(False)
    page.reload()
    page.locator(".passage p.now").wait_for()
    assert pad(page) == text[:12]
    saved(page)
    assert replayed(attempt).committed == text[:12]


def test_a_pause_while_composing_covers_the_test_and_it_goes_on_with_what_stood_then(page, begun, complaints):
    attempt, text, cdp = begun(ago=200)
    complaints.allow("409")  # what was typed before the page heard of the pause
    by, dialog = factories.examiner(), page.locator("dialog[data-paused]")
    type_with_ime(cdp, text[:8])
    saved(page)
    compose(cdp, "ying")
    exams.pause(attempts=Attempt.objects.all(), reason="火警", by=by, now=timezone.now())
    page.wait_for_timeout(1_500)
    commit(cdp, text[8:10])
    compose(cdp, "yeting")
    dialog.wait_for(timeout=10_000)
    assert not page.locator("#typing-pad").is_visible()
    left = page.locator("[data-part=face]").inner_text()
    page.reload()
    dialog.wait_for()
    page.wait_for_timeout(2_500)
    assert page.locator("[data-part=face]").inner_text() == left
    assert page.locator(".passage p").count() == 0
    exams.resume(attempts=Attempt.objects.all(), by=by, now=timezone.now())
    page.locator(".passage p.now").wait_for()
    assert not dialog.is_visible()
    assert pad(page) == text[:8]
    type_with_ime(cdp, text[8:16])
    assert pad(page) == text[:16]
    page.locator("summary.button").click()
    page.locator("dialog[open] button:not([data-close])").click()
    page.wait_for_url(f"**/exams/result/{attempt.candidacy_id}/")
    run = TypingRun.objects.get(attempt=attempt)
    assert (run.committed, run.errors, run.duration_ms) == (text[:16], 0, 300_000)
    assert {flag["code"] for flag in run.flags} <= {"automated"}
    assert Attempt.objects.get().deadline > attempt.deadline + timedelta(seconds=4)


def test_a_pause_and_its_end_reach_a_page_that_stays_and_an_end_hands_in(page, begun, complaints):
    attempt, text, cdp = begun()
    complaints.allow("409")
    by, dialog = factories.examiner(), page.locator("dialog[data-paused]")
    type_with_ime(cdp, text[:8])
    saved(page)
    exams.pause(attempts=Attempt.objects.all(), reason="火警", by=by, now=timezone.now())
    page.wait_for_timeout(1_500)
    type_with_ime(cdp, text[8:12])
    dialog.wait_for(timeout=10_000)
    exams.resume(attempts=Attempt.objects.all(), by=by, now=timezone.now())
    dialog.wait_for(state="hidden", timeout=10_000)
    page.locator(".passage p.now").wait_for()
    assert pad(page) == text[:8]
    assert page.evaluate("document.activeElement.id") == "typing-pad"
    type_with_ime(cdp, text[8:16])
    saved(page)
    assert replayed(attempt).committed == text[:16]
    assert text.startswith(page.locator(".passage p").first.inner_text())
    # A pause that the page missed: what it typed beyond the clock goes, and it goes on.
    page.evaluate("clearInterval(document.querySelector('typing-test').rest.beat)")
    exams.pause(attempts=Attempt.objects.all(), reason="火警", by=by, now=timezone.now())
    page.wait_for_timeout(2_500)
    exams.resume(attempts=Attempt.objects.all(), by=by, now=timezone.now())
    type_with_ime(cdp, "错字")
    page.wait_for_function("() => document.querySelector('typing-test').generation === 4")
    page.locator(".passage p.now").wait_for()
    assert pad(page) == text[:16]
    type_with_ime(cdp, text[16:20])
    saved(page)
    assert replayed(attempt).committed == text[:20]
    exams.end_attempts(attempts=Attempt.objects.select_related("candidacy"), reason="疏散", by=by, now=timezone.now())
    page.evaluate("document.querySelector('typing-test').rest.ask()")  # its beat was switched off above
    page.wait_for_url(f"**/exams/result/{attempt.candidacy_id}/")
    assert TypingRun.objects.get().committed == text[:20]


def test_time_that_is_up_only_by_the_page_while_the_clock_stands_hands_nothing_in(page, begun, complaints):
    attempt, text, cdp = begun(ago=294)
    complaints.allow("409")
    by = factories.examiner()
    page.evaluate("clearInterval(document.querySelector('typing-test').rest.beat)")
    type_with_ime(cdp, text[:8])
    saved(page)
    exams.pause(attempts=Attempt.objects.all(), reason="火警", by=by, now=timezone.now())
    page.locator("dialog[data-paused]").wait_for()
    page.wait_for_timeout(1_000)
    assert Attempt.objects.get().state == Attempt.State.OPEN
    exams.resume(attempts=Attempt.objects.all(), by=by, now=timezone.now())
    page.evaluate("document.querySelector('typing-test').rest.ask()")
    page.wait_for_url(f"**/exams/result/{attempt.candidacy_id}/", timeout=20_000)
    assert TypingRun.objects.get().committed == text[:8]


def test_a_second_window_takes_over_and_the_first_says_so(page, begun, context, complaints):
    attempt, text, cdp = begun()
    complaints.allow("409")
    type_with_ime(cdp, text[:8])
    saved(page)
    second = context.new_page()
    second.goto(page.url)
    second.locator(".passage p.now").wait_for()
    assert pad(second) == text[:8]
    page.bring_to_front()
    type_with_ime(cdp, text[8:12])
    page.locator(".saved.failed").wait_for()
    assert replayed(attempt).committed == text[:8]


def test_nothing_of_the_passage_is_sent_before_the_start(page, sign_in, live_server):
    now = timezone.now()
    scenes.passage(now)
    user = factories.person()
    invited, part = scenes.candidacy(now, user=user)
    sign_in(user)
    responses = []
    page.on("response", lambda response: responses.append(response))
    page.goto(f"{live_server.url}/exams/typing/ready/{invited.pk}/{part.pk}/")
    cdp = page.context.new_cdp_session(page)
    page.locator("#typing-pad").click()
    type_with_ime(cdp, "您好，很高兴为您服务。")
    assert pad(page) == "您好，很高兴为您服务。"
    _title, text = scenes.passage_text()
    bodies = "".join(response.text() for response in responses if "/exams/" in response.url)
    assert not any(line[:8] in bodies for line in text.split("。") if len(line) > 8)
    page.locator("form[action*=start] button").click()
    page.locator(".passage p.now").wait_for()
    assert page.locator(".passage p").first.inner_text() == text[: len(page.locator(".passage p").first.inner_text())]


def test_handing_in_shows_the_result_with_the_figures(page, begun):
    attempt, text, cdp = begun()
    type_with_ime(cdp, text[:12])
    page.locator("summary.button").click()
    page.locator("dialog button:not([data-close])").click()
    page.wait_for_url(f"**/exams/result/{attempt.candidacy_id}/")
    run = TypingRun.objects.get(attempt=attempt)
    assert (run.typed, run.errors) == (12, 0)
    assert {flag["code"] for flag in run.flags} <= {"automated"}


def test_practice_underlines_mistakes_and_knows_them_afterwards(page, sign_in, live_server):
    now = timezone.now()
    scenes.passage(now, use="practice")
    scenes.standard(now)
    sign_in(factories.person())
    page.goto(f"{live_server.url}/exams/typing/practice/")
    page.locator("form.form button").first.click()
    page.locator(".passage p.now").wait_for()
    text = "".join(page.locator(".passage p").all_inner_texts())[:14]
    cdp = page.context.new_cdp_session(page)
    type_with_ime(cdp, text[:5])
    compose(cdp, "cuo")
    assert page.locator(".passage mark").count() == 0
    commit(cdp, "错")
    assert page.locator(".passage mark").all_inner_texts() == [text[5]]
    type_with_ime(cdp, text[6:12] + "误")
    page.keyboard.press("Backspace")
    type_with_ime(cdp, text[12:])
    assert page.locator("[data-part=slips]").inner_text().endswith("1 处")
    page.locator("typing-test form button").click()
    page.locator("dl.figures").first.wait_for()
    run = PracticeRun.objects.get()
    assert (run.committed, run.typed, run.errors) == (text[:5] + "错" + text[6:], 14, 1)
    assert (run.taken_back, run.slips) == (1, [[text[5], "错"], [text[12], "误"]])
    assert sum(run.pace) == 13
    page.locator("button:has-text('强化')").click()
    page.locator(".passage p.now").wait_for()
    assert text[5] in page.locator(".passage").inner_text()


def test_a_test_is_replayed_by_the_keyboard(page, begun, sign_in, live_server):
    attempt, text, cdp = begun()
    type_with_ime(cdp, text[:10])
    commit(cdp, "错")
    exams.submit(attempt=attempt, now=_when_saved(page))
    run = TypingRun.objects.get(attempt=attempt)
    page.goto(f"{live_server.url}/exams/result/{attempt.candidacy_id}/")
    page.locator("details.replay-fold summary").press("Enter")
    shown = page.locator("[data-part=text]")
    seek = page.locator("[data-part=seek]")
    seek.wait_for()
    assert shown.inner_text().strip() == ""
    seek.press("End")
    assert shown.inner_text() == run.committed
    assert page.locator(".passage mark").all_inner_texts() == [text[10]]
    seek.press("Home")
    page.locator("[data-part=rate]").select_option("8")
    page.locator("[data-part=play]").press("Space")
    page.wait_for_function("() => document.querySelector('[data-part=text]').innerText.length > 4")
    page.locator("[data-part=play]").press("Space")
    at = seek.input_value()
    page.wait_for_timeout(400)
    assert seek.input_value() == at


def test_what_looks_like_a_phone_is_asked_for_a_keyboard_and_never_locked_out(browser, sign_in, live_server, context):
    now = timezone.now()
    scenes.passage(now)
    user = factories.person()
    invited, part = scenes.candidacy(now, user=user)
    sign_in(user)
    url = f"{live_server.url}/exams/typing/ready/{invited.pk}/{part.pk}/"
    desktop = context.new_page()
    desktop.goto(url)
    desktop.locator(".passage p").first.wait_for()
    assert not desktop.locator("keyboard-question input").is_visible()
    phone = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, locale="zh-CN")
    phone.add_cookies(context.cookies())
    page = phone.new_page()
    page.goto(url)
    question = page.locator("keyboard-question input")
    question.wait_for()
    page.locator("form[action*=start] button").click()
    assert page.url == url
    question.check()
    page.locator("form[action*=start] button").click()
    page.locator(".passage p.now").wait_for()
    saved(page)
    assert replayed(Attempt.objects.get()).counts["touch"] == 1
    phone.close()
