"""Whole numbers out of what people and their browsers send."""

MOST = 10**15


def whole(text: str, most: int = MOST) -> int | None:
    """A whole number from 0 to `most` written in ASCII digits; None for anything else, however long."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    number = int(text)
    return number if number <= most else None


def wholes(texts: list[str]) -> list[int]:
    """Those of the texts that are whole numbers."""
    return [number for text in texts if (number := whole(text)) is not None]
