"""Where the files of a lesson lie for whoever reads it."""

from typing import Any

from django import template
from django.urls import reverse

from courses.models import LessonMedia, LessonPage

register = template.Library()


@register.simple_tag(takes_context=True)
def media_url(context: dict[str, Any], media: LessonMedia, captions: bool = False) -> str:
    """The address of a file, or of its captions: below the lesson for its readers, the authors' own in previews."""
    page, request = context.get("page"), context.get("request")
    if isinstance(page, LessonPage) and page.pk and page.live and not getattr(request, "is_preview", False):
        return reverse("courses:captions" if captions else "courses:media", args=[page.pk, media.sha256])
    return f"{media.url}?captions" if captions else media.url
