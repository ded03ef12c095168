"""Files that belong to a person: stored outside MEDIA, sent only by a view that has checked who asks."""

import re
from typing import IO

from django.core.files.storage import Storage, storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse

LARGEST_PART = 4 * 1024 * 1024
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?")


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


def send_in_parts(
    request: HttpRequest, name: str, *, size: int, filename: str, content_type: str
) -> FileResponse | HttpResponse:
    """The stored file of `size` bytes, or of the one range that a player asks for a piece: from its first byte on, at most
    `LARGEST_PART`; the player asks for the next one. A range that makes no sense gets the whole. Raises Http404 as `send`
    does."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    first, last = (int(asked[1]), min(int(asked[2] or size), size - 1)) if asked else (1, 0)
    if first > last:
        response = send(name, filename=filename, content_type=content_type)
    else:
        last = min(last, first + LARGEST_PART - 1)
        try:
            with private_storage().open(name, "rb") as handle:
                handle.seek(first)
                content = handle.read(last - first + 1)
        except (FileNotFoundError, ValueError) as missing:
            raise Http404 from missing
        response = HttpResponse(content, status=206, content_type=content_type)
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    return response
