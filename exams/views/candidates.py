"""What a candidate opens: my sittings, the cover, the paper, the result. Other people's things are 404."""

from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams import policy, queries, services
from exams.formats import safe_browser
from exams.models import Attempt, Candidacy, ExamPart, Sitting
from exams.typing import queries as typing
from ground import calendar
from ground.compiled import or_404
from ground.errors import Refused
from ground.numbers import whole


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """My sittings: open now, to come, past with results."""
    rows = queries.sittings_for(request.user, request.now)
    return render(
        request,
        "exams/mine.html",
        {
            "open": [row for row in rows if row.state == "open"],
            "coming": [row for row in rows if row.state == "coming"],
            "past": [row for row in rows if row.state not in ("open", "coming")],
            "orders": typing.waiting_orders(request.user),
        },
    )


def _mine(request: HttpRequest, pk: int) -> Candidacy:
    candidacies = Candidacy.objects.filter(user=request.user).select_related("sitting__exam__level", "result")
    return get_object_or_404(queries.with_attempts(candidacies), pk=pk)


@require_safe
def candidacy(request: HttpRequest, pk: int) -> HttpResponse:
    """The cover of a sitting: the rules before the start, a start for each part in order."""
    row = queries.my_sitting(_mine(request, pk), request.now)
    refused = ""
    try:
        policy.check_entrance(request, row.sitting)
    except Refused as refusal:
        refused = str(refusal)
    knows = policy.knows_code(request, row.sitting)
    return render(request, "exams/candidacy.html", {"row": row, "refused": refused, "knows_code": knows})


@require_safe
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """One address of a sitting for everybody invited, as letters and the Safe Exam Browser know it: leads to one's own cover."""
    mine = get_object_or_404(Candidacy, user=request.user, sitting=pk)
    return redirect("exams:candidacy", pk=mine.pk)


@require_POST
def admit(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the access code."""
    mine = get_object_or_404(Candidacy.objects.select_related("sitting"), pk=pk, user=request.user)
    try:
        policy.give_code(request, mine.sitting, request.POST.get("code", ""))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("exams:candidacy", pk=pk)


@require_safe
def calendar_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The sitting for one's own calendar."""
    mine = get_object_or_404(Candidacy.objects.select_related("sitting__exam"), pk=pk, user=request.user)
    content = queries.calendar_event(mine, mine.sitting)
    disposition = {"Content-Disposition": 'attachment; filename="sitting.ics"'}
    return HttpResponse(content, content_type=calendar.CONTENT_TYPE, headers=disposition)


@require_safe
def safe_browser_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The settings that the Safe Exam Browser needs for this sitting."""
    mine = get_object_or_404(Candidacy.objects.select_related("sitting"), pk=pk, user=request.user)
    return safe_browser_response(mine.sitting)


def safe_browser_response(sitting: Sitting) -> HttpResponse:
    """The settings file of a sitting."""
    content = safe_browser.settings_file(queries.safe_browser_settings(sitting))
    disposition = {"Content-Disposition": f'attachment; filename="sitting-{sitting.pk}.seb"'}
    return HttpResponse(content, content_type=safe_browser.CONTENT_TYPE, headers=disposition)


@require_safe
def safe_browser_quit(request: HttpRequest) -> HttpResponse:
    """The address at which the Safe Exam Browser closes itself; any other browser says so."""
    return render(request, "exams/safe_browser_quit.html")


@require_POST
def start(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """Begins a part and opens it."""
    chosen = or_404(queries.part_for.first(part, pk, request.user.pk))
    try:
        admit = partial(policy.check_admission, request)
        begun = services.start_attempt(candidacy=Candidacy(pk=pk), part=chosen, now=request.now, admit=admit)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("exams:candidacy", pk=pk)
    return redirect(_paper_url(begun))


def _paper_url(attempt: Attempt, position: int = 1) -> str:
    if attempt.part.kind == ExamPart.Kind.TYPING:
        return reverse("exams:typing_attempt", args=[attempt.pk])
    return f"{reverse('exams:attempt', args=[attempt.pk])}?tab={attempt.generation}&q={position}"


def _attempt(request: HttpRequest, pk: int) -> Attempt:
    return or_404(queries.sheet_of.first(pk, request.user.pk))


def _ended(attempt: Attempt, now: datetime) -> bool:
    """Whether it is over; what the clock has ended but the sweeper has not met yet is ended here."""
    if attempt.state == Attempt.State.OPEN and not attempt.paused_at and now >= attempt.deadline + services.GRACE:
        services.submit(attempt=attempt, now=now, ended_by=Attempt.EndedBy.CLOCK)
        return True
    return attempt.state != Attempt.State.OPEN


@require_safe
@never_cache
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper. An address without the newest tab's number asks whether to go on here."""
    current = _attempt(request, pk)
    if current.part.kind == ExamPart.Kind.TYPING:
        return redirect("exams:typing_attempt", pk)
    if _ended(current, request.now):
        return redirect("exams:result", pk=current.candidacy_id)
    try:
        policy.check_entrance(request, current.candidacy.sitting)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("exams:candidacy", pk=current.candidacy_id)
    if request.GET.get("tab") != str(current.generation):
        return render(request, "exams/resume.html", {"attempt": current})
    questions = queries.asked(current)
    at = min(max(whole(request.GET.get("q", "")) or 1, 1), len(questions))
    return render(request, "exams/attempt.html", _sheet(request, current, questions) | {"at": at})


def _sheet(request: HttpRequest, current: Attempt, questions: list[queries.Asked]) -> dict[str, Any]:
    left = max(0, int((current.deadline - (current.paused_at or request.now)).total_seconds()))
    extra = max(0, round((current.deadline - current.base_deadline).total_seconds()))
    return {
        "attempt": current,
        "questions": questions,
        "answered": sum(question.answered for question in questions),
        "marked": sum(question.marked for question in questions),
        "unanswered": sum(not question.answered for question in questions),
        "first_open": next((question.position for question in questions if not question.answered), 1),
        "minutes": round((current.base_deadline - current.started_at).total_seconds() / 60),
        "extra": extra,
        "extra_minutes": -(-extra // 60),
        "seconds": left,
        "shown": f"{left // 60:02}:{left % 60:02}",
        "token": policy.token_of(current),
        "server_now": int(request.now.timestamp() * 1000),
        "paper_url": reverse("exams:attempt", args=[current.pk]),
        "login_url": f"{reverse('account_login')}?{urlencode({'next': reverse('exams:signed_in')})}",
    }


@require_safe
@never_cache
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where signing in again from a paper leads: this tab is done, the paper goes on by itself."""
    return render(request, "exams/signed_in.html")


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Goes on in this tab; older tabs can no longer write."""
    current = _attempt(request, pk)
    if not _ended(current, request.now) and current.part.kind == ExamPart.Kind.PAPER:
        current = services.take_over(attempt=current, now=request.now)
    return redirect(_paper_url(current))


@require_safe
@never_cache
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """What is answered, marked and open, before handing in."""
    current = _attempt(request, pk)
    if current.part.kind == ExamPart.Kind.TYPING or _ended(current, request.now):
        return redirect("exams:attempt", pk=pk)
    return render(request, "exams/review.html", _sheet(request, current, queries.asked(current)))


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hands in."""
    ended = services.submit(attempt=or_404(queries.own_attempt.first(pk, request.user.pk)), now=request.now)
    messages.success(request, _("Handed in."))
    return redirect("exams:result", pk=ended.candidacy_id)
