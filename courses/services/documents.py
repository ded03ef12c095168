"""Documents become lessons: kept for the preview, then made into drafts below the course."""

import hashlib
from datetime import datetime, timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from courses.formats import documents
from courses.formats.documents import Document
from courses.models import CoursePage, LessonPage
from courses.services.media import add_media
from ground import journal
from ground.errors import Refused
from ground.private_files import private_storage
from people.models import User

FOLDER = "documents"
KEPT = timedelta(days=1)


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

    Raises Refused when it is kept no longer, was imported already, or holds a picture that lessons do not take.
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
                media = add_media(file=BytesIO(content), name=caption or draft.title, by=by, now=now)
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
