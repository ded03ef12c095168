"""The journal in words, and who reads it."""

import ast
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from academy import sentences
from courses.models import Attendance
from exams.models import AttemptRuling, Exam, Question, QuestionReview, RemarkRequest
from ground import journal
from ground.models import JournalEntry
from people import services as people
from people.models import Employment, Role
from promotions.models import Case, Mediation
from tests import factories

HOME = Path(__file__).resolve().parents[2]
ROOMS = ["academy", "plans", "promotions", "certificates", "courses", "quality", "exams", "topics", "people", "ground"]
# What stands in the braces of a verb that is put together.
PARTS = {
    "attempt.{act}": ["time_given", "paused", "resumed"],
    "attempt.{kind}": [
        AttemptRuling.Kind.VOID.value,
        AttemptRuling.Kind.CONFIRM.value,
        AttemptRuling.Kind.RECHECK.value,
    ],
    "attendance.{state}": Attendance.State.values,
    "question.{act}": ["added", "revised", "filed"],
    "question.{to}": [state for state in Question.State.values if state != Question.State.REVIEWED],
    "question.{verdict}": QuestionReview.Verdict.values,
    "remark.{request.state}": [RemarkRequest.State.CHANGED.value, RemarkRequest.State.KEPT.value],
    "exam.{to}": Exam.State.values,
    "employment.{cause}": Employment.Cause.values,
    "case.{case.state}": [Case.State.PROMOTED.value, Case.State.REFUSED.value],
    "appeal.{outcome}": Mediation.Outcome.values,
}


def verbs_of(verb: ast.expr) -> set[str]:
    if isinstance(verb, ast.IfExp):
        return verbs_of(verb.body) | verbs_of(verb.orelse)
    if isinstance(verb, ast.JoinedStr):
        written = ast.unparse(verb)[2:-1]
        assert written in PARTS, f"Say in PARTS what {written} may be."
        return {re.sub(r"\{.*\}", str(part), written) for part in PARTS[written]}
    assert isinstance(verb, ast.Constant), f"A verb is written where it is recorded, not {ast.unparse(verb)}."
    return {verb.value}


def recorded() -> set[str]:
    """Every verb that the code records."""
    found: set[str] = set()
    for path in [path for room in ROOMS for path in (HOME / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("journal.record", "journal.entry"):
                found |= verbs_of(node.args[0])
    return found


def test_every_verb_that_the_code_records_has_words_and_no_word_is_idle():
    assert recorded() == set(sentences.VERBS)


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])
def test_every_verb_reads_in_chinese(language):
    line = JournalEntry(object_name="甲")
    with translation.override(language):
        for verb in sentences.VERBS:
            line.verb = verb
            said = sentences.sentence(line)
            assert "甲" in said or verb.startswith("attendance"), verb
            assert not re.search(r"[A-Za-z]{4}", said), (verb, said)


def test_every_kind_of_object_has_a_name():
    assert sentences.kind("people.user") == str(apps.get_model("people.user")._meta.verbose_name)
    assert sentences.kind("gone.thing") == "gone.thing"


@pytest.fixture(autouse=True)
def at_now(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def read(client, db):
    def get(user, **query):
        client.force_login(user, backend="people.backends.RoleBackend")
        return client.get(reverse("journal"), query)

    return get


def said(response) -> list[str]:
    return [row.cells[2].text for row in response.context["table"].rows]


def test_the_auditor_searches_sorts_and_narrows_the_journal(read, now):
    auditor = factories.with_role(Role.AUDITOR)
    person = factories.person("欧阳静")
    personnel = factories.with_role(Role.PERSONNEL, name="何静")
    people.end_employment(user=person, last_day=now.date(), reason="离职", by=personnel, now=now)
    assert said(read(auditor, q="ouyang")) == ["已登记欧阳静离职。", "欧阳静已入职。"]
    assert said(read(auditor, q="ouyang", sort="at")) == ["欧阳静已入职。", "已登记欧阳静离职。"]
    assert said(read(auditor, q="hejing"))[0] == "已登记欧阳静离职。"  # what she did is found with what was done to her
    today = f"{now.date()}:{now.date()}"
    assert said(read(auditor, period=today)) == ["已登记欧阳静离职。"]
    assert said(read(auditor, kind="people.user", period=today)) == ["已登记欧阳静离职。"]
    assert read(auditor, q="ouyang").context["table"].rows[0].cells[4].text == "离职"


def test_the_auditor_takes_the_journal_along_as_a_spreadsheet(read):
    auditor = factories.with_role(Role.AUDITOR)
    factories.person("欧阳静")
    response = read(auditor, q="ouyang", export="xlsx")
    rows = list(load_workbook(BytesIO(b"".join(response.streaming_content))).active.values)
    assert rows[1][2] == "欧阳静已入职。"


def test_an_auditor_of_one_team_reads_what_concerns_its_people_only(read):
    team, other = factories.unit("热线一班"), factories.unit("热线二班")
    factories.person("李明", at=team)
    factories.person("欧阳静", at=other)
    auditor = factories.with_role(Role.AUDITOR, over=team)
    lines = said(read(auditor))
    assert any("李明" in line for line in lines)
    assert not any("欧阳静" in line for line in lines)


def test_a_long_journal_costs_what_a_short_one_costs(read, now):
    auditor, person = factories.with_role(Role.AUDITOR), factories.person()
    read(auditor)

    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert read(auditor).status_code == 200
        return len(counted)

    few = cost()
    journal.record_all(
        journal.entry("stays", person, by=auditor, now=now + timedelta(seconds=number)) for number in range(200)
    )
    assert cost() == few <= 14
