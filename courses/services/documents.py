"""Documents become lessons: kept for the preview, then made into drafts below the course."""

import hashlib
from datetime import datetime, timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from courses.formats import documents
from courses.formats.documents import Document
from courses.models import CoursePage, LessonMedia, LessonPage
from ground import journal
from ground.errors import Refused
from ground.private_files import private_storage
from people.models import User

FOLDER = "documents"
KEPT = timedelta(days=1)
LARGEST_IMAGE = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000


def keep_document(*, name: str, content: bytes, now: datetime) -> tuple[str, Document]:
    """Keeps an uploaded document for its preview: under which name, and what it would make. What nobody confirmed within
    a day is thrown away. Raises Refused with what is wrong with the document."""
    found = documents.read(name, content)
    storage = private_storage()
    for old in storage.listdir(FOLDER)[1] if storage.exists(FOLDER) else []:
        if storage.get_modified_time(f"{FOLDER}/{old}") < now - KEPT:
            storage.delete(f"{FOLDER}/{old}")
    stored = f"{FOLDER}/{hashlib.sha256(content).hexdigest()}"
    if not storage.exists(stored):
        storage.save(stored, ContentFile(content))
    return stored, found


@transaction.atomic
def import_lessons(*, course: CoursePage, stored: str, name: str, by: User, now: datetime) -> list[LessonPage]:
    """Makes draft lessons at the end of the course from a document kept for its preview.

    Raises Refused when it is kept no longer, was imported already, or holds a picture that is too large.
    """
    course = CoursePage.objects.select_for_update().get(pk=course.pk)
    storage = private_storage()
    if not storage.exists(stored):
        raise Refused(_("The document was imported already or is kept no longer. Upload it again."), code="gone")
    with storage.open(stored, "rb") as handle:
        found = documents.read(name, handle.read())
    made = []
    for draft in found.lessons:
        body = []
        for kind, value in draft.body:
            if kind == "image":
                content, caption = value
                media = add_image(name=caption or draft.title, content=content, by=by, now=now)
                body.append({"type": "image", "value": {"media": media.pk, "caption": caption}})
            else:
                body.append({"type": kind, "value": value})
        page = LessonPage(title=draft.title, live=False, owner=by)
        page.body = page.body.stream_block.to_python(body)
        page = course.add_child(instance=page)
        page.save_revision(user=by)
        made.append(page)
    data = {"document": name[:120], "lessons": [page.pk for page in made]}
    journal.record("lessons.imported", course, by=by, now=now, data=data)
    transaction.on_commit(lambda: storage.delete(stored))
    return made


@transaction.atomic
def add_image(*, name: str, content: bytes, by: User | None, now: datetime) -> LessonMedia:
    """Keeps a picture for lessons; the same picture again is the one that is kept. Raises Refused for anything but PNG,
    JPEG and WebP, and for what is too large."""
    sha256 = hashlib.sha256(content).hexdigest()
    known = LessonMedia.objects.filter(sha256=sha256).first()
    if known is not None:
        return known
    content_type = documents.image_type(content)
    if not content_type:
        raise Refused(_("Give a PNG, JPEG or WebP image."), code="type")
    if len(content) > LARGEST_IMAGE:
        raise Refused(_("The image “%(name)s” is larger than 10 MB.") % {"name": name}, code="too_large")
    try:
        with Image.open(BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as image:
            pixels = image.width * image.height
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise Refused(_("The image “%(name)s” is broken.") % {"name": name}, code="broken") from broken
    if pixels > MOST_PIXELS:
        raise Refused(_("The image “%(name)s” has too many pixels.") % {"name": name}, code="too_large")
    path = f"lessons/{sha256}.{documents.IMAGES[content_type]}"
    storage = private_storage()
    media = LessonMedia.objects.create(
        kind=LessonMedia.Kind.IMAGE,
        title=name[:120],
        alternative=name[:250],
        sha256=sha256,
        content_type=content_type,
        size=len(content),
        stored=path if storage.exists(path) else storage.save(path, ContentFile(content)),
        added_by=by,
        added_at=now,
    )
    journal.record("lesson_media.added", media, by=by, now=now)
    return media
