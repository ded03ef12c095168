"""Pages of trainers: assign a course, one assignment, withdraw it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from courses import policy, queries, services
from courses.forms import AssignForm
from courses.models import Assignment
from courses.policy import TRAINERS
from ground import private_files
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
        return render(request, "courses/assign.html", {"form": form, "preview": _preview(data, today(request))})
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
        if data["changed"]:
            given += services.assign_changes(
                users=data["people"], course=data["course"], due_on=data["due_on"], by=request.user, now=request.now
            )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "courses/assign.html", {"form": form})
    text = ngettext(
        "“%(course)s” is assigned to %(count)s person.", "“%(course)s” is assigned to %(count)s people.", given
    )
    messages.success(request, text % {"course": data["course"].title, "count": given})
    return redirect("courses:training")


def _preview(data: dict[str, Any], on: date) -> dict[str, Any]:
    people, course = data["people"], data["course"]
    settled = queries.settled(course, on)
    changed = queries.outdated(course, on) if data["changed"] else set()
    open_still = set(Assignment.objects.open().filter(course=course).values_list("user", flat=True))
    fresh = [user for user in people if user.pk not in settled or user.pk in changed]
    return {
        "meant": len(people),
        "fresh": len(fresh),
        "assigned": sum(user.pk in open_still for user in people),
        "completed": len(people) - len(fresh) - sum(user.pk in open_still for user in people),
        "names": fresh[:30],
        "course": course,
        "due_on": data["due_on"],
    }


@requires(*TRAINERS, reads=True)
@require_safe
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """One assignment: why, until when, how far; and the way to withdraw it."""
    row = get_object_or_404(policy.assignments_in_reach(request), pk=pk)
    may_decide = has_role(request, *TRAINERS) and row.user_id != request.user.pk
    open_still = row.withdrawn_at is None and row.completion_id is None and row.exemption_id is None
    context = {
        "assignment": row,
        "why": queries.why_of(row),
        "standing": queries.standing(row.user, row.course, today(request), request),
        "changes": row.due_changes.select_related("by"),
        "may_withdraw": may_decide and open_still,
        "may_exempt": may_decide and open_still,
        "may_withdraw_exemption": may_decide and row.exemption_id is not None,
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


@requires(*TRAINERS)
@require_POST
def exempt(request: HttpRequest, pk: int) -> HttpResponse:
    """Settles an assignment by something equivalent, with its proof."""
    row = get_object_or_404(policy.assignments_in_reach(request), pk=pk)
    proof = request.FILES.get("proof")
    too_large = proof is not None and proof.size > services.LARGEST_PROOF
    try:
        if too_large:
            raise Refused(_("The proof is larger than 10 MB."), code="too_large")
        services.exempt(
            assignment=row,
            reason=request.POST.get("reason", ""),
            name=proof.name if proof else "",
            content=proof.read() if proof else b"",
            by=request.user,
            now=request.now,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The course is settled; the person is told."))
    return redirect("courses:assignment", pk=pk)


@requires(*TRAINERS)
@require_POST
def exempt_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an exemption back for a reason; the course is due again."""
    row = get_object_or_404(policy.assignments_in_reach(request).filter(exemption__isnull=False), pk=pk)
    try:
        services.withdraw_exemption(
            exemption=row.exemption, reason=request.POST.get("reason", ""), by=request.user, now=request.now
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("courses:assignment", pk=pk)


@requires(*TRAINERS, reads=True)
@require_safe
def exempt_proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The proof of an exemption, for those who look after the person's learning."""
    row = get_object_or_404(policy.assignments_in_reach(request).filter(exemption__isnull=False), pk=pk).exemption
    return private_files.send(row.proof, filename=row.proof_name, content_type=row.proof_type, attachment=True)
