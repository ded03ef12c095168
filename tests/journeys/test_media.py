"""What lessons play and record: a film with captions from the private files, the own voice that stays in the page."""

import base64
import io

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from courses import services
from courses.models import LessonPage
from tests import factories
from tests.courses import build

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SAY_ALOUD = {"situation": "断网两天", "task": "先安抚", "hints": ["先回应情绪"], "sample": "一定很耽误您。"}
# A second of film that the browser draws and records itself; resolves to base64.
FILM = """async () => {
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d"), pieces = [];
  canvas.width = canvas.height = 64;
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const stopped = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  for (let frame = 0; frame < 25; frame += 1) {
    pen.fillStyle = frame % 2 ? "green" : "white";
    pen.fillRect(0, 0, 64, 64);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  recorder.stop();
  await stopped;
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""
# Resolves once a third of a second has been heard or seen.
PLAY = """async (media) => {
  media.muted = true;
  const played = new Promise((resolve) => (media.ontimeupdate = () => media.currentTime > 0.3 && resolve()));
  await media.play();
  await played;
}"""
CAPTIONS = "1\n00:00:00,000 --> 00:00:05,000\n您好，请讲。\n"


def lesson(*body: tuple) -> LessonPage:
    return build.lesson(build.course(lessons=0), body=list(body))


def test_a_film_plays_with_its_captions(page: Page, sign_in, live_server):
    sign_in(factories.person())
    page.goto(live_server.url)
    film = io.BytesIO(base64.b64decode(page.evaluate(FILM)))
    media = services.add_media(file=film, name="柜台迎送.webm", by=None, now=timezone.now(), captions=CAPTIONS)
    shown = lesson(("video", {"media": media, "caption": "柜台迎送三步"}))
    page.goto(live_server.url + shown.url)
    film = page.locator("video")
    film.evaluate(PLAY)
    said = film.evaluate("(film) => Array.from(film.textTracks[0].activeCues, (cue) => cue.text)")
    assert said == ["您好，请讲。"]


def test_the_own_voice_is_recorded_heard_and_sent_to_nobody(page: Page, context: BrowserContext, sign_in, live_server):
    shown = lesson(("say_aloud", SAY_ALOUD))
    sign_in(factories.person())
    context.grant_permissions(["microphone"], origin=live_server.url)
    page.goto(live_server.url + shown.url)
    sent = []
    page.on("request", lambda request: sent.append((request.method, request.url)))
    page.get_by_role("button", name="录音").click()
    expect(page.get_by_role("status").filter(has_text="正在录音")).to_be_visible()
    page.wait_for_timeout(1_000)
    page.get_by_role("button", name="停止").click()
    voice = page.locator("say-aloud audio")
    expect(voice).to_be_visible()
    voice.evaluate(PLAY)
    assert [url for method, url in sent if method == "POST" and "/progress" not in url] == []
    expect(page.get_by_role("button", name="录音")).to_be_visible()


def test_without_a_microphone_one_says_it_all_the_same(page: Page, sign_in, live_server):
    shown = lesson(("say_aloud", SAY_ALOUD))
    sign_in(factories.person())
    page.goto(live_server.url + shown.url)
    page.get_by_role("button", name="录音").click()
    expect(page.get_by_role("status").filter(has_text="这里不能使用麦克风")).to_be_visible()
