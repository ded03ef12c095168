"""Who may do what: the list of roles, giving and ending them."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ground.errors import Refused
from people import queries, services
from people.forms import RoleForm
from people.models import Role, RoleAssignment, Unit
from people.policy import STAFF_WRITERS, below, grantable, has_role, reach, requires, staff_in_reach, today
from people.tables import RoleTable


@require_safe
@requires(*STAFF_WRITERS, reads=True)
def role_list(request: HttpRequest) -> HttpResponse:
    """Roles in force or to come within reach."""
    table = RoleTable(request, queries.role_rows(reach(request, *STAFF_WRITERS, reads=True), today(request)))
    if table.export_wanted:
        return table.export()
    return render(request, "people/roles.html", {"table": table, "writes": has_role(request, *STAFF_WRITERS)})


@requires(*STAFF_WRITERS)
def assign_role(request: HttpRequest) -> HttpResponse:
    """Gives a role."""
    given = grantable(request.user, today(request))
    paths = {path for paths in given.values() for path in paths}
    form = RoleForm(
        request.POST or None,
        roles=[role for role in Role.values if role in given],
        units=Unit.objects.filter(below(paths)),
        initial={"valid_from": today(request), "user": request.GET.get("user", "")[:20]},
    )
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        person, last = found["user"], found["last_day"]
        if not staff_in_reach(request, *STAFF_WRITERS).filter(pk=person.pk).exists():
            form.add_error("user", _("%(name)s works in a unit outside your reach.") % {"name": person})
            return render(request, "people/role_form.html", {"form": form})
        try:
            services.assign_role(
                user=person,
                role=found["role"],
                unit=found["unit"],
                valid_from=found["valid_from"],
                valid_to=last + timedelta(days=1) if last else None,
                now=request.now,
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("%(name)s is %(role)s over %(unit)s.")
                % {"name": person, "role": Role(found["role"]).label, "unit": found["unit"]},
            )
            return redirect("people:role_list")
    return render(request, "people/role_form.html", {"form": form})


@require_POST
@requires(*STAFF_WRITERS)
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a role from today."""
    within = Q(below(reach(request, *STAFF_WRITERS), "unit__path"))
    assignment = RoleAssignment.objects.select_related("user").filter(within, pk=pk).first()
    if assignment is None:
        raise Http404
    try:
        services.end_role(assignment=assignment, on=today(request), now=request.now, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The role has ended."))
    return redirect("people:role_list")
