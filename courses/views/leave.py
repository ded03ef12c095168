"""Leave, and the day of an assignment moved by hand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from courses import policy, services
from courses.forms import LeaveForm
from courses.policy import KEEPERS, TRAINERS
from courses.tables import LeaveTable
from courses.views.navigation import tabs
from ground.errors import Refused
from people.policy import has_role, requires, staff_in_reach, today


@requires(*KEEPERS, reads=True)
@require_safe
def leave_list(request: HttpRequest) -> HttpResponse:
    """Who is away, within reach."""
    table = LeaveTable(request, policy.leave_in_reach(request), today(request))
    if table.export_wanted:
        return table.export()
    context = {"table": table, "tabs": tabs(request), "may_add": has_role(request, *KEEPERS)}
    return render(request, "courses/leave_list.html", context)


@requires(*KEEPERS)
def leave_new(request: HttpRequest) -> HttpResponse:
    """Enters a leave."""
    form = LeaveForm(
        request.POST or None,
        initial={"person": request.GET.get("person", "")},
        reach=staff_in_reach(request, *KEEPERS),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            leave, moved = services.enter_leave(
                user=data["person"],
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                reason=data["reason"],
                by=request.user,
                now=request.now,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            text = ngettext("Entered; %(count)s due day has moved.", "Entered; %(count)s due days have moved.", moved)
            messages.success(request, text % {"count": moved} if moved else _("Entered; no due day has to move."))
            return redirect("courses:leave", leave.pk)
    return render(request, "courses/leave_new.html", {"form": form})


@requires(*KEEPERS, reads=True)
@require_safe
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """A leave with the due days that it moved; and the way to take it back."""
    row = get_object_or_404(policy.leave_in_reach(request), pk=pk)
    may_take_back = has_role(request, *KEEPERS) and row.withdrawn_at is None and row.user_id != request.user.pk
    changes = row.due_changes.select_related("assignment__course").order_by("at", "pk")
    return render(request, "courses/leave.html", {"leave": row, "changes": changes, "may_take_back": may_take_back})


@requires(*KEEPERS)
@require_POST
def leave_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a leave back; due days move back."""
    row = get_object_or_404(policy.leave_in_reach(request), pk=pk)
    try:
        services.take_back_leave(leave=row, by=request.user, now=request.now)
        messages.success(request, _("Taken back; what it moved is due as before."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("courses:leave", pk)


@requires(*TRAINERS)
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Moves the due day of an assignment for a reason."""
    row = get_object_or_404(policy.assignments_in_reach(request), pk=pk)
    try:
        day = parse_date(request.POST.get("due_on", ""))
        if day is None:
            raise ValueError
        services.move_due(
            assignment=row, due_on=day, reason=request.POST.get("reason", ""), by=request.user, now=request.now
        )
        messages.success(request, _("The due day is moved; the reason stands beside it."))
    except ValueError:
        messages.error(request, _("Give a day."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("courses:assignment", pk)
