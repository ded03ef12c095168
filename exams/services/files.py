"""Files as answers: known by their content, kept privately under a name of ours."""

import hashlib
import io
import zipfile
from datetime import datetime
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils.translation import gettext as _

from exams.models import AnswerFile, Attempt, QuestionVersion
from exams.services.saving import GRACE
from ground.errors import Refused

LARGEST_FILE = 20 * 1024 * 1024
MOST_FILES = 20
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
AUDIO = {"audio/webm": "webm", "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/wav": "wav"}
DOCUMENTS = {"application/pdf": "pdf", DOCX: "docx", "image/png": "png", "image/jpeg": "jpg"}
TYPES = {"audio": AUDIO, "document": DOCUMENTS}


@transaction.atomic
def keep_answer_file(
    *, attempt_id: int, generation: int, position: int, name: str, content: bytes, now: datetime
) -> AnswerFile:
    """Keeps a file for one question of an open attempt; the answer that names it is saved like any other.

    The type is read from the content, never from the name. The same file again is the one that is kept. Raises Refused
    when the attempt is closed to this tab, the question asks for no file, or the file is of another kind, empty or too large.
    """
    attempt = Attempt.objects.select_for_update(of=("self",)).select_related("paper").filter(pk=attempt_id).first()
    if attempt is None or attempt.paper is None or attempt.state != Attempt.State.OPEN:
        raise Refused(_("The time is over. What was saved before counts."), code="ended")
    if attempt.generation != generation:
        raise Refused(_("The paper is open in another tab; this answer was not saved."), code="superseded")
    if attempt.paused_at is not None:
        raise Refused(_("The invigilator has paused the clock; nothing is saved meanwhile."), code="paused")
    if attempt.deadline + GRACE <= now:
        raise Refused(_("The time is over. What was saved before counts."), code="late")
    content_type = _checked(attempt, position, content)
    sha256 = hashlib.sha256(content).hexdigest()
    known = attempt.files.filter(position=position, sha256=sha256).first()
    if known is not None:
        return known
    if attempt.files.filter(position=position).count() >= MOST_FILES:
        raise Refused(_("There are too many files for this question already."), code="too_many")
    ending = {**AUDIO, **DOCUMENTS}[content_type]
    path = f"answers/{attempt.pk}/{position}-{sha256[:16]}.{ending}"
    return AnswerFile.objects.create(
        attempt=attempt,
        position=position,
        name=_named(name, ending),
        content_type=content_type,
        size=len(content),
        sha256=sha256,
        stored=storages["private"].save(path, ContentFile(content)),
        uploaded_at=now,
    )


def _checked(attempt: Attempt, position: int, content: bytes) -> str:
    """The type of the content, if the question takes such a file."""
    items = attempt.paper.items
    version = (
        QuestionVersion.objects.filter(pk=items[position - 1]["version"]).first()
        if 1 <= position <= len(items)
        else None
    )
    if version is None or version.kind != QuestionVersion.Kind.FILE:
        raise Refused(_("This question does not ask for a file."), code="no_file_asked")
    if not content:
        raise Refused(_("The file is empty."), code="empty")
    if len(content) > LARGEST_FILE:
        raise Refused(_("The file is larger than 20 MB."), code="too_large")
    accepts = version.content.get("accepts", "document")
    content_type = _type_of(content, audio=accepts == "audio")
    if content_type not in TYPES.get(accepts, DOCUMENTS):
        if accepts == "audio":
            raise Refused(_("Give a recording: WebM, Ogg, MP3, M4A or WAV."), code="type")
        raise Refused(_("Give a document: PDF, Word (docx), PNG or JPEG."), code="type")
    return content_type


def _type_of(content: bytes, *, audio: bool) -> str:
    """What the first bytes say; empty for anything else. A Word file is a zip that holds its document."""
    head = content[:16]
    signs = [
        (head.startswith(b"%PDF-"), "application/pdf"),
        (head.startswith(b"\x89PNG\r\n\x1a\n"), "image/png"),
        (head.startswith(b"\xff\xd8\xff"), "image/jpeg"),
        (head.startswith(b"\x1a\x45\xdf\xa3"), "audio/webm"),
        (head.startswith(b"OggS"), "audio/ogg"),
        (head[4:8] == b"ftyp", "audio/mp4"),
        (head.startswith(b"RIFF") and head[8:12] == b"WAVE", "audio/wav"),
        (head.startswith(b"ID3") or (audio and head[:1] == b"\xff" and head[1:2] >= b"\xe0"), "audio/mpeg"),
        (head.startswith(b"PK\x03\x04") and _is_docx(content), DOCX),
    ]
    return next((name for found, name in signs if found), "")


def _is_docx(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {"[Content_Types].xml", "word/document.xml"} <= set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def _named(name: str, ending: str) -> str:
    """The person's own name for it, without folders and control characters, with the ending of what it is."""
    stem = PurePath(name.replace("\\", "/")).stem
    stem = "".join(c for c in stem if c.isprintable() and c not in '<>:"/\\|?*').strip()[:100]
    return f"{stem or 'answer'}.{ending}"
