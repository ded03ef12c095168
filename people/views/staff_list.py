"""The staff list from a file, in two steps: checked and shown, then taken. Its rows wait in private storage between."""

import json
import uuid
from datetime import date, timedelta

from django.contrib import messages
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ground import spreadsheets
from ground.errors import Refused
from ground.private_files import private_storage
from people import formats, queries, services
from people.forms import ImportForm
from people.models import Role
from people.policy import reach, requires, today

FOLDER = "staff-import"
KEPT = "staff_import"
FAULTS_SHOWN = 200
KEEP_FOR = timedelta(days=1)


@requires(Role.PERSONNEL)
def upload(request: HttpRequest) -> HttpResponse:
    """Takes a file to be checked."""
    form = ImportForm(request.POST or None, request.FILES or None, today=today(request))
    if request.method == "POST" and form.is_valid():
        file: UploadedFile = form.cleaned_data["file"]
        try:
            lines = formats.lines_of(file)
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            _keep(request, lines, file.name or "", form.cleaned_data["on"])
            return redirect("people:import_preview")
    return render(request, "people/import.html", {"form": form, "columns": _columns()})


def _columns() -> list[tuple[str, str, bool]]:
    return [(names[0], names[-1], key not in formats.OPTIONAL) for key, names in formats.COLUMNS.items()]


def _keep(request: HttpRequest, lines: list[formats.Line], called: str, on: date) -> None:
    """Puts what was read aside as text, so that the next steps need not unpack the workbook again."""
    _forget(request)
    _sweep(request)
    rows = json.dumps([[line.number, dict(line.values)] for line in lines], ensure_ascii=False)
    name = private_storage().save(f"{FOLDER}/{uuid.uuid4().hex}.json", ContentFile(rows.encode()))
    request.session[KEPT] = {"name": name, "called": called, "on": on.isoformat()}


def _forget(request: HttpRequest) -> None:
    kept = request.session.pop(KEPT, None)
    if kept:
        private_storage().delete(kept["name"])


def _sweep(request: HttpRequest) -> None:
    """Files whose second step never came hold people's data: they go after a day."""
    storage = private_storage()
    try:
        _folders, names = storage.listdir(FOLDER)
    except FileNotFoundError:
        return
    for name in names:
        if storage.get_modified_time(f"{FOLDER}/{name}") < request.now - KEEP_FOR:
            storage.delete(f"{FOLDER}/{name}")


def _kept_lines(request: HttpRequest) -> tuple[list[formats.Line], date] | None:
    kept = request.session.get(KEPT)
    if not kept or not private_storage().exists(kept["name"]):
        return None
    with private_storage().open(kept["name"], "rb") as file:
        lines = [formats.Line(number, values) for number, values in json.load(file)]
    return lines, date.fromisoformat(kept["on"])


@require_safe
@requires(Role.PERSONNEL)
def preview(request: HttpRequest) -> HttpResponse:
    """What the file would do, or every row that is wrong."""
    found = _kept_lines(request)
    if found is None:
        messages.info(request, _("Choose a file first."))
        return redirect("people:import_staff")
    lines, on = found
    known = queries.known_for_import(lines, on=on, paths=reach(request, Role.PERSONNEL), by=request.user)
    checked = formats.check(lines, known, on)
    context = {
        "checked": checked,
        "faults": checked.faults[:FAULTS_SHOWN],
        "more_faults": max(0, len(checked.faults) - FAULTS_SHOWN),
        "rows_with_faults": len({fault.row for fault in checked.faults}),
        "rows": len(lines),
        "called": request.session[KEPT]["called"],
        "token": request.session[KEPT]["name"],
        "on": on,
        "examples": checked.new[:10],
    }
    return render(request, "people/import_preview.html", context)


@require_POST
@requires(Role.PERSONNEL)
def confirm(request: HttpRequest) -> HttpResponse:
    """Takes the file that was shown."""
    kept = request.session.get(KEPT)
    found = _kept_lines(request)
    if found is None or kept["name"] != request.POST.get("token"):
        messages.error(request, _("This is no longer the file you checked. Upload it again."))
        return redirect("people:import_staff")
    lines, on = found
    try:
        done = services.import_staff(
            rows=lines, on=on, by=request.user, now=request.now, paths=reach(request, Role.PERSONNEL)
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("people:import_preview")
    _forget(request)
    messages.success(
        request,
        _("The staff list is taken: %(new)s new, %(changed)s changed, %(unchanged)s as before.")
        % {"new": done.new, "changed": done.changed, "unchanged": done.unchanged},
    )
    return redirect("people:staff_list")


@require_safe
@requires(Role.PERSONNEL)
def template(request: HttpRequest) -> HttpResponse:
    """An empty workbook with the headings, and a second sheet that says how to fill it in."""
    content = spreadsheets.write(
        title=_("Staff list"),
        headings=[names[0] for names in formats.COLUMNS.values()],
        rows=[],
        widths=[14, 14, 20, 18, 12, 14, 14, 26, 18],
        notes=[
            _("One row a person. Write the employee number as text, so that leading zeros stay."),
            _("Unit: the code, the name, or the path from the top with slashes when several units share a name."),
            _("Post and level: the name or the code. The level may stay empty."),
            _("Hire date: like 2026-01-05. It may stay empty for people already on record."),
            _("Manager: the employee number of somebody on record or in this file."),
            _("An empty level, manager, e-mail or telephone keeps what is on record."),
        ],
    )
    return spreadsheets.response(content, filename="staff-list.xlsx")
