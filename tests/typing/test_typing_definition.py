"""The definition of the typing test as properties (docs/typing.md, section 6), without a database."""

import json
import math
import random
import unicodedata
from collections import Counter
from fractions import Fraction
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from django.core.management import CommandError, call_command
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


TEXTS = [normalise(passage_text(number)[1]) for number in range(9)]
COMMON = "的一是不了在人有我他这个们中来上大为和国"
shares = st.floats(0.06, 0.6)


def passes(text: str, typed: str) -> bool:
    return score(text, typed, 600_000, 30, 95).passed


def without_rarest(text: str, share: float) -> str:
    """The text without its rarest characters, together at least a share of it."""
    counts = Counter(text)
    drop, dropped = set(), 0
    for token in sorted(counts, key=lambda token: (counts[token], token)):
        if dropped >= share * len(text):
            break
        drop.add(token)
        dropped += counts[token]
    return "".join(token for token in text if token not in drop)


@pytest.mark.parametrize("text", TEXTS)
def test_repeating_or_guessing_never_passes_the_lowest_standard(text):
    assert passes(text, text[:300])
    held = [token * 1500 for token in {*text[:40], *COMMON}]
    guessed = ["".join(random.Random(seed).choices(COMMON, k=1500)) for seed in range(5)]
    common = ["".join(random.Random(seed).choices(text, k=1500)) for seed in range(5)]
    for typed in (*held, *guessed, *common, text[:100] * 10, text[::2], text[::2] * 2, text[::-1]):
        assert not passes(text, typed)


@given(st.sampled_from(TEXTS), shares, st.integers(0, 10**6))
def test_leaving_out_characters_here_and_there_never_passes(text, share, seed):
    left_out = set(random.Random(seed).sample(range(len(text)), math.ceil(share * len(text))))
    assert not passes(text, "".join(token for place, token in enumerate(text) if place not in left_out))


@given(st.sampled_from(TEXTS), shares)
def test_leaving_out_the_rare_characters_never_passes(text, share):
    assert not passes(text, without_rarest(text, share))


@given(st.sampled_from(TEXTS), shares, st.floats(0, 1))
def test_skipping_a_stretch_never_passes_when_the_rest_is_typed(text, share, where):
    """Unless so little follows that typing it only added mistakes: then it is those that count."""
    gap = math.ceil(share * len(text))
    start = int(where * (len(text) - 2 * gap)) if 2 * gap < len(text) else 0
    assert not passes(text, text[:start] + text[start + gap :])


@given(st.integers(300, 1500), st.integers(1, 40))
def test_a_short_line_skipped_by_accident_costs_what_the_definition_says(length, skipped):
    """A share p left out leaves an accuracy of (1 - 2p) / (1 - p), with distinct characters exactly."""
    passage = "".join(chr(0x4E00 + place) for place in range(length))
    figures = score(passage, passage[:100] + passage[100 + skipped :], 600_000, 1, 95)
    assert (figures.typed, figures.errors) == (length - skipped, min(skipped, length - 100 - skipped))


@given(few, few, policies)
def test_scoring_is_exact_and_again_the_same(passage, typed, policy):
    first, second = (score(passage, typed, 90_000, 31, 95, policy) for _ in range(2))
    assert first == second
    speed, accuracy = Fraction(first.certified * 60_000, 90_000), Fraction(first.certified * 100, first.typed or 1)
    assert first.passed == (first.typed > 0 and speed >= 31 and accuracy >= 95)
    assert (first.speed_tenths, first.accuracy_tenths) == (math.floor(speed * 10), math.floor(accuracy * 10))
    assert (first.certified >= first.needed) == first.fast_enough


def test_stopping_early_can_raise_accuracy_and_never_speed():
    whole, early = (score("客户走进", typed, 60_000, 1, 95) for typed in ("客户错", "客户"))
    assert early.accuracy > whole.accuracy
    assert early.speed <= whole.speed


@pytest.mark.parametrize("duration_ms", [0, -60_000])
def test_no_time_is_no_score(duration_ms):
    with pytest.raises(ValueError, match=str(duration_ms)):
        score("客", "客", duration_ms, 1, 95)


ASKED = {"passage": "客户走进营业厅。", "typed": "客户走近营业厅.", "minutes": 0.25, "threshold": 28, "gate": 87.5}


