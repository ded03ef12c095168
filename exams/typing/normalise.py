"""The normal form of a text: what the typing test compares. Definition: docs/typing.md, section 1.

One token of the result is one Unicode code point. A change of any rule below is a new VERSION; the version in force at
the start is frozen with the attempt, so that a recount never changes a figure.
"""

import re
import unicodedata

VERSION = 1
WIDTH_INSENSITIVE, STRICT, IGNORE = "width-insensitive", "strict", "ignore"
POLICIES = (WIDTH_INSENSITIVE, STRICT, IGNORE)

# White space and what cannot be seen: separators, controls, formats (these hold the BOM and the zero-width joiners).
_UNSEEN_CATEGORIES = {"Zs", "Zl", "Zp", "Cc", "Cf"}
# Invisible although their category is a mark or a letter: variation selectors, the Mongolian ones, fillers.
_UNSEEN = {
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
    *"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0",
}

_FOLD = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys(map(ord, "\uffe5\u00a5"), "\u00a5")  # ￥ ¥
_FOLD |= dict.fromkeys(map(ord, "\uff5e~"), "~")  # ～ ~
_FOLD |= dict.fromkeys(map(ord, "\u00b7\u30fb\u2022"), "\u00b7")  # · ・ •
_FOLD |= dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\uff02"), '"')  # “ ” „ ‟ ＂
_FOLD |= dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\uff07"), "'")  # ‘ ’ ‚ ‛ ＇
_FOLD |= dict.fromkeys(map(ord, "\u3002\uff61\uff0e"), ".")  # 。 ｡ ．
_FOLD |= dict.fromkeys(map(ord, "\ufe51\u3001"), "\u3001")  # ﹑ 、

_DASHES = re.compile("[\u2014\u2013\u2015-]+")  # — – ― -
_DOTS = re.compile("[.\u2026]{2,}|\u2026")
DASH, ELLIPSIS = "\u2014", "\u2026"


def normalise(text: str, policy: str = WIDTH_INSENSITIVE) -> str:
    """The tokens of `text` under a punctuation policy, one code point each. Idempotent.

    `width-insensitive` folds forms of one mark into one; `strict` leaves them apart; `ignore` folds, then drops
    punctuation and symbols (categories P and S). Raises ValueError for another policy.
    """
    if policy not in POLICIES:
        raise ValueError(policy)
    text = "".join(character for character in text if not _is_unseen(character))
    if policy != STRICT:
        text = text.translate(_FOLD)
    text = unicodedata.normalize("NFC", text)
    text = _DOTS.sub(ELLIPSIS, _DASHES.sub(DASH, text))
    if policy == IGNORE:
        # Dropping a mark may bring a base and a combining character together.
        text = unicodedata.normalize("NFC", "".join(c for c in text if unicodedata.category(c)[0] not in "PS"))
    return text


def is_han(character: str) -> bool:
    """Whether a token is a Chinese character: 〇, the unified ideographs and their extensions."""
    return character == "\u3007" or unicodedata.name(character, "").startswith("CJK UNIFIED IDEOGRAPH")


def _is_unseen(character: str) -> bool:
    return character in _UNSEEN or unicodedata.category(character) in _UNSEEN_CATEGORIES
