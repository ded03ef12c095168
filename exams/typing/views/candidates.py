"""The test as its candidate meets it, and the small answers to its page. What belongs to others is 404."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams import policy
from exams.models import Attempt, AttemptRuling, Candidacy, ExamPart
from exams.services import GRACE, submit, take_over
from exams.typing import passages, queries
from exams.typing.models import TypingRun
from exams.typing.services import rulings
from ground.errors import Refused


@require_safe
def ready(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """Before the start: what is asked, a minute to try the input method, and the start button."""
    candidacy = get_object_or_404(Candidacy.objects.filter(user=request.user).select_related("sitting__exam"), pk=pk)
    parts = ExamPart.objects.filter(exam=candidacy.sitting.exam, kind=ExamPart.Kind.TYPING)
    chosen = get_object_or_404(parts.select_related("standard"), pk=part)
    going = candidacy.attempts.filter(part=chosen, state=Attempt.State.OPEN).first()
    return render(
        request,
        "exams/typing/ready.html",
        {
            "candidacy": candidacy,
            "part": chosen,
            "standard": chosen.standard,
            "going": going,
            "warm_up": passages.WARM_UP,
        },
    )


@require_safe
@never_cache
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """The test itself. The page holds nothing of the passage; the element asks for it."""
    run = _run(request, pk)
    if _over(request, run):
        return redirect("exams:result", pk=run.attempt.candidacy_id)
    try:
        if run.attempt.ordered_id is None:  # a re-check is sat where its examiner is
            policy.check_entrance(request, run.attempt.candidacy.sitting)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("exams:candidacy", pk=run.attempt.candidacy_id)
    seconds = max(0, int((run.attempt.deadline - (run.attempt.paused_at or request.now)).total_seconds()))
    shown = f"{seconds // 60:02}:{seconds % 60:02}"
    return render(request, "exams/typing/attempt.html", {"run": run, "attempt": run.attempt, "shown": shown})


@require_POST
@never_cache
def resume(request: HttpRequest, pk: int) -> JsonResponse:
    """This window goes on with the test: clock, text so far, first pieces of the passage. Older windows are refused."""
    run = _run(request, pk)
    run.attempt = take_over(attempt=run.attempt, now=request.now)
    return JsonResponse(queries.resume(run.attempt, run, request.now) | {"token": policy.token_of(run.attempt)})


@require_safe
@never_cache
def chunk(request: HttpRequest, pk: int, index: int) -> JsonResponse:
    """One further piece of the passage, when the typed text has come near it."""
    run = _run(request, pk)
    lines = queries.chunk(run.attempt, run, index) if run.attempt.state == Attempt.State.OPEN else None
    if lines is None:
        return JsonResponse({"code": "ahead", "sentence": _("This part of the passage is not due yet.")}, status=409)
    return JsonResponse({"index": index, "lines": lines})


@require_safe
@never_cache
def recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """A re-check that has been ordered: what it is, a minute to warm up, and the code that the examiner says."""
    order = _order(request, pk)
    begun = Attempt.objects.filter(ordered=order).first()
    if begun is not None:
        return redirect("exams:typing_attempt", pk=begun.pk)
    context = {"order": order, "minutes": rulings.RECHECK_MINUTES, "run": order.attempt.typing}
    return render(request, "exams/typing/recheck.html", context | {"warm_up": passages.WARM_UP})


@require_POST
def recheck_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins the re-check with the examiner's code."""
    order = _order(request, pk)
    try:
        policy.count_codes(request)
        begun = rulings.start_recheck(order=order, code=request.POST.get("code", "")[:20], now=request.now)
    except Refused as refusal:
        if refusal.code == "code":
            policy.count_wrong_code(request)
        messages.error(request, str(refusal))
        return redirect("exams:typing_recheck", pk=pk)
    return redirect("exams:typing_attempt", pk=begun.pk)


def _run(request: HttpRequest, pk: int) -> TypingRun:
    runs = TypingRun.objects.filter(attempt__candidacy__user=request.user)
    return get_object_or_404(runs.select_related("attempt__candidacy__sitting__exam", "attempt__part"), attempt=pk)


def _order(request: HttpRequest, pk: int) -> AttemptRuling:
    orders = AttemptRuling.objects.filter(kind=AttemptRuling.Kind.RECHECK, attempt__candidacy__user=request.user)
    about = ("by", "attempt__typing", "attempt__candidacy__sitting__exam")
    return get_object_or_404(orders.select_related(*about), pk=pk)


def _over(request: HttpRequest, run: TypingRun) -> bool:
    """Whether it has ended; what the clock has ended but the sweeper has not met yet is ended here."""
    current = run.attempt
    if current.state == Attempt.State.OPEN and not current.paused_at and request.now >= current.deadline + GRACE:
        submit(attempt=current, now=request.now, ended_by=Attempt.EndedBy.CLOCK)
        return True
    return current.state != Attempt.State.OPEN
