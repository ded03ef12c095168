"""Gaps as Moodle writes them inside a text, {1:MULTICHOICE:=right~wrong}, and as we do, [[1]]."""

import re
from typing import Any

from django.utils.translation import gettext as _

from exams.formats.rows import Unreadable

_OPENING = re.compile(r"\{([0-9]{0,3}):([A-Z_]{2,16}):")
_GAP = re.compile(r"\[\[([0-9]{1,3})\]\]")
_SPECIAL = re.compile(r'[\\}~#"/]')
_TEXT = {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"}
_CHOICE = {"MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH"}
_CHOICE |= {"MULTICHOICE_S", "MCS", "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"}

Gaps = list[dict[str, Any]]


def read(text: str) -> tuple[str, Gaps, Gaps]:
    """The stem with [[1]] for the first gap, the gaps, and their keys. Raises Unreadable."""
    stem: list[str] = []
    gaps: Gaps = []
    keys: Gaps = []
    place = 0
    while found := _OPENING.search(text, place):
        end = _closing(text, found.end())
        if end < 0:
            raise Unreadable(_("A gap has no closing brace “}”."))
        gap, key = _gap(found[2], text[found.end() : end])
        gaps.append(gap)
        keys.append(key)
        stem += [text[place : found.start()], f"[[{len(gaps)}]]"]
        place = end + 1
    return "".join([*stem, text[place:]]), gaps, keys


def _closing(text: str, place: int) -> int:
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] == "}":
            return place
        place += 1
    return -1


def _gap(kind: str, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    answers = [_answer(part) for part in _parts(text)]
    right = [place for place, (_text, weight) in enumerate(answers) if weight >= 99.9]
    if any(0 < weight < 99.9 for _text, weight in answers):
        raise Unreadable(_("An answer that earns a part of the points cannot be taken; give all or leave it out."))
    if kind in _TEXT:
        return {}, {"accepted": [answers[place][0] for place in right]}
    if kind not in _CHOICE:
        raise Unreadable(_("Gaps of Moodle's kind “%(kind)s” cannot be taken.") % {"kind": kind})
    if len(right) != 1:
        raise Unreadable(_("A gap with options has exactly one right option."))
    return {"options": [text for text, _weight in answers]}, {"correct": right[0]}


def _parts(text: str) -> list[str]:
    parts, begun, place = [], 0, 0
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] == "~":
            parts.append(text[begun:place])
            begun = place + 1
        place += 1
    return [part for part in [*parts, text[begun:]] if part]


def _answer(part: str) -> tuple[str, float]:
    weight = 0.0
    found = re.match(r"%(-?[0-9]{1,3}(?:\.[0-9]{1,10})?)%", part)
    if found:
        weight, part = float(found[1]), part[found.end() :]
    elif part.startswith("="):
        weight, part = 100.0, part[1:]
    words = re.match(r"(?:\\.|[^\\#])*", part, re.DOTALL)
    return re.sub(r"\\(.)", r"\1", words[0] if words else "", flags=re.DOTALL).strip(), weight


def written(stem: str, gaps: Gaps, keys: Gaps) -> str:
    """The stem with Moodle's gaps; a gap that does not exist stays as it is written."""

    def gap(found: re.Match[str]) -> str:
        place = int(found[1]) - 1
        if not 0 <= place < min(len(gaps), len(keys)):
            return found[0]
        options, key = gaps[place].get("options"), keys[place]
        if options:
            words = [("=" if number == key.get("correct") else "") + _escaped(o) for number, o in enumerate(options)]
            return f"{{1:MULTICHOICE:{'~'.join(words)}}}"
        accepted = "~".join(f"={_escaped(text)}" for text in key.get("accepted", []))
        return f"{{1:SHORTANSWER:{accepted}}}"

    return _GAP.sub(gap, stem)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
