"""Passages in Wagtail's admin."""

import pytest
from django.urls import reverse
from django.utils import timezone

from exams.typing.models import Passage
from exams.typing.viewsets import figures_sentence
from people.services import ensure_groups
from tests import factories
from tests.typing import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def examiner(client):
    ensure_groups()
    client.force_login(factories.with_role("examiner"))
    return client


def form(**changes) -> dict:
    title, text = scenes.passage_text()
    return {"title": title, "code": "reception", "use": "exam", "text": text, "allowed": ""} | changes


def test_a_passage_is_published_changed_and_retired(examiner):
    examiner.post(reverse("passages:add"), form())
    passage = Passage.objects.get()
    assert passage.current.number == 1
    edit = reverse("passages:edit", args=[passage.pk])
    assert figures_sentence(passage.current.text) in examiner.get(edit).content.decode()
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


def test_people_without_the_role_do_not_get_in(client):
    client.force_login(factories.person())
    assert client.get("/admin/passages/").status_code in (302, 403)
