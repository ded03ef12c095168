"""The record of training: one's own and, for those who look after it, that of people within reach; the printed transcript."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from courses import queries
from courses.policy import OVERSEERS
from ground import documents
from ground.fonts import FontMissing
from people.models import User
from people.policy import requires, staff_in_reach, today
from people.queries import standing


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Everything the person has achieved."""
    return _page(request, request.user, reverse("courses:transcript"))


@require_safe
@requires(*OVERSEERS, reads=True)
def of_person(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of somebody within reach."""
    person = get_object_or_404(staff_in_reach(request, *OVERSEERS, reads=True), pk=pk)
    return _page(request, person, reverse("courses:transcript_of", args=[pk]))


@require_safe
def own_transcript(request: HttpRequest) -> HttpResponse:
    """The person's record as a PDF."""
    return _transcript(request, request.user, reverse("courses:record"))


@require_safe
@requires(*OVERSEERS, reads=True)
def transcript_of(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of somebody within reach as a PDF, in that person's language."""
    person = get_object_or_404(staff_in_reach(request, *OVERSEERS, reads=True), pk=pk)
    return _transcript(request, person, reverse("courses:record_of", args=[pk]))


def _record(request: HttpRequest, person: User) -> queries.Record:
    year = request.GET.get("year", "")
    return queries.record_of(person, request.now, int(year) if year.isdecimal() and len(year) == 4 else None)


def _page(request: HttpRequest, person: User, transcript: str) -> HttpResponse:
    record = _record(request, person)
    context = {
        "record": record,
        "own": person.pk == request.user.pk,
        "transcript": f"{transcript}?year={record.year}" if record.year else transcript,
    }
    return render(request, "courses/record.html", context)


def _transcript(request: HttpRequest, person: User, back: str) -> HttpResponse:
    language = person.language if person.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        context = {
            "record": _record(request, person),
            "employment": standing(person, today(request)),
            "language": language,
            "on": today(request),
        }
        source = render_to_string("courses/transcript.html", context, request)
    try:
        pdf = documents.render(source, language=language)
    except FontMissing as missing:
        messages.error(request, str(missing))
        return redirect(back)
    name = f"transcript-{person.employee_no}.pdf"
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response
