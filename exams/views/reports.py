"""Figures: of an exam, a sitting, a question, of topics by unit and person; and the correction of a wrong key."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from exams import policy, queries, services
from exams.forms import CorrectionForm
from exams.models import Exam, ExamPart, KeyCorrection, QuestionVersion, Sitting
from exams.tables import ItemTable, StrengthTable
from ground.errors import Refused
from people.models import Employment, Role, Unit, User
from people.policy import has_role, requires, today, units_in_reach
from topics.models import Topic

PERIODS = (30, 90, 365)


@require_safe
@requires(*policy.HOLDS_SITTINGS, reads=True)
def sitting_figures(request: HttpRequest, pk: int) -> HttpResponse:
    """How a sitting went, part by part, and the release of its results."""
    sitting = get_object_or_404(policy.sittings_in_reach(request).select_related("exam", "released_by"), pk=pk)
    return _report(request, sitting.exam, sitting)


@require_safe
@requires(*policy.HOLDS_SITTINGS, reads=True)
def exam_report(request: HttpRequest, pk: int) -> HttpResponse:
    """How an exam went in all its sittings, part by part."""
    return _report(request, get_object_or_404(Exam, pk=pk), None)


def _report(request: HttpRequest, exam: Exam, sitting: Sitting | None) -> HttpResponse:
    parts = [part for part in exam.parts.order_by("order", "id") if part.kind != ExamPart.Kind.TYPING]
    wanted = request.GET.get("part", "")
    part = next((one for one in parts if str(one.pk) == wanted), parts[0] if parts else None)
    report = table = None
    if part is not None:
        people = policy.candidates_in_reach(request)
        report = queries.report(queries.graded(part, people, sitting.pk if sitting else None))
        table = ItemTable(request, report.items)
        if table.export_wanted:
            return table.export()
    may_release = (
        sitting is not None
        and exam.release == Exam.Release.BY_HAND
        and sitting.released_at is None
        and has_role(request, *policy.HOLDS_SITTINGS)
    )
    context = {"exam": exam, "sitting": sitting, "parts": parts, "part": part, "report": report, "table": table}
    return render(request, "exams/report.html", context | {"may_release": may_release})


@require_safe
@requires(*policy.WRITES_QUESTIONS, Role.AUDITOR)
def question_report(request: HttpRequest, pk: int) -> HttpResponse:
    """How one version of a question did in every exam, the options chosen, and what was corrected."""
    version = get_object_or_404(QuestionVersion.objects.select_related("question"), pk=pk)
    context = {"version": version, "report": queries.question_report(version)}
    return render(request, "exams/question_report.html", context | {"may_correct": has_role(request, *policy.MARKS)})


@requires(*policy.MARKS)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a wrong key right: first a preview of what would change, then the correction itself."""
    version = get_object_or_404(QuestionVersion.objects.select_related("question"), pk=pk)
    form = CorrectionForm(request.POST or None, version=version)
    context: dict[str, Any] = {"version": version, "form": form}
    if request.method == "POST" and form.is_valid():
        given = {"version": version, "action": form.cleaned_data["action"], "key": form.key()}
        try:
            if given["action"] == KeyCorrection.Action.KEY:
                given["key"] = services.checked_key(version, given["key"])
            if "confirmed" in request.POST:
                correction = services.correct_key(
                    **given, reason=form.cleaned_data["reason"], by=request.user, now=request.now
                )
                return redirect("exams:correction", pk=correction.pk)
            people = set(policy.candidates_in_reach(request).values_list("pk", flat=True))
            context["preview"] = queries.preview_correction(now=request.now, people=people, **given)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "exams/correct.html", context)


@require_safe
@requires(*policy.MARKS, Role.AUDITOR)
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the regrading is; htmx asks for its middle every two seconds."""
    shown = get_object_or_404(KeyCorrection.objects.select_related("version__question", "regrade", "by"), pk=pk)
    template = "exams/correction_progress.html" if request.htmx else "exams/correction.html"
    return render(request, template, {"correction": shown, "regrade": shown.regrade})


@require_safe
@requires(*policy.HOLDS_SITTINGS, Role.TRAINER, reads=True)
def topics(request: HttpRequest) -> HttpResponse:
    """How strong topics are, by unit and person, within reach."""
    roles = (*policy.HOLDS_SITTINGS, Role.TRAINER)
    units = list(units_in_reach(request, *roles, reads=True).order_by("path"))
    unit = _chosen(units, request.GET.get("unit", ""))
    days = next((days for days in PERIODS if str(days) == request.GET.get("days")), PERIODS[1])
    since = request.now - timedelta(days=days)
    rates = queries.topic_rates(since, [unit.path]) if unit else {}
    names = dict(Topic.objects.filter(pk__in=rates).values_list("pk", "name"))
    bars = sorted(
        ((names[pk], round(100 * rate, 1)) for pk, (rate, _answered) in rates.items()), key=lambda bar: bar[1]
    )
    people = _people(request, unit)
    table = StrengthTable(request, people, since)
    if table.export_wanted:
        return table.export()
    context = {"units": units, "unit": unit, "days": days, "periods": PERIODS, "bars": bars, "table": table}
    return render(request, "exams/topics.html", context | {"teams": _teams(units, unit, since)})


def _chosen(units: list[Unit], wanted: str) -> Unit | None:
    return next((unit for unit in units if str(unit.pk) == wanted), units[0] if units else None)


def _people(request: HttpRequest, unit: Unit | None) -> QuerySet[User]:
    """Those who work in the unit or below it now."""
    if unit is None:
        return User.objects.none()
    employed = Employment.objects.current(today(request)).filter(unit__path__startswith=unit.path)
    return User.objects.filter(pk__in=employed.values("user")).order_by("name_sort", "pk")


def _teams(units: list[Unit], unit: Unit | None, since: datetime) -> list[tuple[str, float]]:
    """(unit, percent) of the units directly below, the weakest first."""
    if unit is None:
        return []
    below = {one.path: one.name for one in units if one.depth == unit.depth + 1 and one.path.startswith(unit.path)}
    rates = queries.unit_rates(since, below) if below else {}
    return sorted(((below[path], round(100 * rate, 1)) for path, rate in rates.items()), key=lambda bar: bar[1])
