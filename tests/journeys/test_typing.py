"""The typing test in a real browser with a real composition."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exams import services as exams
from exams.models import Attempt
from exams.typing import queries
from exams.typing.models import PracticeRun, TypingBatch, TypingRun
from exams.typing.services import counted_replay
from tests import factories
from tests.journeys.ime import commit, compose, type_with_ime
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


def test_pasting_and_undo_change_nothing_and_are_counted_and_told_once(page, begun):
    attempt, text, cdp = begun()
    type_with_ime(cdp, text[:8])
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "粘贴的文字");
          const pad = document.querySelector("#typing-pad");
          pad.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    assert pad(page) == text[:8]
    assert page.locator("[data-part=say]").inner_text() != ""
    undo = {"type": "keyDown", "modifiers": 2, "key": "z", "code": "KeyZ", "commands": ["undo"]}
    cdp.send("Input.dispatchKeyEvent", undo)
    saved(page)
    counts = replayed(attempt).counts
    assert counts["paste"] == 1
    assert counts["undo"] >= 1
    assert pad(page) == text[:8]


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


def test_typing_goes_on_without_a_connection_and_everything_arrives_later(page, begun, complaints):
    attempt, text, cdp = begun()
    complaints.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    type_with_ime(cdp, text[:16])
    page.locator(".saved.waiting").wait_for()
    assert not TypingBatch.objects.exists()
    page.context.set_offline(False)
    page.locator(".saved:not(.waiting)").wait_for()
    saved(page)
    assert replayed(attempt).committed == text[:16]


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


def test_practice_runs_its_time_and_shows_the_figures(page, sign_in, live_server):
    now = timezone.now()
    scenes.passage(now, use="practice")
    scenes.standard(now)
    sign_in(factories.person())
    page.goto(f"{live_server.url}/exams/typing/practice/")
    page.locator("form.form button").click()
    page.locator(".passage p.now").wait_for()
    text = "".join(page.locator(".passage p").all_inner_texts())[:12]
    cdp = page.context.new_cdp_session(page)
    type_with_ime(cdp, text)
    page.locator("typing-test form button").click()
    page.locator("dl.figures").first.wait_for()
    run = PracticeRun.objects.get()
    assert (run.committed, run.typed, run.errors) == (text, 12, 0)
    page.goto(f"{live_server.url}/exams/typing/practice/")
    page.locator("table.plain-table").first.wait_for(state="attached")
