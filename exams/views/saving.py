"""What a paper or a typing test in a browser does by its signed token [attempt, tab, person]: save, ask the clock, send what was late.

By JSON the token alone speaks: no session is read and no person loaded, so it works on after a sign-out, and a form of
another site can neither forge the token nor send the content type. The plain form of a browser without script keeps both.
"""

import json
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from exams import services
from exams.models import AnswerFile
from exams.policy import tab_of
from exams.views.answers import answer_in
from ground.errors import Refused

JSON = "application/json"
MOST = 200
"""Answers in one request: more questions than any paper has."""


@login_not_required
@csrf_exempt
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps answers: JSON {"token", "answers"} from the element, or the form of one question."""
    if request.content_type != JSON:
        return _save_form(request, pk)
    given = _json(request)
    generation = _generation(given, pk)
    codes = services.save_responses(attempt_id=pk, generation=generation, answers=_answers(given), now=request.now)
    return JsonResponse({"codes": codes})


@login_not_required
@csrf_exempt
@require_POST
@never_cache
def clock(request: HttpRequest, pk: int) -> HttpResponse:
    """The time left, what was granted within them, whether the clock stands, and which tab is the newest.

    JSON {"token", "away"}: how often the page was left. A grant, a pause or an end reaches the page this way.
    """
    given = _json(request)
    generation = _generation(given, pk)
    away = given.get("away")
    beat = services.beat(attempt_id=pk, generation=generation, away=away if type(away) is int else 0, now=request.now)
    return JsonResponse(
        {
            "open": beat.open,
            "tab": beat.tab,
            "seconds": beat.left_ms // 1000,
            "left_ms": beat.left_ms,
            "extra": beat.extra,
            "paused": beat.paused,
            "now": int(request.now.timestamp() * 1000),
        }
    )


@login_not_required
@csrf_exempt
@require_POST
def late(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes answers that were edited before the deadline and could not be sent: JSON {"token", "answers"}, ms since 1970."""
    given = _json(request)
    generation = _generation(given, pk)
    answers = [{**answer, "edited_at": _moment(answer.get("edited"))} for answer in _answers(given)]
    codes = services.keep_late(attempt_id=pk, generation=generation, answers=answers, now=request.now)
    return JsonResponse({"codes": codes})


@login_not_required
@csrf_exempt
@require_POST
def upload(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Keeps a file for a question and says its number, which the answer then names; a refusal is a sentence."""
    generation = _generation({"token": request.headers.get("X-Token")}, pk)
    try:
        kept = _keep_file(request, pk, generation, position)
    except Refused as refusal:
        return JsonResponse({"code": refusal.code, "sentence": str(refusal)}, status=422)
    return JsonResponse({"file": kept.pk, "name": kept.name})


def _keep_file(request: HttpRequest, pk: int, generation: int, position: int) -> AnswerFile:
    given = request.FILES.get("file")
    if given is None:
        raise BadRequest("file")
    if given.size > services.LARGEST_FILE:
        raise Refused(_("The file is larger than 20 MB."), code="too_large")
    return services.keep_answer_file(
        attempt_id=pk,
        generation=generation,
        position=position,
        name=given.name,
        content=given.read(),
        now=request.now,
    )


@csrf_protect
@login_required
def _save_form(request: HttpRequest, pk: int) -> HttpResponse:
    """One question of a browser without script, which then goes on to the next page."""
    generation = _generation(request.POST, pk, person=request.user.pk)
    paper = reverse("exams:attempt", args=[pk])
    try:
        answer = _from_form(request, pk, generation)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{paper}?tab={generation}&q={request.POST.get('position', '1')}")
    codes = services.save_responses(attempt_id=pk, generation=generation, answers=[answer], now=request.now)
    code = codes.get(answer["position"], "invalid")
    if code == "saved":
        go = request.POST.get("go", "")
        return redirect("exams:review", pk=pk) if go == "review" else redirect(f"{paper}?tab={generation}&q={go}")
    if code == "stale":
        messages.warning(request, _("A newer answer to this question is kept already. Look at it, and change it here."))
        return redirect(f"{paper}?tab={generation}&q={answer['position']}")
    over = _("The time is over. What was saved before counts.")
    sentences = {
        "ended": over,
        "late": over,
        "paused": _("The invigilator has paused the clock; nothing is saved meanwhile."),
        "superseded": _("The paper is open in another tab; this answer was not saved."),
        "invalid": _("This answer could not be read and was not saved."),
    }
    messages.error(request, sentences[code])
    return redirect("exams:attempt", pk=pk)


def _json(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != JSON:
        raise BadRequest("json")
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("json") from error
    if not isinstance(given, dict):
        raise BadRequest("json")
    return given


def _answers(given: dict[str, Any]) -> list[dict[str, Any]]:
    answers = given.get("answers")
    if not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
        raise BadRequest("answers")
    return answers[:MOST]


def _generation(given: Any, pk: int, person: int | None = None) -> int:
    """The tab's generation out of the signed token, which also says which attempt and whose it is."""
    try:
        attempt_id, generation, user_id = tab_of(str(given.get("token")))
    except signing.BadSignature as error:
        raise BadRequest("token") from error
    if attempt_id != pk or person not in (None, user_id):
        raise Http404
    return generation


def _moment(milliseconds: Any) -> datetime | None:
    if type(milliseconds) not in (int, float):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_form(request: HttpRequest, pk: int, generation: int) -> dict[str, Any]:
    post = request.POST
    try:
        position, seq = int(post.get("position", "")), int(post.get("seq", ""))
    except ValueError as error:
        raise BadRequest("position") from error
    answer = answer_in(post)
    if request.FILES.get("file"):
        answer = {"file": _keep_file(request, pk, generation, position).pk}
    return {"position": position, "seq": seq, "answer": answer, "marked": "marked" in post}
