"""Texts to type: their figures, what is wrong with them, their slots, the pieces in which they are shown.

The limits come from docs/typing.md, section 4. Shares are tenths of a percent of the tokens.
"""

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from exams.typing.normalise import is_han, normalise

TOKENS_PER_MINUTE = 200  # nobody runs out of text
LEAST_TOKENS = 200
HAN_SHARE = (850, 920)
PUNCTUATION_SHARE = (80, 140)
LATIN_SHARE = (0, 30)
UNCOMMON_SHARE = (0, 10)
LONGEST_SENTENCE = 60
WHOLE_SENTENCE = 8  # tokens; shorter ones, such as greetings, may occur again
CHUNK = (200, 300)  # characters
LINE = 26  # characters of one line as shown

WARM_UP = (
    "您好，很高兴为您服务。请您先坐一下，",
    "我把您的情况记下来，再给您一个明确的答复。",
    "这段文字只用来试一试输入法，不计成绩。",
)

_SLOT = re.compile(r"\{([a-z_]*)\}")
_SENTENCE = re.compile(r"[^。！？…\n]+(?:[。！？…]+[”’』」）]*)?")
_SENTENCE_END = re.compile(r"[。！？…]+[”’』」）]*|\n+")
_CLOSING = "，。、；：？！…”’』」）》〉】—·"
_SURNAMES = (
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁许沈曾彭吕苏卢蒋蔡贾丁薛叶余潘杜戴夏汪田任姜方石姚"
)
_TIMES = [part + hour for part, hours in {
    "上午": ["八点半", "九点", "九点半", "十点", "十点半", "十一点"],
    "下午": ["两点", "两点半", "三点", "三点半", "四点", "四点半", "五点"],
}.items() for hour in hours]  # fmt: skip
_PLACES = [side + place for side in ("城东", "城南", "城西", "城北", "东湖", "西山", "新区", "江边", "河口", "中心") for place in (
    "营业厅", "服务站", "服务点", "大楼")]  # fmt: skip
SLOTS = ("surname", "amount", "number", "place", "time")


@dataclass(frozen=True)
class Figures:
    """What an author sees of a passage: tokens, shares in tenths of a percent, characters, sentences."""

    tokens: int
    han: int
    punctuation: int
    latin: int
    uncommon: tuple[str, ...]
    uncommon_share: int
    different: int
    sentences: int
    mean_sentence: int
    longest_sentence: int
    repeated: tuple[str, ...]
    slots: tuple[str, ...]
    unknown_slots: tuple[str, ...]


def fill(text: str, seed: int) -> str:
    """The text with its slots filled: the same for the same seed, one value for a slot throughout."""
    return _SLOT.sub(lambda slot: _filled(slot[1], seed), text)


@lru_cache(maxsize=64)
def _values(seed: int) -> dict[str, str]:
    draw = random.Random(seed)
    return {
        "surname": draw.choice(_SURNAMES),
        "amount": str(draw.randint(21, 98)),
        "number": str(draw.randint(12, 89)),
        "place": draw.choice(_PLACES),
        "time": draw.choice(_TIMES),
    }


def _filled(slot: str, seed: int) -> str:
    """The value of a slot; an unknown one stays as it is written."""
    return _values(seed).get(slot, f"{{{slot}}}")


def fillings(text: str, seeds: Iterable[int]) -> list[list[tuple[str, bool]]]:
    """The sentences that hold slots, filled by each seed: stretches of text with whether a slot gave them."""
    with_slots = "".join(part for part in _SENTENCE.findall(text) if _SLOT.search(part))
    shown = []
    for seed in seeds:
        pieces = _SLOT.split(with_slots)  # text and names of slots in turn
        filled = [
            (_filled(name, seed), name in SLOTS) if place % 2 else (name, False) for place, name in enumerate(pieces)
        ]
        shown.append([piece for piece in filled if piece[0]])
    return shown


