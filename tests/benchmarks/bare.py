"""The yardstick: a bare Django view that loads session and user and answers a line."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from academy.urls import urlpatterns as pages


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.employee_no)


urlpatterns = [path("bare/", bare), *pages]
handler403 = "academy.views.forbidden"
handler404 = "academy.views.not_found"
handler500 = "academy.views.server_error"
