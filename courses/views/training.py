"""Pages of trainers: the overview, the matrix."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from courses import queries, services
from courses.models import Report
from courses.policy import OVERSEERS, TRAINERS
from courses.tables import LateTable, MatrixTable
from courses.views.navigation import tabs
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
        "tabs": tabs(request),
        "weak": queries.weak_topics(request.now - WEAK_SINCE, reach(request, *TRAINERS, reads=True)),
        "weak_days": WEAK_SINCE.days,
        "sessions": queries.sessions_in_reach(request.user, people).filter(starts_at__date=on),
        "may_assign": has_role(request, *TRAINERS),
        "report": Report.LATE,
    }
    return render(request, "courses/training.html", context)


@requires(*OVERSEERS, reads=True)
@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """The people within reach against the published courses."""
    table = MatrixTable(request)
    large = table.count > services.SMALL
    if table.export_wanted and not large:
        return table.export()
    context = {
        "table": table,
        "tabs": tabs(request),
        "large": large,
        "may_assign": has_role(request, *TRAINERS),
        "report": Report.MATRIX,
    }
    return render(request, "courses/matrix.html", context)


@requires(*TRAINERS)
@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    """Reminds the chosen people of the late list, or everybody whom its filters show."""
    table = LateTable(
        request, queries.late_assignments(staff_in_reach(request, *TRAINERS), today(request)), today(request)
    )
    rows = table.found
    if "all" not in request.POST:
        rows = rows.filter(pk__in=[pk for pk in request.POST.getlist("row") if pk.isdecimal()])
    told, already = services.remind_now(assignments=rows, by=request.user, now=request.now)
    sentences = [
        ngettext("%(people)s person was reminded.", "%(people)s people were reminded.", told) % {"people": told}
    ]
    if already:
        before = ngettext(
            "%(people)s person had been reminded today.", "%(people)s people had been reminded today.", already
        )
        sentences.append(before % {"people": already})
    messages.success(request, " ".join(sentences))
    return redirect(f"{reverse('courses:training')}{table.address()}")
