"""Chinese names as people look for them: by pinyin and by initials."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=20_000)
def syllables(text: str) -> tuple[str, ...]:
    """Lower-case pinyin syllables without tones; other characters stay as they are."""
    return tuple(part.lower() for part in lazy_pinyin(text, style=Style.NORMAL, errors=lambda rest: list(rest)))


def sort_key(text: str) -> str:
    """Syllables joined by spaces, so that 李 sorts before 林: `lin xiao yu`."""
    return " ".join(syllables(text))


def spelled(text: str) -> str:
    """Syllables run together: `linxiaoyu`."""
    return "".join(syllables(text)).replace(" ", "")


def initials(text: str) -> str:
    """First letters of the syllables: `lxy`."""
    return "".join(part[0] for part in syllables(text) if part.strip())
