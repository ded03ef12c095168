"""The way of a batch: the signed token [attempt, tab, person] alone speaks, as for the answers of a paper.

No session is read and no person loaded, so it goes on after a sign-out, and a form of another site can neither forge the token
nor send the content type.
"""

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from exams.policy import tab_of
from exams.typing import services
from ground.errors import Refused

JSON = "application/json"
LARGEST = 256 * 1024
"""Bytes of one batch: 600 records take some 12 KiB."""


@login_not_required
@csrf_exempt
@require_POST
@never_cache
def batch(request: HttpRequest, pk: int) -> JsonResponse:
    """Keeps one batch of keystrokes: JSON {"seq", "hash", "records"} under the header X-Token.

    Answers {"seq", "late", "elapsed_ms"}, or {"code", "sentence"} with a status of 400 and more.
    """
    try:
        attempt_id, generation, _user = tab_of(request.headers.get("X-Token", ""))
    except signing.BadSignature:
        attempt_id = generation = None
    if attempt_id != pk:
        return _no("token", _("This page belongs to another test. Reload it."), 400)
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > LARGEST:
        return _no("too_large", _("The browser sent more than anybody can type. Reload the page."), 413)
    given = _given(request)
    if given is None:
        return _no("shape", _("The browser sent something unreadable. Reload the page."), 400)
    try:
        kept = services.append_batch(
            attempt_id=pk,
            generation=generation,
            seq=given.get("seq"),
            batch_hash=given.get("hash"),
            records=given.get("records"),
            now=request.now,
        )
    except Refused as refusal:
        return _no(refusal.code, str(refusal), 409)
    return JsonResponse({"seq": kept.seq, "late": kept.late, "elapsed_ms": kept.elapsed_ms})


def _given(request: HttpRequest) -> dict[str, Any] | None:
    if request.content_type != JSON:
        return None
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


def _no(code: str, sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"code": code, "sentence": sentence}, status=status)
