"""The list behind each report, for whoever asks: a page, a spreadsheet of the queue, a report by mail."""

from django.http import HttpRequest

from courses import queries
from courses.models import Report
from courses.policy import OVERSEERS, TRAINERS
from courses.tables.cohorts import CohortTable
from courses.tables.hours import HoursTable
from courses.tables.matrix import MatrixTable
from courses.tables.training import LateTable
from ground.tables import Table
from people.policy import staff_in_reach, today

MAY = {Report.MATRIX: OVERSEERS, Report.LATE: TRAINERS, Report.HOURS: OVERSEERS, Report.COHORT: OVERSEERS}
"""The roles that see each report."""
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
