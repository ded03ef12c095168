"""What a candidate opens: my sittings, the cover, the paper, the result. Other people's things are 404."""

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams import queries, services
from exams.models import Attempt, Candidacy, ExamPart
from exams.views.answers import answer_in
from ground.errors import Refused

SALT = "exams.save"


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
        },
    )


def _mine(request: HttpRequest, pk: int) -> Candidacy:
    candidacies = Candidacy.objects.filter(user=request.user).select_related("sitting__exam__level", "result")
    return get_object_or_404(queries.with_attempts(candidacies), pk=pk)


@require_safe
def candidacy(request: HttpRequest, pk: int) -> HttpResponse:
    """The cover of a sitting: the rules before the start, a start for each part in order."""
    row = queries.my_sitting(_mine(request, pk), request.now)
    return render(request, "exams/candidacy.html", {"row": row})


@require_POST
def start(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """Begins a part and opens it."""
    mine = get_object_or_404(Candidacy.objects.filter(user=request.user).select_related("sitting"), pk=pk)
    chosen = get_object_or_404(ExamPart.objects.select_related("standard"), pk=part, exam=mine.sitting.exam_id)
    try:
        begun = services.start_attempt(candidacy=mine, part=chosen, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("exams:candidacy", pk=pk)
    return redirect(_paper_url(begun))


def _paper_url(attempt: Attempt, position: int = 1) -> str:
    if attempt.part.kind == ExamPart.Kind.TYPING:
        return reverse("exams:typing_attempt", args=[attempt.pk])
    return f"{reverse('exams:attempt', args=[attempt.pk])}?tab={attempt.generation}&q={position}"


def _attempt(request: HttpRequest, pk: int) -> Attempt:
    attempts = Attempt.objects.filter(candidacy__user=request.user)
    return get_object_or_404(attempts.select_related("part", "paper", "candidacy__sitting__exam"), pk=pk)


def _ended(attempt: Attempt, now: datetime) -> bool:
    """Whether it is over; what the clock has ended but the sweeper has not met yet is ended here."""
    if attempt.state == Attempt.State.OPEN and now >= attempt.deadline + services.GRACE:
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
    if request.GET.get("tab") != str(current.generation):
        return render(request, "exams/resume.html", {"attempt": current})
    questions = queries.asked(current)
    position = request.GET.get("q", "1")
    at = min(max(int(position), 1), len(questions)) if position.isascii() and position.isdigit() else 1
    return render(request, "exams/attempt.html", _sheet(request, current, questions) | {"at": at})


def _sheet(request: HttpRequest, current: Attempt, questions: list[queries.Asked]) -> dict[str, Any]:
    left = max(0, int((current.deadline - request.now).total_seconds()))
    return {
        "attempt": current,
        "questions": questions,
        "answered": sum(question.answered for question in questions),
        "marked": sum(question.marked for question in questions),
        "unanswered": sum(not question.answered for question in questions),
        "first_open": next((question.position for question in questions if not question.answered), 1),
        "seconds": left,
        "shown": f"{left // 60:02}:{left % 60:02}",
        "token": signing.dumps([current.pk, current.generation, request.user.pk], salt=SALT),
        "paper_url": reverse("exams:attempt", args=[current.pk]),
    }


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Goes on in this tab; older tabs can no longer write."""
    current = _attempt(request, pk)
    if not _ended(current, request.now) and current.part.kind == ExamPart.Kind.PAPER:
        current = services.take_over(attempt=current, now=request.now)
    return redirect(_paper_url(current))


@require_safe
@never_cache
def clock(request: HttpRequest, pk: int) -> JsonResponse:
    """Whether the attempt is still open, its tab, and the seconds left: a grant or an end reaches the page this way."""
    current = _attempt(request, pk)
    left = max(0, int((current.deadline - request.now).total_seconds()))
    return JsonResponse({"open": current.state == Attempt.State.OPEN, "tab": current.generation, "seconds": left})


@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps answers: JSON {"token", "answers"} from the element, or the form of one question."""
    if request.content_type == "application/json":
        given = _json(request)
        generation = _generation(request, given.get("token"), pk)
        answers = given.get("answers")
        if not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
            raise BadRequest("answers")
        codes = services.save_responses(attempt_id=pk, generation=generation, answers=answers[:200], now=request.now)
        return JsonResponse({"codes": codes})
    generation = _generation(request, request.POST.get("token"), pk)
    answer = _from_form(request)
    codes = services.save_responses(attempt_id=pk, generation=generation, answers=[answer], now=request.now)
    code = codes.get(answer["position"], "invalid")
    go = request.POST.get("go", "")
    if code == "saved":
        if go == "review":
            return redirect("exams:review", pk=pk)
        return redirect(f"{reverse('exams:attempt', args=[pk])}?tab={generation}&q={go}")
    if code == "stale":
        messages.warning(request, _("A newer answer to this question is kept already. Look at it, and change it here."))
        return redirect(f"{reverse('exams:attempt', args=[pk])}?tab={generation}&q={answer['position']}")
    sentences = {
        "ended": _("The time is over. What was saved before counts."),
        "superseded": _("The paper is open in another tab; this answer was not saved."),
        "invalid": _("This answer could not be read and was not saved."),
    }
    messages.error(request, sentences[code])
    return redirect("exams:attempt", pk=pk)


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("json") from error
    if not isinstance(given, dict):
        raise BadRequest("json")
    return given


def _generation(request: HttpRequest, token: Any, pk: int) -> int:
    """The tab's generation out of its signed token, which also says whose attempt it is."""
    try:
        attempt_id, generation, user_id = signing.loads(str(token), salt=SALT)
    except signing.BadSignature as error:
        raise BadRequest("token") from error
    if (attempt_id, user_id) != (pk, request.user.pk):
        raise Http404
    return generation


def _from_form(request: HttpRequest) -> dict[str, Any]:
    post = request.POST
    try:
        position, seq = int(post.get("position", "")), int(post.get("seq", ""))
    except ValueError as error:
        raise BadRequest("position") from error
    return {"position": position, "seq": seq, "answer": answer_in(post), "marked": "marked" in post}


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
    ended = services.submit(attempt=_attempt(request, pk), now=request.now)
    messages.success(request, _("Handed in."))
    return redirect("exams:result", pk=ended.candidacy_id)


@require_safe
@never_cache
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """Score against pass mark by part, strength by topic; questions and explanations after release."""
    row = queries.my_sitting(_mine(request, pk), request.now)
    return render(request, "exams/result.html", queries.result_page(row, request.now))
