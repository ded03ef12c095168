"""How hard passages are: what the arithmetic finds again of what was put in. No database."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.typing.equating import BEYOND_PERCENT, LEAST_ATTEMPTS, Effect, equate


def attempts(effects: dict[int, float], people: int, each: int, *, noise: float = 0.0, seed: int = 1):
    """(person, passage, speed): each person on some passages, at their own speed times the passage's."""
    draw = random.Random(seed)
    for person in range(people):
        own = draw.uniform(25, 90)
        for passage in draw.sample(sorted(effects), each):
            yield person, passage, own * (1 + effects[passage] / 100) * math.exp(draw.gauss(0, noise))


EFFECTS = {1: 5.0, 2: -4.0, 3: 0.0, 4: 1.0, 5: -2.0}


def test_without_noise_the_differences_between_passages_come_back_exactly():
    found = equate(attempts(EFFECTS, people=60, each=3))
    for one in EFFECTS:
        for other in EFFECTS:
            expected = (1 + EFFECTS[one] / 100) / (1 + EFFECTS[other] / 100)
            got = (1 + found[one].percent / 100) / (1 + found[other].percent / 100)
            assert got == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_with_the_noise_of_people_the_truth_lies_mostly_within_the_margin(seed):
    found = equate(attempts(EFFECTS, people=300, each=2, noise=0.05, seed=seed))
    centre = sum(EFFECTS.values()) / len(EFFECTS)
    inside = [abs(found[one].percent - (EFFECTS[one] - centre)) <= found[one].margin + 0.3 for one in EFFECTS]
    assert sum(inside) >= 4
    assert all(0 < effect.margin < 2 for effect in found.values())


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 5), st.floats(1, 200)), max_size=40), st.randoms())
def test_order_does_not_matter_and_the_mean_over_all_attempts_is_nothing(rows, draw):
    found = equate(rows)
    shuffled = rows.copy()
    draw.shuffle(shuffled)
    again = equate(shuffled)
    assert found.keys() == again.keys()
    for passage, effect in found.items():
        assert again[passage].percent == pytest.approx(effect.percent, abs=1e-3)
    logs = [math.log1p(effect.percent / 100) * effect.attempts for effect in found.values()]
    assert sum(logs) == pytest.approx(0, abs=1e-5)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), st.floats(1, 200)), max_size=25), st.floats(0.5, 2))
def test_a_person_who_is_faster_all_round_changes_no_passage(rows, factor):
    faster = [(person, passage, speed * (factor if person == 1 else 1)) for person, passage, speed in rows]
    found, again = equate(rows), equate(faster)
    for passage, effect in found.items():
        assert again[passage].percent == pytest.approx(effect.percent, abs=1e-3)


def test_only_who_typed_two_passages_tells_anything():
    assert equate([(1, 1, 50.0), (2, 1, 60.0), (3, 2, 40.0), (4, 3, 30.0), (4, 3, 33.0)]) == {}


def test_people_that_share_no_passage_are_compared_among_themselves():
    found = equate([(1, 1, 40.0), (1, 2, 44.0), (2, 3, 90.0), (2, 4, 90.0)])
    assert found[1].percent == pytest.approx(-found[2].percent, abs=0.3)
    assert (found[3].percent, found[4].percent, found[3].margin) == (pytest.approx(0), pytest.approx(0), None)


def test_proposed_is_what_lies_beyond_with_enough_attempts():
    assert Effect(LEAST_ATTEMPTS, BEYOND_PERCENT + 0.1, 1.0).proposed
    assert Effect(LEAST_ATTEMPTS, -BEYOND_PERCENT - 0.1, None).proposed
    assert not Effect(LEAST_ATTEMPTS, BEYOND_PERCENT, 1.0).proposed
    assert not Effect(LEAST_ATTEMPTS - 1, 20.0, 1.0).proposed
