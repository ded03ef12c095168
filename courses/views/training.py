"""Pages of trainers: the overview, the matrix."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from courses import queries
from courses.policy import OVERSEERS, TRAINERS
from courses.tables import LateTable, MatrixTable
from people.policy import has_role, reach, requires, staff_in_reach, today

WEAK_SINCE = timedelta(days=90)


@requires(*TRAINERS, reads=True)
@require_safe
def training(request: HttpRequest) -> HttpResponse:
    """Who is late and why, what exams found weak, what is taught today."""
    on = today(request)
    people = staff_in_reach(request, *TRAINERS, reads=True)
    table = LateTable(request, queries.late_assignments(people, on), on)
    if table.export_wanted:
        return table.export()
    context = {
        "table": table,
        "weak": queries.weak_topics(request.now - WEAK_SINCE, reach(request, *TRAINERS, reads=True)),
        "weak_days": WEAK_SINCE.days,
        "sessions": queries.sessions_in_reach(request.user, people).filter(starts_at__date=on),
        "may_assign": has_role(request, *TRAINERS),
    }
    return render(request, "courses/training.html", context)


@requires(*OVERSEERS, reads=True)
@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """The people within reach against the published courses."""
    table = MatrixTable(request)
    if table.export_wanted:
        return table.export()
    context = {"table": table, "may_assign": has_role(request, *TRAINERS)}
    return render(request, "courses/matrix.html", context)
