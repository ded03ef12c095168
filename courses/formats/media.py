"""Files of lessons as they arrive: what they are, read from their bytes, and captions as WebVTT."""

import re
import zipfile
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from courses.formats import archives
from ground.errors import Refused

MIB = 1024 * 1024


@dataclass(frozen=True)
class Type:
    """What a file is: `kind` as LessonMedia knows it, its content type and the ending it is stored with."""

    kind: str
    content_type: str
    ending: str


LARGEST = {"image": 10 * MIB, "audio": 100 * MIB, "video": 500 * MIB, "document": 50 * MIB}
"""Bytes that a file of each kind may have."""

OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "png": Type("image", "image/png", "png"),
    "jpeg": Type("image", "image/jpeg", "jpg"),
    "webp": Type("image", "image/webp", "webp"),
    "mp4": Type("video", "video/mp4", "mp4"),
    "webm": Type("video", "video/webm", "webm"),
    "mp3": Type("audio", "audio/mpeg", "mp3"),
    "m4a": Type("audio", "audio/mp4", "m4a"),
    "ogg": Type("audio", "audio/ogg", "ogg"),
    "wav": Type("audio", "audio/wav", "wav"),
    "pdf": Type("document", "application/pdf", "pdf"),
    "docx": Type("document", f"{OFFICE}.wordprocessingml.document", "docx"),
    "xlsx": Type("document", f"{OFFICE}.spreadsheetml.sheet", "xlsx"),
    "pptx": Type("document", f"{OFFICE}.presentationml.presentation", "pptx"),
}
_FOLDERS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_OFFICE = archives.Limits(files=5_000, total=500 * MIB, ratio=500)
# The brands of an MPEG-4 file that holds sound alone.
_SOUND_BRANDS = (b"M4A ", b"M4B ", b"M4P ")


def type_of(content: IO[bytes]) -> Type:
    """What a file is, whatever its name says. Raises Refused for what no lesson shows, and for Office files with macros."""
    content.seek(0)
    head = content.read(64)
    if found := _by_head(head):
        return TYPES[found]
    if head[:4] == b"PK\x03\x04":
        return TYPES[_office(content)]
    raise Refused(
        _(
            "Lessons take pictures (PNG, JPEG, WebP), films (MP4, WebM), recordings (MP3, M4A, OGG, WAV) and documents "
            "(PDF, Word, Excel, PowerPoint). This file is none of them, whatever its name says."
        ),
        code="type",
    )


def _by_head(head: bytes) -> str | None:
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if head[:3] == b"\xff\xd8\xff":
        return "jpeg"
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return "m4a" if head[8:12] in _SOUND_BRANDS else None if head[8:10] == b"qt" else "mp4"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "webm" if b"webm" in head else None
    if head[:4] == b"OggS":
        return "ogg"
    if head[:3] == b"ID3" or (head[:1] == b"\xff" and len(head) > 2 and head[1] & 0xE6 == 0xE2):
        return "mp3"
    return "pdf" if head[:5] == b"%PDF-" else None


def _office(content: IO[bytes]) -> str:
    archive: zipfile.ZipFile = archives.opened(content, _OFFICE)
    names = archive.namelist()
    if any(name.lower().endswith(("vbaproject.bin", ".bin.rels")) for name in names):
        raise Refused(_("The document holds macros. Save it without them and try again."), code="macros")
    for folder, kind in _FOLDERS.items():
        if "[Content_Types].xml" in names and any(name.startswith(folder) for name in names):
            return kind
    raise Refused(_("The file is no Word, Excel or PowerPoint document."), code="type")


_STAMP = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)[.,](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_STAMP}\s*-->\s*{_STAMP}")
LONGEST_CAPTIONS = 500_000


def captions(text: str) -> str:
    """Captions as WebVTT, from WebVTT or SubRip; empty for an empty text. Formatting and settings are left out.

    Raises Refused, naming the line, where times are missing or run backwards.
    """
    if not text.strip():
        return ""
    if len(text) > LONGEST_CAPTIONS:
        raise Refused(_("Captions may have at most 500,000 characters."), code="too_long")
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cues: list[tuple[int, int, list[str]]] = []
    words: list[str] | None = None
    for number, line in enumerate(lines, 1):
        if "-->" in line:
            times = _TIMES.match(line)
            if times is None:
                raise Refused(_("Line %(n)s: a time reads like 00:01:02.500.") % {"n": number}, code="time")
            begins, ends = _milliseconds(times.groups()[:4]), _milliseconds(times.groups()[4:])
            if ends <= begins:
                raise Refused(_("Line %(n)s: the caption ends before it begins.") % {"n": number}, code="order")
            if cues and begins < cues[-1][0]:
                raise Refused(
                    _("Line %(n)s: the caption begins before the one above it.") % {"n": number}, code="order"
                )
            words = []
            cues.append((begins, ends, words))
        elif not line.strip():
            words = None
        elif words is not None:
            words.append(re.sub(r"<[^>]*>", "", line).replace("&", "&amp;").replace("<", "&lt;").strip())
    if not cues:
        raise Refused(_("These are no captions: give WebVTT or SubRip (.vtt, .srt)."), code="none")
    return (
        "WEBVTT\n\n"
        + "\n\n".join(
            f"{_stamp(begins)} --> {_stamp(ends)}\n" + "\n".join(words or ["–"]) for begins, ends, words in cues
        )
        + "\n"
    )


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, thousandths = parts
    return ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000 + int(
        (thousandths or "0").ljust(3, "0")
    )


def _stamp(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
