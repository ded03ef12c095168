"""Grading, drawing and folding as pure rules."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams import blueprint, folding, statistics
from exams.blueprint import Candidate, Row, Unsatisfiable, draw
from exams.grading import answered, as_shown, fold, grade, in_author_order, number

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=5,
)
words = st.sampled_from(
    [
        "chosen",
        "correct",
        "answer",
        "text",
        "accepted",
        "value",
        "tolerance",
        "unit",
        "sequence",
        "pairs",
        "gaps",
        "options",
    ]
)
shaped = st.dictionaries(words, json | st.lists(st.integers(-1, 3), max_size=4), max_size=4)
AUTOMATIC = ["single", "multiple", "true_false", "numeric", "short_text", "ordering", "matching", "cloze"]
KINDS = [*AUTOMATIC, "essay", "case", ""]
scored = st.tuples(shaped, st.sampled_from(["all", "part", "minus", "", None])).map(
    lambda pair: {**pair[0], "scoring": pair[1]}
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(KINDS), json | scored, json | shaped, st.integers(0, 100), json | st.permutations(range(4)))
def test_grading_never_raises_and_stays_within_the_points(kind, key, answer, points, order):
    earned = grade(kind, key, answer, points, order)
    assert 0 <= earned <= points
    assert earned == earned.quantize(Decimal("0.01"))
    assert earned == 0 or answered(answer)
    if not isinstance(key, dict) or key.get("scoring") not in ("part", "minus"):
        assert earned in (0, points)


@given(st.sets(st.integers(0, 5), min_size=1), st.sets(st.integers(0, 5)))
def test_a_multiple_choice_is_right_only_when_the_sets_are_equal(correct, chosen):
    points = grade("multiple", {"correct": sorted(correct)}, {"chosen": sorted(chosen, reverse=True)}, 2)
    assert (points == 2) == (correct == chosen)


@given(
    st.sampled_from(AUTOMATIC), scored, st.sampled_from([{}, {"chosen": []}, {"gaps": ["", None]}, {"pairs": [None]}])
)
def test_an_empty_answer_is_never_right(kind, key, answer):
    assert grade(kind, key, answer, 2) == 0


@given(st.integers(1, 6).flatmap(lambda size: st.tuples(st.permutations(range(size)), st.permutations(range(size)))))
def test_naming_options_by_place_and_by_index_are_each_others_inverse(orders):
    order, other = orders
    for answer in (
        {"chosen": sorted(order[:2])},
        {"sequence": [*other[1:], None]},
        {"pairs": [None, *other]},
        {"gaps": [*other, "三声", None]},
        {"text": "三声"},
        {"answer": False},
        {"file": 7},
        {},
    ):
        shown_in = [list(order) for _gap in other] if "gaps" in answer else order
        there = in_author_order(answer, shown_in)
        assert as_shown(there, shown_in) == answer
        back = as_shown(answer, shown_in)
        again = in_author_order(back, shown_in)
        assert (sorted(again["chosen"]) if "chosen" in again else None) == answer.get("chosen")
        assert {**again, "chosen": None} == {**answer, "chosen": None}


@given(st.integers(2, 6).flatmap(lambda size: st.tuples(st.permutations(range(size)), st.permutations(range(size)))))
def test_parts_of_an_order_earn_their_share_and_all_of_it_everything(orders):
    right, given_order = orders
    hits = sum(a == b for a, b in zip(right, given_order, strict=True))
    for kind, name in (("ordering", "sequence"), ("matching", "pairs")):
        key = {name: list(right), "scoring": "part"}
        earned = grade(kind, key, {name: list(given_order)}, 3)
        assert earned == Decimal(300 * hits // len(right)) / 100
        whole = grade(kind, {**key, "scoring": "all"}, {name: list(given_order)}, 3)
        assert whole == (3 if hits == len(right) else 0)
        assert whole <= earned
        half = grade(kind, key, {name: [*right[:1], *([None] * (len(right) - 1))]}, 3)
        assert half == Decimal(300 // len(right)) / 100


@given(st.sets(st.integers(0, 4), min_size=1, max_size=4), st.sets(st.integers(0, 4)), st.permutations(range(5)))
def test_right_minus_wrong_choices_never_goes_below_nothing(correct, chosen, order):
    key = {"correct": sorted(correct), "scoring": "minus"}
    earned = grade("multiple", key, as_shown({"chosen": sorted(chosen)}, order), 6, order)
    right, wrong = len(chosen & correct) / len(correct), len(chosen - correct) / (5 - len(correct))
    assert abs(earned - Decimal(max(0, right - wrong) * 6)) < Decimal("0.011")
    assert (earned == 6) == (chosen == correct)
    assert grade("multiple", key, {"chosen": list(range(5))}, 6, order) == 0
    assert earned == grade("multiple", key | {"options": 5}, {"chosen": sorted(chosen)}, 6)


def test_gaps_are_filled_with_a_text_or_an_option():
    key = {"gaps": [{"accepted": ["三声", "3声"]}, {"correct": 1}], "scoring": "part"}
    order = [[], [2, 1, 0]]
    assert grade("cloze", key, {"gaps": [" ３声。", 1]}, 3, order) == 3
    assert grade("cloze", key, {"gaps": ["三声", 0]}, 3, order) == Decimal("1.5")
    assert grade("cloze", key, {"gaps": ["", 1]}, 3, order) == Decimal("1.5")
    assert grade("cloze", {**key, "scoring": "all"}, {"gaps": ["三声", None]}, 3, order) == 0
    assert grade("cloze", key, {"gaps": ["三声", "1"]}, 3, order) == Decimal("1.5")
    assert grade("cloze", key, {"gaps": ["三声", 1, "x"]}, 3, order) == 0


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
kinds = st.sampled_from(["single", "multiple", "true_false", "numeric", "essay"])
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
