"""SCORM packages on a lesson: the frame, its files by a signed address, and what the package reports.

A package is somebody else's program. It runs in a sandbox with an origin of its own, so that it reaches neither the page
around it nor the session; no cookie comes with its requests, and the address says who asks.
"""

import json
import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST, require_safe

from courses import services
from courses.models import Enrolment, LessonPage, LessonProgress, ScormPackage
from ground import private_files
from ground.errors import Refused
from people.models import User

SALT = "courses.package"
SECONDS = 8 * 3600
API = "~academy.js"
"""The name of our script among a package's files; a package with a file of that name cannot have it."""
HTML = {"html", "htm", "xhtml"}
TYPES = {
    "html": "text/html",
    "htm": "text/html",
    "xhtml": "application/xhtml+xml",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "css": "text/css",
    "json": "application/json",
    "xml": "application/xml",
    "xsd": "application/xml",
    "dtd": "application/xml-dtd",
    "txt": "text/plain",
    "vtt": "text/vtt",
    "srt": "text/plain",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "ico": "image/x-icon",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "ttf": "font/ttf",
    "otf": "font/otf",
    "pdf": "application/pdf",
    "wasm": "application/wasm",
}


def player(request: HttpRequest, page: LessonPage, enrolment: Enrolment | None) -> dict[str, Any] | None:
    """What the lesson page needs for the frame; None without a package. Without an enrolment (a preview) nothing is kept."""
    package = page.package
    if package is None:
        return None
    kept = _state(enrolment.pk, page) if enrolment else {}
    names = {
        "user": request.user.pk,
        "enrolment": enrolment.pk if enrolment else None,
        "lesson": page.pk,
        "package": package.pk,
    }
    # A colon in the path would be written %3A by some browsers and not by others.
    token = signing.dumps(names, salt=SALT).replace(":", "~")
    start = urlsplit(package.start)
    url = reverse("courses:package_file", args=[token, unquote(start.path)])
    return {
        "package": package,
        "enrolment": enrolment,
        "url": url + (f"?{start.query}" if start.query else "") + (f"#{start.fragment}" if start.fragment else ""),
        "state": json.dumps({key: value for key, value in kept.items() if isinstance(value, str)}),
        "step": kept.get("step", 0),
        "completed": kept.get("status") in services.PACKAGE_DONE,
    }


def _state(enrolment: int, lesson: LessonPage) -> dict[str, Any]:
    row = LessonProgress.objects.filter(enrolment=enrolment, lesson=lesson).first()
    return row.package if row and row.package.get("package") == lesson.package_id else {}


@require_POST
def package_state(request: HttpRequest, pk: int) -> HttpResponse:
    """The page around the frame passes on what the package reports."""
    lesson = get_object_or_404(LessonPage.objects.live(), pk=pk, package__isnull=False)
    given = request.POST.get("enrolment", "")
    enrolment = get_object_or_404(Enrolment, pk=int(given) if given.isdecimal() else 0, user=request.user)
    try:
        state, step = json.loads(request.POST.get("state", "")), json.loads(request.POST.get("step", ""))
    except ValueError:
        state = step = None
    try:
        row = services.keep_package_state(enrolment=enrolment, lesson=lesson, state=state, step=step, now=request.now)
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=400)
    return JsonResponse(
        {
            "step": row.package["step"],
            "completed": row.package.get("status") in services.PACKAGE_DONE,
            "done": row.completed_at is not None,
        }
    )


@login_not_required
@xframe_options_exempt
@require_safe
def package_file(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """A file of the package, to whoever holds a valid address of it."""
    try:
        said = signing.loads(token.replace("~", ":"), salt=SALT, max_age=SECONDS)
    except signing.BadSignature as forged:
        raise Http404 from forged
    user = get_object_or_404(User, pk=said["user"], is_active=True)
    package = get_object_or_404(ScormPackage, pk=said["package"])
    lesson = get_object_or_404(LessonPage.objects.defer("body", "body_words"), pk=said["lesson"])
    if said["enrolment"] and not Enrolment.objects.filter(pk=said["enrolment"], user=user).exists():
        raise Http404
    if name == API:
        response = _api(request, user, lesson, package, said["enrolment"])
    elif name in package.files:
        response = _file(request, package, name, reverse("courses:package_file", args=[token, API]))
    else:
        raise Http404
    host = f"{request.scheme}://{request.get_host()}"
    # A frame inside the package has an ancestor without an origin, which no list of ancestors can name.
    ancestors = f"; frame-ancestors {host}" if name == unquote(urlsplit(package.start).path) else ""
    response["Content-Security-Policy"] = (
        "sandbox allow-scripts allow-forms; "
        f"default-src {host} 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; base-uri {host}; "
        f"form-action {host}{ancestors}"
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    # Fonts, modules and data of the package are asked for across origins: the sandbox has none, and no cookie is sent.
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _api(
    request: HttpRequest, user: User, lesson: LessonPage, package: ScormPackage, enrolment: int | None
) -> HttpResponse:
    kept = _state(enrolment, lesson) if enrolment else {}
    start = {
        "state": {key: value for key, value in kept.items() if isinstance(value, str)},
        "resumes": bool(kept),
        "learner": {"id": user.employee_no, "name": user.name},
    }
    context = {"start": json.dumps(start)}
    return render(request, "courses/package_api.js", context, content_type="text/javascript; charset=utf-8")


def _file(request: HttpRequest, package: ScormPackage, name: str, api: str) -> HttpResponse:
    ending = name.rpartition(".")[2].lower()
    content_type = TYPES.get(ending, "application/octet-stream")
    stored = f"{package.root}/{name}"
    if ending in HTML:
        with private_files.private_storage().open(stored, "rb") as handle:
            return HttpResponse(with_script(handle.read(), api), content_type=content_type)
    return private_files.send_in_parts(
        request, stored, size=package.files[name], filename=name.rpartition("/")[2], content_type=content_type
    )


HEAD = re.compile(rb"<!--.*?-->|<(?:head|html)(?:\s[^>]*)?>", re.IGNORECASE | re.DOTALL)


def with_script(page: bytes, address: str) -> bytes:
    """The page with our script before all others: first in the head, or where a head would begin. The script's text
    stays outside, so that the page's own encoding is still found where browsers look for it."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if page.startswith(mark):
            page = b"\xef\xbb\xbf" + page.decode(encoding, "replace").encode()
    script = f'<script src="{quote(address)}"></script>'.encode()
    place = 0
    for found in HEAD.finditer(page):
        if not found[0].startswith(b"<!--"):
            place = found.end()
            if found[0][1:5].lower() == b"head":
                break
    if place == 0:
        kind = re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<!doctype[^>]*>", page, re.IGNORECASE)
        place = kind.end() if kind else 3 if page.startswith(b"\xef\xbb\xbf") else 0
    return page[:place] + script + page[place:]