def sentences(text: str) -> dict[str, str]:
    """The whole sentences of a text, filled once, in order: the normal form of each and how it is written."""
    parts = {normalise(part): part.strip() for part in _SENTENCE.findall(fill(text, 0))}
    return {tokens: part for tokens, part in parts.items() if len(tokens) >= WHOLE_SENTENCE}


def figures(text: str) -> Figures:
    """The figures of a passage with its slots filled once."""
    filled = fill(text, 0)
    tokens = normalise(filled)
    total = len(tokens) or 1
    uncommon = [token for token in tokens if is_han(token) and not is_common(token)]
    parts = [part for part in map(normalise, _SENTENCE_END.split(filled)) if part]
    counts = Counter(part for part in parts if len(part) >= WHOLE_SENTENCE)
    slots = _SLOT.findall(text)
    return Figures(
        tokens=len(tokens),
        han=_share(sum(map(is_han, tokens)), total),
        punctuation=_share(sum(unicodedata.category(token)[0] in "PS" for token in tokens), total),
        latin=_share(sum(token.isascii() and token.isalnum() for token in tokens), total),
        uncommon=tuple(sorted(set(uncommon))),
        uncommon_share=_share(len(uncommon), total),
        different=len(set(tokens)),
        sentences=len(parts),
        mean_sentence=sum(map(len, parts)) // (len(parts) or 1),
        longest_sentence=max(map(len, parts), default=0),
        repeated=tuple(sentence for sentence, count in counts.items() if count > 1),
        slots=tuple(slot for slot in dict.fromkeys(slots) if slot in SLOTS),
        unknown_slots=tuple(slot for slot in dict.fromkeys(slots) if slot not in SLOTS),
    )


def problems(found: Figures, *, allowed: str = "") -> list[str]:
    """Codes of what speaks against publishing: short, han, punctuation, latin, uncommon, sentence, repeated, slot."""
    tests = {
        "short": found.tokens < LEAST_TOKENS,
        "han": not HAN_SHARE[0] <= found.han <= HAN_SHARE[1],
        "punctuation": not PUNCTUATION_SHARE[0] <= found.punctuation <= PUNCTUATION_SHARE[1],
        "latin": found.latin > LATIN_SHARE[1],
        "uncommon": bool(set(found.uncommon) - set(allowed)) or found.uncommon_share > UNCOMMON_SHARE[1],
        "sentence": found.longest_sentence > LONGEST_SENTENCE,
        "repeated": bool(found.repeated),
        "slot": bool(found.unknown_slots),
    }
    return [code for code, wrong in tests.items() if wrong]


def is_common(character: str) -> bool:
    """Whether a character is one of the 3,755 of GB 2312 level 1 (rows 16 to 55)."""
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7


def lines(text: str) -> list[str]:
    """The text in lines of about 26 characters that end at a mark where one is near; white space between is dropped."""
    shown = []
    for paragraph in filter(None, (part.strip() for part in text.splitlines())):
        rest = paragraph
        while len(rest) > LINE:
            cut = max((rest.rfind(mark, 0, LINE) for mark in _CLOSING), default=-1) + 1
            if cut <= LINE // 2:
                cut = LINE
            while cut < len(rest) and rest[cut] in _CLOSING:
                cut += 1
            while cut < len(rest) and _joined(rest[cut - 1], rest[cut]):
                cut += 1
            shown.append(rest[:cut].strip())
            rest = rest[cut:].strip()
        if rest:
            shown.append(rest)
    return shown


def chunks(text: str) -> list[list[str]]:
    """The lines in pieces of 200 to 300 characters; only the last may be shorter."""
    pieces: list[list[str]] = [[]]
    size = 0
    for line in lines(text):
        if size >= CHUNK[0]:
            pieces.append([])
            size = 0
        pieces[-1].append(line)
        size += len(line)
    return pieces if pieces[-1] else []


def _joined(left: str, right: str) -> bool:
    """Whether a line must not break between: inside a figure or a Latin word."""
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()


def _share(part: int, total: int) -> int:
    return part * 1000 // total
