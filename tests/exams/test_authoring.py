"""The bank and the exams: services and Wagtail's admin."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from exams import services
from exams.models import Exam, Question, QuestionVersion
from ground.errors import Refused
from people.models import Notification
from tests import factories
from tests.exams import makers

pytestmark = pytest.mark.django_db
State = Question.State


def test_the_same_words_make_no_new_version_and_others_do(now):
    question = makers.question(now=now)
    words = {"topics": [factories.topic()], "level": None, "kind": "single", "author": None, "now": now}
    words |= {"explanation": "答案解析密文", "source": "依据条款密文", "key": {"correct": [0]}}
    same = {"stem": "先做什么？", "options": ["听完", "打断", "挂断", "转接"]}
    services.revise_question(question=question, content=same, **words)
    assert question.versions.count() == 1
    revised = services.revise_question(question=question, content=same | {"stem": "首先做什么？"}, **words)
    assert (revised.current.number, revised.draft.number, question.versions.count()) == (1, 2, 2)


def test_a_version_cannot_be_changed(now):
    question = makers.question(now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionVersion.objects.filter(question=question).update(points=9)


def test_markup_that_could_run_is_taken_out(now):
    content = {
        "stem": "<b>要点</b><script>alert(1)</script><p onclick=x>段落</p>",
        "options": ["<i>甲</i>", "<img src=x>乙"],
    }
    question = makers.question(now=now, content=content)
    assert question.current.content == {"stem": "<b>要点</b><p>段落</p>", "options": ["<i>甲</i>", "乙"]}


@pytest.mark.parametrize(
    ("kind", "content", "key", "code"),
    [
        ("single", {"stem": "", "options": ["甲", "乙"]}, {"correct": [0]}, "stem"),
        ("single", {"stem": "问", "options": ["甲"]}, {"correct": [0]}, "options"),
        ("single", {"stem": "问", "options": ["甲", "甲"]}, {"correct": [0]}, "options"),
        ("single", {"stem": "问", "options": ["甲", "乙"]}, {"correct": [0, 1]}, "key"),
        ("single", {"stem": "问", "options": ["甲", "乙"]}, {"correct": [2]}, "key"),
        ("multiple", {"stem": "问", "options": ["甲", "乙"]}, {"correct": [1]}, "key"),
        ("true_false", {"stem": "问"}, {"answer": None}, "key"),
        ("numeric", {"stem": "问"}, {"value": "七", "tolerance": "0"}, "key"),
        ("numeric", {"stem": "问"}, {"value": "7", "tolerance": "-1"}, "key"),
        ("short_text", {"stem": "问"}, {"accepted": ["。", " "]}, "key"),
        ("riddle", {"stem": "问"}, {}, "kind"),
    ],
)
def test_a_key_that_no_answer_could_meet_is_refused(now, kind, content, key, code):
    with pytest.raises(Refused) as refusal:
        services.add_question(
            code="q", topics=[factories.topic()], level=None, kind=kind, content=content, key=key, author=None, now=now
        )
    assert refusal.value.code == code
    assert not Question.objects.exists()


def approved(question, now):
    return services.review_question(question=question, verdict="approved", by=factories.examiner(), now=now)


def test_changed_words_of_a_live_question_wait_for_a_second_person(now):
    author = factories.with_role("trainer")
    question = makers.question(now=now)
    words = {
        "topics": [factories.topic()],
        "level": None,
        "kind": "true_false",
        "content": {"stem": "铃响两声内接听。"},
    }
    question = services.revise_question(question=question, key={"answer": False}, author=author, now=now, **words)
    assert (question.state, question.current.number, question.draft.number) == ("live", 1, 2)
    with pytest.raises(Refused) as own:
        services.review_question(question=question, verdict="approved", by=author, now=now)
    with pytest.raises(Refused) as silent:
        services.review_question(question=question, verdict="returned", by=factories.examiner(), now=now)
    returned = services.review_question(
        question=question, verdict="returned", by=factories.examiner(), note="应为三声。", now=now
    )
    assert (own.value.code, silent.value.code, returned.current.number) == ("own", "no_note", 1)
    question = approved(question, now)
    assert (question.state, question.current.number, question.draft) == ("live", 2, None)
    with pytest.raises(Refused) as nothing:
        approved(question, now)
    assert nothing.value.code == "nothing_new"


def test_a_new_question_goes_live_only_after_its_review(now):
    question = makers.question(now=now, live=False)
    with pytest.raises(Refused):
        services.move_question(question=question, to="live", by=None, now=now)
    retired = services.move_question(question=question, to="retired", by=None, now=now)
    with pytest.raises(Refused) as never:
        services.move_question(question=retired, to="live", by=None, now=now)
    assert never.value.code == "not_reviewed"
    services.move_question(question=retired, to="draft", by=None, now=now)
    approved(question, now)
    live = services.move_question(question=question, to="live", by=None, now=now)
    assert (live.state, live.current.number, live.draft) == ("live", 1, None)


@pytest.mark.parametrize("before", State.values)
@pytest.mark.parametrize("after", State.values)
def test_a_question_moves_only_as_its_table_says(now, before, after):
    question = makers.question(now=now, live=before in (State.LIVE, State.RETIRED))
    if before == State.REVIEWED:
        question = approved(question, now)
    elif before == State.RETIRED:
        question = services.move_question(question=question, to=before, by=None, now=now)
    assert question.state == before
    if after == before or (after in Question.MOVES[before] and after != State.REVIEWED):
        assert services.move_question(question=question, to=after, by=None, now=now).state == after
    else:
        with pytest.raises(Refused):
            services.move_question(question=question, to=after, by=None, now=now)


def _draft(now, count=2):
    row = {"topic": factories.topic(), "kind": "single", "count": count, "points": 2}
    part = {"kind": "paper", "title": "业务", "minutes": 30, "pass_percent": 60, "tries": 1, "blueprint": [row]}
    return services.create_exam(code="e", name="考试", level=None, parts=[part], by=None, now=now)


def test_an_exam_that_the_bank_cannot_fill_is_not_published_and_the_row_is_named(now):
    exam = _draft(now)
    makers.question(now=now)
    with pytest.raises(Refused) as refusal:
        services.publish_exam(exam=exam, by=None, now=now)
    assert all(word in str(refusal.value) for word in ("业务", "投诉处理流程", "2", "1"))
    makers.question(now=now)
    assert services.publish_exam(exam=exam, by=None, now=now).state == "published"


@pytest.mark.parametrize("before", Exam.State.values)
@pytest.mark.parametrize("after", Exam.State.values)
def test_an_exam_moves_only_as_its_table_says(now, before, after):
    exam = _draft(now, count=1)
    makers.question(now=now)
    if before != Exam.State.DRAFT:
        exam = services.move_exam(exam=exam, to=before, by=None, now=now)
    if after == before or after in Exam.MOVES[before]:
        assert services.move_exam(exam=exam, to=after, by=None, now=now).state == after
    else:
        with pytest.raises(Refused):
            services.move_exam(exam=exam, to=after, by=None, now=now)


def test_questions_above_the_exams_level_are_not_drawn(now):
    junior, senior = factories.level("junior"), factories.level("senior")
    part = {"kind": "paper", "title": "业务", "minutes": 30, "pass_percent": 60, "tries": 1}
    part["blueprint"] = [{"topic": factories.topic(), "count": 1, "points": 2}]
    exam = services.create_exam(code="e", name="考试", level=junior, parts=[part], by=None, now=now)
    question = makers.question(now=now)
    Question.objects.filter(pk=question.pk).update(level=senior)
    with pytest.raises(Refused):
        services.publish_exam(exam=exam, by=None, now=now)


def test_a_sitting_invites_whom_its_audience_means_and_tells_them_once(now):
    person, other = factories.person(), factories.person("王强")
    sitting = makers.sitting(makers.exam(), person, now=now)
    assert services.invite(sitting=sitting, users=[person, other], by=None, now=now) == 1
    assert services.invite(sitting=sitting, users=[person, other], by=None, now=now) == 0
    assert Notification.objects.filter(kind="exams.invited").count() == 2


def test_a_draft_is_not_opened_and_a_begun_sitting_is_not_called_off(now):
    examiner = factories.person("周敏")
    given = {"name": "考核", "opens_at": now, "closes_at": now + timedelta(hours=1), "by": examiner, "now": now}
    with pytest.raises(Refused):
        services.open_sitting(exam=_draft(now), **given)
    attempt = makers.started(now=now)
    with pytest.raises(Refused):
        services.cancel_sitting(sitting=attempt.candidacy.sitting, by=examiner, reason="停电", now=now)
    quiet = makers.sitting(makers.exam(), factories.person(), now=now)
    services.cancel_sitting(sitting=quiet, by=examiner, reason="停电", now=now)
    invited = quiet.candidacies.get()
    with pytest.raises(Refused):
        services.start_attempt(candidacy=invited, part=makers.part(invited), now=now)


# Wagtail's admin


def question_form(**more):
    form = {"code": "s-01", "kind": "single", "topics": [factories.topic().pk], "level": ""}
    form |= {
        "stem": "先做什么？",
        "options": "* 听完\n打断\n挂断",
        "truth": "",
        "value": "",
        "tolerance": "",
        "unit": "",
    }
    return form | {"accepted": "", "points": 2, "difficulty": 1, "explanation": "先听完。", "source": "第 12 条"} | more


def test_a_trainer_writes_and_revises_a_question_in_the_admin(client):
    client.force_login(factories.with_role("trainer"))
    wrong = client.post(reverse("questions:add"), question_form(options="听完\n打断"))
    assert (wrong.status_code, Question.objects.count()) == (200, 0)
    client.post(reverse("questions:add"), question_form())
    question = Question.objects.get()
    assert (question.state, question.draft.key) == ("draft", {"correct": [0]})
    edit = reverse("questions:edit", args=[question.pk])
    assert "* 听完" in client.get(edit).content.decode()
    client.post(edit, question_form(options="听完\n* 打断\n挂断"))
    question.refresh_from_db()
    assert (question.draft.number, question.draft.key) == (2, {"correct": [1]})
    assert "先做什么" in client.get(reverse("questions:index")).content.decode()
    preview = client.get(reverse("exams:question_preview", args=[question.pk]))
    assert "先听完。" in preview.content.decode()


def exam_form(topic, **more):
    form = {"name": "初级", "code": "junior", "level": "", "state": "published", "description": ""}
    form |= {
        "rule": "parts",
        "pass_percent": "",
        "late_entry": "",
        "release": "at_once",
        "reveals": "key",
        "tolerance": 0,
    }
    for prefix, total in (("parts", 1), ("parts-0-blueprint", 1), ("parts-0-fixed", 0)):
        form |= {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": 0}
        form |= {f"{prefix}-MIN_NUM_FORMS": 0, f"{prefix}-MAX_NUM_FORMS": 1000}
    form |= {
        "parts-0-title": "业务",
        "parts-0-kind": "paper",
        "parts-0-tries": 1,
        "parts-0-minutes": 30,
        "parts-0-weight": 1,
    }
    form |= {"parts-0-pass_percent": 60, "parts-0-standard": "", "parts-0-ORDER": 1, "parts-0-id": ""}
    form |= {"parts-0-blueprint-0-topic": topic.pk, "parts-0-blueprint-0-kind": "", "parts-0-blueprint-0-id": ""}
    form |= {"parts-0-blueprint-0-difficulty": "", "parts-0-blueprint-0-count": 1, "parts-0-blueprint-0-points": 2}
    return form | more


def test_an_examiner_writes_and_publishes_an_exam_in_the_admin(client, now):
    client.force_login(factories.with_role("examiner"))
    assert client.get(reverse("exams:mine")).status_code == 200
    add = reverse("exam:add")
    assert client.get(add).status_code == 200
    empty = client.post(add, exam_form(factories.topic()))
    assert (empty.status_code, Exam.objects.count()) == (200, 0)
    makers.question(now=now)
    client.post(add, exam_form(factories.topic()))
    exam = Exam.objects.get()
    assert (exam.state, exam.parts.get().minutes, exam.parts.get().blueprint.get().count) == ("published", 30, 1)
    edit = reverse("exam:edit", args=[exam.pk])
    part, row = exam.parts.get(), exam.parts.get().blueprint.get()
    known = {"parts-INITIAL_FORMS": 1, "parts-0-id": part.pk, "parts-0-blueprint-INITIAL_FORMS": 1}
    known |= {"parts-0-blueprint-0-id": row.pk, "parts-0-minutes": 45}
    client.post(edit, exam_form(factories.topic(), **known))
    part.refresh_from_db()
    assert part.minutes == 45
    too_many = client.post(edit, exam_form(factories.topic(), **known, **{"parts-0-blueprint-0-count": 5}))
    row.refresh_from_db()
    assert (too_many.status_code, row.count) == (200, 1)
