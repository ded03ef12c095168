"""Points, averages and quarters, by rule."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality import scoring


@st.composite
def checklists_with_losses(draw):
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=8)))
    weights = [after - before for before, after in zip([0, *cuts], [*cuts, 100], strict=True)]
    lost = {item: draw(st.integers(0, weight)) for item, weight in enumerate(weights)}
    return dict(enumerate(weights)), lost


@given(checklists_with_losses())
def test_the_score_and_the_points_lost_always_make_a_hundred(case):
    weights, lost = case
    assert scoring.adds_up(weights.values())
    assert scoring.score(lost, weights) + sum(lost.values()) == 100
    assert 0 <= scoring.score(lost, weights) <= 100


@given(checklists_with_losses(), st.integers(1, 50))
def test_an_item_never_loses_more_than_it_is_worth_nor_less_than_nothing(case, too_much):
    weights, lost = case
    with pytest.raises(ValueError, match="cannot lose"):
        scoring.score({**lost, 0: weights[0] + too_much}, weights)
    with pytest.raises(ValueError, match="cannot lose"):
        scoring.score({**lost, 0: -too_much}, weights)
    with pytest.raises(ValueError, match="cannot lose"):
        scoring.score({**lost, "foreign": 0}, weights)


@pytest.mark.parametrize("weights", [[], [99], [60, 50], [100, 0], [120, -20]])
def test_a_checklist_that_does_not_make_a_hundred_is_refused(weights):
    assert not scoring.adds_up(weights)


def test_nothing_to_average_is_no_zero():
    assert scoring.mean(0, 0) is None
    assert scoring.mean(0, 2) == Decimal("0.0")
    assert scoring.mean(173, 2) == Decimal("86.5")
    assert scoring.mean(185, 200) == Decimal("0.9")


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_quarter_begins_at_most_92_days_before_its_days(day):
    first = scoring.quarter_of(day)
    assert first.day == 1
    assert first.month in (1, 4, 7, 10)
    assert 0 <= (day - first).days <= 91


def test_quarters_and_months_count_back_over_the_new_year():
    assert scoring.quarters_up_to(date(2026, 2, 3), 3) == [date(2026, 1, 1), date(2025, 10, 1), date(2025, 7, 1)]
    assert scoring.months_before(date(2026, 2, 28), 3) == date(2025, 11, 1)
