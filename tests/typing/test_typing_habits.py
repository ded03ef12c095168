"""What keystrokes tell beside the score: pace, habits, drills, the moments behind flags. Pure."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.typing import drills, evidence, habits, pace, replay, scoring
from exams.typing.normalise import normalise
from exams.typing.queries.flags import FLAGS
from tests.typing.scenes import check, insert, note

PASSAGE = "客户走进营业厅时，值班人员应当起身问好，再询问要办理的业务。"


def typed(*commits: tuple[int, str]) -> list[dict]:
    """Records of commits, each behind the one before."""
    records, at = [], 0
    for t, text in commits:
        records.append(insert(t, at, text))
        at += len(text)
    return records


class TestPace:
    def test_the_half_minutes_add_up_to_the_certified_characters(self):
        records = typed((1_000, "客户走进"), (29_999, "营业厅"), (30_001, "错，"), (95_000, "值班人员"))
        assert pace.pace(records, PASSAGE, 120_000) == [7, 1, 0, 4]

    def test_what_is_typed_at_the_very_end_of_a_step_belongs_to_it(self):
        assert pace.pace(typed((30_000, "客户")), PASSAGE, 60_000) == [2, 0]

    def test_records_after_the_time_change_nothing(self):
        assert pace.pace(typed((59_000, "客户"), (60_001, "走进")), PASSAGE, 60_000) == [0, 2]

    def test_taking_back_takes_away(self):
        records = [*typed((1_000, "客户走进")), insert(40_000, 2, "", removed=2)]
        assert pace.pace(records, PASSAGE, 60_000) == [4, -2]

    @given(
        st.lists(
            st.tuples(st.integers(0, 200_000), st.sampled_from(["客户", "走", "进营", "错", "业厅时，值"])), max_size=20
        )
    )
    def test_the_sum_is_the_score(self, commits):
        commits.sort(key=lambda pair: pair[0])
        text = "".join(piece for t, piece in commits if t <= 180_000)
        score = scoring.score(PASSAGE, text, 180_000, 30, 95)
        assert sum(pace.pace(typed(*commits), PASSAGE, 180_000)) == score.certified

    def test_a_step_is_shown_truncated(self):
        assert pace.per_minute(23) == 46.0
        assert pace.per_minute(1, 45_000) == 1.3


class TestHabits:
    def test_a_mended_mistake_counts_beside_the_one_that_stands(self):
        records = [
            insert(1_000, 0, "客户走近"),
            insert(2_000, 3, "", removed=1, kind="deleteContentBackward"),
            insert(3_000, 3, "进营业停"),
        ]
        found = habits.habits(records, PASSAGE)
        assert found == habits.Habits(taken_back=1, slips=(("厅", "停"), ("进", "近")))

    def test_what_was_right_and_typed_again_is_no_slip(self):
        records = [insert(1_000, 0, "客户走进"), insert(2_000, 2, "", removed=2), insert(3_000, 2, "走进")]
        assert habits.habits(records, PASSAGE) == habits.Habits(taken_back=2, slips=())

    def test_a_character_left_out_is_a_slip_and_one_too_many_is_not(self):
        found = habits.habits([insert(1_000, 0, "客户进了营业厅时，值班人员应当")], PASSAGE)
        assert found.slips == (("走", "进"), ("进", "了")) or ("走", "") in found.slips

    def test_an_open_composition_is_neither_typed_nor_taken_back(self):
        records = [
            insert(1_000, 0, "ke", composing=True),
            insert(1_100, 0, "kehu", removed=2, composing=True),
            insert(1_200, 0, "客户", removed=4),
        ]
        assert habits.habits(records, PASSAGE) == habits.Habits()

    def test_weak_characters_are_the_most_frequent_han_ones_with_what_came_instead(self):
        slips = [["在", "再"], ["在", "再"], ["在", "做"], ["厅", ""], ["，", "。"], ["厅", "停"], ["业", "叶"]]
        assert habits.weak(slips, most=2) == [
            habits.Weak("在", 3, [("再", 2), ("做", 1)]),
            habits.Weak("厅", 2, [("停", 1)]),
        ]


class TestDrills:
    POOL = ["客户在大厅。", "请再说一遍。", "他不在家，也不在店。", "今天天气好。"]

    def test_only_sentences_that_hold_a_weak_character_come_densest_first(self):
        text = drills.compose({"在": 3, "再": 1}, self.POOL, 20, seed=1)
        assert text.splitlines()[0] == "客户在大厅。"
        assert "今天天气好。" not in text
        assert len(normalise(text)) >= 20

    def test_a_character_just_drilled_makes_room_for_the_next(self):
        first = drills.compose({"在": 2, "再": 2}, self.POOL, 10, seed=1).splitlines()
        assert {"在", "再"} <= set("".join(first))

    def test_when_every_sentence_was_used_they_come_again(self):
        text = drills.compose({"再": 1}, self.POOL, 30, seed=1)
        assert set(text.splitlines()) == {"请再说一遍。"}
        assert len(normalise(text)) >= 30

    def test_nothing_useful_gives_nothing(self):
        assert drills.compose({"鑫": 1}, self.POOL, 30, seed=1) == ""

    def test_sentences_are_whole_and_each_once(self):
        text = "他说：“好。”你来！\n你来！半句没有句号"
        assert drills.sentences(text) == ["他说：“好。”", "你来！"]

    @given(
        st.dictionaries(st.sampled_from("在再说店气"), st.integers(1, 9), min_size=1),
        st.integers(1, 300),
        st.integers(0, 99),
    )
    def test_every_line_is_a_sentence_of_the_pool_and_holds_a_weak_character(self, weak, tokens, seed):
        lines = drills.compose(weak, self.POOL, tokens, seed).splitlines()
        assert all(line in self.POOL and set(line) & weak.keys() for line in lines)
        assert sum(len(normalise(line)) for line in lines) >= tokens


class TestEvidence:
    def test_each_flag_has_its_moments(self):
        long = "一二三四五六七八九十百千万"
        records = [
            note(900, "paste"),
            insert(1_000, 0, "客户"),
            insert(2_000, 2, long),
            insert(3_000, 15, "走", kind="silent"),
            check(4_000, "不是这样"),
            note(9_000, "hidden"),
        ]
        assert evidence.moments(records, 8_000) == [
            evidence.Moment("paste", 900),
            evidence.Moment("long_commit", 2_000, long),
            evidence.Moment("silent", 3_000, "走"),
            evidence.Moment("text_differs", 4_000),
        ]

    def test_a_burst_is_named_once_by_the_beginning_of_its_ten_seconds(self):
        records = typed(*((20_000 + place * 100, "客户走进营业厅") for place in range(12)))
        assert [moment for moment in evidence.moments(records, 60_000) if moment.code == "burst"] == [
            evidence.Moment("burst", 20_000)
        ]

    @pytest.mark.parametrize("records", [[], [note(1, "blur")]])
    def test_a_text_without_oddities_has_no_more_than_its_notes(self, records):
        assert len(evidence.moments(records, 10)) == len(records)


def test_what_the_element_notes_is_taken_and_every_flag_has_words():
    element = Path(__file__).resolve().parents[2] / "academy/static/academy/elements/typing-test.js"
    source = element.read_text()
    noted = set(re.findall(r'(?:note|refuse)\((?:event, )?"(\w+)"', source))
    noted |= set(re.findall(r'^  \w+: "(\w+)",$', source, re.MULTILINE))
    assert {"paste", "undo", "blur", "touch"} <= noted <= set(replay.NOTES)
    counted = {"text_differs", "silent", "long_commit", "burst", "network_gap"}
    assert set(FLAGS) == {*replay.NOTES, *counted}
