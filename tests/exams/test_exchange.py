"""Questions in files, in and out: checked first, all or none, twice the same as once."""

import io
from datetime import timedelta
from unittest.mock import ANY

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ

from exams import formats, queries, services, tasks
from exams.formats import Output, Row
from exams.models import BankExchange, Question, QuestionVersion
from ground.errors import Refused
from ground.models import JournalEntry
from ground.private_files import private_storage
from tests import factories
from tests.exams import makers

pytestmark = pytest.mark.django_db
FORMATS = sorted(formats.READERS)
GOOD = "::g-1::铃响三声内接听。{T}"
BAD = "::g-2::先做什么？{=听完 =%50%打断}"


@pytest.fixture
def topic():
    return factories.topic()


@pytest.fixture
def author():
    return factories.with_role("trainer")


def text_file(text, name="questions.gift"):
    return SimpleUploadedFile(name, text.encode())


def written(rows, format):
    with formats.WRITERS[format](iter(rows), Output()) as file:
        return SimpleUploadedFile(f"questions{formats.SUFFIXES[format]}", file.read())


def checked(file, now, *, format="gift", by=None, topic="s-complaints"):
    begun = services.begin_import(file=file, format=format, topic=topic, by=by, now=now, queue=False)
    return services.check_import(exchange=begun, now=now)


def imported(file, now, **more):
    ready = checked(file, now, **more)
    assert (ready.state, ready.faults) == ("ready", [])
    services.order_import(exchange=ready, by=more.get("by"), now=now, queue=False)
    return services.carry_out_import(exchange=ready, now=now)


def bank():
    return list(queries.export_rows(queries.for_export({})))


def counts(done):
    return [done.asked["taken"][name] for name in ("new", "revised", "filed", "unchanged")]


def journal():
    return list(
        JournalEntry.objects.filter(verb__startswith="question.").order_by("pk").values_list("verb", "object_name")
    )


@pytest.mark.parametrize("format", FORMATS)
def test_a_bank_of_every_kind_exported_and_imported_again_is_identical(topic, author, now, format):
    rows = formats.example_rows(topic.code)
    first = imported(written(rows, format), now, format=format, by=author)
    assert (counts(first), first.stored) == ([13, 0, 0, 0], "")
    before = bank()
    assert {row.kind for row in before} == set(QuestionVersion.Kind.values)
    begun = services.begin_export(format=format, by=author, now=now, queue=False)
    export = services.write_export(exchange=begun, now=now)
    assert (export.state, export.total, export.done) == ("done", 13, 13)
    with private_storage().open(export.stored) as file:
        content = file.read()
    assert [row for _place, row in formats.READERS[format](io.BytesIO(content))] == before
    again = imported(SimpleUploadedFile("again", content), now, format=format, by=author)
    assert counts(again) == [0, 0, 0, 13]
    assert bank() == before
    assert QuestionVersion.objects.count() == 13
    assert len(journal()) == 13


def test_what_is_imported_is_what_the_services_of_the_bank_would_have_frozen(topic, now):
    question = makers.question(topic, "multiple", now=now)
    done = imported(written(bank(), "xlsx"), now, format="xlsx")
    assert counts(done) == [0, 0, 0, 1]
    question.refresh_from_db()
    assert (question.state, question.draft) == ("live", None)


def test_new_questions_are_drafts_of_their_author_in_their_case(topic, author, now):
    imported(written(formats.example_rows(topic.code), "xlsx"), now, format="xlsx", by=author)
    question = Question.objects.select_related("case", "draft").get(code="example-10")
    assert (question.state, question.current, question.case.code, question.place) == ("draft", None, "example-09", 1)
    assert (question.draft.author, question.draft.number, question.draft.created_at) == (author, 1, now)
    assert list(question.topics.all()) == [topic]


