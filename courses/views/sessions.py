"""Pages of class sessions: the list, a new one, one with its attendance."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses import policy, services
from courses.forms import SessionForm
from courses.policy import TEACHERS
from courses.tables import SessionTable
from ground.errors import Refused
from people.models import User
from people.policy import has_role, requires, staff_in_reach, today, units_in_reach


@requires(*TEACHERS, reads=True)
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """All class sessions within reach."""
    table = SessionTable(request, policy.sessions_in_reach(request))
    if table.export_wanted:
        return table.export()
    return render(request, "courses/session_list.html", {"table": table, "may_add": has_role(request, *TEACHERS)})


@requires(*TEACHERS)
def session_new(request: HttpRequest) -> HttpResponse:
    """Schedules a class session."""
    form = SessionForm(
        request.POST or None,
        initial={"instructor": request.user.employee_no, "topic": request.GET.get("topic", "")},
        reach=staff_in_reach(request, *TEACHERS),
        units=units_in_reach(request, *TEACHERS),
        now=request.now,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            session = services.schedule_session(
                title=data["title"],
                topic=data["topic"],
                instructor=data["instructor"],
                place=data["place"],
                starts_at=data["starts_at"],
                ends_at=data["ends_at"],
                places=data["places"],
                users=data["people"],
                by=request.user,
                now=request.now,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The session is scheduled, and everybody expected is told."))
            return redirect("courses:session", pk=session.pk)
    return render(request, "courses/session_new.html", {"form": form})


@requires(*TEACHERS, reads=True)
@require_safe
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """A session with its list of attendance."""
    row = get_object_or_404(policy.sessions_in_reach(request), pk=pk)
    seen = policy.attendees_in_reach(request, row)
    attendances = row.attendances.filter(user__in=seen).select_related("user", "noted_by").order_by("user__name_sort")
    context = {
        "session": row,
        "attendances": attendances,
        "may_note": has_role(request, *TEACHERS) and timezone.localdate(row.starts_at) <= today(request),
        "may_write": has_role(request, *TEACHERS),
    }
    return render(request, "courses/session.html", context)


@requires(*TEACHERS)
@require_POST
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that a person attended or was absent."""
    row = get_object_or_404(policy.sessions_in_reach(request), pk=pk)
    number = request.POST.get("user", "")
    user: User = get_object_or_404(policy.attendees_in_reach(request, row), pk=number if number.isdecimal() else None)
    state = request.POST.get("state", "")
    if state not in ("attended", "absent", "expected"):
        return redirect("courses:session", pk=pk)
    try:
        services.note_attendance(session=row, user=user, state=state, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("courses:session", pk=pk)
