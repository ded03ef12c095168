"""Home screens, health and error pages."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from academy import queries
from academy import styleguide as styleguide_rows
from academy.tables import JournalTable
from ground import queue
from ground.private_files import private_storage
from people import services
from people.models import Role
from people.policy import has_role, requires


def home(request: HttpRequest) -> HttpResponse:
    """The home screen of the person: what to do now, and a tab for each role (`?view=trainer`)."""
    held = [role for role in queries.TABS if has_role(request, role)]
    view = request.GET.get("view", "")
    if view not in held:
        view = ""
    tabs = [{"url": "/", "label": _("My learning"), "current": not view}]
    tabs += [{"url": f"?view={role}", "label": capfirst(Role(role).label), "current": view == role} for role in held]
    context = queries.TABS[view](request) if view else {"home": queries.learner(request)}
    context |= {"tabs": tabs if held else [], "template": f"academy/home/{view or 'learner'}.html"}
    context["heading"] = capfirst(Role(view).label) if view else ""
    return render(request, "academy/home.html", context)


@require_safe
@requires(Role.AUDITOR)
def journal(request: HttpRequest) -> HttpResponse:
    """Every line of the journal within the auditor's reach."""
    table = JournalTable(request, queries.journal_of(request))
    if table.export_wanted:
        return table.export()
    return render(request, "academy/journal.html", {"table": table})


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, queue and storage answer; 503 with what does not."""
    checks = {"database": _database_answers(), "queue": _queue_beats(), "storage": _storage_answers()}
    ready = all(checks.values())
    return JsonResponse({"status": "ok" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def _queue_beats() -> bool:
    try:
        return queue.alive()
    except DatabaseError:
        return False


def _storage_answers() -> bool:
    storage = private_storage()
    try:
        storage.delete(storage.save("readyz", ContentFile(b"ok")))
    except OSError:
        return False
    return True


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keeps the language in the account, or in a cookie before the login, and goes back."""
    language = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            services.choose_language(user=request.user, language=language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """Wagtail sends people without admin rights here: signed in, they get 403; others go to the login."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect(f"/account/login/?{request.GET.urlencode()}" if request.GET else "account_login")


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component on one page; in development only."""
    return render(request, "academy/styleguide.html", styleguide_rows.context(request))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 in the house's hand."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 in the house's hand."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page that needs nothing but itself."""
    return render(request, "500.html", {"request_id": getattr(request, "id", "")}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when a form's token is stale: what to do."""
    return render(request, "403_csrf.html", status=403)
