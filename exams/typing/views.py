"""Pages and small answers of the typing test. Everything here belongs to the person who asks; the rest is 404."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams import policy
from exams.models import Attempt, Candidacy, ExamPart
from exams.services import GRACE, submit, take_over
from exams.typing import passages, queries, saving, scoring, services
from exams.typing.forms import PracticeForm
from exams.typing.models import PracticeRun, TypingRun
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
        policy.check_entrance(request, run.attempt.candidacy.sitting)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("exams:candidacy", pk=run.attempt.candidacy_id)
    seconds = max(0, int((run.attempt.deadline - request.now).total_seconds()))
    shown = f"{seconds // 60:02}:{seconds % 60:02}"
    return render(request, "exams/typing/attempt.html", {"run": run, "attempt": run.attempt, "shown": shown})


@require_POST
@never_cache
def resume(request: HttpRequest, pk: int) -> JsonResponse:
    """This window goes on with the test: clock, text so far, first pieces of the passage. Older windows are refused."""
    run = _run(request, pk)
    run.attempt = take_over(attempt=run.attempt, now=request.now)
    return JsonResponse(queries.resume(run.attempt, run, request.now) | {"token": saving.token_of(run.attempt)})


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
def practice(request: HttpRequest) -> HttpResponse:
    """Choose a length, see how the last runs went and how far the next standard is."""
    return render(request, "exams/typing/practice.html", _progress(request) | {"form": PracticeForm()})


@require_POST
def practice_start(request: HttpRequest) -> HttpResponse:
    """Begins a practice; its clock runs from now."""
    form = PracticeForm(request.POST)
    if not form.is_valid():
        return render(request, "exams/typing/practice.html", _progress(request) | {"form": form}, status=422)
    try:
        run = services.start_practice(user=request.user, minutes=form.cleaned_data["minutes"], now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("exams:practice")
    return redirect("exams:practice_run", pk=run.pk)


@require_safe
@never_cache
def practice_run(request: HttpRequest, pk: int) -> HttpResponse:
    """A practice while its time runs; afterwards its figures and mistakes."""
    run = _practice(request, pk)
    text = services.practice_text(run)
    if run.ended_at is not None:
        found = queries.practice_feedback(run, text)
        goal = queries.goal([(run, found.score)])
        return render(request, "exams/typing/practice_result.html", {"run": run, "feedback": found, "goal": goal})
    duration = run.minutes * scoring.MS_PER_MINUTE
    elapsed = int((request.now - run.started_at).total_seconds() * 1000)
    if elapsed > duration + services.PRACTICE_GRACE.total_seconds() * 1000:
        messages.info(request, _("The time of this practice is over and nothing was handed in. Start a new one."))
        return redirect("exams:practice")
    left = max(0, duration - elapsed) // 1000
    return render(
        request,
        "exams/typing/practice_run.html",
        {
            "run": run,
            "lines": passages.lines(text),
            "elapsed": elapsed,
            "duration": duration,
            "shown": f"{left // 60:02}:{left % 60:02}",
        },
    )


@require_POST
def practice_finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Scores the text handed in."""
    run = _practice(request, pk)
    try:
        services.finish_practice(run=run, text=request.POST.get("text", ""), now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("exams:practice")
    return redirect("exams:practice_run", pk=pk)


def _run(request: HttpRequest, pk: int) -> TypingRun:
    runs = TypingRun.objects.filter(attempt__candidacy__user=request.user)
    return get_object_or_404(runs.select_related("attempt__candidacy__sitting__exam", "attempt__part"), attempt=pk)


def _practice(request: HttpRequest, pk: int) -> PracticeRun:
    return get_object_or_404(PracticeRun.objects.filter(user=request.user).select_related("version"), pk=pk)


def _over(request: HttpRequest, run: TypingRun) -> bool:
    """Whether it has ended; what the clock has ended but the sweeper has not met yet is ended here."""
    if run.attempt.state == Attempt.State.OPEN and request.now >= run.attempt.deadline + GRACE:
        submit(attempt=run.attempt, now=request.now, ended_by=Attempt.EndedBy.CLOCK)
        return True
    return run.attempt.state != Attempt.State.OPEN


def _progress(request: HttpRequest) -> dict[str, Any]:
    trend = queries.practice_trend(request.user)
    return {
        "trend": list(reversed(trend)),
        "points": [(run.started_at.date(), score.speed) for run, score in trend],
        "goal": queries.goal(trend),
    }