def commanded(monkeypatch, *lines: str | bytes) -> tuple[list[dict], str, bool]:
    """(answers, what stands on standard error, whether all could be scored)."""
    given = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(given), encoding="utf-8"))
    out, errors, fine = StringIO(), StringIO(), True
    try:
        call_command("score_typing", stdout=out, stderr=errors)
    except CommandError as error:
        errors.write(str(error))
        fine = False
    return [json.loads(line) for line in out.getvalue().splitlines()], errors.getvalue(), fine


def test_the_command_scores_lines_of_json(monkeypatch):
    lines = [json.dumps(ASKED), "", json.dumps(ASKED | {"typed": ""}, ensure_ascii=False)]
    assert commanded(monkeypatch, *lines) == (
        [
            {"typed": 8, "errors": 1, "certified": 7, "speed": 28.0, "accuracy": 87.5, "passed": True},
            {"typed": 0, "errors": 0, "certified": 0, "speed": 0.0, "accuracy": 0.0, "passed": False},
        ],
        "",
        True,
    )


@pytest.mark.parametrize(
    ("change", "figures"),
    [
        ({}, (8, 1, 7, 28.0, 87.5, True)),
        ({"gate": 87.6}, (8, 1, 7, 28.0, 87.5, False)),
        ({"threshold": 28.1}, (8, 1, 7, 28.0, 87.5, False)),
        ({"punctuation": "strict"}, (8, 2, 6, 24.0, 75.0, False)),
        ({"punctuation": "ignore"}, (7, 1, 6, 24.0, 85.7, False)),
        ({"minutes": 0.7}, (8, 1, 7, 10.0, 87.5, False)),
        ({"typed": "客户走进营业厅", "minutes": 3, "threshold": 0}, (7, 0, 7, 2.3, 100.0, True)),
        ({"passage": "𠮷😀", "typed": "𠮷😀", "minutes": 1, "threshold": 2}, (2, 0, 2, 2.0, 100.0, True)),
        ({"typed": "\ud83d", "threshold": 0, "gate": 0}, (1, 1, 0, 0.0, 0.0, True)),
        ({"typed": "\u202e客户\u202c", "threshold": 0}, (2, 0, 2, 8.0, 100.0, True)),
        ({"passage": "", "typed": "", "threshold": 0, "gate": 0}, (0, 0, 0, 0.0, 0.0, False)),
    ],
)
def test_the_command_follows_the_definition_to_the_edge(monkeypatch, change, figures):
    names = ("typed", "errors", "certified", "speed", "accuracy", "passed")
    assert commanded(monkeypatch, json.dumps(ASKED | change)) == ([dict(zip(names, figures, strict=True))], "", True)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ("7", "not a JSON object"),
        (b"\xff\xfe", "not UTF-8"),
        ("[" * 100_000, "not JSON"),
        ('{"passage": "a"}', "minutes must be"),
        (json.dumps(ASKED | {"minutes": 0}), "minutes must be a number above 0"),
        (json.dumps(ASKED | {"minutes": -5}), "minutes must be"),
        (json.dumps(ASKED | {"minutes": "5"}), "minutes must be"),
        (json.dumps(ASKED | {"minutes": True}), "minutes must be"),
        (json.dumps(ASKED | {"minutes": float("nan")}), "minutes must be"),
        (json.dumps(ASKED | {"minutes": float("inf")}), "minutes must be"),
        (json.dumps(ASKED | {"threshold": None}), "threshold must be"),
        (json.dumps(ASKED | {"gate": 101}), "gate must be"),
        (json.dumps(ASKED | {"typed": 5}), "typed must be a text"),
        (json.dumps(ASKED | {"passage": None}), "passage must be a text"),
        (json.dumps(ASKED | {"punctuation": "loose"}), "punctuation must be one of width-insensitive, strict, ignore"),
    ],
)
def test_a_line_that_cannot_be_scored_is_named_and_the_others_are_answered(monkeypatch, line, why):
    answers, errors, fine = commanded(monkeypatch, json.dumps(ASKED), line, json.dumps(ASKED))
    assert len(answers) == 2
    assert f"Line 2: {why}" in errors.replace("this is ", "")
    assert not fine


def test_the_certified_characters_needed_are_rounded_up():
    assert scoring.Score(0, 0, 90_000, 31, 95).needed == 47
