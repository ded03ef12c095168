"""What a marker opens: the queue by question, one answer, the sheet of a face-to-face part, requests to mark again."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams import policy, queries, services
from exams.models import Attempt, ExamPart, QuestionVersion, RemarkRequest
from ground.errors import Refused
from ground.private_files import send
from people.policy import requires

FIELD = re.compile(r"(pick|comment)-([0-9]{1,4})(?:-([0-9]{1,2}))?")
MOST = 100
"""How many requests to mark again one page shows."""


def _scores(request: HttpRequest) -> dict[int, tuple[list[Any], str]]:
    """{position: (picks, comment)} out of the fields pick-<position>-<criterion> and comment-<position>."""
    picks: dict[int, dict[int, str]] = {}
    comments: dict[int, str] = {}
    for name, value in request.POST.items():
        field = FIELD.fullmatch(name)
        if field is None:
            continue
        kind, position, place = field.groups()
        if kind == "comment":
            comments[int(position)] = value
        elif place is not None:
            picks.setdefault(int(position), {})[int(place)] = value
    return {
        position: (
            [picks.get(position, {}).get(place) for place in range(max(picks.get(position, {}), default=-1) + 1)],
            comments.get(position, ""),
        )
        for position in sorted({*picks, *comments})
    }


@require_safe
@requires(*policy.MARKS)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for this marker, by question, and the requests to mark again."""
    piles = queries.piles(policy.to_mark(request), request.user)
    remarks = list(policy.remarks_to_answer(request).order_by("asked_at")[:MOST])
    rows = [(one, queries.code_of(one.attempt_id, one.position)[:6]) for one in remarks]
    return render(
        request,
        "exams/marking.html",
        {"piles": piles, "waiting": sum(pile.waiting for pile in piles), "remarks": rows},
    )


def _waiting(request: HttpRequest, pk: int, code: str) -> Any:
    answers = queries.waiting(policy.to_mark(request), request.user, pk)
    found = next((answer for answer in answers if answer.code == code), None)
    if found is None:
        raise Http404
    return found


@requires(*policy.MARKS)
@never_cache
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """The next answer to a question, without a name; saving leads to the one after it."""
    version = get_object_or_404(QuestionVersion.objects.select_related("question"), pk=pk)
    answers = queries.waiting(policy.to_mark(request), request.user, pk)
    if request.method == "POST":
        return _mark(request, version, answers)
    after = request.GET.get("after", "")
    places = {answer.code: place for place, answer in enumerate(answers)}
    at = (places.get(after, -1) + 1) % len(answers) if answers else 0
    return _sheet(request, version, answers, at)


def _sheet(request: HttpRequest, version: QuestionVersion, answers: list[Any], at: int) -> HttpResponse:
    if not answers:
        return render(request, "exams/marking_done.html", {"version": version})
    answer = answers[at]
    shown = queries.judged(answer.attempt, [answer.position], request.user)[0]
    if answer.wants == "reconciled":
        earlier = answer.attempt.markings.filter(position=answer.position).order_by("id")
        shown.earlier = list(earlier)
    return render(
        request,
        "exams/marking_question.html",
        {"version": version, "answer": answer, "item": shown, "waiting": len(answers), "at": at + 1},
    )


def _mark(request: HttpRequest, version: QuestionVersion, answers: list[Any]) -> HttpResponse:
    code = request.POST.get("answer", "")
    at = next((place for place, answer in enumerate(answers) if answer.code == code), None)
    if at is None:
        messages.warning(request, _("This answer waits for you no more."))
        return redirect("exams:marking_question", pk=version.pk)
    answer = answers[at]
    picks, comment = _scores(request).get(answer.position, ([], ""))
    given = {"attempt": answer.attempt, "position": answer.position, "by": request.user, "now": request.now}
    try:
        services.mark_answer(picks=picks, comment=comment, **given)
    except Refused as refusal:
        # What was picked and written stays, as a draft.
        services.keep_draft(picks=picks, comment=comment, **given)
        messages.error(request, str(refusal))
        return _sheet(request, version, answers, at)
    left = len(answers) - 1
    sentence = ngettext("Saved. %(left)s answer is left.", "Saved. %(left)s answers are left.", left)
    messages.success(request, sentence % {"left": left})
    after = answers[at - 1].code if at else ""
    return redirect(f"{reverse('exams:marking_question', args=[version.pk])}{f'?after={after}' if after else ''}")


