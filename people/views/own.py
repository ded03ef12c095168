"""What everybody sees of themselves: their page and their notifications."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from people import queries, services
from people.policy import today

NOTICES_A_PAGE = 30


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """One's own data, roles, language and the ways to change the password."""
    on = today(request)
    row = queries.standing(request.user, on)
    context = {
        "row": row,
        "unit_path": queries.unit_path(row.unit) if row else [],
        "history": queries.history(request.user),
        "roles": queries.roles_held(request.user, on),
        "languages": settings.LANGUAGES,
    }
    return render(request, "people/me.html", context)


@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """The notification centre, newest first, by day."""
    page = Paginator(queries.notifications_of(request.user), NOTICES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "days": queries.by_day(page.object_list),
        "unread": queries.unread_count(request.user),
        "today": today(request),
    }
    return render(request, "people/notifications.html", context)


@require_POST
def read_notifications(request: HttpRequest) -> HttpResponse:
    """Marks all as read."""
    count = services.read_notifications(user=request.user, now=request.now)
    if count:
        sentence = ngettext("%(count)s notification is read.", "%(count)s notifications are read.", count)
        messages.success(request, sentence % {"count": count})
    else:
        messages.info(request, _("There was nothing new."))
    return redirect("people:notifications")
