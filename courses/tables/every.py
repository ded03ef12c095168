"""The list behind each report, for whoever asks: a page, a spreadsheet of the queue, a report by mail."""

from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext as _

from courses import queries
from courses.models import Report
from courses.policy import TRAINERS
from courses.tables.cohorts import CohortTable
from courses.tables.hours import HoursTable
from courses.tables.matrix import MatrixTable
from courses.tables.training import LateTable
from ground.tables import Table, shown
from people.policy import staff_in_reach, today

PAGES = {
    Report.MATRIX: "courses:matrix",
    Report.LATE: "courses:training",
    Report.HOURS: "courses:hours",
    Report.COHORT: "courses:cohorts",
}


def table_of(report: str, request: HttpRequest) -> Table:
    """The list of a report with the filters of the address, and the reach of the person asking."""
    if report == Report.LATE:
        on = today(request)
        people = staff_in_reach(request, *TRAINERS, reads=True)
        return LateTable(request, queries.late_assignments(people, on), on)
    return {Report.MATRIX: MatrixTable, Report.HOURS: HoursTable, Report.COHORT: CohortTable}[Report(report)](request)


def figures(table: Table) -> str:
    """What the rows found come to, in one sentence in the language now active."""
    if isinstance(table, MatrixTable):
        late = queries.in_state(table.found, table.courses, "late", table.on).count()
        counted = {"people": table.count, "late": late}
        sentence = _("People: %(people)s, of whom late: %(late)s.")
    elif isinstance(table, LateTable):
        counted = table.found.order_by().aggregate(people=Count("user", distinct=True), courses=Count("pk"))
        sentence = _("People who are late: %(people)s, with courses: %(courses)s.")
    elif isinstance(table, HoursTable):
        minutes = sum(row.minutes.total for row in table.found)
        counted = {"people": table.count, "hours": round(minutes / 60, 1)}
        sentence = _("People: %(people)s, hours of training: %(hours)s.")
    else:
        states = [person.state(week.on) for week in table.found for person in week.people]
        finished = sum(state in ("in_time", "after") for state in states)
        counted = {"people": len(states), "finished": finished, "late": states.count("late")}
        sentence = _("New hires: %(people)s, of whom finished: %(finished)s, late: %(late)s.")
    return sentence % {name: shown(number) for name, number in counted.items()}
