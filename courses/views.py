"""Pages of learners: my learning, the onboarding path."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from courses import queries
from courses.models import CourseIndexPage
from people.policy import today


def catalogue(request: HttpRequest) -> HttpResponse:
    """Leads to the published catalogue, wherever it lies in the page tree."""
    page = CourseIndexPage.objects.live().first()
    url = page.get_url(request) if page else None
    return redirect(url) if url else render(request, "courses/no_catalogue.html")


def mine(request: HttpRequest) -> HttpResponse:
    """What the person has to learn and why, what they have begun, what they have completed."""
    on = today(request)
    context = {
        "learning": queries.learning_of(request.user, on, request),
        "attendances": queries.sessions_of(request.user, on - timedelta(days=30)),
        "on": on,
    }
    return render(request, "courses/mine.html", context)


def path(request: HttpRequest) -> HttpResponse:
    """The onboarding paths as a map of steps with their days."""
    return render(request, "courses/path.html", {"paths": queries.paths_of(request.user, today(request), request)})
