"""Passages as data: figures, checks, slots, pieces. No database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.typing import passages
from exams.typing.passages import chunks, figures, fill, lines, problems
from tests.typing.scenes import passage_text

ALL = range(9)


@pytest.mark.parametrize("number", ALL)
def test_every_demo_passage_may_be_published_and_lasts_for_ten_minutes(number):
    found = figures(passage_text(number)[1])
    assert problems(found) == []
    assert found.tokens >= 10 * passages.TOKENS_PER_MINUTE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("客户走进营业厅。", "short"),
        ("客户" * 150, "punctuation"),
        ("，" * 300, "han"),
        ("abc1" * 100, "latin"),
        ("龘" * 300, "uncommon"),
        ("客户走进营业厅时值班人员应当起身问好。" * 20, "repeated"),
        ("客户走进营业厅，" * 40, "sentence"),
        ("{colour}" * 40, "slot"),
    ],
)
def test_what_speaks_against_a_passage_is_named(text, code):
    assert code in problems(figures(text))


def test_uncommon_characters_may_be_allowed_one_by_one():
    text = passage_text()[1] + "饕餮"
    assert "uncommon" in problems(figures(text), allowed="饕")
    assert "uncommon" not in problems(figures(text), allowed="饕餮")


def test_slots_are_filled_by_the_seed_and_with_common_characters():
    text = passage_text()[1]
    assert fill(text, 5) == fill(text, 5)
    assert len({fill(text, seed) for seed in range(50)}) > 40
    for seed in range(50):
        assert "{" not in fill(text, seed)
        assert figures(fill(text, seed)).uncommon == ()


@pytest.mark.parametrize("number", ALL)
def test_pieces_hold_the_whole_text_in_two_to_three_hundred_characters(number):
    text = fill(passage_text(number)[1], 3)
    pieces = chunks(text)
    sizes = [sum(map(len, piece)) for piece in pieces]
    assert "".join(line for piece in pieces for line in piece) == "".join(text.splitlines())
    assert all(200 <= size <= 300 for size in sizes[:-1])
    assert sizes[-1] <= 300


@given(st.text("客户，。”a1 \n", max_size=200))
def test_lines_lose_nothing_but_white_space_and_never_begin_with_a_closing_mark_of_the_same_sentence(text):
    shown = lines(text)
    assert "".join("".join(shown).split()) == "".join(text.split())
    assert all(line.strip() for line in shown)


def test_common_means_the_first_level_of_gb2312():
    assert passages.is_common("啊")
    assert passages.is_common("座")
    assert not passages.is_common("亍")
    assert not passages.is_common("𠮷")
