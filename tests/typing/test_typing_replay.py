"""From records to the text that counts, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.typing import replay
from exams.typing.replay import BadRecords
from tests.typing.scenes import check, insert, note


def text_of(records, until_ms=None) -> str:
    return replay.replay(records, until_ms=until_ms).committed


@st.composite
def edits(draw):
    """Records of any editing, with the value after each."""
    value, records, t = "", [], 0
    for _ in range(draw(st.integers(0, 10))):
        t += draw(st.integers(0, 500))
        pos = draw(st.integers(0, len(value)))
        removed = draw(st.integers(0, len(value) - pos))
        inserted = draw(st.text("客户走进a𠮷\n", max_size=5))
        value = value[:pos] + inserted + value[pos + removed :]
        records.append(insert(t, pos, inserted, removed=removed))
        records.append(check(t, value))
    return records, value


@given(edits())
def test_the_replay_equals_the_textarea_at_every_check(case):
    records, value = case
    state = replay.replay(records)
    assert (state.raw, state.committed, state.counts["text_differs"]) == (value, value, 0)
    if records:
        assert replay.check(records, latest_ms=60_000) == (len(value), records[-1]["t"])


@given(edits(), st.integers(0, 5000))
def test_records_after_the_deadline_change_nothing(case, deadline):
    records, _value = case
    assert text_of(records, deadline) == text_of([record for record in records if record["t"] <= deadline])


PINYIN = [
    insert(100, 0, "k", composing=True, kind="insertCompositionText"),
    insert(200, 1, "ehu", composing=True, kind="insertCompositionText"),
]
CHROME = [*PINYIN, insert(300, 0, "客户", removed=4, composing=True, kind="insertCompositionText"), insert(300, 2, "")]
FIREFOX = [*PINYIN, insert(300, 0, "客户", removed=4), insert(301, 2, "")]
SAFARI = [*PINYIN, insert(300, 0, "客户", removed=4, kind="insertFromComposition"), insert(302, 2, "")]
PREEDIT_LESS = [insert(300, 0, "客户")]


@pytest.mark.parametrize("trace", [CHROME, FIREFOX, SAFARI, PREEDIT_LESS])
def test_every_browser_and_input_method_gives_the_same_text(trace):
    assert text_of(trace) == "客户"


def test_an_open_composition_never_counts():
    state = replay.replay([*CHROME, insert(400, 2, "zou", composing=True)])
    assert (state.raw, state.committed, state.composing) == ("客户zou", "客户", True)


def test_a_composition_over_old_text_leaves_it_until_it_is_committed():
    assert text_of([*CHROME, insert(400, 0, "kehu", removed=2, composing=True)]) == "客户"


def test_evidence_is_counted_and_changes_no_text():
    records = [
        note(1, "paste"),
        note(2, "paste"),
        insert(3, 0, "客户走进营业厅时值班人员应当起身问好"),
        check(4, "x"),
        note(5, "undo"),
    ]
    state = replay.replay(records)
    assert state.flags() == [
        {"code": "long_commit", "count": 1},
        {"code": "paste", "count": 2},
        {"code": "text_differs", "count": 1},
        {"code": "undo", "count": 1},
    ]
    assert state.committed == text_of(records[2:3])


@given(edits(), st.data())
def test_notes_and_checks_that_differ_change_no_text(case, data):
    records, value = case
    watched = []
    for record in records:
        watched.append(record)
        what = data.draw(st.sampled_from([*replay.NOTES, None]))
        watched.append(note(record["t"], what) if what else check(record["t"], "x"))
    assert text_of(watched) == value


@st.composite
def compositions(draw):
    """Records of compositions that are committed, given up or left open, with the text that counts after each."""
    value, committed, records, t = "", "", [], 0
    for _ in range(draw(st.integers(0, 10))):
        t += draw(st.integers(0, 500))
        composing = draw(st.booleans())
        pos = draw(st.integers(0, len(value)))
        removed = draw(st.integers(0, len(value) - pos))
        inserted = draw(st.text("客户kehu", max_size=5))
        value = value[:pos] + inserted + value[pos + removed :]
        committed = committed if composing else value
        records.append((insert(t, pos, inserted, removed=removed, composing=composing), committed))
    return records


@given(compositions())
def test_only_what_was_committed_counts_after_every_record(case):
    state = replay.Replay()
    for record, committed in case:
        state.apply(record)
        assert state.committed == committed


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([note(1, "applause")], "shape"),
        ([check(1, "") | {"hash": "z"}], "shape"),
        ([check(1, "") | {"hash": 5}], "shape"),
        ([insert(-1, 0, "a")], "time"),
        ([insert(10_001, 0, "a")], "time"),
        ([insert(5, 0, "a"), insert(4, 1, "b")], "order"),
        ([insert(1, 1, "a")], "splice"),
        ([insert(1, 0, "a", removed=1)], "splice"),
        ([insert(1, 0, "a", removed=-1)], "splice"),
        ([insert(1, -1, "a")], "splice"),
        ([insert(1, 0, "\ud83d")], "character"),
        ([insert(1, 0, "\0")], "character"),
        ([insert(1, 0, "a" * 4001)], "too_long"),
        ([insert(1, 0, "a" * 4000)] * 6, "too_long"),
        ([check(1, "")] * 11, "too_many"),
    ],
)
def test_records_that_no_honest_browser_sends_are_refused_by_code(records, code):
    with pytest.raises(BadRecords) as refused:
        replay.check(records, latest_ms=10_000)
    assert refused.value.code == code


def test_a_batch_goes_on_where_the_text_stood():
    assert replay.check([insert(7, 4, "a", removed=1)], latest_ms=10, after_ms=7, length=5) == (5, 7)
    with pytest.raises(BadRecords):
        replay.check([insert(6, 4, "a")], latest_ms=10, after_ms=7, length=5)