def test_one_wrong_question_keeps_every_other_out(topic, now):
    faulty = checked(text_file(f"{GOOD}\n\n{BAD}"), now)
    assert (faulty.state, faulty.total, faulty.asked["faults"]) == ("faulty", 2, 1)
    assert faulty.faults == [{"place": "第 2 题", "sentence": "不支持只得部分分的答案；请改为得满分，或删去该答案。"}]
    with pytest.raises(Refused):
        services.order_import(exchange=faulty, by=None, now=now, queue=False)
    assert Question.objects.count() == 0


def test_a_failure_in_the_middle_leaves_nothing(topic, now, monkeypatch):
    rows = [
        Row(f"r-{number}", "true_false", {"stem": f"第 {number} 句"}, {"answer": True}, (topic.code,))
        for number in range(7)
    ]
    ready = checked(written(rows, "gift"), now)
    services.order_import(exchange=ready, by=None, now=now, queue=False)
    monkeypatch.setattr("exams.services.intake.BATCH", 3)
    # Somebody takes a topic away between the check and the import, after the first batch's worth of rows.
    name = queries.rows_path(ready)
    with private_storage().open(name) as kept:
        lines = kept.read().decode().splitlines()
    lines[5] = lines[5].replace(topic.code, "gone")
    private_storage().delete(name)
    private_storage().save(name, SimpleUploadedFile("rows", "\n".join(lines).encode()))
    failed = services.carry_out_import(exchange=ready, now=now)
    assert (failed.state, failed.done) == ("faulty", 0)
    assert failed.faults == [{"place": "", "sentence": "文件检查之后题库有变动，请重新上传。"}]
    assert (Question.objects.count(), QuestionVersion.objects.count(), journal()) == (0, 0, [])


def test_every_step_may_run_twice(topic, now):
    begun = services.begin_import(file=text_file(GOOD), format="gift", topic=topic.code, by=None, now=now, queue=False)
    for _again in range(2):
        services.check_import(exchange=begun, now=now)
    for _again in range(2):
        services.order_import(exchange=begun, by=None, now=now, queue=False)
    for _again in range(2):
        done = services.carry_out_import(exchange=begun, now=now)
    assert (done.state, counts(done), done.ended_at) == ("done", [1, 0, 0, 0], now)
    assert journal() == [("question.added", "g-1")]
    assert services.order_import(exchange=begun, by=None, now=now, queue=False).state == "done"
    export = services.begin_export(format="gift", by=None, now=now, queue=False)
    stored = services.write_export(exchange=export, now=now).stored
    assert services.write_export(exchange=export, now=now).stored == stored


def test_new_words_wait_for_review_while_the_old_ones_are_drawn(topic, now):
    question = makers.question(topic, "true_false", now=now)
    before = question.current
    rows = [Row(**{**row.__dict__, "explanation": "新的解析"}) for row in bank()]
    done = imported(written(rows, "moodle-xml"), now, format="moodle-xml")
    question.refresh_from_db()
    assert counts(done) == [0, 1, 0, 0]
    assert (question.state, question.current, question.draft.number) == ("live", before, 2)
    assert question.draft.explanation == "新的解析"


def test_topics_and_level_alone_make_no_version(topic, now):
    question = makers.question(topic, "true_false", now=now)
    other, level = factories.topic("s-tone", "语气"), factories.level()
    rows = [Row(**{**row.__dict__, "topics": ("语气",), "level": "初级工"}) for row in bank()]
    done = imported(written(rows, "xlsx"), now, format="xlsx", topic="")
    question.refresh_from_db()
    assert counts(done) == [0, 0, 1, 0]
    assert (list(question.topics.all()), question.level, question.draft) == ([other], level, None)
    assert journal()[-1] == ("question.filed", question.code)


