"""The staff: list, page of a person, hiring, changing, leaving."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ground.errors import Refused
from people import queries, services
from people.forms import ChangeForm, DetailsForm, HireForm, LeaveForm, RehireForm
from people.models import Employment, Role, User
from people.policy import (
    STAFF_READERS,
    STAFF_WRITERS,
    has_role,
    may_end_role,
    may_manage,
    may_set_level,
    reach,
    requires,
    staff_in_reach,
    today,
    units_in_reach,
)
from people.tables import StaffTable


@require_safe
@requires(*STAFF_READERS, reads=True)
def staff_list(request: HttpRequest) -> HttpResponse:
    """Everybody within reach."""
    rows = queries.staff_rows(reach(request, *STAFF_READERS, reads=True), today(request))
    table = StaffTable(request, rows)
    if table.export_wanted:
        return table.export()
    return render(request, "people/staff_list.html", {"table": table, "writes": has_role(request, *STAFF_WRITERS)})


@require_safe
@requires(*STAFF_READERS, reads=True)
def staff(request: HttpRequest, pk: int) -> HttpResponse:
    """A person: where they stand, how they got there, what they may do."""
    person = get_object_or_404(staff_in_reach(request, *STAFF_READERS, reads=True), pk=pk)
    return _staff_page(request, person)


def _staff_page(request: HttpRequest, person: User, **more: Any) -> HttpResponse:
    on = today(request)
    row = queries.standing(person, on)
    employed = row is not None and (row.valid_to is None or row.valid_to > on)
    context = {
        "person": person,
        "row": row,
        "unit_path": queries.unit_path(row.unit) if row else [],
        "state": queries.state_of(row, on) if row else None,
        "history": queries.history(person),
        "roles": [(held, may_end_role(request, held)) for held in queries.roles_held(person, on)],
        "may_manage": may_manage(request, person),
        "employed": employed,
        "leaving": employed and row is not None and row.valid_to is not None and not row.goes_on,
        "today": on,
        **more,
    }
    return render(request, "people/staff.html", context)


@requires(*STAFF_WRITERS)
def hire(request: HttpRequest) -> HttpResponse:
    """A new staff member."""
    units = units_in_reach(request, *STAFF_WRITERS)
    form = HireForm(request.POST or None, units=units, initial={"on": today(request)})
    if not has_role(request, Role.PERSONNEL):
        del form.fields["level"]
    if request.method == "POST" and form.is_valid():
        try:
            person = services.hire(**form.cleaned_data, now=request.now, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is on record.") % {"name": person})
            return redirect(person)
    return render(request, "people/hire.html", {"form": form})


def _managed(request: HttpRequest, pk: int) -> User:
    """Somebody within reach whom the person may change; 404 outside, 403 for oneself."""
    person = get_object_or_404(staff_in_reach(request, *STAFF_WRITERS), pk=pk)
    if person.pk == request.user.pk:
        raise PermissionDenied
    return person


def _form_page(request: HttpRequest, person: User, form: forms.Form, **words: Any) -> HttpResponse:
    return render(request, "people/person_form.html", {"person": person, "form": form, **words})


@requires(*STAFF_WRITERS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another unit, post, manager; another level for personnel."""
    person = _managed(request, pk)
    row = queries.standing(person, today(request))
    if row is None or (row.valid_to is not None and row.valid_to <= today(request)):
        messages.error(request, _("%(name)s no longer works here.") % {"name": person})
        return redirect(person)
    form = ChangeForm(
        request.POST or None,
        units=units_in_reach(request, *STAFF_WRITERS),
        row=row,
        levels=may_set_level(request, person),
        initial={"on": max(today(request), row.valid_from)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_employment(
                user=person, cause=form.cause, now=request.now, by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The change is on record."))
            return redirect(person)
    return _form_page(
        request,
        person,
        form,
        title=_("Change employment"),
        lead=_("What was before stays in the history."),
        action=_("Record the change"),
    )


@requires(*STAFF_WRITERS)
def details(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, e-mail, telephone."""
    person = _managed(request, pk)
    kept = {"name": person.name, "email": person.email, "phone": person.phone}
    form = DetailsForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        services.change_details(user=person, **form.cleaned_data, by=request.user, now=request.now)
        messages.success(request, _("The details are on record."))
        return redirect(person)
    return _form_page(request, person, form, title=_("Correct details"), action=_("Save"))


@requires(*STAFF_WRITERS)
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """A last day."""
    person = _managed(request, pk)
    form = LeaveForm(request.POST or None, initial={"last_day": today(request)})
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            services.end_employment(
                user=person, last_day=found["last_day"], reason=found["reason"], now=request.now, by=request.user
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s's last day is %(day)s.") % {"name": person, "day": found["last_day"]})
            return redirect(person)
    return _form_page(
        request,
        person,
        form,
        title=_("Record leaving"),
        lead=_("Planned changes after the last day are taken back, roles end with it."),
        action=_("Record the last day"),
        danger=True,
    )


@requires(*STAFF_WRITERS)
def rehire(request: HttpRequest, pk: int) -> HttpResponse:
    """A leaver comes back."""
    person = _managed(request, pk)
    form = RehireForm(
        request.POST or None, units=units_in_reach(request, *STAFF_WRITERS), initial={"on": today(request)}
    )
    if not may_set_level(request, person):
        del form.fields["level"]
    if request.method == "POST" and form.is_valid():
        try:
            services.rehire(user=person, **form.cleaned_data, now=request.now, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is on record.") % {"name": person})
            return redirect(person)
    return _form_page(
        request,
        person,
        form,
        title=_("Hire again"),
        lead=_("The old number and all records stay; roles are given anew."),
        action=_("Hire again"),
    )


@require_POST
@requires(*STAFF_WRITERS)
def stay(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day is taken back."""
    person = _managed(request, pk)
    try:
        services.stay(user=person, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s stays.") % {"name": person})
    return redirect(person)


@require_POST
@requires(*STAFF_WRITERS)
def undo(request: HttpRequest, pk: int, employment: int) -> HttpResponse:
    """A planned change is taken back."""
    person = _managed(request, pk)
    row = get_object_or_404(Employment, pk=employment, user=person)
    try:
        services.undo_change(employment=row, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The planned change is taken back."))
    return redirect(person)


@require_POST
@never_cache
@requires(*STAFF_WRITERS)
def starting_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new password, shown once on the person's page."""
    person = _managed(request, pk)
    try:
        password = services.set_starting_password(user=person, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(person)
    return _staff_page(request, person, starting_password=password)


@require_safe
@requires(*STAFF_READERS, reads=True)
def units(request: HttpRequest) -> HttpResponse:
    """The organisation within reach, with head counts."""
    lines = queries.unit_lines(units_in_reach(request, *STAFF_READERS, reads=True), today(request))
    return render(request, "people/units.html", {"lines": lines, "today": today(request)})
