"""Documents become lessons, in Wagtail's admin: upload, preview with all losses, confirm."""

import base64
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from courses import services
from courses.formats.documents import Draft, image_type
from courses.models import CoursePage
from ground.errors import Refused

SALT = "courses.document"
SECONDS = 24 * 3600


def _course(request: HttpRequest, pk: int) -> CoursePage:
    course = get_object_or_404(CoursePage, pk=pk)
    if not course.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    return course


@require_http_methods(["GET", "POST"])
def import_lessons(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for a document; then shows the lessons that it would make and what would be lost. Nothing is made yet."""
    course = _course(request, pk)
    given = request.FILES.get("document") if request.method == "POST" else None
    if request.method == "GET":
        return render(request, "courses/admin/import.html", {"course": course})
    try:
        if given is None:
            raise Refused(_("Choose a document."), code="empty")
        stored, found = services.keep_document(name=given.name, content=given.read(), now=request.now)
    except Refused as refusal:
        return render(request, "courses/admin/import.html", {"course": course, "refusal": refusal}, status=400)
    kept = {"stored": stored, "name": given.name, "course": course.pk, "user": request.user.pk}
    context = {
        "course": course,
        "name": given.name,
        "lessons": [{"title": draft.title, "blocks": _blocks(draft)} for draft in found.lessons],
        "losses": found.losses,
        "kept": signing.dumps(kept, salt=SALT),
    }
    return render(request, "courses/admin/import_preview.html", context)


def _blocks(draft: Draft) -> list[dict[str, Any]]:
    """Text as it will read (it is sanitised already), images as they are."""
    return [
        {"html": value}
        if kind == "text"
        else {
            "image": f"data:{image_type(value[0])};base64,{base64.b64encode(value[0]).decode()}",
            "caption": value[1],
        }
        for kind, value in draft.body
    ]


@require_POST
def confirm_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes the drafts that the preview showed."""
    course = _course(request, pk)
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt=SALT, max_age=SECONDS)
        if kept["course"] != course.pk or kept["user"] != request.user.pk:
            raise signing.BadSignature
        made = services.import_lessons(
            course=course, stored=kept["stored"], name=kept["name"], by=request.user, now=request.now
        )
    except signing.BadSignature:
        messages.error(request, _("The preview is out of date. Upload the document again."))
        return redirect("import_lessons", course.pk)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("import_lessons", course.pk)
    words = ngettext("%(n)s lesson was made as a draft.", "%(n)s lessons were made as drafts.", len(made))
    messages.success(request, words % {"n": len(made)})
    return redirect("wagtailadmin_explore", course.pk)
