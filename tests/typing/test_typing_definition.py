"""The definition of the typing test as properties (docs/typing.md, section 6), without a database."""

import json
import random
import unicodedata
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq, Levenshtein

from exams.typing import scoring
from exams.typing.normalise import IGNORE, POLICIES, STRICT, normalise
from exams.typing.scoring import mistakes, prefix_distances, score
from tests.typing.scenes import passage_text

few = st.text("客户走进营业厅，。a1", max_size=24)
anything = st.text(max_size=40) | st.text("—–-…..。，\u3000 \u200d\ufe0f\u0301e≠<=“”\"'＂ａＡ１𠮷😀", max_size=30)
policies = st.sampled_from(POLICIES)


def errors(passage: str, typed: str) -> int:
    return min(prefix_distances(typed, passage))


def certified(passage: str, typed: str) -> int:
    return len(typed) - errors(passage, typed)


@given(few, few)
def test_errors_equal_brute_force_over_every_prefix(passage, typed):
    brute = [Levenshtein.distance(typed, passage[:j]) for j in range(len(passage) + 1)]
    assert prefix_distances(typed, passage) == brute


@given(few, few)
def test_certified_lies_between_nothing_and_the_shorter_text_and_below_the_common_subsequence(passage, typed):
    assert 0 <= certified(passage, typed) <= min(len(typed), len(passage))
    assert certified(passage, typed) <= LCSseq.similarity(typed, passage)


@given(few, st.data())
def test_a_true_beginning_is_certified_whole(passage, data):
    k = data.draw(st.integers(0, len(passage)))
    assert (certified(passage, passage[:k]), errors(passage, passage[:k])) == (k, 0)


@given(few, few, st.sampled_from("客户走a"))
def test_one_more_token_earns_one_or_nothing_and_a_backspace_takes_one_or_nothing(passage, typed, more):
    assert certified(passage, typed + more) - certified(passage, typed) in (0, 1)


@given(few, few, few)
def test_a_longer_passage_never_takes_anything_away(passage, more, typed):
    assert certified(passage + more, typed) >= certified(passage, typed)


@given(few, few.filter(bool), st.data())
def test_changing_one_token_changes_errors_by_at_most_one(passage, typed, data):
    place = data.draw(st.integers(0, len(typed) - 1))
    changed = typed[:place] + data.draw(st.sampled_from("客户走b")) + typed[place + 1 :]
    assert abs(errors(passage, changed) - errors(passage, typed)) <= 1


@given(few, few)
def test_the_listed_mistakes_explain_the_text_and_mending_any_lowers_errors_by_one(passage, typed):
    tokens, reference, found = mistakes(passage, typed)
    assert len(found) == errors(normalise(passage), tokens)
    rebuilt, read = "", 0
    for mistake in found:
        rebuilt += reference[read : mistake.of] + mistake.typed
        read = mistake.of + len(mistake.expected)
    assert rebuilt + reference[read:] == tokens
    for mistake in found:
        mended = tokens[: mistake.at] + mistake.expected + tokens[mistake.at + len(mistake.typed) :]
        assert errors(normalise(passage), mended) == len(found) - 1


@given(anything, policies)
def test_normalising_twice_changes_nothing(text, policy):
    once = normalise(text, policy)
    assert normalise(once, policy) == once


@given(st.text("客户，。！？：；（）ａＢ１“”‘’—…．", max_size=20))
def test_width_and_white_space_do_not_matter(text):
    half = "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text)
    assert normalise(half) == normalise(text) == normalise("\u3000 ".join(text.replace("…", "…")).replace(" ", "\n"))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("……", "…"),
        ("...", "…"),
        ("…", "…"),
        ("好。", "好."),
        ("好。。", "好…"),
        ("——", "—"),
        ("-", "—"),
        ("㎡…", "㎡…"),
        ("“好”", '"好"'),
        ("「好」", "「好」"),
        ("￥1～2", "¥1~2"),
        ("Aａ", "Aa"),
        ("葛\U000e0100城", "葛城"),
        ("ᠠ\u180bᠠ", "ᠠᠠ"),
        ("e\u0301", "é"),
        ("\ufeff客\u200b户\u00ad", "客户"),
        ("国國", "国國"),
        ("﹑、", "、、"),
    ],
)
def test_forms_of_one_mark_are_one_token(text, tokens):
    assert normalise(text) == tokens


