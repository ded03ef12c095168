"""Topics may be part of others; the tree shows what covers them and what is missing."""

from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from ground.errors import Refused
from ground.models import JournalEntry
from tests import factories
from tests.courses import build
from tests.factories import signed_in
from topics import queries, services
from topics.models import Strand, Topic

pytestmark = pytest.mark.django_db


def topic(code, *, parent=None, strand=None):
    row = Topic(strand=strand or factories.strand(), code=code, name=code.upper(), parent=parent)
    row.order = Topic.objects.filter(strand=row.strand, parent=parent).count()
    return services.save_topic(topic=row, by=None, now=factories.START)


def moved(row, to):
    return services.move_topic(topic=row, to=to, by=None, now=factories.START)


def shape(**more):
    return [
        (node.topic.code, node.depth) for _strand, rows in queries.tree(factories.FIRST_DAY, **more) for node in rows
    ]


def test_a_topic_moves_up_down_into_and_out():
    a, b, c = topic("a"), topic("b"), topic("c")
    moved(c, "up")
    assert shape() == [("a", 1), ("c", 1), ("b", 1)]
    moved(a, "down")
    assert shape() == [("c", 1), ("a", 1), ("b", 1)]
    moved(a, "into")
    moved(b, "into")
    assert shape() == [("c", 1), ("a", 2), ("b", 2)]
    moved(b, "up")
    assert shape() == [("c", 1), ("b", 2), ("a", 2)]
    moved(b, "out")
    assert shape() == [("c", 1), ("a", 2), ("b", 1)]


def test_every_move_is_in_the_journal_and_one_that_goes_nowhere_is_not():
    a, b = topic("a"), topic("b")
    moved(a, "up")
    moved(b, "down")
    moved(a, "into")
    moved(a, "out")
    assert not JournalEntry.objects.filter(verb="topic.moved").exists()
    moved(b, "into")
    line = JournalEntry.objects.get(verb="topic.moved")
    assert line.data == {"to": "into", "part_of": "a"}


@pytest.mark.parametrize(("part", "whole"), list(product("abc", repeat=2)))
def test_circles_are_refused_with_a_sentence(part, whole):
    a = topic("a")
    b = topic("b", parent=a)
    chain = {"a": a, "b": b, "c": topic("c", parent=b)}
    row = Topic.objects.get(pk=chain[part].pk)
    row.parent = chain[whole]
    before = list(Topic.objects.values_list("code", "parent__code"))
    if part <= whole:
        with pytest.raises(Refused) as refusal:
            services.save_topic(topic=row, by=None, now=factories.START)
        assert refusal.value.code == "circle"
        assert list(Topic.objects.values_list("code", "parent__code")) == before
    else:
        services.save_topic(topic=row, by=None, now=factories.START)


def test_topics_lie_at_most_three_deep():
    a = topic("a")
    b = topic("b", parent=a)
    c = topic("c", parent=b)
    with pytest.raises(Refused) as refusal:
        topic("d", parent=c)
    assert refusal.value.code == "deep"
    zero = topic("zero")
    moved(zero, "up")
    assert shape()[:2] == [("zero", 1), ("a", 1)]
    with pytest.raises(Refused):
        moved(a, "into")


def test_a_topic_is_part_of_one_of_its_own_strand_and_takes_its_parts_along():
    business = Strand.objects.create(code="business", name="业务知识")
    a, other = topic("a"), topic("other", strand=business)
    part = topic("part", parent=a)
    with pytest.raises(Refused) as refusal:
        topic("b", parent=other)
    assert refusal.value.code == "strand"
    a.strand = business
    services.save_topic(topic=a, by=None, now=factories.START)
    part.refresh_from_db()
    assert part.strand == business


def test_a_gap_is_one_of_a_topic_and_its_parts_together():
    a = topic("a")
    part = topic("part", parent=a)
    lesson = build.lessons(build.course(lessons=1))[0]
    lesson.topics.set([part])
    lesson.save_revision().publish()
    empty = topic("empty")
    with translation.override("en"):
        [(_strand, rows)] = queries.tree(factories.FIRST_DAY)
    found = {node.topic.code: node for node in rows}
    assert found["a"].counts == [("Lessons", 0, 1), ("Live questions", 0, 0), ("Findings of 90 days", 0, 0)]
    assert found["a"].gaps == ["No question."]
    assert found["empty"].gaps == ["No lesson.", "No question."]
    assert empty.code in [code for code, _depth in shape(only_gaps=True)]


def test_the_filter_shows_gaps_and_the_topics_above_them(monkeypatch):
    a = topic("a")
    topic("part", parent=a)
    topic("full")
    from topics import coverage

    have = {"a": 1, "full": 1, "part": 0}
    count = lambda ids, _on: {row.pk: have[row.code] for row in Topic.objects.filter(pk__in=ids)}  # noqa: E731
    monkeypatch.setattr(coverage, "_measures", [coverage.Measure("x", "X", count, missing="none")])
    assert shape(only_gaps=True) == [("a", 1), ("part", 2)]


def test_findings_without_a_lesson_are_a_gap():
    from topics import coverage

    with translation.override("en"):
        assert coverage.gaps({"lessons": 0, "questions": 1, "findings": 2}) == [
            "No lesson.",
            "Findings, but no lesson.",
        ]
        assert coverage.gaps({"lessons": 1, "questions": 1, "findings": 2}) == []


def test_the_page_takes_the_same_queries_for_one_and_for_many():
    client = signed_in(factories.with_role("trainer"))
    a = topic("a")

    def count():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("topic_words:index")).status_code == 200
        return len(captured)

    count()
    one = count()
    for number in range(5):
        topic(f"part-{number}", parent=a)
        topic(f"t-{number}")
    assert count() == one


def test_a_trainer_adds_below_edits_and_moves_with_buttons():
    client = signed_in(factories.with_role("trainer"))
    a = topic("a")
    page = client.get(reverse("topic_words:add"), {"parent": a.pk})
    assert page.context["form"].initial["parent"] == a
    data = {"name": "新", "code": "new", "strand": a.strand_id, "parent": a.pk, "order": 0}
    assert client.post(reverse("topic_words:add"), data).status_code == 302
    new = Topic.objects.get(code="new")
    assert shape() == [("a", 1), ("new", 2)]
    assert JournalEntry.objects.filter(verb="topic.added", object_id=str(new.pk)).count() == 1
    answer = client.post(reverse("topic_words:edit", args=[a.pk]), {**data, "code": "a", "parent": new.pk})
    assert answer.status_code == 200
    assert answer.context["form"].errors["parent"]
    client.post(reverse("topic_words:move", args=[new.pk]), {"to": "out"})
    assert shape() == [("a", 1), ("new", 1)]


def test_only_who_may_change_topics_moves_them():
    a, b = topic("a"), topic("b")
    client = signed_in(factories.with_role("manager"))
    client.post(reverse("topic_words:move", args=[b.pk]), {"to": "up"})
    assert shape() == [(a.code, 1), (b.code, 1)]
