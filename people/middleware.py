"""Who may come in, and in which language: the one a signed-in person has chosen; others get the cookie's or the site's."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class SignedInMiddleware(LoginRequiredMiddleware):
    """Leads everybody else to the login; for a view that needs none, nobody is even loaded."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponse], view_args: tuple, view_kwargs: dict
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class LanguageMiddleware:
    """Activates the person's language for the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = (self._of_person(request), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
        language = next((one for one in wanted if one in dict(settings.LANGUAGES)), settings.LANGUAGE_CODE)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    @staticmethod
    def _of_person(request: HttpRequest) -> str:
        """A request that brings a token of its own says its page's language: neither session nor person is loaded for it."""
        if "X-Token" in request.headers:
            return request.headers.get("Accept-Language", "").lower()
        return getattr(request.user, "language", "")
