"""SCORM packages: unpacked once into private storage, and what they keep about a learner."""

import hashlib
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import PurePath
from typing import IO, Any

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from courses.formats import archives, scorm
from courses.models import Enrolment, LessonPage, LessonProgress, ScormPackage
from courses.services.learning import complete_lesson
from ground import journal
from ground.errors import Refused
from ground.private_files import private_storage
from people.models import User

LARGEST = 200 * archives.MIB
MOST_SUSPENDED = 64 * 1024
# What a package may keep, and how many characters of it. 1.2 calls completion and success one `status`.
KEPT = {
    "status": 20,
    "success": 20,
    "score": 20,
    "score_min": 20,
    "score_max": 20,
    "score_scaled": 20,
    "progress": 20,
    "location": 1000,
    "exit": 20,
    "session_time": 40,
    "suspend_data": MOST_SUSPENDED,
}
STATUSES = {"", "not attempted", "unknown", "browsed", "incomplete", "completed", "passed", "failed"}
PACKAGE_DONE = {"completed", "passed"}


@transaction.atomic
def add_package(*, name: str, content: IO[bytes], by: User | None, now: datetime) -> ScormPackage:
    """Checks a package and unpacks it; the same package again is the one that is kept. Of several learning objects each is
    a package to choose in a lesson of its own, all with the same files; returns the first.

    Nothing is written before all of it is checked. Raises Refused with what is wrong.
    """
    content.seek(0, 2)
    if content.tell() > LARGEST:
        raise Refused(_("The file is larger than 200 MB."), code="too_large")
    content.seek(0)
    sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    known = ScormPackage.objects.filter(sha256=sha256).order_by("pk").first()
    if known is not None:
        return known
    content.seek(0)
    found = scorm.read(content)
    root, storage = f"scorm/{sha256}", private_storage()
    files = {member.filename: member for member in found.archive.infolist() if not member.is_dir()}
    for member in files.values():
        # A stream that breaks off is found before anything is written.
        _check_stream(found.archive, member)
    for path, member in files.items():
        stored = f"{root}/{path}"
        storage.delete(stored)
        with found.archive.open(member) as stream:
            storage.save(stored, File(stream))
    title = found.title or PurePath(name.replace("\\", "/")).stem
    several = len(found.objects) > 1
    made = [
        ScormPackage.objects.create(
            title=(f"{title} · {one.title or number}" if several else title)[:200],
            standard=found.standard,
            start=one.start,
            files={path: member.file_size for path, member in files.items()},
            sha256=sha256,
            root=root,
            added_by=by,
            added_at=now,
        )
        for number, one in enumerate(found.objects, 1)
    ]
    package = made[0]
    data = {"standard": found.standard, "files": len(files), "objects": len(made)}
    journal.record("package.added", package, by=by, now=now, data=data)
    return package


def _check_stream(archive: Any, member: Any) -> None:
    try:
        with archive.open(member) as stream:
            while stream.read(archives.MIB):
                pass
    except Exception as broken:
        # Every way of packing raises errors of its own for a stream that is not what it says.
        raise Refused(_("The file is broken or no zip file."), code="broken") from broken


@transaction.atomic
def delete_package(*, package: ScormPackage, by: User, now: datetime) -> None:
    """Deletes a package that no lesson uses, neither published nor as a draft. Raises Refused when one does."""
    package = ScormPackage.objects.select_for_update().get(pk=package.pk)
    drafts = LessonPage.objects.filter(latest_revision__content__package=package.pk)
    used = package.lessons.first() or drafts.first()
    if used is not None:
        message = _("The lesson “%(lesson)s” uses this package; give it another one first.")
        raise Refused(message % {"lesson": used.title}, code="in_use")
    journal.record("package.deleted", package, by=by, now=now)
    files = [f"{package.root}/{path}" for path in package.files]
    package.delete()
    if not ScormPackage.objects.filter(root=package.root).exists():
        transaction.on_commit(partial(_forget, files))


def _forget(files: list[str]) -> None:
    for name in files:
        private_storage().delete(name)


@transaction.atomic
def keep_package_state(
    *, enrolment: Enrolment, lesson: LessonPage, state: Any, step: Any, now: datetime
) -> LessonProgress:
    """Keeps what the package of a lesson says about the learner: known words only, each of bounded length.

    `step` counts the reports of a page; one that is not newer changes nothing. A package that is completed or passed
    completes the lesson as far as the package goes; its score is never an exam's. Raises Refused for anything else.
    """
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if lesson.package_id is None or not lesson.is_child_of(enrolment.course):
        raise Refused(_("The lesson has no package."), code="no_package")
    kept = _checked(state)
    if not isinstance(step, int) or isinstance(step, bool) or not 0 < step < 2**53:
        raise Refused(_("The report of the package cannot be read."), code="state")
    row, _created = LessonProgress.objects.select_for_update().get_or_create(
        enrolment=enrolment, lesson=lesson, defaults={"opened_at": now}
    )
    before = row.package if row.package.get("package") == lesson.package_id else {}
    if step <= before.get("step", 0):
        return row
    if kept.get("success") == "passed":
        kept["status"] = "passed"
    if before.get("status") in PACKAGE_DONE and kept.get("status") not in PACKAGE_DONE:
        kept["status"] = before["status"]
    row.package = kept | {"package": lesson.package_id, "step": step}
    row.save(update_fields=["package"])
    if kept.get("status") in PACKAGE_DONE:
        # Where the lesson asks for more than its package, the rest is still to be done.
        with suppress(Refused):
            complete_lesson(enrolment=enrolment, lesson=lesson, now=now)
        row.refresh_from_db()
    return row


def _checked(state: Any) -> dict[str, str]:
    refused = Refused(_("The report of the package cannot be read."), code="state")
    if not isinstance(state, dict):
        raise refused
    kept = {}
    for key, most in KEPT.items():
        value = state.get(key, "")
        if not isinstance(value, str) or "\0" in value or len(value.encode("utf-8", "replace")) > most:
            raise refused
        if value:
            kept[key] = value
    if kept.get("status", "") not in STATUSES or kept.get("success", "") not in STATUSES:
        raise refused
    return kept