def test_a_reviewed_question_with_new_words_is_a_draft_again(topic, author, now):
    question = makers.question(topic, "true_false", now=now, live=False)
    services.review_question(question=question, verdict="approved", by=author, now=now)
    rows = [Row(**{**row.__dict__, "points": 5}) for row in bank()]
    imported(written(rows, "gift"), now)
    question.refresh_from_db()
    assert (question.state, question.draft.points) == ("draft", 5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"topics": ("nowhere",)}, "nowhere"),
        ({"topics": ()}, "知识点"),
        ({"level": "nobody"}, "nobody"),
        ({"points": 101}, "100"),
        ({"difficulty": 4}, "难度"),
        ({"case": "nothing"}, "nothing"),
        ({"source": "长" * 201}, "200"),
        ({"explanation": "长" * 10_001}, "10000"),
        ({"content": {"stem": ""}}, "题"),
        ({"key": {"answer": 3}}, "正确"),
        ({"kind": "riddle"}, "题型"),
        ({"place": 2000}, "1000"),
    ],
)
def test_every_fault_is_a_sentence_with_its_place(topic, now, change, words):
    good = {
        "code": "a",
        "kind": "true_false",
        "content": {"stem": "文"},
        "key": {"answer": True},
        "topics": (topic.code,),
    }
    faulty = checked(written([Row(**{**good, **change})], "gift"), now, topic="")
    assert (faulty.state, len(faulty.faults)) == ("faulty", 1)
    assert faulty.faults[0]["place"] == "第 1 题"
    assert words in faulty.faults[0]["sentence"]


def test_a_code_stands_once_in_a_file_and_a_case_in_no_case(topic, now):
    rows = [
        Row("a", "case", {"stem": "案例"}, {}, (topic.code,)),
        Row("b", "case", {"stem": "案例"}, {}, (topic.code,), case="a"),
        Row("a", "true_false", {"stem": "文"}, {"answer": True}, (topic.code,)),
    ]
    faulty = checked(written(rows, "gift"), now)
    assert [fault["place"] for fault in faulty.faults] == ["第 2 题", "第 3 题"]


def test_a_case_with_questions_stays_a_case(topic, now):
    imported(written(formats.example_rows(topic.code), "gift"), now)
    row = Row("example-09", "true_false", {"stem": "文"}, {"answer": True}, (topic.code,))
    assert checked(written([row], "gift"), now).state == "faulty"


def test_questions_without_a_code_get_one_from_their_words(topic, now):
    text = "铃响三声内接听。{T}\n\n铃响五声内接听。{F}"
    assert counts(imported(text_file(text), now)) == [2, 0, 0, 0]
    assert counts(imported(text_file(text), now)) == [0, 0, 0, 2]


def test_five_hundred_faults_are_kept_and_all_are_counted(topic, now):
    faulty = checked(text_file("\n\n".join([BAD] * 600)), now)
    assert (len(faulty.faults), faulty.asked["faults"], faulty.total) == (500, 600, 600)


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_that_is_none_is_one_fault(topic, now, format):
    faulty = checked(SimpleUploadedFile("x", b"\0\1\2\3" * 50), now, format=format)
    assert (faulty.state, [fault["place"] for fault in faulty.faults]) == ("faulty", [""])


def test_empty_and_oversized_uploads_are_refused_before_they_are_kept(now, monkeypatch):
    with pytest.raises(Refused) as empty:
        services.begin_import(file=text_file(""), format="gift", by=None, now=now)
    monkeypatch.setattr("exams.services.exchange.LIMIT_BYTES", 10)
    with pytest.raises(Refused) as large:
        services.begin_import(file=text_file(GOOD), format="gift", by=None, now=now)
    assert (empty.value.code, large.value.code, BankExchange.objects.count()) == ("empty", "too_large", 0)


def test_a_file_that_was_forgotten_can_no_longer_be_imported(topic, now):
    ready = checked(text_file(GOOD), now)
    later = now + timedelta(days=31)
    assert services.forget_exchanges(now=now) == 0
    assert services.forget_exchanges(now=later) == 1
    ready.refresh_from_db()
    services.order_import(exchange=ready, by=None, now=later, queue=False)
    failed = services.carry_out_import(exchange=ready, now=later)
    assert failed.faults == [{"place": "", "sentence": "文件已不再保留，请重新上传。"}]


