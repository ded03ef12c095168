"""Pictures and recorded calls in questions: known by their content, kept privately under their own hash."""

import hashlib
import io
from datetime import datetime
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from exams.models import BankMedia
from ground import journal
from ground.errors import Refused
from ground.private_files import private_storage
from people.models import User

MEGABYTE = 1024 * 1024
LARGEST_PICTURE, LARGEST_RECORDING = 2 * MEGABYTE, 20 * MEGABYTE
WIDEST = 6000
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
}


@transaction.atomic
def add_media(*, name: str, content: bytes, by: User | None, now: datetime) -> BankMedia:
    """Keeps a picture (PNG, JPEG, WebP, at most 2 MB) or a recording (MP3, M4A, OGG, WAV, at most 20 MB).

    The type is read from the bytes, never from the name. The same bytes again are the file that is kept already.
    """
    content_type = _type_of(content)
    if content_type is None:
        raise Refused(
            _("This is no picture (PNG, JPEG, WebP) and no recording (MP3, M4A, OGG, WAV)."), code="unknown_type"
        )
    picture = content_type.startswith("image/")
    if len(content) > (LARGEST_PICTURE if picture else LARGEST_RECORDING):
        sentence = _("A picture may have at most 2 MB.") if picture else _("A recording may have at most 20 MB.")
        raise Refused(sentence, code="too_large")
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"bank/{sha256[:2]}/{sha256}.{ENDINGS[content_type]}"
    media, added = BankMedia.objects.get_or_create(
        sha256=sha256,
        defaults={
            "name": (PurePath(name).name.replace("\0", "").strip() or "–")[:120],
            "content_type": content_type,
            "size": len(content),
            "stored": path,
            "added_by": by,
            "added_at": now,
        },
    )
    if added:
        if not private_storage().exists(path):
            private_storage().save(path, ContentFile(content))
        journal.record("bank_media.added", media, by=by, now=now, data={"sha256": sha256})
    return media


def address_of(media: BankMedia) -> str:
    """Where the file is served: the one address that a question may name."""
    kind = "picture" if media.content_type.startswith("image/") else "recording"
    return reverse("exams:media", args=[media.sha256, f"{kind}.{ENDINGS[media.content_type]}"])


def markup_of(media: BankMedia) -> SafeString:
    """The markup that shows or plays it in a question; a picture says what its file is called until its author says better."""
    if media.content_type.startswith("image/"):
        return format_html('<img src="{}" alt="{}">', address_of(media), PurePath(media.name).stem)
    return format_html('<audio src="{}" controls></audio>', address_of(media))


def _type_of(content: bytes) -> str | None:
    head = content[:16]
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:4] == b"OggS":
        return "audio/ogg"
    if head[4:8] == b"ftyp" and head[8:11] in (b"M4A", b"mp4", b"iso", b"das"):
        return "audio/mp4"
    if head[:3] == b"ID3" or (head[:1] == b"\xff" and len(head) > 2 and head[1] & 0xE6 == 0xE2):
        return "audio/mpeg"
    return _picture(content)


def _picture(content: bytes) -> str | None:
    """The type of a picture that can be opened and is no larger than a screen can show."""
    try:
        with Image.open(io.BytesIO(content), formats=list(PICTURES)) as picture:
            picture.verify()
            return PICTURES[picture.format] if max(picture.size) <= WIDEST else None
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return None
