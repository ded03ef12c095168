"""What every request gets: an id, one reading of the clock, security headers."""

import re
import uuid
from collections.abc import Callable

import structlog
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(self), payment=(), usb=()"
OPEN_IN_MAINTENANCE = ("/healthz", "/readyz", "/static/")


class RequestMiddleware:
    """Binds the request id to the log and reads the clock once, as `request.now`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        request.now = timezone.now()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.id)
        if settings.MAINTENANCE and not request.path.startswith(OPEN_IN_MAINTENANCE):
            response = render(request, "maintenance.html", status=503)
            response["Retry-After"] = "600"
        else:
            response = self.get_response(request)
        response["X-Request-ID"] = request.id
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        return response


class BodyLimitMiddleware:
    """Refuses a body larger than the largest file there is, by its own word and before any of it is read or kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.LARGEST_BODY:
            most = settings.LARGEST_BODY // (1024 * 1024)
            response = render(request, "413.html", {"most": most}, status=413)
            response["Connection"] = "close"
            return response
        return self.get_response(request)


class PolicyMiddleware(CSPMiddleware):
    """The strict content security policy, and the wider one that Wagtail's admin needs."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.path.startswith("/admin/"):
            response._csp_replace = {
                "script-src": ["'self'", "'unsafe-inline'"],
                "style-src": ["'self'", "'unsafe-inline'"],
                "img-src": ["'self'", "data:", "blob:"],
                "frame-ancestors": ["'self'"],
            }
        return super().process_response(request, response)
