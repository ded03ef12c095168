"""Grading, drawing and folding as pure rules."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams import blueprint, folding, statistics
from exams.blueprint import Candidate, Row, Unsatisfiable, draw
from exams.grading import answered, fold, grade, number

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=5,
)
words = st.sampled_from(["chosen", "correct", "answer", "text", "accepted", "value", "tolerance", "unit"])
shaped = st.dictionaries(words, json, max_size=4)
KINDS = ["single", "multiple", "true_false", "numeric", "short_text", "essay", ""]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(KINDS), json | shaped, json | shaped, st.integers(0, 100))
def test_grading_never_raises_and_gives_all_or_nothing(kind, key, answer, points):
    assert grade(kind, key, answer, points) in (Decimal(0), Decimal(points))
    assert answered(answer) in (True, False)


@given(st.sets(st.integers(0, 5), min_size=1), st.sets(st.integers(0, 5)))
def test_a_multiple_choice_is_right_only_when_the_sets_are_equal(correct, chosen):
    points = grade("multiple", {"correct": sorted(correct)}, {"chosen": sorted(chosen, reverse=True)}, 2)
    assert (points == 2) == (correct == chosen)


@given(st.sampled_from(["single", "multiple", "true_false", "numeric", "short_text"]), shaped)
def test_an_empty_answer_is_never_right(kind, key):
    assert grade(kind, key, {}, 2) == 0


@given(st.integers(-(10**6), 10**6), st.integers(0, 5), st.integers(-10, 10))
def test_a_number_is_right_within_its_tolerance(value, tolerance, off):
    key = {"value": str(value), "tolerance": str(tolerance), "unit": "小时"}
    assert (grade("numeric", key, {"text": f" {value + off} 小时"}, 1) == 1) == (abs(off) <= tolerance)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("72", "72"),
        ("７２", "72"),
        ("７２．５", "72.5"),
        ("1,000", "1000"),
        ("１，０００", "1000"),
        ("－3", "-3"),
        ("72小时", "72"),
        ("72 小 时", None),
        ("", None),
        ("七十二", None),
        ("1e5", None),
        ("NaN", None),
        ("9" * 50, None),
    ],
)
def test_numbers_are_read_as_people_write_them(text, value):
    assert number(text, "小时") == (None if value is None else Decimal(value))


@pytest.mark.parametrize("given_text", ["三声", " 三 声 ", "三声。", "“三声”", "３声", "3声"])
def test_short_texts_are_compared_without_width_space_and_punctuation(given_text):
    assert grade("short_text", {"accepted": ["三声", "3声"]}, {"text": given_text}, 2) == 2


@given(st.text())
def test_folding_a_text_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


# Drawing

topics = st.integers(1, 4)
kinds = st.sampled_from(["single", "multiple", "true_false", "numeric"])
pools = st.lists(
    st.builds(
        Candidate,
        version=st.integers(1, 10_000),
        topics=st.frozensets(topics, min_size=1, max_size=2),
        kind=kinds,
        difficulty=st.integers(1, 3),
        options=st.integers(2, 5),
    ),
    max_size=25,
    unique_by=lambda question: question.version,
)
rows = st.lists(
    st.builds(
        Row,
        topic=topics,
        count=st.integers(1, 4),
        points=st.integers(1, 5),
        kind=st.just("") | kinds,
        difficulty=st.none() | st.integers(1, 3),
    ),
    max_size=5,
)


@given(pools, rows, st.integers(0, 2**62))
def test_a_drawn_paper_answers_its_blueprint_and_is_the_same_for_the_same_seed(pool, asked, seed):
    try:
        items = draw(pool, asked, seed)
    except Unsatisfiable:
        return
    assert items == draw(list(reversed(pool)), asked, seed)
    assert len({item["version"] for item in items}) == len(items) == sum(row.count for row in asked)
    known = {question.version: question for question in pool}
    for item in items:
        question = known[item["version"]]
        assert any(row.takes(question) and row.topic == item["topic"] for row in asked)
        assert sorted(item["order"]) == list(range(question.options))


def test_overlapping_rows_share_the_questions_out():
    pool = [Candidate(1, frozenset({1}), "single", 1, 4), Candidate(2, frozenset({1}), "multiple", 1, 4)]
    asked = [Row(1, 1, 2), Row(1, 1, 2, kind="single")]
    for seed in range(20):
        assert {item["version"] for item in draw(pool, asked, seed)} == {1, 2}


def test_a_row_that_cannot_be_filled_is_named():
    with pytest.raises(Unsatisfiable) as lacking:
        draw([Candidate(1, frozenset({1}), "single", 1, 4)], [Row(1, 1, 2), Row(2, 3, 2)], 0)
    assert lacking.value.shortages == [blueprint.Shortage(row=1, wanted=3, found=0)]


def test_every_question_is_drawn_about_equally_often():
    pool = [Candidate(version, frozenset({1}), "single", 1, 4) for version in range(10)]
    times = dict.fromkeys(range(10), 0)
    for seed in range(1000):
        for item in draw(pool, [Row(1, 3, 2)], seed):
            times[item["version"]] += 1
    assert min(times.values()) > 240
    assert max(times.values()) < 360


# Folding

tries = st.lists(
    st.builds(
        lambda passed, void, score: (passed, void, Decimal(score)), st.booleans(), st.booleans(), st.integers(0, 100)
    ),
    max_size=4,
)


def part(given_tries, rule="best", allowed=3):
    made = [
        folding.Try(attempt=place, number=place, passed=passed, void=void, score=score)
        for place, (passed, void, score) in enumerate(given_tries, start=1)
    ]
    return folding.Part(1, "试卷", "paper", allowed, rule, tuple(made))


@given(tries, st.booleans())
def test_one_part_is_passed_when_a_try_that_stands_is_passed(given_tries, closed):
    verdict = folding.fold([part(given_tries)], closed=closed)
    assert verdict.passed == any(passed and not void for passed, void, _score in given_tries)
    assert not verdict.passed or verdict.decided
    assert not closed or verdict.decided


@given(tries)
def test_the_last_try_counts_when_the_rule_says_so(given_tries):
    standing = [place for place, (_passed, void, _score) in enumerate(given_tries, start=1) if not void]
    counted = folding.counting(part(given_tries, rule="last"))
    assert (counted.number if counted else None) == (standing[-1] if standing else None)


def test_figures_are_cut_and_never_rounded_up_to_a_threshold():
    assert folding.percent(Decimal("59.999"), 100) == Decimal("59.99")
    assert folding.speed(certified=299, duration_ms=600_000) == Decimal("29.9")
    assert folding.accuracy(certified=9499, typed=10_000) == Decimal("94.9")
    assert folding.accuracy(certified=0, typed=0) == 0


def test_topics_are_folded_weakest_first():
    marks = [(1, Decimal(2), 2), (2, Decimal(0), 2), (2, Decimal(2), 2)]
    assert statistics.strength_by_topic(marks) == [(2, 0.5), (1, 1.0)]


def test_units_sum_what_is_below_them():
    base = {"topic": 7, "answered": 2, "points": Decimal(1), "out_of": 2}
    rows_ = [base | {"path": "00010001", "people": 1}, base | {"path": "00010002", "people": 2}]
    assert statistics.strength_by_unit(rows_, ["0001", "00010002"]) == [
        {"topic_id": 7, "unit_path": "0001", "people": 3, "answered": 4, "rate": 0.5},
        {"topic_id": 7, "unit_path": "00010002", "people": 2, "answered": 2, "rate": 0.5},
    ]
