"""When a certificate holds, and how its number and code look. Pure arithmetic; days are the organisation's."""

import secrets
import unicodedata
from datetime import date, timedelta

# Base 32 without 0, 1, I and O: nothing here is mistaken for something else when read from paper.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 20
GROUP = 4
_ZERO = "〇一二三四五六七八九"


def renewable_from(*, issued: date, expires: date, renew_days: int) -> date:
    """The first day on which a certificate of [issued, expires) may be renewed; never before it is issued."""
    return max(issued, expires - timedelta(days=renew_days))


def state_of(*, expires: date, renewable: date, revoked: date | None, on: date) -> str:
    """`valid`, `expiring` (may be renewed), `expired` or `revoked`: what a certificate is on the day `on`.

    `expires` is the first day on which it no longer holds. What was taken back stays revoked after it expires.
    """
    if revoked is not None and revoked <= on:
        return "revoked"
    if on >= expires:
        return "expired"
    return "expiring" if on >= renewable else "valid"


def new_code() -> str:
    """An unguessable verification code: 100 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def grouped(code: str) -> str:
    """The code as printed: `7F3K-Q9MD-2XTA-P4WE-8RNB`."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_code(text: str) -> str:
    """What somebody typed from paper or screen as a bare code: any case, full width, spaces and dashes; else empty."""
    plain = unicodedata.normalize("NFKC", text[:200]).upper()
    code = "".join(letter for letter in plain if not letter.isspace() and unicodedata.category(letter) != "Pd")
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


def number(*, prefix: str, year: int, serial: int) -> str:
    """A certificate's number: `YQ-ZJ-2026-000123`."""
    return f"{prefix}-{year}-{serial:06d}"


def plain(value: object) -> str:
    """A stored figure without idle zeros: `92.00` becomes `92`, `52.40` becomes `52.4`."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def in_characters(day: date) -> str:
    """A date as a Chinese document writes it: 二〇二六年十一月二十五日."""
    year = "".join(_ZERO[int(digit)] for digit in str(day.year))
    return f"{year}年{_count(day.month)}月{_count(day.day)}日"


def _count(value: int) -> str:
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _ZERO[tens] + "十") + ("" if tens and not ones else _ZERO[ones])
