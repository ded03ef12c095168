"""Courses in figures; spreadsheets that the queue makes: asked for, watched, fetched by the one who asked."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_POST, require_safe

from courses import policy, queries, services
from courses.models import TrainingExport
from courses.models.reports import Report
from courses.policy import OVERSEERS
from courses.tables import PAGES, CourseReportTable, LessonReportTable, table_of
from courses.views.navigation import tabs
from ground import spreadsheets
from ground.errors import Refused
from ground.private_files import send
from people.policy import requires, staff_in_reach, today

State = TrainingExport.State
BADGES = {State.WAITING: "due", State.RUNNING: "due", State.READY: "ok", State.FAILED: "late"}


@requires(*OVERSEERS, reads=True)
@require_safe
def course_list(request: HttpRequest) -> HttpResponse:
    """Every published course with how many within reach began, completed and are late."""
    people = staff_in_reach(request, *OVERSEERS, reads=True)
    table = CourseReportTable(request, queries.courses_reported(people, today(request)))
    if table.export_wanted:
        return table.export()
    return render(request, "courses/report_list.html", {"table": table, "tabs": tabs(request)})


@requires(*OVERSEERS, reads=True)
@require_safe
def course(request: HttpRequest, pk: int) -> HttpResponse:
    """How one course goes for the people within reach."""
    shown = get_object_or_404(queries.live_courses(), pk=pk)
    report = queries.course_report(shown, staff_in_reach(request, *OVERSEERS, reads=True), request.now)
    table = LessonReportTable(request, report.lessons)
    if table.export_wanted:
        return table.export()
    context = {
        "course": shown,
        "report": report,
        "feedback": queries.feedback(shown),
        "table": table,
        "funnel": [(row.lesson.title, row.completed) for row in report.lessons],
        "months": [(f"{month:%Y-%m}", number) for month, number in report.months],
        "missed": [(row.stem, row.percent) for row in report.missed],
    }
    return render(request, "courses/report.html", context)


@require_POST
def export_new(request: HttpRequest, report: str) -> HttpResponse:
    """Has the list of this report and address written to a file."""
    policy.may_see_report(request, report)
    query = table_of(report, request).address(page=None).removeprefix("?")
    try:
        begun = services.ask_export(report=report, query=query, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse(PAGES[Report(report)])}?{query}")
    return redirect("courses:export", pk=begun.pk)


@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the file is; htmx asks every two seconds until it has ended."""
    shown = get_object_or_404(TrainingExport, pk=pk, asked_by=request.user)
    busy = shown.state in services.AT_WORK
    context = {
        "export": shown,
        "busy": busy,
        "badge": BADGES[shown.state],
        "title": capfirst(shown.get_report_display()),
        "back_url": f"{reverse(PAGES[Report(shown.report)])}?{shown.query}",
        "again_url": f"{reverse('courses:export_new', args=[shown.report])}?{shown.query}",
    }
    if request.htmx and busy:
        return render(request, "courses/report_progress.html", context)
    if request.htmx:
        # What is shown now is another page: the browser fetches it whole.
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "courses/report_export.html", context)


@require_safe
def export_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file, for the one who asked for it."""
    shown = get_object_or_404(TrainingExport, pk=pk, asked_by=request.user, state=State.READY)
    if not shown.stored:
        raise Http404
    name = shown.stored.rpartition("/")[2]
    return send(shown.stored, filename=name, content_type=spreadsheets.XLSX, attachment=True)
