"""Writing, trying and reviewing questions of every kind; answering them without script."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse

from exams import queries, services
from exams.grading import as_shown
from exams.models import BankMedia, Candidacy, Question, QuestionVersion, Response
from exams.views.answers import answer_in
from exams.viewsets.question_forms import QuestionForm, words_of
from ground.errors import Refused
from ground.models import JournalEntry
from tests import factories
from tests.exams import makers
from tests.exams.test_authoring import question_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(now):
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


AUTOMATIC = ["single", "multiple", "true_false", "numeric", "short_text", "ordering", "matching", "cloze"]


def posted(kind, answer):
    """An answer as the plain form of a question posts it."""
    if kind == "ordering":
        return {f"sequence-{item}": place for place, item in enumerate(answer["sequence"])}
    if kind == "matching":
        return {f"pair-{prompt}": option for prompt, option in enumerate(answer["pairs"])}
    if kind == "cloze":
        return {f"gap-{gap}": f"place:{one}" if isinstance(one, int) else one for gap, one in enumerate(answer["gaps"])}
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in answer.items()}


def form_of(data):
    post = QueryDict(mutable=True)
    for name, value in data.items():
        post.setlist(name, [str(one) for one in (value if isinstance(value, list) else [value])])
    return post


@pytest.mark.parametrize("kind", AUTOMATIC)
def test_the_author_tries_a_question_as_a_candidate_and_sees_the_points(client, now, kind):
    client.force_login(factories.with_role("trainer"))
    question = makers.question(kind=kind, now=now)
    asked = queries.asked_alone(question.current)
    right = as_shown(makers.RIGHT[kind], asked.order)
    url = reverse("exams:question_try", args=[question.pk])
    page = client.post(url, posted(kind, right)).content.decode()
    empty = client.post(url, {}).content.decode()
    assert '<span class="badge ok">' in page.split('id="tried"')[1].split("</section>")[0]
    assert "2 / 2" in page.split('id="tried"')[1]
    assert "0 / 2" in empty.split('id="tried"')[1]
    assert not Response.objects.exists()


@pytest.mark.parametrize("kind", ["ordering", "matching", "cloze"])
def test_what_a_form_posts_is_what_the_page_shows_again(now, kind):
    question = makers.question(kind=kind, now=now)
    order = queries.asked_alone(question.current).order
    shown = as_shown(makers.RIGHT[kind], order)
    assert answer_in(form_of(posted(kind, shown))) == shown
    again = queries.asked_alone(question.current, shown)
    if kind == "ordering":
        assert [line.given for line in again.lines] == [shown["sequence"].index(line.place) for line in again.lines]
    elif kind == "matching":
        assert [line.given for line in again.lines] == shown["pairs"]
    else:
        assert [gap.given for _text, gap in again.pieces if gap] == shown["gaps"]


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ({"sequence-0": "1", "sequence-1": "1", "sequence-2": ""}, {"sequence": [None, 0, None]}),
        ({"sequence-0": "-1", "sequence-1": "²", "sequence-2": "99"}, {"sequence": [None, None, None]}),
        ({"pair-0": "x", "pair-1": "2"}, {"pairs": [None, 2]}),
        ({"gap-0": "place:x", "gap-1": "#1", "gap-2": "place:1"}, {"gaps": ["place:x", "#1", 1]}),
        ({"kept": "7"}, {"file": 7}),
        ({"kept": "7" * 30}, {}),
        ({"chosen": ["1", "x", "３"]}, {"chosen": [1]}),
        ({}, {}),
    ],
)
def test_forms_that_make_no_sense_are_read_as_far_as_they_do(data, answer):
    assert answer_in(form_of(data)) == answer


def _sitting_of(kinds, now, *, case=None):
    topic = factories.topic()
    for kind in kinds:
        made = makers.question(topic, kind, now=now)
        if kind == "case":
            for place, inside in enumerate(("single", "essay"), start=1):
                makers.question(topic, inside, now=now, case=made, place=place)
    rows = [{"topic": topic, "kind": kind, "count": 1, "points": 4} for kind in kinds]
    part = {"kind": "paper", "title": "试卷", "minutes": 30, "pass_percent": 60, "tries": 1, "blueprint": rows}
    exam = services.create_exam(code="every", name="考试", level=None, parts=[part], now=now, by=None)
    exam = services.publish_exam(exam=exam, by=None, now=now)
    person = factories.person()
    invited = Candidacy.objects.get(sitting=makers.sitting(exam, person, now=now), user=person)
    return services.start_attempt(candidacy=invited, part=makers.part(invited), now=now)


def test_the_newer_kinds_are_answered_without_script_and_marked(client, clock, now):
    attempt = _sitting_of(["ordering", "matching", "cloze"], now)
    client.force_login(attempt.candidacy.user)
    for question in queries.asked(attempt):
        address = f"{reverse('exams:attempt', args=[attempt.pk])}?tab=1&q={question.position}"
        html = client.get(address).content.decode()
        section = html.split(f'data-question="{question.position}"')[1].split("</section>")[0]
        form = {name: re.search(rf'name="{name}" value="([^"]*)"', section)[1] for name in ("token", "position", "seq")}
        answer = as_shown(makers.RIGHT[question.kind], question.order)
        client.post(reverse("exams:save", args=[attempt.pk]), form | posted(question.kind, answer) | {"go": 1})
    assert all(question.answered for question in queries.asked(attempt))
    ended = services.submit(attempt=attempt, now=now + timedelta(minutes=5))
    assert (ended.state, ended.points, ended.out_of) == ("graded", 12, 12)
    assert all(item.right and not item.partly for item in queries.reviewed(ended))


def test_part_of_an_order_earns_its_share_in_an_exam(now):
    attempt = _sitting_of(["ordering"], now)
    order = attempt.paper.items[0]["order"]
    answers = [{"position": 1, "seq": 1, "answer": as_shown({"sequence": [0, 1, 3, 2]}, order)}]
    services.save_responses(attempt_id=attempt.pk, generation=1, answers=answers, now=now)
    ended = services.submit(attempt=attempt, now=now)
    item = queries.reviewed(ended)[0]
    assert (ended.points, item.points, item.partly) == (2, 2, True)
    assert [(line.right, line.given, line.correct) for line in item.lines] == [
        ("1", "1", True),
        ("2", "2", True),
        ("3", "4", False),
        ("4", "3", False),
    ]


def test_a_case_is_shown_with_each_of_its_questions_and_people_mark_what_no_key_can(client, clock, now):
    attempt = _sitting_of(["case", "file"], now)
    assert [question.kind for question in queries.asked(attempt)] == ["single", "essay", "file"]
    client.force_login(attempt.candidacy.user)
    html = client.get(f"{reverse('exams:attempt', args=[attempt.pk])}?tab=1").content.decode()
    assert html.count("客户第三次来电。") == 2
    assert '<input type="file"' in html
    for secret in ("听完再说", "尊敬的客户", "答案解析密文"):
        assert secret not in html
    text = [{"position": 2, "seq": 1, "answer": {"text": "甲" * 30_000}}]
    services.save_responses(attempt_id=attempt.pk, generation=1, answers=text, now=now)
    assert len(Response.objects.get().answer["text"]) == 20_000
    ended = services.submit(attempt=attempt, now=now)
    reviewed = queries.reviewed(ended)
    assert (ended.state, [item.pending for item in reviewed]) == ("marking", [False, True, True])
    assert reviewed[1].rubric[0]["name"] == "倾听"


@pytest.mark.parametrize("kinds", [["ordering"], ["ordering", "matching", "cloze", "essay", "case"]])
def test_a_paper_is_read_with_two_queries_whatever_it_asks(now, kinds, django_assert_num_queries):
    attempt = _sitting_of(kinds, now)
    with django_assert_num_queries(2):
        assert queries.asked(attempt)


@pytest.mark.parametrize("kind", ["essay", "file", "task", "case"])
def test_a_row_that_names_no_kind_draws_nothing_that_a_person_marks(now, kind):
    topic = factories.topic()
    made = makers.question(topic, kind, now=now)
    if kind == "case":
        makers.question(topic, "single", now=now, case=made, place=1)
    row = {"topic": topic, "count": 1, "points": 2}
    part = {"kind": "paper", "title": "试卷", "minutes": 30, "pass_percent": 60, "tries": 1}
    part |= {"kind": "rubric"} if kind == "task" else {}
    exam = services.create_exam(
        code="plain", name="考试", level=None, parts=[{**part, "blueprint": [row]}], now=now, by=None
    )
    with pytest.raises(Refused):
        services.publish_exam(exam=exam, by=None, now=now)
    named = services.create_exam(
        code="named", name="考试", level=None, parts=[{**part, "blueprint": [{**row, "kind": kind}]}], now=now, by=None
    )
    assert services.publish_exam(exam=named, by=None, now=now).state == "published"


# Writing


@pytest.mark.parametrize("kind", QuestionVersion.Kind.values)
def test_the_editor_reads_every_kind_back_as_it_was_written(client, now, kind):
    question = makers.question(kind=kind, now=now)
    fields = {name: "" if value is None else value for name, value in words_of(question).items()}
    fields |= {"topics": [topic.pk for topic in fields["topics"]], "level": "", "code": question.code}
    client.force_login(factories.with_role("trainer"))
    edit = reverse("questions:edit", args=[question.pk])
    page = client.get(edit).content.decode()
    assert all(f'name="{name}"' in page for name in QuestionForm.base_fields)
    response = client.post(edit, fields)
    question.refresh_from_db()
    assert (response.status_code, question.draft, question.versions.count()) == (302, None, 1)
    client.post(edit, fields | {"stem": f"{fields['stem']}\n请看清。"})
    question.refresh_from_db()
    assert question.draft.content["stem"].endswith("<br>请看清。")
    assert (question.draft.key, question.draft.kind) == (question.current.key, kind)


@pytest.mark.parametrize(
    ("fields", "content", "key"),
    [
        (
            {"kind": "matching", "pairs": "见面 | 您好\n分别 ｜ 再见\n| 喂"},
            {"prompts": ["见面", "分别"], "options": ["您好", "再见", "喂"]},
            {"pairs": [0, 1], "scoring": "all"},
        ),
        (
            {"kind": "cloze", "stem": "[[1]]内，[[2]]小时。", "gaps": "三声 | 3声\n24 | *72", "scoring": "part"},
            {"gaps": [{}, {"options": ["24", "72"]}]},
            {"gaps": [{"accepted": ["三声", "3声"]}, {"correct": 1}], "scoring": "part"},
        ),
        (
            {"kind": "essay", "words": "300", "rubric": "准确 | 3 完整准确 | 0", "model": "范文"},
            {"words": 300},
            {
                "rubric": [{"name": "准确", "levels": [{"points": 3, "text": "完整准确"}, {"points": 0, "text": ""}]}],
                "model": "范文",
            },
        ),
        (
            {"kind": "multiple", "options": "*甲\n*乙\n丙", "scoring": "minus"},
            {"options": ["甲", "乙", "丙"]},
            {"correct": [0, 1], "scoring": "minus"},
        ),
    ],
)
def test_a_trainer_writes_the_newer_kinds(client, fields, content, key):
    client.force_login(factories.with_role("trainer"))
    client.post(reverse("questions:add"), question_form(options="") | fields)
    draft = Question.objects.get().draft
    assert ({**draft.content, "stem": ""}, draft.key) == ({**content, "stem": ""}, key)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "cloze", "stem": "[[1]]", "gaps": "*甲 | *乙"},
        {"kind": "matching", "pairs": "只有一行 | 甲"},
        {"kind": "matching", "pairs": "甲\n乙"},
        {"kind": "task", "rubric": "准确 | 很好 | 0 错误"},
        {"kind": "task", "rubric": ""},
        {"kind": "file", "accepts": ""},
    ],
)
def test_what_cannot_be_marked_is_an_error_of_the_form(client, fields):
    client.force_login(factories.with_role("trainer"))
    response = client.post(reverse("questions:add"), question_form(options="") | fields)
    assert (response.status_code, Question.objects.count()) == (200, 0)


def test_questions_are_added_to_a_case_from_its_page(client, now):
    client.force_login(factories.with_role("trainer"))
    case = makers.question(kind="case", now=now)
    page = client.get(reverse("exams:question_preview", args=[case.pk])).content.decode()
    add = f"{reverse('questions:add')}?case={case.pk}"
    assert add in page
    assert f'<option value="{case.pk}" selected>' in client.get(add).content.decode()
    client.post(add, question_form(case=case.pk, place=1))
    inside = Question.objects.exclude(pk=case.pk).get()
    assert (inside.case, inside.place) == (case, 1)
    assert inside.code in client.get(reverse("exams:question_preview", args=[case.pk])).content.decode()
    nested = client.post(reverse("questions:add"), question_form(code="n", kind="case", case=case.pk))
    assert (nested.status_code, case.questions.count()) == (200, 1)


def test_similar_questions_are_pointed_out_after_writing_and_on_the_preview(client, now, django_assert_num_queries):
    client.force_login(factories.with_role("trainer"))
    near = makers.question(content={"stem": "客户投诉时，<b>首先</b>应该做什么？", "options": ["甲", "乙"]}, now=now)
    far = makers.question(content={"stem": "宽带报修几小时内上门？", "options": ["甲", "乙"]}, now=now)
    with django_assert_num_queries(1):
        found = queries.similar_questions("客户投诉的时候首先应做什么")
    assert [other.code for other in found] == [near.code]
    response = client.post(reverse("questions:add"), question_form(stem="客户投诉时首先应该做些什么？"), follow=True)
    assert reverse("exams:question_preview", args=[near.pk]) in response.content.decode()
    mine = Question.objects.get(code="s-01")
    preview = client.get(reverse("exams:question_preview", args=[mine.pk])).content.decode()
    assert near.code in preview
    assert far.code not in preview


# Reviewing


def test_a_second_person_approves_and_puts_into_exams_and_nobody_their_own(client, now):
    author, reviewer = factories.with_role("trainer"), factories.with_role("examiner")
    question = makers.question(now=now, live=False, author=author)
    review, waiting = reverse("exams:question_review", args=[question.pk]), reverse("exams:question_waiting")
    client.force_login(author)
    client.post(review, {"verdict": "live"})
    client.post(reverse("exams:question_publish"), {"row": [question.pk]})
    question.refresh_from_db()
    assert (question.state, question.code in client.get(waiting).content.decode()) == ("draft", False)
    client.force_login(reviewer)
    assert question.code in client.get(waiting).content.decode()
    client.post(review, {"verdict": "returned", "reason": ""})
    client.post(review, {"verdict": "returned", "reason": "请写明时限。"})
    assert question.code not in client.get(waiting).content.decode()
    assert "请写明时限。" in client.get(reverse("exams:question_preview", args=[question.pk])).content.decode()
    client.post(review, {"verdict": "live"})
    question.refresh_from_db()
    assert (question.state, question.current.number, question.draft) == ("live", 1, None)
    client.post(reverse("exams:question_move", args=[question.pk]), {"to": "retired"})
    client.post(reverse("exams:question_move", args=[question.pk]), {"to": "nonsense"})
    question.refresh_from_db()
    assert question.state == "retired"


def test_many_drafts_are_approved_at_once_but_never_ones_own_or_returned_ones(client, now):
    mine, other = factories.with_role("trainer"), factories.with_role("trainer", name="别人")
    drafts = [makers.question(now=now, live=False, author=other) for _draft in range(3)]
    returned, own = (makers.question(now=now, live=False, author=by) for by in (other, mine))
    services.review_question(question=returned, verdict="returned", note="改", by=factories.examiner(), now=now)
    approved = services.review_question(question=drafts[2], verdict="approved", by=factories.examiner(), now=now)
    changed = makers.question(now=now)
    words = {"topics": [factories.topic()], "level": None, "kind": "true_false", "content": {"stem": "新词"}}
    changed = services.revise_question(question=changed, key={"answer": True}, author=other, now=now, **words)
    client.force_login(mine)
    client.post(reverse("exams:question_publish"), {"row": [drafts[0].pk, own.pk, returned.pk, "x"]})
    assert set(Question.objects.filter(draft=None).values_list("pk", flat=True)) == {drafts[0].pk}
    client.post(f"{reverse('exams:question_publish')}?kind=single", {"all": "1"})
    client.post(reverse("exams:question_publish"), {"all": "1"})
    for question in (*drafts, returned, own, changed):
        question.refresh_from_db()
    assert [(one.state, one.draft) for one in (*drafts, changed)] == [("live", None)] * 4
    assert (changed.current.number, approved.pk) == (2, drafts[2].pk)
    assert [(one.state, one.draft is None) for one in (returned, own)] == [("draft", False)] * 2
    lines = JournalEntry.objects.filter(verb__in=("question.approved", "question.live"), actor_id=mine.pk)
    assert sorted(lines.values_list("object_id", "verb")) == sorted(
        [(str(one.pk), verb) for one in drafts[:2] for verb in ("question.approved", "question.live")]
        + [(str(drafts[2].pk), "question.live"), (str(changed.pk), "question.approved")]
    )


def test_the_list_of_what_waits_costs_the_same_with_one_and_with_many(client, now):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(factories.with_role("examiner"))
    author = factories.with_role("trainer")
    counts = []
    for _more in (1, 9):
        for _draft in range(_more):
            makers.question(now=now, live=False, author=author)
        client.get(reverse("exams:question_waiting"))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(reverse("exams:question_waiting"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


# Pictures and recordings

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)


def test_a_picture_is_kept_under_its_hash_and_shown_to_those_signed_in(client, now):
    client.force_login(factories.with_role("trainer"))
    upload = SimpleUploadedFile("../../账单.exe", makers.png(), content_type="text/html")
    said = client.post(reverse("exams:media_list"), {"file": upload}, headers={"accept": "application/json"}).json()
    kept = BankMedia.objects.get()
    assert (kept.name, kept.content_type) == ("账单.exe", "image/png")
    question = makers.question(now=now, content={"stem": f"看图：{said['markup']}", "options": ["甲", "乙"]})
    assert kept.sha256 in question.current.content["stem"]
    again = services.add_media(name="b.png", content=makers.png(), by=None, now=now)
    assert again == kept
    address = services.address_of(kept)
    client.force_login(factories.person())
    shown = client.get(address)
    assert (shown.headers["Content-Type"], shown.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert b"".join(shown.streaming_content) == makers.png()
    client.logout()
    assert client.get(address).status_code == 302


def test_a_player_may_ask_for_a_part_of_a_recording(client, now):
    kept = services.add_media(name="来电.wav", content=WAV, by=None, now=now)
    client.force_login(factories.person())
    address = services.address_of(kept)
    part = client.get(address, headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content, part["Content-Range"]) == (206, WAV[4:8], f"bytes 4-7/{len(WAV)}")
    rest = client.get(address, headers={"range": "bytes=10-"})
    assert rest.content == WAV[10:]
    for nonsense in ("bytes=999-", "bytes=5-2", "bytes=-5", "lines=1-2"):
        assert client.get(address, headers={"range": nonsense}).status_code == 200


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unknown_type"),
        (b"MZ" + bytes(100), "unknown_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "unknown_type"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "unknown_type"),
        (b"GIF89a" + bytes(100), "unknown_type"),
        (makers.png(6001), "unknown_type"),
        (makers.png() + bytes(2 * 1024 * 1024), "too_large"),
        (WAV + bytes(20 * 1024 * 1024), "too_large"),
    ],
)
def test_what_is_no_picture_and_no_recording_is_refused(now, content, code):
    with pytest.raises(Refused) as refusal:
        services.add_media(name="x.png", content=content, by=None, now=now)
    assert (refusal.value.code, BankMedia.objects.count()) == (code, 0)
