"""Files of lessons: to those who may see the lesson, and to authors."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from courses import queries
from courses.models import CoursePage, LessonMedia, LessonPage
from ground import private_files


@require_safe
def lesson_media(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """A file that a published lesson shows, to its readers. A player asks for it in parts; documents are downloaded."""
    kept = _shown(pk, sha256)
    return _send(request, kept)


@require_safe
def lesson_captions(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """The captions of a film that a published lesson shows, as WebVTT."""
    kept = _shown(pk, sha256)
    return _captions(kept)


@require_safe
def author_media(request: HttpRequest, sha256: str) -> HttpResponse:
    """Any file of lessons, to those who write them: for drafts, previews and the list of files."""
    kept = _for_authors(request, sha256)
    return _captions(kept) if "captions" in request.GET else _send(request, kept)


def _shown(pk: int, sha256: str) -> LessonMedia:
    lesson = get_object_or_404(LessonPage.objects.live(), pk=pk)
    if not CoursePage.objects.live().ancestor_of(lesson).exists():
        raise Http404
    return get_object_or_404(LessonMedia, sha256=sha256, pk__in=queries.media_shown(lesson))


def _for_authors(request: HttpRequest, sha256: str) -> LessonMedia:
    if not request.user.has_perm("courses.change_lessonmedia"):
        raise PermissionDenied
    return get_object_or_404(LessonMedia, sha256=sha256)


def _send(request: HttpRequest, kept: LessonMedia) -> HttpResponse:
    name = f"{kept.title}.{kept.stored.rpartition('.')[2]}"
    if kept.kind == LessonMedia.Kind.DOCUMENT:
        response = private_files.send(kept.stored, filename=name, content_type=kept.content_type, attachment=True)
        response["X-Content-Type-Options"] = "nosniff"
    else:
        response = private_files.send_in_parts(
            request, kept.stored, size=kept.size, filename=name, content_type=kept.content_type
        )
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _captions(kept: LessonMedia) -> HttpResponse:
    if not kept.captions:
        raise Http404
    return HttpResponse(kept.captions, content_type="text/vtt; charset=utf-8")