def test_a_task_that_breaks_says_so_and_stays_among_the_failures(topic, now, monkeypatch):
    begun = services.begin_import(file=text_file(GOOD), format="gift", topic=topic.code, by=None, now=now, queue=False)
    monkeypatch.setattr("exams.services.exchange.judged", lambda *_anything: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.check_import(begun.pk)
    begun.refresh_from_db()
    assert (begun.state, len(begun.faults)) == ("failed", 1)


def test_the_queue_carries_an_import_through(topic, author, now):
    begun = services.begin_import(file=text_file(GOOD), format="gift", topic=topic.code, by=author, now=now)
    tasks.check_import(begun.pk)
    services.order_import(exchange=begun, by=author, now=now)
    tasks.carry_out_import(begun.pk)
    export = services.begin_export(format="gift", by=author, now=now)
    tasks.write_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.done, OrmQ.objects.count()) == ("done", 1, 3)


def test_an_export_is_narrowed_by_topic_kind_and_state(topic, now):
    other = factories.topic("s-tone", "语气")
    kept = makers.question(topic, "single", now=now)
    makers.question(other, "single", now=now)
    makers.question(topic, "multiple", now=now)
    makers.question(topic, "single", now=now, live=False)
    chosen = queries.for_export({"topic": topic.code, "kind": "single", "state": "live"})
    assert [row.code for row in queries.export_rows(chosen)] == [kept.code]


def test_an_export_names_what_it_cannot_carry_and_leaves_no_file(topic, now):
    question = makers.question(topic, "true_false", now=now, explanation="a\x01b")
    begun = services.begin_export(format="xlsx", by=None, now=now, queue=False)
    faulty = services.write_export(exchange=begun, now=now)
    assert (faulty.state, faulty.stored) == ("faulty", "")
    assert faulty.faults == [{"place": question.code, "sentence": ANY}]


@pytest.mark.parametrize("many", [3, 40])
def test_an_export_costs_the_same_queries_for_any_number(topic, now, many):
    for _copy in range(many):
        makers.question(topic, "true_false", now=now)
    with CaptureQueriesContext(
        connection,
    ) as spent:
        assert len(bank()) == many
    assert len(spent) == 2


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_trainer_uploads_looks_at_the_questions_and_imports_them(client, topic, author):
    client.force_login(author)
    file = written(formats.example_rows(topic.code), "xlsx")
    response = client.post(reverse("exams:exchange_list"), {"file": file, "format": "", "topic": ""})
    begun = BankExchange.objects.get()
    address = reverse("exams:exchange", args=[begun.pk])
    assert (response.status_code, response["Location"], begun.format, begun.by) == (302, address, "xlsx", author)
    assert 'hx-trigger="every 2s"' in client.get(address).content.decode()
    assert client.get(address, headers={"HX-Request": "true"}).content.decode().count("hx-get") == 1
    tasks.check_import(begun.pk)
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    html = client.get(address).content.decode()
    for words in ("example-01", "客户大声抱怨，你首先应该怎么做？", "13 道题目，全部无误", "全部导入"):
        assert words in html
    client.post(reverse("exams:exchange_order", args=[begun.pk]))
    tasks.carry_out_import(begun.pk)
    assert Question.objects.filter(state="draft").count() == 13
    assert "导入完成" in client.get(address).content.decode()


def test_wrong_places_and_right_questions_are_shown_together(client, topic, author, now):
    faulty = checked(
        text_file("\n\n".join([f"::q-{number}::第 {number} 句{{T}}" for number in range(30)] + [BAD])), now, by=author
    )
    client.force_login(author)
    address = reverse("exams:exchange", args=[faulty.pk])
    html = client.get(address).content.decode()
    assert "第 31 题" in html
    assert html.count('class="card exam-preview"') == 20
    assert "全部导入" not in html
    second = client.get(address, {"page": 2}).content.decode()
    assert second.count('class="card exam-preview"') == 10