@require_POST
@requires(*policy.MARKS)
def draft(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Keeps what is picked and written so far."""
    answer = _waiting(request, pk, code)
    return _keep(request, answer.attempt, {answer.position})


def _keep(request: HttpRequest, attempt: Attempt, positions: set[int]) -> HttpResponse:
    try:
        for position, (picks, comment) in _scores(request).items():
            if position in positions:
                services.keep_draft(
                    attempt=attempt, position=position, picks=picks, comment=comment, by=request.user, now=request.now
                )
    except Refused as refusal:
        return JsonResponse({"saved": False, "why": str(refusal)}, status=409)
    return JsonResponse({"saved": True})


@require_safe
@never_cache
def answer_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file of an answer, for its candidate and its markers. What is not a recording is only offered to save."""
    file = get_object_or_404(policy.answer_files(request), pk=pk)
    playable = file.content_type.startswith("audio/")
    return send(file.stored, filename=file.name, content_type=file.content_type, attachment=not playable)


@require_POST
@requires(*policy.MARKS)
def rubric_begin(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """Begins a face-to-face part with a candidate, or opens the sheet that is begun."""
    candidacy = get_object_or_404(policy.candidacies_in_reach(request).select_related("sitting"), pk=pk)
    chosen = get_object_or_404(ExamPart, pk=part, exam=candidacy.sitting.exam_id)
    try:
        begun = services.begin_rubric(candidacy=candidacy, part=chosen, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("exams:candidate", pk=pk)
    return redirect("exams:rubric", pk=begun.pk)


def _rubric(request: HttpRequest, pk: int) -> Attempt:
    sheets = policy.to_mark(request).filter(part__kind=ExamPart.Kind.RUBRIC)
    return get_object_or_404(
        sheets.select_related("part", "paper", "candidacy__user", "candidacy__sitting__exam"), pk=pk
    )


@requires(*policy.MARKS)
@never_cache
def rubric(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a face-to-face part: every task with its rubric and notes, handed in as a whole."""
    attempt = _rubric(request, pk)
    if request.method == "POST":
        scores = _scores(request)
        try:
            services.score_rubric(attempt=attempt, scores=scores, by=request.user, now=request.now)
        except Refused as refusal:
            _keep(request, attempt, set(range(1, len(attempt.paper.items) + 1)))
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The sheet is handed in and the part is graded."))
            return redirect("exams:candidate", pk=attempt.candidacy_id)
    if attempt.state not in (Attempt.State.OPEN, Attempt.State.MARKING):
        return redirect("exams:candidate", pk=attempt.candidacy_id)
    items = queries.judged(attempt, range(1, len(attempt.paper.items) + 1), request.user)
    left = int((attempt.deadline - request.now).total_seconds())
    context = {"attempt": attempt, "items": items, "seconds": max(0, left), "running": attempt.state == "open"}
    return render(
        request, "exams/rubric_sheet.html", context | {"shown": f"{max(0, left) // 60:02}:{max(0, left) % 60:02}"}
    )


@require_POST
@requires(*policy.MARKS)
def rubric_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps the sheet as it is filled in."""
    attempt = _rubric(request, pk)
    return _keep(request, attempt, set(range(1, len(attempt.paper.items) + 1)))


@requires(*policy.MARKS)
@never_cache
def remark(request: HttpRequest, pk: int) -> HttpResponse:
    """A request to mark again: the answer, the mark it has, the reason; answered by somebody who has not marked it."""
    asked = policy.remarks_to_answer(request).filter(pk=pk).first()
    if asked is None:
        # The notification that led here may be older than the answer of somebody else.
        past = get_object_or_404(RemarkRequest, pk=pk, attempt__in=policy.to_mark(request))
        answered = past.state != RemarkRequest.State.ASKED
        own = _("You have marked this answer. Another person answers the request.")
        messages.info(request, _("This request has been answered.") if answered else own)
        return redirect("exams:marking")
    attempt, position = asked.attempt, asked.position
    if request.method == "POST":
        picks, answer = _scores(request).get(position, ([], ""))
        try:
            services.answer_remark(request=asked, picks=picks, answer=answer, by=request.user, now=request.now)
        except Refused as refusal:
            services.keep_draft(
                attempt=attempt, position=position, picks=picks, comment=answer, by=request.user, now=request.now
            )
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Answered. The candidate is told."))
            return redirect("exams:marking")
    context = {
        "asked": asked,
        "item": queries.judged(attempt, [position], request.user)[0],
        "number": queries.code_of(attempt.pk, position)[:6],
        "mark": attempt.marks.filter(position=position).latest("id"),
        "review": next(one for one in queries.reviewed(attempt) if one.asked.position == position),
        "markings": attempt.markings.filter(position=position).order_by("id"),
    }
    return render(request, "exams/remark.html", context)


@require_POST
@requires(*policy.MARKS)
def remark_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps an answer to a request as it is written."""
    asked = get_object_or_404(policy.remarks_to_answer(request), pk=pk)
    return _keep(request, asked.attempt, {asked.position})
