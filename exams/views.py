"""Pages of exams."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from exams import queries
from exams.models import Candidacy


def mine(request: HttpRequest) -> HttpResponse:
    """My sittings."""
    return render(request, "exams/mine.html", {"sittings": queries.sittings_for(request.user, request.now)})


def result(request: HttpRequest, pk: int) -> HttpResponse:
    """My result."""
    candidacy = get_object_or_404(queries.with_attempts(Candidacy.objects.filter(user=request.user)), pk=pk)
    return render(request, "exams/result.html", {"row": queries.my_sitting(candidacy, request.now)})
