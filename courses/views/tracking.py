"""New hires by week, hours of training, and reports that come by themselves."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses import policy, queries, services
from courses.models import Report, ReportSchedule
from courses.policy import OVERSEERS
from courses.tables import PAGES, CohortTable, HoursTable, NewcomerTable, table_of
from courses.views.navigation import tabs
from ground.errors import Refused
from people.policy import requires


@requires(*OVERSEERS, reads=True)
@require_safe
def cohorts(request: HttpRequest) -> HttpResponse:
    """The weeks of the last half year with how their new hires got on."""
    table = CohortTable(request)
    if table.export_wanted:
        return table.export()
    weeks = sorted(table.all_rows, key=lambda row: row.week)
    context = {
        "table": table,
        "tabs": tabs(request),
        "shares": [(f"{row.week:%m-%d}", row.share(30)) for row in weeks if row.share(30) is not None],
        "report": Report.COHORT,
    }
    return render(request, "courses/cohorts.html", context)


@requires(*OVERSEERS, reads=True)
@require_safe
def cohort(request: HttpRequest, week: str) -> HttpResponse:
    """The people of one week."""
    day = _week(week)
    table = NewcomerTable(request, day)
    if table.export_wanted:
        return table.export()
    back_url = reverse("courses:cohorts") + (f"?unit={table.unit}" if table.unit else "")
    return render(request, "courses/cohort.html", {"table": table, "week": day, "back_url": back_url})


def _week(text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or day != queries.monday(day):
        raise Http404
    return day


@requires(*OVERSEERS, reads=True)
@require_safe
def hours(request: HttpRequest) -> HttpResponse:
    """Hours of a year, of people and of units."""
    table = HoursTable(request)
    if table.export_wanted:
        return table.export()
    context = {"table": table, "tabs": tabs(request), "units": table.units, "report": Report.HOURS}
    return render(request, "courses/hours.html", context)


@requires(*OVERSEERS, reads=True)
@require_safe
def schedules(request: HttpRequest) -> HttpResponse:
    """The person's reports that come by themselves."""
    mine = ReportSchedule.objects.filter(owner=request.user, ended_at__isnull=True)
    rows = [(row, _when(row), f"{reverse(PAGES[Report(row.report)])}?{row.query}") for row in mine]
    return render(request, "courses/schedules.html", {"rows": rows, "tabs": tabs(request)})


def _when(schedule: ReportSchedule) -> str:
    if schedule.every == ReportSchedule.Every.WEEK:
        return _("Every week: %(day)s") % {"day": WEEKDAYS[schedule.day - 1]}
    return _("Every month on day %(day)s") % {"day": schedule.day}


@require_POST
def schedule_new(request: HttpRequest, report: str) -> HttpResponse:
    """The list of this report and address is to come regularly."""
    policy.may_see_report(request, report)
    table = table_of(report, request)
    # This year of the hours stays this year, whichever it is then.
    defaults = {field.name: None for field in table.filter_fields if field.default and field.selected == field.default}
    query = table.address(page=None, **defaults).removeprefix("?")
    every, _dash, day = request.POST.get("when", "").partition("-")
    try:
        services.schedule_report(
            report=report,
            query=query,
            every=every,
            day=int(day) if day.isdecimal() and len(day) < 3 else 0,
            by=request.user,
            now=request.now,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse(PAGES[Report(report)])}?{query}")
    messages.success(request, _("It comes to your notifications, and by mail if you have an address."))
    return redirect("courses:schedules")


@require_POST
def schedule_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends one of the person's reports."""
    schedule = get_object_or_404(ReportSchedule, pk=pk, owner=request.user)
    services.end_schedule(schedule=schedule, by=request.user, now=request.now)
    messages.success(request, _("It comes no more."))
    return redirect("courses:schedules")
