"""What a paper does by its signed token: save, ask the clock, send what was late, give a file."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import queries, services
from exams.models import Attempt, AttemptRuling, LateResponse, Mark, Question, QuestionTopic, QuestionVersion, Result
from exams.policy import token_of
from exams.services.files import DOCX
from ground.errors import Refused
from people.services import end_access
from tests import factories
from tests.exams import makers

pytestmark = pytest.mark.django_db
minute, second = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def clock(now):
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def attempt(clock, now):
    return makers.started(now=now, person=factories.person(at=factories.unit()))


@pytest.fixture
def stranger():
    """A browser that nobody is signed in to, and that checks for forged forms as in earnest."""
    return Client(enforce_csrf_checks=True)


def post(client, name, attempt, token=None, **given):
    token = token or token_of(Attempt.objects.select_related("candidacy").get(pk=attempt.pk))
    return client.post(
        reverse(f"exams:{name}", args=[attempt.pk]),
        json.dumps({"token": token, **given}),
        content_type="application/json",
        headers={"X-Token": token},
    )


def one(seq=1, position=1, **more):
    return {"position": position, "seq": seq, "answer": {"chosen": [0]}, "marked": False, **more}


@pytest.mark.parametrize("known", [True, False])
def test_a_save_needs_the_token_alone_and_one_statement(stranger, attempt, known):
    """Whether a session comes along or not, nobody looks at it."""
    if known:
        stranger.force_login(attempt.candidacy.user)
    token = token_of(attempt)
    with CaptureQueriesContext(connection) as asked:
        response = post(stranger, "save", attempt, token=token, answers=[one(spent_ms=4000)])
    assert response.json() == {"codes": {"1": "saved"}}
    assert len(asked) == 1
    assert not response.cookies
    assert attempt.responses.get().spent_ms == 4000


def test_a_token_of_the_form_that_older_pages_carry_still_saves(stranger, attempt):
    old = signing.dumps([attempt.pk, 1, attempt.candidacy.user_id], salt="exams.save")
    response = stranger.post(
        reverse("exams:save", args=[attempt.pk]),
        json.dumps({"token": old, "answers": [one()]}),
        content_type="application/json",
    )
    assert response.json() == {"codes": {"1": "saved"}}


def test_a_token_speaks_for_its_own_attempt_only(stranger, attempt, now):
    other = makers.started(now=now)
    assert post(stranger, "save", other, token=token_of(attempt), answers=[one()]).status_code == 404
    assert other.responses.count() == 0


@pytest.mark.parametrize("name", ["save", "clock", "late"])
def test_what_another_site_can_make_a_browser_send_is_refused(stranger, attempt, name):
    body = json.dumps({"token": token_of(attempt), "answers": [one()], "x": "="})
    response = stranger.post(reverse(f"exams:{name}", args=[attempt.pk]), body, content_type="text/plain")
    assert response.status_code in (400, 403)
    forged = signing.dumps([attempt.pk, 1, attempt.candidacy.user_id], salt="another")
    assert post(stranger, name, attempt, token=forged, answers=[one()]).status_code == 400
    assert attempt.responses.count() == 0


def test_the_plain_form_keeps_its_own_protection(stranger, attempt):
    stranger.force_login(attempt.candidacy.user)
    form = {"token": token_of(attempt), "position": 1, "seq": 1, "chosen": 0}
    assert stranger.post(reverse("exams:save", args=[attempt.pk]), form).status_code == 403
    assert Client().post(reverse("exams:save", args=[attempt.pk]), form)["Location"].startswith("/account/login/")
    assert attempt.responses.count() == 0


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda attempt, now: services.take_over(attempt=attempt, now=now), "superseded"),
        (lambda attempt, now: services.submit(attempt=attempt, now=now), "ended"),
        (lambda attempt, now: end_access(user=attempt.candidacy.user, now=now, by=None, reason="离职"), "ended"),
        (lambda attempt, now: Attempt.objects.filter(pk=attempt.pk).update(paused_at=now), "paused"),
    ],
)
def test_an_older_token_is_refused_at_once(stranger, attempt, now, act, code):
    token = token_of(attempt)
    act(attempt, now)
    assert post(stranger, "save", attempt, token=token, answers=[one()]).json() == {"codes": {"1": code}}
    assert attempt.responses.count() == 0


def test_a_save_after_handing_in_changes_no_mark(stranger, attempt, now):
    makers.answer(attempt, 2, now=now)
    token = token_of(attempt)
    ended = services.submit(attempt=attempt, now=now)
    post(stranger, "save", attempt, token=token, answers=makers.answers(attempt, 5, seq=9))
    ended.refresh_from_db()
    assert (ended.points, attempt.responses.count()) == (4, 2)


# The clock


def test_the_clock_is_one_statement_that_notes_presence(stranger, attempt, clock, now):
    clock.move_to(now + minute)
    token = token_of(attempt)
    with CaptureQueriesContext(connection) as asked:
        beat = post(stranger, "clock", attempt, token=token, away=3).json()
    milliseconds = int((now + minute).timestamp() * 1000)
    assert beat == {
        "open": True,
        "tab": 1,
        "seconds": 1740,
        "left_ms": 1_740_000,
        "extra": 0,
        "paused": False,
        "now": milliseconds,
    }
    assert len(asked) == 1
    post(stranger, "clock", attempt, away=1)
    attempt.refresh_from_db()
    assert (attempt.seen_at, attempt.away) == (now + minute, 3)


def test_time_given_shows_apart_from_the_base_time(stranger, attempt, now):
    examiner = factories.person("周敏")
    services.grant(candidacy=attempt.candidacy, extra_minutes=15, extra_tries=0, by=examiner, reason="停电", now=now)
    beat = post(stranger, "clock", attempt).json()
    assert (beat["seconds"], beat["extra"]) == (45 * 60, 15 * 60)


def test_a_paused_clock_stands(stranger, attempt, clock, now):
    Attempt.objects.filter(pk=attempt.pk).update(paused_at=now + minute)
    clock.move_to(now + 10 * minute)
    beat = post(stranger, "clock", attempt).json()
    assert (beat["paused"], beat["seconds"]) == (True, 29 * 60)


def test_an_older_tab_learns_of_the_newer_and_leaves_no_trace(stranger, attempt, now):
    token = token_of(attempt)
    services.take_over(attempt=attempt, now=now)
    beat = post(stranger, "clock", attempt, token=token, away=7).json()
    assert (beat["open"], beat["tab"]) == (True, 2)
    services.submit(attempt=attempt, now=now)
    assert post(stranger, "clock", attempt, token=token).json()["open"] is False
    attempt.refresh_from_db()
    assert (attempt.seen_at, attempt.away) == (None, 0)


@pytest.mark.parametrize("away", [None, -5, 10**30, "x", True, [1]])
def test_a_strange_beat_does_no_harm(stranger, attempt, away):
    assert post(stranger, "clock", attempt, away=away).status_code == 200


# Late answers


def send_late(client, attempt, *answers, token=None):
    given = [{**answer, "edited": int(answer["edited"].timestamp() * 1000)} for answer in answers]
    return post(client, "late", attempt, token=token, answers=given).json()["codes"]


def test_an_answer_from_before_the_deadline_that_comes_after_it_is_kept_and_not_marked(stranger, attempt, clock, now):
    token = token_of(attempt)
    clock.move_to(attempt.deadline + 20 * minute)
    services.end_overdue(now=attempt.deadline + 10 * second)
    assert post(stranger, "save", attempt, token=token, answers=[one()]).json() == {"codes": {"1": "late"}}
    edited = attempt.deadline - minute
    assert send_late(stranger, attempt, one(edited=edited), token=token) == {"1": "kept"}
    assert send_late(stranger, attempt, one(edited=edited), token=token) == {"1": "kept"}  # its receipt was lost
    kept = LateResponse.objects.get()
    assert (kept.edited_at, kept.received_at) == (edited, attempt.deadline + 20 * minute)
    ended = Attempt.objects.get(pk=attempt.pk)
    assert (ended.points, attempt.responses.count()) == (0, 0)


def test_what_was_edited_after_the_time_or_is_older_than_what_counts_is_no_evidence(stranger, attempt, clock, now):
    makers.answer(attempt, 1, now=now, seq=5)
    clock.move_to(attempt.deadline + minute)
    services.end_overdue(now=attempt.deadline + minute)
    good = attempt.deadline - minute
    codes = send_late(
        stranger,
        attempt,
        one(seq=5, edited=good),
        one(position=2, edited=attempt.deadline + second),
        one(position=3, edited=attempt.started_at - second),
        one(position=6, edited=good),
        one(position=4, seq=0, edited=good),
    )
    assert codes == {"1": "stale", "2": "invalid", "3": "invalid", "6": "invalid", "4": "invalid"}
    assert LateResponse.objects.count() == 0


def test_nothing_is_late_while_an_attempt_runs_or_after_it_was_handed_in(stranger, attempt, clock, now):
    token = token_of(attempt)
    assert send_late(stranger, attempt, one(edited=now), token=token) == {"1": "open"}
    services.submit(attempt=attempt, now=now + minute)
    assert send_late(stranger, attempt, one(edited=now), token=token) == {"1": "ended"}


@pytest.fixture
def late(attempt, now):
    """Two right answers in time; the third, right too, came late."""
    makers.answer(attempt, 2, now=now)
    end = attempt.deadline + minute
    services.end_overdue(now=end)
    answer = makers.answers(attempt, 3, seq=7)[2]
    services.keep_late(attempt_id=attempt.pk, generation=1, answers=[{**answer, "edited_at": now}], now=end)
    return Attempt.objects.get(pk=attempt.pk)


def test_a_person_accepts_a_late_answer_and_the_result_follows(late, now):
    examiner = factories.person("周敏")
    before = Result.objects.filter(candidacy=late.candidacy).exists()
    given = {"attempt": late, "positions": [3, 4], "by": examiner, "reason": "断网", "now": late.deadline + 9 * minute}
    ruling = services.accept_late(**given)
    assert (ruling.kind, ruling.reason) == ("late", "断网")
    mark = Mark.objects.filter(attempt=late, position=3).latest("id")
    assert (mark.points, mark.source, mark.given_by, mark.why) == (2, "late", examiner, "断网")
    late.refresh_from_db()
    assert (late.points, late.score, late.passed, before) == (6, 60, True, False)
    assert Result.objects.get().passed
    assert list(queries.recount(given["now"])) == []
    assert services.accept_late(**given) is None
    assert AttemptRuling.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("no_reason", {"reason": " "}),
        ("none_chosen", {"positions": [1, 2]}),
        ("none_chosen", {"positions": []}),
    ],
)
def test_nobody_accepts_without_reason_or_choice(late, now, code, change):
    given = {"attempt": late, "positions": [3], "by": factories.person("周敏"), "reason": "断网", "now": now, **change}
    with pytest.raises(Refused) as caught:
        services.accept_late(**given)
    assert caught.value.code == code


def test_nobody_accepts_their_own_and_nothing_of_a_void_attempt(late, now):
    examiner = factories.person("周敏")
    with pytest.raises(Refused) as caught:
        services.accept_late(attempt=late, positions=[3], by=late.candidacy.user, reason="我", now=now)
    assert caught.value.code == "own"
    services.rule(attempt=late, kind="void", by=examiner, reason="替考", now=now)
    with pytest.raises(Refused) as caught:
        services.accept_late(attempt=late, positions=[3], by=examiner, reason="断网", now=now)
    assert caught.value.code == "void"


def test_an_examiner_sees_late_answers_on_the_candidates_page_and_lets_them_count(client, late):
    examiner = factories.with_role("examiner")
    client.force_login(examiner)
    page = client.get(reverse("exams:candidate", args=[late.candidacy_id])).content.decode()
    assert f'id="late{late.pk}"' in page
    accept = reverse("exams:accept_late", args=[late.pk])
    client.post(accept, {"position": ["3"], "reason": "断网"})
    late.refresh_from_db()
    assert late.points == 6
    assert (
        accept
        not in client.get(reverse("exams:candidate", args=[late.candidacy_id])).content.decode().split("<form")[1]
    )


# Files


@pytest.fixture
def asks_for_file(clock, now):
    def begun(accepts):
        topic = factories.topic()
        makers.question(topic, "single")
        asked = Question.objects.create(code="file")
        QuestionTopic.objects.create(question=asked, topic=topic)
        asked.current = QuestionVersion.objects.create(
            question=asked,
            number=1,
            kind="file",
            content={"stem": "请上传。", "accepts": accepts},
            key={"rubric": []},
            points=4,
            created_at=now,
            content_hash=accepts,
        )
        asked.state = "live"
        asked.save()
        rows = [{"topic": topic, "kind": kind, "count": 1, "points": 4} for kind in ("single", "file")]
        part = {"kind": "paper", "title": "录音", "minutes": 30, "pass_percent": 60, "tries": 2, "blueprint": rows}
        exam = services.create_exam(code="file-exam", name="录音考试", level=None, parts=[part], now=now, by=None)
        person = factories.person()
        sitting = makers.sitting(services.publish_exam(exam=exam, by=None, now=now), person, now=now)
        invited = sitting.candidacies.get()
        return services.start_attempt(candidacy=invited, part=makers.part(invited), now=now)

    return begun


def docx():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", "<x/>")
    return packed.getvalue()


def upload(client, attempt, content, name="录音.exe", position=2):
    token = token_of(attempt)
    return client.post(
        reverse("exams:upload", args=[attempt.pk, position]),
        {"file": SimpleUploadedFile(name, content)},
        headers={"X-Token": token},
    )


@pytest.mark.parametrize(
    ("accepts", "content", "content_type"),
    [
        ("audio", b"\x1a\x45\xdf\xa3webm", "audio/webm"),
        ("audio", b"OggSogg", "audio/ogg"),
        ("audio", b"ID3mp3", "audio/mpeg"),
        ("audio", b"\xff\xfbmp3", "audio/mpeg"),
        ("audio", b"\0\0\0 ftypM4A ", "audio/mp4"),
        ("audio", b"RIFF1234WAVE", "audio/wav"),
        ("document", b"%PDF-1.7", "application/pdf"),
        ("document", docx(), DOCX),
        ("document", b"\x89PNG\r\n\x1a\nx", "image/png"),
        ("document", b"\xff\xd8\xff\xe0jpg", "image/jpeg"),
    ],
)
def test_a_file_is_known_by_its_content_and_kept_once(stranger, asks_for_file, accepts, content, content_type):
    attempt = asks_for_file(accepts)
    first = upload(stranger, attempt, content).json()
    assert upload(stranger, attempt, content).json() == first
    kept = attempt.files.get()
    assert (kept.pk, kept.content_type, kept.size) == (first["file"], content_type, len(content))
    assert kept.name.startswith("录音.")
    assert not kept.name.endswith(".exe")


@pytest.mark.parametrize(
    ("accepts", "content", "code"),
    [
        ("audio", b"%PDF-1.7", "type"),
        ("document", b"OggS", "type"),
        ("document", b"MZ\x90\0", "type"),
        ("document", b"PK\x03\x04broken", "type"),
        ("document", b"<svg onload=alert(1)>", "type"),
        ("document", b"", "empty"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_a_sentence(stranger, asks_for_file, accepts, content, code):
    attempt = asks_for_file(accepts)
    response = upload(stranger, attempt, content)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert response.json()["sentence"].endswith("。")
    assert attempt.files.count() == 0


def test_only_a_question_that_asks_for_a_file_takes_one_and_only_in_time(stranger, asks_for_file, now):
    attempt = asks_for_file("document")
    assert upload(stranger, attempt, b"%PDF-", position=1).json()["code"] == "no_file_asked"
    assert upload(stranger, attempt, b"%PDF-", position=9).json()["code"] == "no_file_asked"
    services.submit(attempt=attempt, now=now)
    assert upload(stranger, attempt, b"%PDF-").json()["code"] == "ended"


def test_a_file_is_served_to_its_candidate_and_to_whoever_marks_it_and_to_nobody_else(client, attempt, now):
    kept = makers.answer_file(attempt, now=now)
    url = reverse("exams:answer_file", args=[kept.pk])
    for person, status in ((attempt.candidacy.user, 200), (factories.person("别人"), 404)):
        client.force_login(person)
        assert client.get(url).status_code == status
