"""The code of a class session that changes every 20 seconds: whoever shows it has been in the room.

An HMAC (RFC 2104) over the number of the 20-second window, cut to six characters that nobody mistakes for another: of a
thousand million codes two hold at a time, so guessing within 20 seconds is hopeless.
"""

import hashlib
import hmac
from datetime import datetime

SECONDS = 20
LENGTH = 6
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def window_of(moment: datetime) -> int:
    """The number of the 20-second window in which a moment lies."""
    return int(moment.timestamp()) // SECONDS


def code_of(secret: str, window: int) -> str:
    """The code of a window: six characters of base 32 without 0, 1, I and O."""
    digest = hmac.digest(secret.encode(), str(window).encode(), hashlib.sha256)
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LENGTH])


def holds(secret: str, code: str, moment: datetime) -> bool:
    """Whether a code is the one of this window or of the one before it, which covers the way from screen to phone."""
    given = "".join(code.split()).upper().encode()
    window = window_of(moment)
    return any(hmac.compare_digest(given, code_of(secret, one).encode()) for one in (window, window - 1))
