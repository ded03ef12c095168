"""The typeface of documents, cut down to the characters in use: quick to load, small to embed."""

import base64
import io
from functools import lru_cache
from pathlib import Path

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts")
FAMILIES = {"zh-hans": "Noto Serif CJK SC", "zh-hant": "Noto Serif CJK TC", "en": "Noto Serif CJK SC"}
# Tables that a line of horizontal text does not need; dropping them first halves the time.
IDLE_TABLES = ("GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "DSIG")


class FontMissing(Exception):
    """Noto Serif CJK is not installed on this machine."""

    def __str__(self) -> str:
        return "Noto Serif CJK is not installed: install the system package fonts-noto-cjk."


@lru_cache
def find(weight: str) -> str | None:
    """The path of the collection in a weight (`Regular`, `Bold`), or None when it is not installed."""
    for folder in FOLDERS:
        for path in sorted(Path(folder).rglob(f"NotoSerifCJK*-{weight}.ttc")):
            return str(path)
    return None


@lru_cache
def _face(path: str, family: str) -> int:
    """The place of a family's face in its collection."""
    from fontTools.ttLib import TTCollection

    with TTCollection(path, lazy=True) as collection:
        names = [face["name"].getDebugName(1) for face in collection.fonts]
    return next((place for place, name in enumerate(names) if name == family), 0)


def subset(characters: str, *, weight: str, language: str) -> str:
    """The face with these characters only, as a `data:` address. Raises FontMissing."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    path = find(weight)
    if path is None:
        raise FontMissing
    place = _face(path, FAMILIES.get(language, FAMILIES["en"]))
    font = TTFont(path, fontNumber=place, lazy=True, recalcBBoxes=False, recalcTimestamp=False)
    for table in IDLE_TABLES:
        if table in font:
            del font[table]
    options = subset.Options(
        layout_features=[], hinting=True, desubroutinize=True, notdef_outline=True, prune_unicode_ranges=False
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    target = io.BytesIO()
    font.save(target)
    font.close()
    return "data:font/otf;base64," + base64.b64encode(target.getvalue()).decode()