def test_the_preview_costs_the_same_queries_for_any_number(client, topic, author, now):
    client.force_login(author)
    spent = []
    for many in (1, 20):
        ready = checked(
            text_file("\n\n".join(f"::q-{number}::第 {number} 句{{T}}" for number in range(many))), now, by=author
        )
        client.get(reverse("exams:exchange", args=[ready.pk]))
        with CaptureQueriesContext(connection) as queries_:
            client.get(reverse("exams:exchange", args=[ready.pk]))
        spent.append(len(queries_))
    assert spent[0] == spent[1]


def test_an_exchange_is_seen_by_who_made_it_and_by_administrators(client, topic, author, now):
    export = services.begin_export(format="gift", by=author, now=now, queue=False)
    services.write_export(exchange=export, now=now)
    other, chief = factories.with_role("trainer", name="吴刚"), factories.with_role("administrator")
    for name in ("exams:exchange", "exams:exchange_file"):
        address, seen = reverse(name, args=[export.pk]), []
        for person in (author, other, chief):
            client.force_login(person)
            seen.append(client.get(address).status_code)
        assert seen == [200, 404, 200]
    client.force_login(other)
    assert export.name not in client.get(reverse("exams:exchange_list")).content.decode()
    client.force_login(author)
    assert export.name in client.get(reverse("exams:exchange_list")).content.decode()


def test_the_list_costs_the_same_queries_for_any_number(client, author, now):
    client.force_login(author)
    spent = []
    for many in (1, 12):
        for _copy in range(many):
            services.begin_export(format="gift", by=author, now=now, queue=False)
        client.get(reverse("exams:exchange_list"))
        with CaptureQueriesContext(connection) as queries_:
            client.get(reverse("exams:exchange_list"))
        spent.append(len(queries_))
    assert spent[0] == spent[1]


def test_a_format_that_nobody_can_guess_is_asked_for(client, author):
    client.force_login(author)
    response = client.post(reverse("exams:exchange_list"), {"file": text_file(GOOD, "questions.doc")})
    assert (response.status_code, BankExchange.objects.count()) == (200, 0)
    assert "请选择格式" in response.content.decode()


def test_the_template_is_a_file_that_can_be_imported(client, topic, author, now):
    client.force_login(author)
    content = b"".join(client.get(reverse("exams:exchange_template")).streaming_content)
    assert counts(imported(SimpleUploadedFile("t.xlsx", content), now, format="xlsx", topic="")) == [13, 0, 0, 0]


# --- commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_the_shell_exports_and_imports(topic, author, now, tmp_path, format):
    imported(written(formats.example_rows(topic.code), "gift"), now)
    path, out = tmp_path / f"bank{formats.SUFFIXES[format]}", io.StringIO()
    call_command("export_questions", str(path), "--format", format, stdout=out)
    call_command("import_questions", str(path), "--check", stdout=out)
    call_command("import_questions", str(path), "--by", author.employee_no, stdout=out)
    assert out.getvalue().splitlines() == [
        "已导出 13 道题目。",
        "13 道题目全部无误，未做任何更改。",
        "新增 0 道，内容更新 0 道，仅归类变动 0 道，无变化 13 道。",
    ]


@pytest.mark.parametrize("check", [["--check"], []])
def test_the_shell_names_a_fault_a_line_and_fails(topic, tmp_path, check):
    path, errors = tmp_path / "bank.gift", io.StringIO()
    path.write_text(f"{GOOD}\n\n{BAD}\n\n::x {{T}}")
    with pytest.raises(CommandError):
        call_command("import_questions", str(path), "--topic", topic.code, *check, stderr=errors)
    assert [line.partition(":")[0] for line in errors.getvalue().splitlines()] == ["第 2 题", "第 3 题"]
    assert Question.objects.count() == 0


def test_the_shell_says_when_there_is_no_file_and_nobody_of_that_number(tmp_path):
    for words in (["/nowhere/x.gift"], ["x.doc"], [str(tmp_path / "x.gift"), "--by", "0"]):
        with pytest.raises(CommandError):
            call_command("import_questions", *words)
