"""Files of lessons: known by their content, kept privately, with captions and transcript."""

import hashlib
from datetime import datetime
from pathlib import PurePath
from typing import IO

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image
from wagtail.models import ReferenceIndex

from courses.formats import media as formats
from courses.models import LessonMedia
from ground import journal
from ground.errors import Refused
from ground.private_files import private_storage
from people.models import User

MOST_PIXELS = 50_000_000
PIECE = 1024 * 1024


@transaction.atomic
def add_media(
    *,
    file: IO[bytes],
    name: str,
    by: User | None,
    now: datetime,
    alternative: str = "",
    captions: str = "",
    transcript: str = "",
) -> LessonMedia:
    """Keeps a file for lessons under the name given; the same content again is the file that is kept.

    `captions` are WebVTT or SubRip. Raises Refused for what lessons do not take, for what is too large or broken, and for
    captions that cannot be read.
    """
    found = formats.type_of(file)
    size = file.seek(0, 2)
    if size > formats.LARGEST[found.kind]:
        raise Refused(
            _("“%(name)s” is larger than the %(most)s MB that lessons take of this kind.")
            % {"name": name[:80], "most": formats.LARGEST[found.kind] // formats.MIB},
            code="too_large",
        )
    if found.kind == LessonMedia.Kind.IMAGE:
        _refuse_broken(file, name)
    vtt = formats.captions(captions)
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    sha256 = digest.hexdigest()
    known = LessonMedia.objects.filter(sha256=sha256).first()
    if known is not None:
        return known
    path = f"lessons/{sha256}.{found.ending}"
    storage = private_storage()
    if not storage.exists(path):
        file.seek(0)
        storage.save(path, File(file))
    title = PurePath(name).name.replace("\0", "").strip() or "–"
    media, added = LessonMedia.objects.get_or_create(
        sha256=sha256,
        defaults={
            "kind": found.kind,
            "title": title[:120],
            "alternative": (alternative or title)[:250] if found.kind == LessonMedia.Kind.IMAGE else "",
            "captions": vtt,
            "transcript": transcript.strip(),
            "content_type": found.content_type,
            "size": size,
            "stored": path,
            "added_by": by,
            "added_at": now,
        },
    )
    if added:
        journal.record("lesson_media.added", media, by=by, now=now)
    return media


def _refuse_broken(file: IO[bytes], name: str) -> None:
    file.seek(0)
    try:
        with Image.open(file, formats=["PNG", "JPEG", "WEBP"]) as image:
            pixels = image.width * image.height
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise Refused(_("The image “%(name)s” is broken.") % {"name": name}, code="broken") from broken
    if pixels > MOST_PIXELS:
        raise Refused(_("The image “%(name)s” has too many pixels.") % {"name": name}, code="too_large")


@transaction.atomic
def describe_media(
    *,
    media: LessonMedia,
    title: str,
    alternative: str,
    captions: str,
    transcript: str,
    by: User,
    now: datetime,
) -> LessonMedia:
    """Says anew what a file is called, shows and says; its content never changes. Raises Refused as `add_media` does."""
    media = LessonMedia.objects.select_for_update(of=("self",)).get(pk=media.pk)
    before = (media.title, media.alternative, media.captions, media.transcript)
    media.title = title.strip()[:120]
    media.alternative = alternative.strip()[:250]
    media.captions = formats.captions(captions)
    media.transcript = transcript.strip()
    if before != (media.title, media.alternative, media.captions, media.transcript):
        media.save(update_fields=["title", "alternative", "captions", "transcript"])
        journal.record("lesson_media.described", media, by=by, now=now)
    return media


@transaction.atomic
def delete_media(*, media: LessonMedia, by: User, now: datetime) -> None:
    """Forgets a file that no lesson shows, drafts included. Raises Refused when one does."""
    if ReferenceIndex.get_references_to(media).exists():
        raise Refused(_("A lesson shows this file. Take it out there first."), code="used")
    journal.record("lesson_media.deleted", media, by=by, now=now, data={"sha256": media.sha256})
    stored = media.stored
    media.delete()
    transaction.on_commit(lambda: private_storage().delete(stored))
