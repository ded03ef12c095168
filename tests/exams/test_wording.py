"""The shapes of a question's words: what is kept, what is refused."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.grading import grade
from exams.models import QuestionVersion
from exams.services.bank import checked
from ground.errors import Refused

PICTURE = f"/exams/media/{'a' * 64}/call.png"
RUBRIC = [{"name": "标准", "levels": [{"points": 0, "text": "错误"}, {"points": 3, "text": "完整准确"}]}]
GOOD = [
    ("single", {"options": ["甲", "乙"]}, {"correct": [1]}, {"correct": [1]}),
    ("multiple", {"options": ["甲", "乙", "丙"]}, {"correct": [2, 0]}, {"correct": [0, 2], "scoring": "all"}),
    ("true_false", {}, {"answer": False}, {"answer": False}),
    ("numeric", {"unit": "小时"}, {"value": "72"}, {"value": "72", "tolerance": "0"}),
    ("short_text", {}, {"accepted": [" 三声 ", "三声", "。"]}, {"accepted": ["三声"]}),
    (
        "ordering",
        {"options": ["甲", "乙"]},
        {"sequence": [1, 0], "scoring": "part"},
        {"sequence": [1, 0], "scoring": "part"},
    ),
    (
        "matching",
        {"prompts": ["一", "二"], "options": ["甲", "乙", "丙"]},
        {"pairs": [2, 0]},
        {"pairs": [2, 0], "scoring": "all"},
    ),
    (
        "essay",
        {"words": 200},
        {"rubric": RUBRIC},
        {"rubric": [{**RUBRIC[0], "levels": RUBRIC[0]["levels"][::-1]}], "model": ""},
    ),
    ("file", {"accepts": "audio"}, {}, {"rubric": [], "model": ""}),
    ("case", {}, {"junk": 1}, {}),
]


@pytest.mark.parametrize(("kind", "content", "key", "shaped"), GOOD)
def test_words_come_in_one_shape_and_stay_in_it(kind, content, key, shaped):
    words = checked(kind, {"stem": "问", **content}, key)
    assert words[1] == shaped
    assert checked(kind, *words) == words


def test_every_kind_of_question_can_be_written():
    gap = (
        {"stem": "[[2]]后[[1]]", "gaps": [{}, {"options": ["甲", "乙"]}]},
        {"gaps": [{"accepted": ["三声"]}, {"correct": 0}]},
    )
    task = ({"stem": "接待", "minutes": 8}, {"rubric": RUBRIC})
    assert checked("cloze", *gap)[1] == {"gaps": [{"accepted": ["三声"]}, {"correct": 0}], "scoring": "all"}
    assert checked("task", *task)[0] == {"stem": "接待", "minutes": 8}
    assert {kind for kind, *_words in GOOD} | {"cloze", "task"} == set(QuestionVersion.Kind.values)


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        (f'<img src="{PICTURE}" alt="图" onerror="x()">', f'<img src="{PICTURE}" alt="图">'),
        (f'<audio src="{PICTURE}" autoplay></audio>', f'<audio src="{PICTURE}" controls="controls"></audio>'),
        ('问<img src="https://elsewhere.example/x.png">', "问"),
        (f'问<img src="//elsewhere.example{PICTURE}">', "问"),
        (f'问<audio controls src="{PICTURE}/../../x"></audio>', "问"),
        ("问<script>alert(1)</script><iframe src=x></iframe>", "问"),
        ("问 < 答 & <b>要", "问 &lt; 答 &amp; <b>要</b>"),
        ('问<a href="javascript:x()">点</a>', "问点"),
    ],
)
def test_markup_keeps_pictures_and_recordings_of_our_own_only(markup, kept):
    assert checked("true_false", {"stem": markup}, {"answer": True})[0]["stem"] == kept


@pytest.mark.parametrize(
    ("kind", "content", "key", "code"),
    [
        (["single"], {}, {}, "kind"),
        ("single", {"stem": "<p>&nbsp;</p>", "options": ["甲", "乙"]}, {"correct": [0]}, "stem"),
        ("single", {"stem": "问" * 20_001}, {}, "long"),
        ("single", {"options": ["甲", "<p></p>"]}, {"correct": [0]}, "options"),
        ("single", {"options": ["甲", "乙"]}, {"correct": [True]}, "key"),
        ("single", {"options": [str(number) for number in range(41)]}, {"correct": [0]}, "options"),
        ("multiple", {"options": ["甲", "乙"]}, {"correct": [0, 1], "scoring": "minus"}, "key"),
        ("multiple", {"options": ["甲", "乙", "丙"]}, {"correct": [0, 1], "scoring": "part"}, "scoring"),
        ("ordering", {"options": ["甲", "乙"]}, {"sequence": [0, 0]}, "key"),
        ("ordering", {"options": ["甲", "乙"]}, {"sequence": [0]}, "key"),
        ("matching", {"prompts": ["一"], "options": ["甲", "乙"]}, {"pairs": [0]}, "options"),
        ("matching", {"prompts": ["一", "二"], "options": ["甲", "乙"]}, {"pairs": [0]}, "key"),
        ("matching", {"prompts": ["一", "二", "三"], "options": ["甲", "乙"]}, {"pairs": [0, 1, 1]}, "options"),
        ("matching", {"prompts": ["一", "一"], "options": ["甲", "乙"]}, {"pairs": [0, 1]}, "options"),
        ("matching", {"prompts": ["一", "二"], "options": ["甲", "乙"]}, {"pairs": [0, 2]}, "key"),
        ("cloze", {"stem": "没有空", "gaps": []}, {"gaps": []}, "gaps"),
        ("cloze", {"stem": "[[1]]和[[1]]", "gaps": [{}]}, {"gaps": [{"accepted": ["甲"]}]}, "gaps"),
        ("cloze", {"stem": "[[1]]和[[3]]", "gaps": [{}, {}]}, {"gaps": [{}, {}]}, "gaps"),
        (
            "cloze",
            {"stem": f'<img alt="[[1]]" src="{PICTURE}">', "gaps": [{}]},
            {"gaps": [{"accepted": ["甲"]}]},
            "gaps",
        ),
        ("cloze", {"stem": "[[1]]", "gaps": [{}]}, {"gaps": []}, "key"),
        ("cloze", {"stem": "[[1]]", "gaps": [{}]}, {"gaps": [{"accepted": ["。"]}]}, "key"),
        ("cloze", {"stem": "[[1]]", "gaps": [{"options": ["甲"]}]}, {"gaps": [{"correct": 0}]}, "gaps"),
        ("cloze", {"stem": "[[1]]", "gaps": [{"options": ["甲", "乙"]}]}, {"gaps": [{"correct": 2}]}, "key"),
        ("essay", {"words": 0}, {}, "number"),
        ("essay", {}, {"rubric": [{"name": "", "levels": []}]}, "rubric"),
        ("essay", {}, {"rubric": [{"name": "标准", "levels": [{"points": 3}]}]}, "rubric"),
        ("essay", {}, {"rubric": [{"name": "标准", "levels": [{"points": 3}, {"points": 3}]}]}, "rubric"),
        ("essay", {}, {"rubric": [{"name": "标准", "levels": [{"points": 3}, {"points": -1}]}]}, "rubric"),
        ("essay", {}, {"rubric": RUBRIC * 2}, "rubric"),
        ("file", {"accepts": "video"}, {}, "accepts"),
        ("task", {"minutes": "8"}, {"rubric": RUBRIC}, "number"),
        ("task", {}, {}, "rubric"),
    ],
)
def test_what_no_answer_could_meet_is_refused_with_a_full_sentence(kind, content, key, code):
    with pytest.raises(Refused) as refusal:
        checked(kind, {"stem": "问", **content}, key)
    assert refusal.value.code == code
    assert str(refusal.value).endswith((".", "。"))


json = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=6,
)
names = st.sampled_from(
    [
        "options",
        "prompts",
        "gaps",
        "accepts",
        "words",
        "unit",
        "correct",
        "scoring",
        "sequence",
        "pairs",
        "accepted",
        "rubric",
    ]
)
loose = st.dictionaries(names, json | st.lists(st.text(max_size=3) | st.integers(0, 3), max_size=4), max_size=5)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(QuestionVersion.Kind.values), loose, loose, st.text(min_size=1))
def test_whatever_comes_in_is_shaped_for_good_or_refused(kind, content, key, stem):
    try:
        words = checked(kind, {"stem": stem, **content}, key)
    except Refused:
        return
    assert checked(kind, *words) == words
    assert grade(kind, words[1], {}, 5) == 0
