"""One event as a calendar file (RFC 5545, with METHOD PUBLISH of RFC 5546), which every calendar reads."""

from datetime import UTC, datetime

CONTENT_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"
LINE = 75


def event(
    *,
    uid: str,
    sequence: int,
    stamp: datetime,
    starts: datetime,
    ends: datetime,
    summary: str,
    description: str = "",
    location: str = "",
    url: str = "",
    cancelled: bool = False,
) -> bytes:
    """A calendar of one event. The same `uid` with a higher `sequence` replaces what the calendar holds."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Academy//Academy//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{_utc(stamp)}",
        f"DTSTART:{_utc(starts)}",
        f"DTEND:{_utc(ends)}",
        f"SUMMARY:{_text(summary)}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        "TRANSP:OPAQUE",
    ]
    lines += [
        f"{name}:{_text(words)}" for name, words in (("LOCATION", location), ("DESCRIPTION", description)) if words
    ]
    if url:
        lines.append(f"URL:{url}")
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """RFC 5545, 3.3.11: backslash, semicolon, comma and line break are escaped."""
    plain = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(plain.splitlines())


def _folded(line: str) -> str:
    """RFC 5545, 3.1: at most 75 octets a line, the next begins with a space; no character is cut in two."""
    pieces, piece, room = [], "", LINE
    for character in line:
        size = len(character.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", LINE - 1
        piece += character
        room -= size
    return "\r\n ".join([*pieces, piece])
