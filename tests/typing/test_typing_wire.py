"""Records as they travel: small, and read exactly as they were written. No database."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.typing import replay, services, wire
from exams.typing.normalise import normalise
from exams.typing.replay import BadRecords
from tests.typing import typist
from tests.typing.scenes import check, insert, note, passage_text


@st.composite
def records(draw):
    """What a browser may write, without regard to whether the text can have been so."""
    t, made = 0, []
    for _ in range(draw(st.integers(1, 12))):
        t += draw(st.integers(0, 9_000))
        splice = st.builds(
            insert,
            st.just(t),
            st.integers(0, 40),
            st.text("客户ke𠮷\n", max_size=4),
            removed=st.integers(0, 5),
            composing=st.booleans(),
            kind=st.sampled_from([*wire.KINDS, "insertSomethingNew"]),
        )
        others = [st.just(note(t, "paste")), st.just(check(t, "客户"))]
        made.append(draw(st.one_of(splice, splice, *others)))
    return made


@given(records())
def test_what_is_packed_is_unpacked_again_also_after_its_way_through_json(made):
    assert wire.unpack(json.loads(json.dumps(wire.pack(made)))) == made


def test_a_letter_more_of_a_composition_takes_a_dozen_bytes():
    letters = [insert(180 * n, n, "k", composing=True, kind="insertCompositionText") for n in range(6)]
    assert wire.pack(letters)[2:] == [[180, "k"]] * 4


def test_the_hash_covers_the_records_and_everything_before():
    packed = wire.pack([insert(1, 0, "客户")])
    first = wire.chain("", packed)
    assert len(first) == 32
    assert len({first, wire.chain(first, packed), wire.chain("", wire.pack([insert(1, 0, "客人")]))}) == 3


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        (None, "shape"),
        ("x", "shape"),
        ({}, "shape"),
        ([], "shape"),
        ([[]], "shape"),
        ([1], "shape"),
        ([{"t": 1}], "shape"),
        ([[1, 2]], "shape"),
        ([[1, "a", True]], "shape"),
        ([[1, "a", 0, 1.0]], "shape"),
        ([[1, "a", 0, 10**30]], "shape"),
        ([[1, "a", 0, 0, 99]], "shape"),
        ([[1, "a", 0, 0, -1]], "shape"),
        ([[1, "a", 0, 0, "note"]], "shape"),
        ([[1, "a", 0, 0, "insert text"]], "shape"),
        ([[1, "a", 0, 0, 0, 2]], "shape"),
        ([[1, "a", 0, 0, 0, True]], "shape"),
        ([[1, "a", 0, 0, 0, 0, 0]], "shape"),
        ([[1, None]], "shape"),
        ([[1, None, 5]], "shape"),
        ([[1, None, "hash", "0" * 16]], "shape"),
        ([[1.5, "a"]], "time"),
        ([[True, "a"]], "time"),
        ([["1", "a"]], "time"),
        ([[float("nan"), "a"]], "time"),
        ([[float("inf"), "a"]], "time"),
        ([[10**30, "a"]], "time"),
        ([[1, None, "paste"]] * (wire.MAX_RECORDS + 1), "too_many"),
    ],
)
def test_what_cannot_be_read_is_refused_by_code(packed, code):
    with pytest.raises(BadRecords) as refused:
        wire.unpack(packed)
    assert refused.value.code == code


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just({}) | st.just([])


@given(st.lists(values | st.lists(values, max_size=7) | st.lists(st.integers(0, 9) | st.text(max_size=2), max_size=6)))
def test_anything_at_all_is_read_or_refused(packed):
    try:
        replay.check(wire.unpack(packed), latest_ms=1000)
    except BadRecords:
        return
    assert wire.unpack(packed)


def test_ten_minutes_of_typing_travel_in_less_than_sixty_kilobytes():
    text = normalise(passage_text()[1])
    sent = [
        {"seq": seq, "hash": "0" * 32, "records": wire.pack([*records, check(due, "客户")])}
        for seq, (due, records) in enumerate(
            typist.batches(typist.keys(text, per_minute=60, until_ms=600_000)), start=1
        )
    ]
    bodies = [json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() for body in sent]
    assert len(bodies) > 250
    assert sum(map(len, bodies)) < 60 * 1024
    records = [record for body in sent for record in wire.unpack(body["records"])]
    assert len(replay.replay(records).committed) > 550


def test_every_code_of_a_refusal_is_in_the_docs_and_no_other():
    page = (Path(__file__).resolve().parents[2] / "docs" / "typing.md").read_text()
    documented = re.findall(r"^\| `(\w+)` \| [45]", page, re.MULTILINE)
    assert sorted(documented) == sorted([*services.REFUSALS, "token", "too_large"])
