"""Reading a lesson: the place, the time, what it asks for, notices, answers to its checks."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.blocks import StructBlockValidationError

from courses import services
from courses.blocks.asking import NoticeBlock
from courses.models import (
    Acknowledgement,
    Completion,
    Enrolment,
    LessonPage,
    LessonProgress,
    PracticeAnswer,
)
from exams.services import add_question
from ground.errors import Refused
from ground.models import JournalEntry
from tests import factories
from tests.courses import build
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
NOTICE = {
    "title": "客户信息保密承诺",
    "department": "质量与合规部",
    "text": "<p>不外传、<b>不截图</b>。</p>",
    "effective_from": date(2026, 1, 1),
    "effective_to": None,
}


@pytest.fixture(autouse=True)
def at_now(now):
    with time_machine.travel(now, tick=False), translation.override("zh-hans"):
        yield


def the_lesson(*blocks, **rules) -> LessonPage:
    """The one lesson of a course."""
    body = list(blocks) or [("text", "<p>一</p>"), ("text", "<p>二</p>"), ("text", "<p>三</p>")]
    page = build.lessons(build.course(lessons=1, body=body))[0]
    for name, value in rules.items():
        setattr(page, name, value)
    page.save()
    return LessonPage.objects.get(pk=page.pk)


def opened(lesson, user, now) -> Enrolment:
    enrolment = services.enrol(user=user, course=lesson.get_parent().specific, now=now)
    services.open_lesson(enrolment=enrolment, lesson=lesson, now=now)
    return enrolment


def report(enrolment, lesson, now, *, step, block=0, seconds=0, end=False) -> LessonProgress:
    return services.note_progress(
        enrolment=enrolment,
        lesson=lesson,
        place=lesson.body[block].id,
        seconds=seconds,
        reached_end=end,
        step=step,
        now=now,
    )


def question(now, code="s-listening-01"):
    return add_question(
        code=code,
        topics=[factories.topic()],
        level=None,
        kind="true_false",
        content={"stem": "可以打断客户。"},
        key={"answer": False},
        now=now,
        author=None,
        reviewer=factories.examiner(),
    )


def later(now, **time):
    return now + timedelta(**time)


# The place and the time.


def test_an_older_or_repeated_report_does_not_move_the_place_back(now):
    lesson, user = the_lesson(), factories.person()
    enrolment = opened(lesson, user, now)
    report(enrolment, lesson, later(now, minutes=1), step=3, block=2)
    report(enrolment, lesson, later(now, minutes=2), step=2, block=0)
    row = report(enrolment, lesson, later(now, minutes=3), step=3, block=1)
    assert (row.place, row.step) == (lesson.body[2].id, 3)
    row = report(enrolment, lesson, later(now, minutes=4), step=4, block=1)
    assert (row.place, row.step) == (lesson.body[1].id, 4)


def test_a_place_that_the_lesson_does_not_have_is_not_kept(now):
    lesson, user = the_lesson(), factories.person()
    enrolment = opened(lesson, user, now)
    row = services.note_progress(
        enrolment=enrolment, lesson=lesson, place="elsewhere", seconds=0, reached_end=False, step=1, now=now
    )
    assert row.place == ""


def test_the_end_once_seen_stays_seen(now):
    lesson, user = the_lesson(), factories.person()
    enrolment = opened(lesson, user, now)
    first = report(enrolment, lesson, later(now, seconds=30), step=1, end=True).reached_end_at
    assert report(enrolment, lesson, later(now, seconds=60), step=2, end=False).reached_end_at == first


def test_two_devices_cannot_read_faster_than_the_clock(now):
    lesson, user = the_lesson(), factories.person()
    enrolment = opened(lesson, user, now)
    assert report(enrolment, lesson, later(now, seconds=20), step=1, seconds=20).seconds == 20
    assert report(enrolment, lesson, later(now, seconds=20), step=1, seconds=40).seconds == 20
    assert report(enrolment, lesson, later(now, seconds=30), step=2, seconds=4000).seconds == 30


def test_what_was_read_without_a_connection_counts_when_it_arrives(now):
    lesson, user = the_lesson(), factories.person()
    enrolment = opened(lesson, user, now)
    assert report(enrolment, lesson, later(now, minutes=12), step=1, seconds=700).seconds == 700


def test_a_lesson_that_is_done_keeps_the_time_it_was_read_for(now):
    lesson, user = the_lesson(), factories.person()
    enrolment = opened(lesson, user, now)
    report(enrolment, lesson, later(now, seconds=20), step=1, seconds=20)
    services.complete_lesson(enrolment=enrolment, lesson=lesson, now=later(now, seconds=21))
    row = report(enrolment, lesson, later(now, minutes=9), step=2, block=1, seconds=500)
    assert (row.seconds, row.place) == (20, lesson.body[1].id)


# What a lesson asks for.


def test_who_has_not_read_long_enough_is_told_how_long(now):
    lesson, user = the_lesson(must_minutes=10), factories.person()
    enrolment = opened(lesson, user, now)
    report(enrolment, lesson, later(now, minutes=6), step=1, seconds=360, end=True)
    with pytest.raises(Refused) as refusal:
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=later(now, hours=1))
    assert (str(refusal.value), refusal.value.code) == ("读了 6 分钟，至少要读 10 分钟。", "missing")
    assert LessonProgress.objects.get().completed_at is None
    report(enrolment, lesson, later(now, minutes=70), step=2, seconds=600)
    services.complete_lesson(enrolment=enrolment, lesson=lesson, now=later(now, minutes=71))
    assert Completion.objects.count() == 1


def test_without_script_the_time_since_opening_counts_and_the_button_is_the_end(now):
    lesson, user = the_lesson(must_minutes=10), factories.person()
    enrolment = opened(lesson, user, now)
    with pytest.raises(Refused):
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=later(now, minutes=9))
    row = services.complete_lesson(enrolment=enrolment, lesson=lesson, now=later(now, minutes=10))
    assert row.reached_end_at == row.completed_at == later(now, minutes=10)


def test_a_page_that_has_not_seen_the_end_is_refused(now):
    lesson, user = the_lesson(), factories.person()
    enrolment = opened(lesson, user, now)
    with pytest.raises(Refused, match="读到末尾"):
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now, at_end=False)


def test_all_that_is_missing_is_named_at_once(now):
    question(now)
    lesson = the_lesson(
        ("check", {"questions": ["s-listening-01"]}), ("notice", NOTICE), must_minutes=2, must_pass_checks=True
    )
    enrolment = opened(lesson, factories.person(), now)
    with pytest.raises(Refused) as refusal:
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now, at_end=False)
    assert str(refusal.value).split(" 请")[0].startswith("请先把本课时读到末尾。")
    for words in ("至少要读 2 分钟", "共 1 题，已答对 0 题", "请先阅读并确认“客户信息保密承诺”"):
        assert words in str(refusal.value)


def test_checks_that_must_be_right_count_once_right_and_wrong_ones_are_kept_too(now):
    question(now)
    lesson, user = the_lesson(("check", {"questions": ["s-listening-01"]}), must_pass_checks=True), factories.person()
    enrolment = opened(lesson, user, now)

    def answer(right):
        services.note_check_answer(enrolment=enrolment, lesson=lesson, code="s-listening-01", right=right, now=now)

    answer(False)
    with pytest.raises(Refused):
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now)
    answer(True)
    answer(False)
    services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now)
    kept = PracticeAnswer.objects.order_by("pk").values_list("user", "lesson", "right")
    assert list(kept) == [(user.pk, lesson.pk, False), (user.pk, lesson.pk, True), (user.pk, lesson.pk, False)]
    assert LessonProgress.objects.get().checks == ["s-listening-01"]


def test_an_answer_to_a_question_of_another_lesson_is_refused(now):
    question(now)
    lesson = the_lesson()
    enrolment = opened(lesson, factories.person(), now)
    with pytest.raises(Refused):
        services.note_check_answer(enrolment=enrolment, lesson=lesson, code="s-listening-01", right=True, now=now)
    assert not PracticeAnswer.objects.exists()


def test_a_check_answered_on_the_page_is_kept_unless_nothing_was_said_or_it_is_a_preview(now):
    question(now)
    lesson, user = the_lesson(("check", {"questions": ["s-listening-01"]})), factories.person()
    client, url = signed_in(user), reverse("courses:check", args=[lesson.pk, "s-listening-01"])
    client.post(url, {"answer": ""})
    client.post(url, {"answer": "false", "preview": "1"})
    assert not PracticeAnswer.objects.exists()
    client.post(url, {"answer": "false"})
    assert [(row.user_id, row.right) for row in PracticeAnswer.objects.all()] == [(user.pk, True)]


# Notices.


def test_a_notice_is_acknowledged_once_with_its_words_and_the_lesson_shows_when(now):
    lesson, user = the_lesson(("notice", NOTICE)), factories.person()
    client, block = signed_in(user), lesson.body[0]
    page = client.get(lesson.url)
    assert block.value.words_hash in page.text
    url = reverse("courses:acknowledge", args=[lesson.pk, block.id])
    for _twice in range(2):
        answer = client.post(url, {"seen": block.value.words_hash})
        assert answer.headers["Location"] == f"{lesson.url}#block-{block.id}"
    row = Acknowledgement.objects.get()
    assert (row.user_id, row.block, row.at) == (user.pk, block.id, now)
    assert row.words == "客户信息保密承诺\n质量与合规部\n2026-01-01–\n不外传、不截图。"
    assert JournalEntry.objects.filter(verb="notice.acknowledged", actor_id=user.pk).count() == 1
    assert "确认。" in client.get(lesson.url).text
    client.post(reverse("courses:complete_lesson", args=[lesson.pk]))
    assert Completion.objects.filter(user=user).count() == 1


def test_changed_words_ask_again_and_the_old_page_cannot_acknowledge_them(now):
    lesson, user = the_lesson(("notice", NOTICE)), factories.person()
    enrolment, block, seen = opened(lesson, user, now), lesson.body[0].id, lesson.body[0].value.words_hash
    services.acknowledge(user=user, lesson=lesson, block=block, seen=seen, now=now)
    lesson.body[0].value["department"] = "法务部"
    lesson.save()
    lesson = LessonPage.objects.get(pk=lesson.pk)
    with pytest.raises(Refused) as refusal:
        services.acknowledge(user=user, lesson=lesson, block=block, seen=seen, now=now)
    assert refusal.value.code == "changed"
    with pytest.raises(Refused, match="客户信息保密承诺"):
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now)
    services.acknowledge(
        user=user, lesson=lesson, block=block, seen=lesson.body[0].value.words_hash, now=later(now, days=1)
    )
    services.complete_lesson(enrolment=enrolment, lesson=lesson, now=later(now, days=1))
    assert Acknowledgement.objects.count() == 2


@pytest.mark.parametrize(
    ("begins", "ends", "asks"), [(-1, 0, True), (0, 1, True), (1, 2, False), (-2, -1, False), (None, None, True)]
)
def test_only_a_notice_in_force_must_be_acknowledged(now, begins, ends, asks):
    on = timezone.localdate(now)
    days = {
        name: None if offset is None else on + timedelta(days=offset)
        for name, offset in (("effective_from", begins), ("effective_to", ends))
    }
    lesson = the_lesson(("notice", NOTICE | days))
    enrolment = opened(lesson, factories.person(), now)
    if asks:
        with pytest.raises(Refused):
            services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now)
    else:
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now)
    assert Completion.objects.exists() != asks


def test_a_notice_that_ends_before_it_begins_is_refused_in_the_editor():
    block = NoticeBlock()
    value = block.to_python({**NOTICE, "effective_from": "2026-05-02", "effective_to": "2026-05-01"})
    with pytest.raises(StructBlockValidationError) as errors:
        block.clean(value)
    assert "失效日期早于生效日期。" in str(errors.value.as_json_data())


# The page.


def post(client, lesson, given, name="lesson_progress"):
    return client.post(
        reverse(f"courses:{name}", args=[lesson.pk]),
        json.dumps(given),
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


def test_a_page_learns_the_newest_step_and_what_is_still_asked_for(now):
    lesson, user = the_lesson(must_minutes=1), factories.person()
    enrolment = opened(lesson, user, now)
    report(enrolment, lesson, later(now, seconds=30), step=7, seconds=30)
    with time_machine.travel(later(now, seconds=60), tick=False):
        answer = post(signed_in(user), lesson, {"step": 2, "seconds": 60, "end": False, "round": str(enrolment.pk)})
    assert answer.json() == {
        "step": 7,
        "seconds": 60,
        "done": False,
        "requirements": [
            {"code": "end", "met": False, "label": "读到末尾"},
            {"code": "minutes", "met": True, "label": "阅读满 1 分钟（已读 1 分钟）"},
        ],
    }


def test_a_done_with_its_last_report_completes_and_names_the_way_on(now):
    lesson, user = the_lesson(), factories.person()
    client = signed_in(user)
    client.get(lesson.url)
    refused = post(client, lesson, {"step": 1, "seconds": 3, "end": False}, "complete_lesson")
    assert (refused.status_code, refused.json()["code"]) == (422, "missing")
    answer = post(client, lesson, {"step": 2, "seconds": 3, "end": True}, "complete_lesson")
    assert answer.json() == {"url": lesson.get_parent().url}
    assert Completion.objects.filter(user=user).count() == 1


def test_what_somebody_else_read_on_this_device_is_not_noted_for_who_is_signed_in(now):
    lesson, user, other = the_lesson(), factories.person(), factories.person()
    answer = post(signed_in(other), lesson, {"step": 1, "seconds": 9, "end": True, "person": str(user.pk)})
    assert (answer.status_code, answer.json()["code"]) == (409, "another_person")
    assert not LessonProgress.objects.exists()
    answer = post(signed_in(other), lesson, {"step": 1, "end": True, "person": str(user.pk)}, "complete_lesson")
    assert answer.status_code == 409
    assert not Enrolment.objects.exists()


def test_a_report_of_an_earlier_round_is_not_noted_in_the_new_one(now):
    lesson, user = the_lesson(), factories.person()
    enrolment = opened(lesson, user, now)
    answer = post(signed_in(user), lesson, {"step": 1, "end": True, "round": str(enrolment.pk + 1)})
    assert (answer.status_code, answer.json()["code"]) == (409, "over")
    assert LessonProgress.objects.get().step == 0


@pytest.mark.parametrize("body", ["{", "[]", '{"step": -1}', '{"step": "x"}', '{"seconds": 1.5}', '{"step": 1e99}'])
def test_a_report_that_cannot_be_read_gets_a_sentence_and_changes_nothing(now, body):
    lesson, user = the_lesson(), factories.person()
    opened(lesson, user, now)
    before = LessonProgress.objects.values().get()
    answer = signed_in(user).post(
        reverse("courses:lesson_progress", args=[lesson.pk]), body, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["sentence"]) == (400, "页面提交的内容无法识别。")
    assert LessonProgress.objects.values().get() == before


def test_the_lesson_offers_the_place_where_one_stopped_until_it_is_done(now):
    lesson, user = the_lesson(), factories.person()
    enrolment, client = opened(lesson, user, now), signed_in(user)
    assert "从上次读到的地方继续" not in client.get(lesson.url).text
    report(enrolment, lesson, later(now, minutes=1), step=1, block=1)
    assert f'href="#block-{lesson.body[1].id}"' in client.get(lesson.url).text
    services.complete_lesson(enrolment=enrolment, lesson=lesson, now=later(now, minutes=2))
    assert "从上次读到的地方继续" not in client.get(lesson.url).text


def test_a_preview_stores_nothing_and_has_no_forms_that_would(now, rf):
    question(now)
    lesson = the_lesson(("notice", NOTICE), ("check", {"questions": ["s-listening-01"]}))
    trainer = factories.with_role("trainer")
    client = signed_in(trainer)
    client.get("/")
    original = rf.get("/", headers={"Host": "localhost", "Cookie": f"sessionid={client.session.session_key}"})
    lesson.title = "还没有发布的标题"
    text = lesson.make_preview_request(original).text
    assert "还没有发布的标题" in text
    assert "客户信息保密承诺" in text
    assert 'name="preview"' in text
    assert "/acknowledge/" not in text
    assert "/done/" not in text
    assert not Enrolment.objects.exists()


def test_a_lesson_of_an_unpublished_course_takes_no_reports(now):
    lesson, user = the_lesson(), factories.person()
    client = signed_in(user)
    lesson.get_parent().specific.unpublish(set_expired=False)
    lesson.refresh_from_db()
    assert client.get(lesson.url or f"/courses/{lesson.slug}/").status_code == 404
    assert post(client, lesson, {"step": 1}).status_code == 404
    assert post(client, lesson, {"step": 1}, "complete_lesson").status_code == 404
