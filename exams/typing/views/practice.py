"""Practice: for everybody, and only for the person who asks."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.typing import passages, queries, scoring, services
from exams.typing.forms import PracticeForm
from exams.typing.models import PracticeRun
from ground.errors import Refused
from ground.numbers import whole

LAST = 10
"""Practices listed on the page."""


@require_safe
def practice(request: HttpRequest) -> HttpResponse:
    """Choose a length, see the weeks, what goes wrong, and how far the next standard is."""
    return render(request, "exams/typing/practice.html", _progress(request) | {"form": PracticeForm()})


@require_POST
def practice_start(request: HttpRequest) -> HttpResponse:
    """Begins a practice, on a passage or on a drill; its clock runs from now."""
    form = PracticeForm(request.POST)
    if not form.is_valid():
        return render(request, "exams/typing/practice.html", _progress(request) | {"form": form}, status=422)
    begin = services.start_drill if "drill" in request.POST else services.start_practice
    try:
        run = begin(user=request.user, minutes=form.cleaned_data["minutes"], now=request.now)
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
        context = {"run": run, "feedback": found, "goal": goal, "hand": queries.hand([run])}
        return render(request, "exams/typing/practice_result.html", context | {"pace": queries.practice_pace(run)})
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
        services.finish_practice(
            run=run,
            text=request.POST.get("text", ""),
            records=_told(request.POST.get("records", "")),
            keys=whole(request.POST.get("keys", "")),
            now=request.now,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("exams:practice")
    return redirect("exams:practice_run", pk=pk)


def _practice(request: HttpRequest, pk: int) -> PracticeRun:
    return get_object_or_404(PracticeRun.objects.filter(user=request.user).select_related("version"), pk=pk)


def _told(text: str) -> Any:
    """The keystrokes in the form, or None. What they say is judged by the service."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def _progress(request: HttpRequest) -> dict[str, Any]:
    trend = queries.practice_trend(request.user)
    return {
        "trend": list(reversed(trend))[:LAST],
        "weeks": queries.practice_weeks(request.user, request.now),
        "goal": queries.goal(trend),
        "hand": queries.hand(run for run, _score in trend),
    }
