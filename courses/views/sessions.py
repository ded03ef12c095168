"""Pages of class sessions: for those who teach them, and for those who attend."""

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses import codes, policy, queries, services
from courses.forms import PeopleForm, SessionFacts, SessionForm
from courses.models import ClassSession
from courses.policy import TEACHERS
from courses.tables import SessionTable
from courses.views.navigation import tabs
from ground import calendar
from ground.errors import Refused
from people.models import User
from people.policy import has_role, requires, staff_in_reach, today, units_in_reach


@requires(*TEACHERS, reads=True)
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """All class sessions within reach."""
    table = SessionTable(request, policy.sessions_in_reach(request))
    if table.export_wanted:
        return table.export()
    context = {"table": table, "tabs": tabs(request), "may_add": has_role(request, *TEACHERS)}
    return render(request, "courses/session_list.html", context)


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
                sign_up=data["sign_up"],
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
    listed = row.attendances.filter(user__in=seen).select_related("user", "noted_by")
    may_write = has_role(request, *TEACHERS)
    context = {
        "session": row,
        "attendances": listed.exclude(state__in=("waiting", "signed_off")).order_by("user__name_sort"),
        "waiting": listed.filter(state="waiting").order_by("joined_at", "pk"),
        "may_note": may_write and not row.cancelled_at and timezone.localdate(row.starts_at) <= today(request),
        "may_write": may_write,
        "may_change": may_write and not row.cancelled_at and row.starts_at > request.now,
        "may_show_code": may_write and not row.cancelled_at and row.ends_at > request.now,
    }
    return render(request, "courses/session.html", context)


@requires(*TEACHERS)
def session_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Moves or mends a session; whoever is on its list is told."""
    row = get_object_or_404(policy.sessions_in_reach(request), pk=pk)
    starts, ends = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    initial = {
        "title": row.title,
        "instructor": row.instructor.employee_no,
        "place": row.place,
        "day": starts.date(),
        "begins": starts.time(),
        "ends": ends.time(),
        "places": row.places,
        "sign_up": row.sign_up,
    }
    form = SessionFacts(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        names = ("title", "instructor", "place", "starts_at", "ends_at", "places", "sign_up")
        values = {name: form.cleaned_data[name] for name in names}
        try:
            services.change_session(session=row, **values, by=request.user, now=request.now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The session is changed, and everybody on its list knows what has moved."))
            return redirect("courses:session", pk=pk)
    return render(request, "courses/session_edit.html", {"form": form, "session": row})


@requires(*TEACHERS)
@require_POST
def session_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Calls a session off for a reason."""
    row = get_object_or_404(policy.sessions_in_reach(request), pk=pk)
    try:
        services.cancel_session(session=row, reason=request.POST.get("reason", ""), by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("courses:session", pk=pk)


@requires(*TEACHERS)
def session_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts more people on the list; who finds no place waits for one."""
    row = get_object_or_404(policy.sessions_in_reach(request), pk=pk)
    form = PeopleForm(
        request.POST or None,
        reach=staff_in_reach(request, *TEACHERS),
        units=units_in_reach(request, *TEACHERS),
        now=request.now,
    )
    if request.method == "POST" and form.is_valid():
        try:
            seats, waits = services.invite_to_session(
                session=row, users=form.cleaned_data["people"], by=request.user, now=request.now
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("%(seats)s people have a place now, %(waits)s wait for one; all are told.")
            messages.success(request, said % {"seats": seats, "waits": waits})
            return redirect("courses:session", pk=pk)
    return render(request, "courses/session_invite.html", {"form": form, "session": row})


@requires(*TEACHERS)
@require_POST
def session_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes somebody off the list."""
    row = get_object_or_404(policy.sessions_in_reach(request), pk=pk)
    number = request.POST.get("user", "")
    user = get_object_or_404(policy.attendees_in_reach(request, row), pk=number if number.isdecimal() else None)
    try:
        services.leave_session(session=row, user=user, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("courses:session", pk=pk)


@requires(*TEACHERS)
@require_safe
def session_code(request: HttpRequest, pk: int) -> HttpResponse:
    """The code to hang on the wall; the page asks for the next one by itself."""
    row = get_object_or_404(policy.sessions_in_reach(request), pk=pk)
    if row.cancelled_at or row.ends_at <= request.now:
        raise Http404
    code = codes.code_of(row.secret, codes.window_of(request.now))
    address = request.build_absolute_uri(reverse("courses:session_here", args=[pk]) + f"?code={code}")
    context = {
        "session": row,
        "code": code,
        "picture": segno.make(address, error="m", micro=False).svg_data_uri(border=2),
        "here": reverse("courses:session_code", args=[pk]),
    }
    part = request.headers.get("HX-Request")
    return render(request, "courses/parts/session_code.html" if part else "courses/session_code.html", context)


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


# What learners see of sessions.


@require_safe
def session_mine(request: HttpRequest, pk: int) -> HttpResponse:
    """A session for whoever is on its list or may sign up for it."""
    row = get_object_or_404(queries.sessions_for(request.user), pk=pk)
    mine = row.attendances.filter(user=request.user).first()
    state = mine.state if mine else "signed_off"
    open_now = not row.cancelled_at and row.starts_at > request.now
    context = {
        "session": row,
        "mine": mine if state != "signed_off" else None,
        "ahead": row.attendances.filter(state="waiting", joined_at__lt=mine.joined_at).count()
        if state == "waiting"
        else 0,
        "may_join": open_now and row.sign_up and state == "signed_off",
        "may_leave": open_now and state in ("expected", "waiting"),
        "may_check_in": state == "expected"
        and not row.cancelled_at
        and row.starts_at - services.EARLY <= request.now <= row.ends_at,
    }
    return render(request, "courses/session_mine.html", context)


@require_POST
def session_join(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a place, or the next one on the waiting list."""
    row = get_object_or_404(queries.sessions_for(request.user), pk=pk)
    try:
        mine = services.join_session(session=row, user=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        waits = mine.state == "waiting"
        messages.success(request, _("You are on the waiting list.") if waits else _("A place is yours."))
    return redirect("courses:session_mine", pk=pk)


@require_POST
def session_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives up a place or stops waiting."""
    row = get_object_or_404(queries.sessions_for(request.user), pk=pk)
    try:
        services.leave_session(session=row, user=request.user, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have signed off. Whoever has waited longest gets the place."))
    return redirect("courses:session_mine", pk=pk) if row.sign_up else redirect("courses:mine")


def session_here(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the code on the wall leads: one click, and one is noted. The code can be typed as well."""
    row = get_object_or_404(ClassSession.objects.select_related("topic", "instructor"), pk=pk)
    code = (request.POST.get("code") or request.GET.get("code") or "").strip()[:20]
    problem = ""
    if request.method == "POST":
        try:
            services.check_in(session=row, user=request.user, code=code, now=request.now)
        except Refused as refusal:
            problem, code = str(refusal), ""
    mine = row.attendances.filter(user=request.user).first()
    context = {"session": row, "code": code, "problem": problem, "here": bool(mine and mine.state == "attended")}
    return render(request, "courses/session_here.html", context)


@require_safe
def session_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The session for one's own calendar."""
    row = get_object_or_404(queries.sessions_for(request.user), pk=pk)
    mine = row.attendances.filter(user=request.user).first()
    gone = mine is None or mine.state in ("signed_off", "waiting")
    if gone and mine is None:
        raise Http404
    disposition = {"Content-Disposition": f'attachment; filename="session-{pk}.ics"'}
    return HttpResponse(queries.calendar_of(row, gone=gone), content_type=calendar.CONTENT_TYPE, headers=disposition)
