"""What is written is read again identically, in every format; what is hostile is refused with a sentence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams import formats
from exams.formats import Output, Row

FORMATS = sorted(formats.READERS)
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30
)
ODD = st.sampled_from(
    ["=1+1", "a -> b", "{1:SA:=x}", "[html]<b>x</b>", "%50%x", "~", "#", "####", "\\", "\\n", "a\nb", "[[1]]", "::", "//", "*x",
     "x | y", " ", "", "_x0041_", "<p>文</p>", "&amp;", "]]>", "\u2028", "$CATEGORY: x", "TRUE", "1..2", "𠮷", "\ufeff", "\u3000"]
)  # fmt: skip
WORD = TEXT | ODD
WORDS = st.lists(WORD, max_size=10)
SCORING = st.sampled_from(["all", "minus", "part"])


@st.composite
def shapes(draw):
    """Content and key of any kind in the shape of the versions, with any text."""
    kind = draw(st.sampled_from([str(kind) for kind in formats.rows.Kind]))
    stem, options = draw(WORD), draw(WORDS)
    place = st.integers(0, max(0, len(options) - 1))
    rubric = st.lists(
        st.fixed_dictionaries(
            {
                "name": WORD,
                "levels": st.lists(st.fixed_dictionaries({"points": st.integers(0, 20), "text": WORD}), max_size=3),
            }
        ),
        max_size=2,
    )
    marked = st.fixed_dictionaries({"rubric": rubric, "model": WORD})
    gaps = draw(st.lists(st.tuples(st.booleans(), st.lists(WORD, min_size=1, max_size=3)), max_size=3))
    prompts = draw(WORDS)
    content, key = {
        "single": ({"options": options}, st.fixed_dictionaries({"correct": st.lists(place, max_size=1)})),
        "multiple": ({"options": options}, st.fixed_dictionaries({"correct": st.lists(place, max_size=4, unique=True)}, optional={"scoring": SCORING})),
        "true_false": ({}, st.fixed_dictionaries({"answer": st.booleans()})),
        "numeric": ({"unit": draw(WORD)}, st.fixed_dictionaries({"value": st.just("72") | WORD, "tolerance": st.just("0") | WORD})),
        "short_text": ({}, st.fixed_dictionaries({"accepted": WORDS})),
        "ordering": ({"options": options}, st.fixed_dictionaries({"sequence": st.permutations(range(len(options))), "scoring": SCORING})),
        "matching": ({"prompts": prompts, "options": options}, st.fixed_dictionaries({"pairs": st.lists(place, min_size=len(prompts), max_size=len(prompts)), "scoring": SCORING})),
        "cloze": (
            {"gaps": [{"options": words} if choice else {} for choice, words in gaps]},
            st.just({"gaps": [{"correct": 0} if choice else {"accepted": words} for choice, words in gaps], "scoring": "part"}),
        ),
        "case": ({}, st.just({})),
        "essay": ({"words": draw(st.none() | st.integers(1, 999))}, marked),
        "file": ({"accepts": draw(st.sampled_from(["audio", "document"]))}, marked),
        "task": ({"minutes": draw(st.none() | st.integers(1, 99))}, marked),
    }[kind]  # fmt: skip
    return kind, {"stem": stem, **content}, draw(key)


@st.composite
def questions(draw):
    kind, content, key = draw(shapes())
    return Row(
        code=draw(WORD),
        kind=kind,
        content=content,
        key=key,
        topics=tuple(draw(st.lists(WORD, max_size=3))),
        level=draw(WORD),
        points=draw(st.integers(1, 100)),
        difficulty=draw(st.integers(1, 3)),
        explanation=draw(WORD),
        source=draw(WORD),
        case=draw(WORD),
        place=draw(st.integers(0, 9)),
    )


def again(format, rows):
    output = Output()
    with formats.WRITERS[format](iter(rows), output) as file:
        assert output.faults == []
        return [row for _place, row in formats.READERS[format](file)]


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=60, deadline=None)
@given(rows=st.lists(questions(), min_size=1, max_size=3))
def test_rows_written_and_read_again_are_identical(format, rows):
    assert again(format, rows) == rows


@pytest.mark.parametrize("format", FORMATS)
def test_the_examples_of_every_kind_need_nothing_carried_or_are_identical(format):
    rows = formats.example_rows("complaint")

    assert {row.kind for row in rows} == {str(kind) for kind in formats.rows.Kind}
    assert again(format, rows) == rows
