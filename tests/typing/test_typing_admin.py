"""Passages in Wagtail's admin."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from exams.typing import equating, passages, services
from exams.typing.models import Passage, TypingRun, TypingStandard
from exams.typing.views import authors
from ground.models import JournalEntry
from people.services import choose_language, ensure_groups
from tests import factories
from tests.typing import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def examiner(client):
    ensure_groups()
    user = factories.with_role("examiner")
    choose_language(user=user, language="en")
    client.force_login(user)
    return client


def form(**changes) -> dict:
    title, text = scenes.passage_text()
    return {"title": title, "code": "reception", "use": "exam", "text": text, "allowed": ""} | changes


def test_a_passage_is_published_changed_and_retired(examiner):
    examiner.post(reverse("passages:add"), form())
    passage = Passage.objects.get()
    assert passage.current.number == 1
    edit = reverse("passages:edit", args=[passage.pk])
    page = examiner.get(edit).content.decode()
    assert f"{passages.figures(passage.current.text).tokens} characters" in page
    assert "Version 1 of" in page
    assert reverse("exams:passage_figures") in page
    assert """hx-vals='{"code": "reception"}'""" in page
    examiner.post(edit, form(text=passage.current.text.replace("老花镜", "放大镜"), retired="on"))
    passage.refresh_from_db()
    assert passage.current.number == 2
    assert passage.retired_at is not None


def test_a_faulty_text_comes_back_with_its_figures(examiner):
    answer = examiner.post(reverse("passages:add"), form(text="客户，" * 30))
    assert not Passage.objects.exists()
    assert "60" in answer.content.decode()


def test_the_list_asks_the_same_number_of_questions_for_one_and_many(examiner, django_assert_max_num_queries):
    now = timezone.now()
    scenes.passage(now)
    examiner.get(reverse("passages:index"))
    with django_assert_max_num_queries(40) as one:
        examiner.get(reverse("passages:index"))
    for number in range(1, 5):
        scenes.passage(now, number)
    with django_assert_max_num_queries(len(one.captured_queries)):
        assert "reception" not in examiner.get(reverse("passages:index")).content.decode()


def told(client, **given) -> str:
    return client.post(reverse("exams:passage_figures"), given).content.decode()


def test_figures_are_told_while_the_author_writes_and_nothing_is_kept(examiner):
    text = scenes.passage_text()[1]
    page = told(examiner, text=text, allowed="", code="")
    assert f"{passages.figures(text).tokens} characters" in page
    assert "Nothing speaks against publishing it." in page
    page = told(examiner, text="客户，" * 30 + "龘", allowed="", code="")
    assert "The passage has 91 characters" in page
    assert "龘" in page
    assert told(examiner, text="", allowed="", code="").count("<table") == 0
    assert not Passage.objects.exists()


def test_the_preview_fills_every_slot_three_times_and_shows_what_a_slot_gave(examiner):
    page = told(examiner, text="{surname}先生您好。这句没有。他付了{amount}元，<b>{colour}。", allowed="", code="")
    assert page.count("<li>") - page.count("placeholders") >= 3
    assert page.count("<mark>") == 6
    assert "&lt;b&gt;" in page
    assert "这句没有" not in page
    for seed in authors.FILLINGS:
        filled = passages.fill("{surname}|{amount}", seed).split("|")
        assert all(f"<mark>{value}</mark>" in page for value in filled)


def test_a_sentence_of_another_passage_is_pointed_out_and_refused(examiner):
    scenes.passage(timezone.now())
    other = scenes.passage_text(1)[1]
    sentence = scenes.passage_text()[1].split("。")[0] + "。"
    page = told(examiner, text=other + sentence, allowed="", code="other")
    assert "is in the passage" in page
    assert "is in the passage" not in told(examiner, text=scenes.passage_text()[1], allowed="", code="exam-0")
    answer = examiner.post(reverse("passages:add"), form(code="other", text=other + "\n" + sentence))
    assert "is in the passage" in answer.content.decode()
    assert not Passage.objects.filter(code="other").exists()


@pytest.fixture
def typed(now):
    """Two passages that two people typed, ten percent faster the first time, and a third that nobody has."""
    for number in range(2):
        scenes.passage(now, number)
    for user in (factories.person(), factories.person()):
        for index, per_minute in enumerate((66, 60)):
            at = now + timedelta(days=index)
            attempt = scenes.attempt(at, user=user, seed=7)
            scenes.Browser(attempt).type("".join(attempt.typing.text.split())[: 4 * per_minute], per_minute=per_minute)
            scenes.end(attempt, at + timedelta(minutes=5))
    scenes.passage(now, 2)


def test_the_report_compares_passages_and_says_what_each_needs(examiner, typed):
    page = examiner.get(reverse("exams:passage_report")).content.decode()
    drawn = TypingRun.objects.count()
    assert drawn == 4
    assert "<svg" in page
    assert "not compared yet" in page
    assert "too few attempts" in page
    sheet = examiner.get(reverse("exams:passage_report"), {"export": "csv"})
    assert sheet.status_code == 200


def test_a_passage_beyond_the_others_is_proposed(examiner, typed, monkeypatch):
    monkeypatch.setattr(equating, "LEAST_ATTEMPTS", 1)
    page = examiner.get(reverse("exams:passage_report")).content.decode()
    assert "propose to retire" in page
    assert "retire them" in page
    passage = Passage.objects.filter(versions__runs__isnull=False).first()
    services.retire_passage(passage=passage, by=None, now=timezone.now())
    assert "retired" in examiner.get(reverse("exams:passage_report")).content.decode()


def test_the_report_asks_the_same_for_one_passage_and_many(examiner, typed, now, django_assert_max_num_queries):
    examiner.get(reverse("exams:passage_report"))
    with django_assert_max_num_queries(30) as few:
        examiner.get(reverse("exams:passage_report"))
    for number in range(3, 8):
        scenes.passage(now, number)
    with django_assert_max_num_queries(len(few.captured_queries)):
        examiner.get(reverse("exams:passage_report"))


def test_the_command_tells_the_figures_of_a_folder(tmp_path):
    title, text = scenes.passage_text()
    (tmp_path / "good.txt").write_text(f"# {title}\n{text}")
    out = StringIO()
    call_command("passage_figures", str(tmp_path), stdout=out)
    assert str(passages.figures(text).tokens) in out.getvalue()
    assert "1 files, 0 that cannot be published." in out.getvalue()
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "short.txt").write_text("龘" + text.split("。")[0] + "。")
    (tmp_path / "other.txt").write_bytes("客户".encode("gb18030"))
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("passage_figures", str(tmp_path), stdout=out)
    assert "3 files, 2 that cannot be published." in out.getvalue()
    assert "uncommon 龘" in out.getvalue()
    assert "not UTF-8" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("passage_figures", str(tmp_path / "nothing"), stdout=out)


def test_people_without_the_role_do_not_get_in(client):
    client.force_login(factories.person())
    assert client.get("/admin/passages/").status_code in (302, 403)


class TestStandards:
    FORM = {
        "name": "中级工",
        "code": "mid",
        "level": "",
        "threshold": "50",
        "gate": "95",
        "minutes": "5",
        "punctuation": "strict",
        "tries": "2",
        "counts": "last",
    }

    def test_an_administrator_writes_and_changes_a_standard_by_its_form(self, client):
        ensure_groups()
        client.force_login(factories.with_role("administrator"))
        client.post(reverse("typing_standards:add"), self.FORM)
        standard = TypingStandard.objects.get()
        figures = {name: getattr(standard, name) for name in ("threshold", "gate", "minutes", "tries")}
        assert figures == {"threshold": 50, "gate": 95, "minutes": 5, "tries": 2}
        assert (standard.punctuation, standard.counts) == ("strict", "last")
        edit = reverse("typing_standards:edit", args=[standard.pk])
        client.post(edit, self.FORM | {"gate": "97", "code": "other"})
        client.post(edit, self.FORM | {"gate": "101"})
        client.post(edit, self.FORM | {"tries": "0"})
        client.post(edit, self.FORM | {"minutes": "61"})
        standard.refresh_from_db()
        assert (standard.code, standard.gate, standard.tries, standard.minutes) == ("mid", 97, 2, 5)
        change = JournalEntry.objects.get(verb="typing_standard.changed")
        assert (change.data["before"]["gate"], change.data["after"]["gate"]) == (95, 97)

    def test_the_same_values_again_change_nothing(self, now):
        standard = scenes.standard(now)
        services.change_standard(standard=standard, by=None, now=now, threshold=30, tries=3)
        assert not JournalEntry.objects.filter(verb="typing_standard.changed").exists()