def test_strict_keeps_forms_apart_and_ignore_drops_marks():
    assert normalise("客，户,", STRICT) == "客，户,"
    assert normalise("客，户,“1”+", IGNORE) == "客户1"
    assert all(unicodedata.category(c)[0] not in "PS" for c in normalise(passage_text()[1], IGNORE))


def test_characters_beyond_the_first_plane_count_one():
    assert score("𠮷𠮷𠮷", "𠮷𠮷", 60_000, 1, 95).typed == 2


def test_pass_is_decided_in_integers_and_figures_are_never_rounded_up():
    passage = "客" * 400
    just, short = score(passage, "客" * 300, 600_000, 30, 95), score(passage, "客" * 299, 600_000, 30, 95)
    assert (just.speed, just.passed) == (30.0, True)
    assert (short.speed, short.passed) == (29.9, False)
    accurate = score(passage, "客" * 2999 + "户", 60_000, 30, 95)
    assert accurate.accuracy < 100
    nothing = score(passage, "", 60_000, 0, 0)
    assert (nothing.speed, nothing.accuracy, nothing.passed) == (0.0, 0.0, False)


@given(few, few, st.integers(0, 24))
def test_stopping_early_never_raises_what_is_certified(passage, typed, k):
    assert certified(passage, typed[:k]) <= certified(passage, typed)


@given(st.integers(0, 400), st.integers(0, 60))
def test_shown_figures_agree_with_the_decision(right, wrong):
    """Whoever sees 30.0 or more and 95.0 % or more has passed, and nobody else."""
    figures = score("客" * 500, "客" * right + "〇" * wrong, 600_000, 30, 95)
    assert figures.passed == (figures.speed >= 30 and figures.accuracy >= 95 and figures.typed > 0)


RANDOM = random.Random(7)
TEXT = normalise(passage_text()[1])


def without_share(share: float) -> str:
    kept = [token for token in TEXT if RANDOM.random() > share]
    return "".join(kept)


def without_rarest(share: float) -> str:
    counts = {token: TEXT.count(token) for token in set(TEXT)}
    drop, dropped = set(), 0
    for token in sorted(counts, key=lambda token: (counts[token], token)):
        if dropped >= share * len(TEXT):
            break
        drop.add(token)
        dropped += counts[token]
    return "".join(token for token in TEXT if token not in drop)


@pytest.mark.parametrize(
    "typed",
    [
        "的" * 1500,
        TEXT[:100] * 10,
        "".join(RANDOM.choices("的一是不了在人有我他这个们中来上大为和国", k=1500)),
        TEXT[::2],
        without_share(0.08),
        without_rarest(0.06),
        TEXT[:900] + TEXT[1100:],
    ],
    ids=[
        "one character held",
        "the beginning again",
        "common characters",
        "every second",
        "skipped",
        "no rare",
        "a gap",
    ],
)
def test_attacks_never_pass_the_lowest_standard(typed):
    assert not score(TEXT, typed, 600_000, 30, 95).passed


def test_scoring_again_gives_the_identical_figures():
    typed = without_share(0.03)
    assert score(TEXT, typed, 600_000, 30, 95) == score(TEXT, typed, 600_000, 30, 95)


def test_the_command_scores_lines_of_json(monkeypatch):
    asked = {"passage": "客户走进营业厅。", "typed": "客户走近营业厅.", "minutes": 0.25, "threshold": 28, "gate": 87.5}
    monkeypatch.setattr("sys.stdin", StringIO(json.dumps(asked) + "\n\n" + json.dumps(asked | {"typed": ""}) + "\n"))
    out = StringIO()
    call_command("score_typing", stdout=out)
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [
        {"typed": 8, "errors": 1, "certified": 7, "speed": 28.0, "accuracy": 87.5, "passed": True},
        {"typed": 0, "errors": 0, "certified": 0, "speed": 0.0, "accuracy": 0.0, "passed": False},
    ]


def test_the_certified_characters_needed_are_rounded_up():
    assert scoring.Score(0, 0, 90_000, 31, 95).needed == 47
