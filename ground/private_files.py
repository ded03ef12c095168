"""Files that belong to a person: stored outside MEDIA, sent only by a view that has checked who asks."""

from typing import IO

from django.core.files.storage import Storage, storages
from django.http import FileResponse, Http404, HttpResponse


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


def send_part(name: str, *, first: int, last: int, size: int, content_type: str) -> HttpResponse:
    """Bytes `first` to `last` of a stored file of `size` bytes, as a player asks for them. Raises Http404 as `send` does."""
    try:
        with private_storage().open(name, "rb") as handle:
            handle.seek(first)
            content = handle.read(last - first + 1)
    except (FileNotFoundError, ValueError) as missing:
        raise Http404 from missing
    response = HttpResponse(content, status=206, content_type=content_type)
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response
