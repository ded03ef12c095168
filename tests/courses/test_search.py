"""Finding words in lessons: inside longer words, the best first, with the place."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from courses import queries
from courses.queries.search import excerpt, marked
from tests import factories
from tests.courses import build

texts = st.text(alphabet="投诉处理客户aAbB .*(", max_size=60)
some_words = st.lists(st.text(alphabet="投诉aA.*(", min_size=1, max_size=3), max_size=4)


@given(texts, some_words)
def test_marking_changes_no_text_and_marks_only_the_words(text, words):
    pieces = marked(text, words)
    assert "".join(piece for piece, _word in pieces) == text
    lowered = [word.lower() for word in words]
    assert all(piece.lower() in lowered for piece, word in pieces if word)
    assert not any(word in piece.lower() for piece, is_word in pieces if not is_word for word in lowered)


@given(texts, some_words)
def test_an_excerpt_shows_a_word_whenever_the_text_holds_one(text, words):
    plain = " ".join(text.split()).lower()
    held = any(word.lower() in plain for word in words)
    assert any(word for _piece, word in excerpt(text, words)) == held


@pytest.mark.django_db
def test_a_word_inside_a_longer_one_is_found_with_its_place():
    course = build.course(lessons=0)
    build.lesson(course, "别的课", body=[("text", "<p>问候客户。</p>")])
    lesson = build.lesson(course, "流程", body=[("text", "<p>问候客户。</p>"), ("text", "<p>客户投诉处理分六步。</p>")])
    (found,) = queries.search_lessons("投诉")
    assert (found.lesson, found.block) == (lesson, lesson.body[1].id)
    assert ("投诉", True) in found.excerpt


@pytest.mark.django_db
def test_titles_come_first_then_how_often_and_all_words_must_occur():
    course = build.course(lessons=0)
    once = build.lesson(course, "甲", body=[("text", "<p>投诉一次，回访。</p>")])
    often = build.lesson(course, "乙", body=[("text", "<p>投诉，投诉，投诉。</p>")])
    titled = build.lesson(course, "投诉处理", body=[("text", "<p>三声。</p>")])
    assert [found.lesson for found in queries.search_lessons("投诉")] == [titled, often, once]
    assert [found.lesson for found in queries.search_lessons("投诉　回访")] == [once]
    assert [found.lesson for found in queries.search_lessons("ＡＢＣ")] == []


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", " 　", "%", "_", "\\", "((", "\x00", "。" * 100, "<script>"])
def test_strange_words_find_nothing_and_break_nothing(client, query):
    course = build.course(lessons=0)
    build.lesson(course, "流程", body=[("text", "<p>客户投诉处理。</p>")])
    client.force_login(factories.person())
    assert queries.search_lessons(query) == []
    page = client.get(build.index().url, {"q": query})
    assert page.status_code == 200
    assert "<script>alert" not in page.text


@pytest.mark.django_db
def test_what_is_not_published_is_not_found():
    course = build.course(lessons=0)
    build.lesson(course, "流程", body=[("text", "<p>客户投诉处理。</p>")])
    course.unpublish()
    assert queries.search_lessons("投诉") == []


@pytest.mark.django_db
def test_the_page_marks_the_words_and_costs_the_same_for_many(client):
    course = build.course(lessons=0)
    build.lesson(course, "流程", body=[("text", "<p>客户投诉处理。</p>")])
    client.force_login(factories.person())
    url = build.index().url
    client.get(url, {"q": "投诉"})
    with CaptureQueriesContext(connection) as one:
        assert "<mark>投诉</mark>" in client.get(url, {"q": "投诉"}).text
    for number in range(6):
        build.lesson(course, f"流程 {number}", body=[("text", "<p>客户投诉处理。</p>")])
    with CaptureQueriesContext(connection) as many:
        client.get(url, {"q": "投诉"})
    assert len(many) == len(one)
