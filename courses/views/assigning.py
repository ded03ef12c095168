"""Pages of trainers: assign a course, one assignment, withdraw it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from courses import policy, queries, services
from courses.forms import AssignForm
from courses.models import Assignment, Completion
from courses.policy import TRAINERS
from ground.errors import Refused
from people.policy import has_role, requires, staff_in_reach, today, units_in_reach


@requires(*TRAINERS)
def assign(request: HttpRequest) -> HttpResponse:
    """Assigns a course in two steps: the form, then whom it means; nothing is written before the second."""
    form = AssignForm(
        request.POST or None,
        initial={"course": request.GET.get("course", ""), "unit": request.GET.get("unit", "")},
        reach=staff_in_reach(request, *TRAINERS),
        units=units_in_reach(request, *TRAINERS),
        now=request.now,
    )
    if request.method != "POST" or not form.is_valid():
        return render(request, "courses/assign.html", {"form": form})
    data = form.cleaned_data
    if "confirm" not in request.POST:
        return render(request, "courses/assign.html", {"form": form, "preview": _preview(data["course"].pk, data)})
    try:
        given = services.assign_all(
            users=data["people"],
            course=data["course"],
            cause=Assignment.Cause.MANUAL,
            cause_date=today(request),
            due_on=data["due_on"],
            note=data["note"],
            by=request.user,
            now=request.now,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "courses/assign.html", {"form": form})
    text = ngettext(
        "“%(course)s” is assigned to %(count)s person.", "“%(course)s” is assigned to %(count)s people.", given
    )
    messages.success(request, text % {"course": data["course"].title, "count": given})
    return redirect("courses:training")


def _preview(course: int, data: dict[str, object]) -> dict[str, object]:
    people = data["people"]
    assigned = Assignment.objects.open().filter(course=course).values("user")
    completed = Completion.objects.filter(course=course).values("user")
    fresh = people.exclude(pk__in=assigned).exclude(pk__in=completed)
    return {
        "meant": people.count(),
        "fresh": fresh.count(),
        "assigned": people.filter(pk__in=assigned).exclude(pk__in=completed).count(),
        "completed": people.filter(pk__in=completed).count(),
        "names": list(fresh[:30]),
        "course": data["course"],
        "due_on": data["due_on"],
    }


@requires(*TRAINERS, reads=True)
@require_safe
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """One assignment: why, until when, how far; and the way to withdraw it."""
    row = get_object_or_404(policy.assignments_in_reach(request), pk=pk)
    context = {
        "assignment": row,
        "why": queries.why_of(row),
        "standing": queries.standing(row.user, row.course, today(request), request),
        "may_withdraw": has_role(request, *TRAINERS) and row.withdrawn_at is None and row.user_id != request.user.pk,
    }
    return render(request, "courses/assignment.html", context)


@requires(*TRAINERS)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraws an assignment for a reason."""
    row = get_object_or_404(policy.assignments_in_reach(request), pk=pk)
    try:
        services.withdraw_assignment(
            assignment=row, by=request.user, reason=request.POST.get("reason", ""), now=request.now
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("courses:assignment", pk=pk)
    messages.success(request, _("The assignment is withdrawn; what was learned stays."))
    return redirect("courses:training")
