"""Pages of trainers: the overview, the matrix, assigning, class sessions."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from courses import policy, queries, services
from courses.forms import AssignForm, SessionForm
from courses.models import Assignment, Completion
from courses.policy import OVERSEERS, TEACHERS, TRAINERS
from courses.tables import LateTable, MatrixTable, SessionTable
from ground.errors import Refused
from people.models import User
from people.policy import has_role, reach, requires, staff_in_reach, today, units_in_reach
from people.queries import staff_rows

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
    on = today(request)
    rows = staff_rows(reach(request, *OVERSEERS, reads=True), on)
    staff = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on) | Q(goes_on=True), user__is_active=True)
    table = MatrixTable(request, staff, list(queries.live_courses()), on)
    if table.export_wanted:
        return table.export()
    context = {"table": table, "may_assign": has_role(request, *TRAINERS)}
    return render(request, "courses/matrix.html", context)


@requires(*TRAINERS)
def assign(request: HttpRequest) -> HttpResponse:
    """Assigns a course in two steps: the form, then whom it means; nothing is written before the second."""
    form = AssignForm(
        request.POST or None,
        initial={"course": request.GET.get("course", ""), "unit": request.GET.get("unit", "")},
        reach=staff_in_reach(request, *TRAINERS),
        units=units_in_reach(request, *TRAINERS),
        now=request.now,
    )
    if request.method != "POST" or not form.is_valid():
        return render(request, "courses/assign.html", {"form": form})
    data = form.cleaned_data
    if "confirm" not in request.POST:
        return render(request, "courses/assign.html", {"form": form, "preview": _preview(data["course"].pk, data)})
    try:
        given = services.assign_all(
            users=data["people"],
            course=data["course"],
            cause=Assignment.Cause.MANUAL,
            cause_date=today(request),
            due_on=data["due_on"],
            note=data["note"],
            by=request.user,
            now=request.now,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "courses/assign.html", {"form": form})
    text = ngettext(
        "“%(course)s” is assigned to %(count)s person.", "“%(course)s” is assigned to %(count)s people.", given
    )
    messages.success(request, text % {"course": data["course"].title, "count": given})
    return redirect("courses:training")


def _preview(course: int, data: dict[str, object]) -> dict[str, object]:
    people = data["people"]
    assigned = Assignment.objects.filter(course=course, withdrawn_at__isnull=True).values("user")
    completed = Completion.objects.filter(course=course).values("user")
    fresh = people.exclude(pk__in=assigned).exclude(pk__in=completed)
    return {
        "meant": people.count(),
        "fresh": fresh.count(),
        "assigned": people.filter(pk__in=assigned).exclude(pk__in=completed).count(),
        "completed": people.filter(pk__in=completed).count(),
        "names": list(fresh[:30]),
        "course": data["course"],
        "due_on": data["due_on"],
    }


@requires(*TRAINERS, reads=True)
@require_safe
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """One assignment: why, until when, how far; and the way to withdraw it."""
    row = get_object_or_404(policy.assignments_in_reach(request), pk=pk)
    context = {
        "assignment": row,
        "why": queries.why_of(row),
        "standing": queries.standing(row.user, row.course, today(request), request),
        "may_withdraw": has_role(request, *TRAINERS) and row.withdrawn_at is None and row.user_id != request.user.pk,
    }
    return render(request, "courses/assignment.html", context)


@requires(*TRAINERS)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraws an assignment for a reason."""
    row = get_object_or_404(policy.assignments_in_reach(request), pk=pk)
    try:
        services.withdraw_assignment(
            assignment=row, by=request.user, reason=request.POST.get("reason", ""), now=request.now
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("courses:assignment", pk=pk)
    messages.success(request, _("The assignment is withdrawn; what was learned stays."))
    return redirect("courses:training")


@requires(*TEACHERS, reads=True)
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """All class sessions within reach."""
    table = SessionTable(request, policy.sessions_in_reach(request))
    if table.export_wanted:
        return table.export()
    return render(request, "courses/session_list.html", {"table": table, "may_add": has_role(request, *TEACHERS)})


@requires(*TEACHERS)
def session_new(request: HttpRequest) -> HttpResponse:
    """Schedules a class session."""
    form = SessionForm(
        request.POST or None,
        initial={"instructor": request.user.employee_no, "topic": request.GET.get("topic", "")},
        reach=staff_in_reach(request, *TEACHERS),
        units=units_in_reach(request, *TEACHERS),
        now=request.now,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            session = services.schedule_session(
                title=data["title"],
                topic=data["topic"],
                instructor=data["instructor"],
                place=data["place"],
                starts_at=data["starts_at"],
                ends_at=data["ends_at"],
                places=data["places"],
                users=data["people"],
                by=request.user,
                now=request.now,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The session is scheduled, and everybody expected is told."))
            return redirect("courses:session", pk=session.pk)
    return render(request, "courses/session_new.html", {"form": form})


@requires(*TEACHERS, reads=True)
@require_safe
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """A session with its list of attendance."""
    row = get_object_or_404(policy.sessions_in_reach(request), pk=pk)
    seen = policy.attendees_in_reach(request, row)
    attendances = row.attendances.filter(user__in=seen).select_related("user", "noted_by").order_by("user__name_sort")
    context = {
        "session": row,
        "attendances": attendances,
        "may_note": has_role(request, *TEACHERS) and timezone.localdate(row.starts_at) <= today(request),
        "may_write": has_role(request, *TEACHERS),
    }
    return render(request, "courses/session.html", context)


@requires(*TEACHERS)
@require_POST
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that a person attended or was absent."""
    row = get_object_or_404(policy.sessions_in_reach(request), pk=pk)
    number = request.POST.get("user", "")
    user: User = get_object_or_404(policy.attendees_in_reach(request, row), pk=number if number.isdecimal() else None)
    state = request.POST.get("state", "")
    if state not in ("attended", "absent", "expected"):
        return redirect("courses:session", pk=pk)
    try:
        services.note_attendance(session=row, user=user, state=state, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("courses:session", pk=pk)
