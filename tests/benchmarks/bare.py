"""The yardsticks: bare Django views that load session and user and answer a line, or keep one answer under a lock."""

import json

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from academy.urls import urlpatterns as pages
from exams.models import Attempt, Response


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.employee_no)


@csrf_exempt
@transaction.atomic
def bare_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Session and user, the attempt's row locked, one answer upserted."""
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=pk, candidacy__user=request.user)
    given = json.loads(request.body)
    kept = Response(attempt=attempt, saved_at=request.now, **given)
    Response.objects.bulk_create(
        [kept],
        update_conflicts=True,
        unique_fields=["attempt", "position"],
        update_fields=["seq", "answer", "saved_at"],
    )
    return HttpResponse("kept")


urlpatterns = [path("bare/", bare), path("bare/save/<int:pk>/", bare_save), *pages]
handler403 = "academy.views.forbidden"
handler404 = "academy.views.not_found"
handler500 = "academy.views.server_error"
