"""Files that belong to a person: stored outside MEDIA, sent only by a view that has checked who asks."""

from typing import IO

from django.core.files.storage import Storage, storages
from django.http import FileResponse, Http404


def private_storage() -> Storage:
    """The storage named `private`; a callable, so that migrations do not freeze a path."""
    return storages["private"]


def send(name: str, *, filename: str, content_type: str, attachment: bool = False) -> FileResponse:
    """The stored file as a response that no proxy keeps. Raises Http404 when it is not there."""
    try:
        handle: IO[bytes] = private_storage().open(name, "rb")
    except (FileNotFoundError, ValueError) as missing:
        raise Http404 from missing
    response = FileResponse(handle, as_attachment=attachment, filename=filename, content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    return response
