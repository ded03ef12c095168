"""What both readers share: a line of cleaned texts, the names of places, and the refusal of formulas."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ground.errors import Refused

MEBIBYTE = 1024 * 1024
NAMED_AT_MOST = 5

Line = tuple[int, list[str]]
"""The number of a row as the spreadsheet shows it, and the text of every cell in it."""


def short(text: str) -> str:
    """A text cut for a sentence."""
    return text if len(text) <= 30 else f"{text[:30]}…"


def listed(names: Sequence[str], at_most: int = NAMED_AT_MOST) -> str:
    """Names as a list in a sentence, cut after so many."""
    # Translators: stands between the names of a list.
    words = _(", ").join(short(name) for name in names[:at_most])
    return f"{words} …" if len(names) > at_most else words


def clean(text: str) -> str:
    """The text of a cell without what surrounds it: blanks also of full width, and a byte order mark."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip().strip("\u3000\ufeff").strip()


def refuse_formulas(cells: Sequence[str]) -> None:
    """Raises Refused naming the cells that hold formulas."""
    raise Refused(
        ngettext(
            "Formulas are not read. Paste the value instead in cell %(cells)s.",
            "Formulas are not read. Paste the values instead in cells %(cells)s.",
            len(cells),
        )
        % {"cells": listed(cells, 20)},
        code="formulas",
    )


def column_letters(place: int) -> str:
    """A for 0, AB for 27."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
