"""Pages of markers and of what follows: no name in the queue, the next answer after saving, nothing of the work lost."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import queries, services
from exams.models import Attempt, Candidacy, KeyCorrection, Mark, Marking, MarkingDraft, Result
from people.models import Role
from tests import factories
from tests.exams import makers

pytestmark = pytest.mark.django_db
minute = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock(now):
    with time_machine.travel(now + 10 * minute, tick=False) as traveller:
        yield traveller


@pytest.fixture
def marker(client):
    user = factories.with_role(Role.EXAMINER)
    client.force_login(user)
    return user


def essays(now, *names, **more):
    people = [factories.person(name) for name in names]
    sitting = makers.mixed(*people, now=now, **more)
    return [makers.written_by(person, sitting, now=now, text=f"答案{place}") for place, person in enumerate(people)]


def test_a_marker_goes_through_a_question_without_meeting_a_name(client, marker, now):
    attempts = essays(now, "林晓雨", "陈思远", "王一")
    version = attempts[0].paper.items[1]["version"]
    queue = client.get(reverse("exams:marking")).content.decode()
    url = reverse("exams:marking_question", args=[version])
    assert url in queue
    seen = []
    for left in (3, 2, 1):
        page = client.get(url)
        html = page.content.decode()
        assert not any(name in html for name in ("林晓雨", "陈思远", "王一"))
        assert not any(attempt.candidacy.user.employee_no in html for attempt in attempts)
        assert page.context["waiting"] == left
        assert "先听完，再道歉。" in html
        code = re.search(r'name="answer" value="(\w+)"', html)[1]
        seen.append((code, re.search(r"答案\d", html)[0]))
        given = {"answer": code, "pick-2-0": "3", "pick-2-1": "4", "comment-2": "可以"}
        assert client.post(url, given).status_code == 302
    assert len({words for _code, words in seen}) == 3
    assert {(one.points, one.comment) for one in Marking.objects.all()} == {(7, "可以")}
    assert Attempt.objects.filter(state="graded").count() == 3
    assert "答案" not in client.get(url).content.decode()
    # What was saved waits for nobody, in a second tab either.
    assert client.post(url, {"answer": seen[0][0], "pick-2-0": "6", "pick-2-1": "4"}).status_code == 302
    assert Marking.objects.count() == 3


def test_an_answer_can_be_left_for_later(client, marker, now):
    attempts = essays(now, "林晓雨", "陈思远")
    url = reverse("exams:marking_question", args=[attempts[0].paper.items[1]["version"]])
    first = client.get(url).context["answer"].code
    second = client.get(f"{url}?after={first}").context["answer"].code
    assert first != second
    assert client.get(f"{url}?after={second}").context["answer"].code == first
    assert client.get(f"{url}?after=x").context["answer"].code == first


def test_what_is_typed_is_kept_and_put_back(client, marker, now):
    (attempt,) = essays(now, "林晓雨")
    version = attempt.paper.items[1]["version"]
    url = reverse("exams:marking_draft", args=[version, queries.code_of(attempt.pk, 2)])
    assert client.post(url, {"pick-2-1": "4", "comment-2": "还没写完"}).json() == {"saved": True}
    html = client.get(reverse("exams:marking_question", args=[version])).content.decode()
    assert re.search(r'name="pick-2-1" value="4" checked', html)
    assert "还没写完" in html
    assert 'pick-2-0" value="6" checked' not in html
    # A judgement that lacks a criterion is refused and kept.
    code = queries.code_of(attempt.pk, 2)
    page = client.post(
        reverse("exams:marking_question", args=[version]), {"answer": code, "pick-2-0": "6", "comment-2": "差一项"}
    )
    assert "差一项" in page.content.decode()
    assert MarkingDraft.objects.get().picks == ["6"]
    assert not Marking.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"pick-2-0": "x", "pick-2-1": "\0"},
        {"pick-2-0": "-1", "pick-2-1": "4"},
        {"pick-9999-99": "1", "comment-0": "x"},
        {"pick-2-0": "6", "pick-2-1": "4", "pick-2-7": "1"},
    ],
)
def test_bad_input_marks_nothing(client, marker, now, fields):
    (attempt,) = essays(now, "林晓雨")
    version = attempt.paper.items[1]["version"]
    code = queries.code_of(attempt.pk, 2)
    for url in (
        reverse("exams:marking_question", args=[version]),
        reverse("exams:marking_draft", args=[version, code]),
    ):
        assert client.post(url, fields | {"answer": code}).status_code in (200, 409)
    assert not Marking.objects.exists()


def test_the_queue_asks_the_same_for_one_answer_and_for_many(client, marker, now):
    client.get(reverse("exams:marking"))
    asked = []
    for names in (["林晓雨"], ["陈思远", "王一", "赵二"]):
        essays(now, *names)
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("exams:marking"))
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_the_sheet_of_a_face_to_face_part_from_the_candidate_page_to_the_result(client, marker, now):
    person = factories.person("林晓雨")
    makers.mixed(person, now=now, part={"kind": "rubric"}, closed=0, kinds=("task", "task"))
    candidacy = Candidacy.objects.get()
    page = client.get(reverse("exams:candidate", args=[candidacy.pk])).content.decode()
    begin = reverse("exams:rubric_begin", args=[candidacy.pk, makers.part(candidacy).pk])
    assert begin in page
    response = client.post(begin, follow=True)
    attempt = Attempt.objects.get()
    url = reverse("exams:rubric", args=[attempt.pk])
    assert response.redirect_chain == [(url, 302)]
    draft = {"pick-1-0": "6", "pick-1-1": "4", "comment-1": "语气亲切"}
    assert client.post(reverse("exams:rubric_draft", args=[attempt.pk]), draft).json() == {"saved": True}
    assert "语气亲切" in client.get(url).content.decode()
    # Half a sheet ends nothing, and nothing of it is lost.
    assert client.post(url, draft).status_code == 200
    attempt.refresh_from_db()
    assert attempt.state == "open"
    done = client.post(url, draft | {"pick-2-0": "3", "pick-2-1": "0", "comment-2": ""})
    assert (done.status_code, done.url) == (302, reverse("exams:candidate", args=[candidacy.pk]))
    assert Result.objects.get().score == 65
    client.force_login(person)
    for name in ("exams:attempt", "exams:review"):
        assert client.get(reverse(name, args=[attempt.pk])).status_code == 404


def test_a_candidate_asks_and_an_examiner_answers_on_their_pages(client, marker, clock, now):
    (attempt,) = essays(now, "林晓雨")
    first = factories.with_role(Role.EXAMINER, name="吴刚")
    services.mark_answer(attempt=attempt, position=2, picks=["0", "0"], comment="没有切题", by=first, now=now)
    clock.move_to(attempt.candidacy.sitting.closes_at + minute)
    person = attempt.candidacy.user
    client.force_login(person)
    result = reverse("exams:result", args=[attempt.candidacy_id])
    html = client.get(result).content.decode()
    ask = reverse("exams:ask_remark", args=[attempt.pk])
    assert '<option value="2">' in html
    assert "没有切题" in html
    for nothing in ("", "0", "99", "两", "²", "-1"):
        client.post(ask, {"choice": nothing, "reason": "第二段切题了"})
    assert not attempt.remark_requests.exists()
    client.post(ask, {"choice": "2", "reason": "第二段切题了"})
    assert '<option value="2">' not in client.get(result).content.decode()
    asked = attempt.remark_requests.get()
    url = reverse("exams:remark", args=[asked.pk])
    client.force_login(first)
    assert "您评阅过这份作答" in client.get(url, follow=True).content.decode()
    client.force_login(marker)
    assert url in client.get(reverse("exams:marking")).content.decode()
    html = client.get(url).content.decode()
    assert "第二段切题了" in html
    assert person.name not in html
    client.post(url, {"pick-2-0": "6", "pick-2-1": "4", "comment-2": "确实切题"})
    assert Mark.objects.filter(attempt=attempt, position=2).latest("id").points == 10
    late = client.get(url, follow=True)
    assert late.redirect_chain == [(reverse("exams:marking"), 302)]
    assert "这份申请已有答复。" in late.content.decode()
    client.force_login(person)
    html = client.get(result).content.decode()
    assert "确实切题" in html
    assert marker.name not in html


def test_a_key_is_corrected_after_a_preview(client, marker, now):
    person = factories.person("林晓雨")
    sitting = makers.mixed(person, now=now, kinds=())
    attempt = makers.written_by(person, sitting, now=now, right=False)
    version = attempt.paper.items[0]["version"]
    url = reverse("exams:correct", args=[version])
    assert url in client.get(reverse("exams:question_report", args=[version])).content.decode()
    given = {"action": "key", "correct": "1", "reason": "第二项才对"}
    preview = client.post(url, given)
    assert "林晓雨" in preview.content.decode()
    assert (preview.context["preview"].changed, KeyCorrection.objects.count()) == (1, 0)
    done = client.post(url, given | {"confirmed": "1"})
    correction = KeyCorrection.objects.get()
    assert done.url == reverse("exams:correction", args=[correction.pk])
    assert 'hx-trigger="every 2s"' in client.get(done.url).content.decode()
    services.regrade(regrade=correction.regrade, now=now + 20 * minute)
    progress = client.get(done.url, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in progress
    assert "<html" not in progress
    assert Result.objects.get().passed is True
    for bad in (
        {},
        {"action": "key"},
        {"action": "x", "reason": "x"},
        {"action": "key", "correct": "9", "reason": "x"},
    ):
        assert client.post(url, bad).status_code == 200
    assert KeyCorrection.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "content", "key", "fields", "expected"),
    [
        ("multiple", None, None, {"correct": ["0", "1"]}, {"correct": [0, 1], "scoring": "all"}),
        ("true_false", None, None, {"answer": "false"}, {"answer": False}),
        ("numeric", None, None, {"value": "48", "tolerance": "1"}, {"value": "48", "tolerance": "1"}),
        ("short_text", None, None, {"accepted": "两声\n2声"}, {"accepted": ["两声", "2声"]}),
        (
            "ordering",
            {"stem": "排序", "options": ["甲", "乙", "丙"]},
            {"sequence": [0, 1, 2]},
            {"place0": "1", "place1": "0", "place2": "2"},
            {"sequence": [1, 0, 2], "scoring": "all"},
        ),
        (
            "matching",
            {"stem": "配对", "prompts": ["A", "B"], "options": ["甲", "乙"]},
            {"pairs": [0, 1]},
            {"pair0": "1", "pair1": "0"},
            {"pairs": [1, 0], "scoring": "all"},
        ),
        (
            "cloze",
            {"stem": "铃响[[1]]内[[2]]", "gaps": [{}, {"options": ["接听", "挂断"]}]},
            {"gaps": [{"accepted": ["三声"]}, {"correct": 0}]},
            {"gap0": "三声\n3声", "gap1": "1"},
            {"gaps": [{"accepted": ["三声", "3声"]}, {"correct": 1}], "scoring": "all"},
        ),
    ],
)
def test_every_kind_has_fields_for_its_key(client, marker, now, kind, content, key, fields, expected):
    more = {} if content is None else {"content": content, "key": key}
    version = makers.question(kind=kind, **more).current
    url = reverse("exams:correct", args=[version.pk])
    assert client.get(url).status_code == 200
    done = client.post(url, {"action": "key", "reason": "键错了", "confirmed": "1", **fields})
    assert done.status_code == 302, done.context["form"].errors
    assert KeyCorrection.objects.get().key == expected


def test_results_are_released_from_the_figures_of_the_sitting(client, marker, now):
    person = factories.person("林晓雨")
    sitting = makers.mixed(person, now=now, kinds=(), release="by_hand")
    makers.written_by(person, sitting, now=now)
    figures = reverse("exams:sitting_figures", args=[sitting.pk])
    url = reverse("exams:release", args=[sitting.pk])
    assert url in client.get(figures).content.decode()
    assert client.post(url).url == figures
    assert url not in client.get(figures).content.decode()
    sitting.refresh_from_db()
    assert sitting.released_by == marker
