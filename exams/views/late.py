"""What people do with evidence: accept late answers, open the file of an answer."""

from django.contrib import messages
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exams import policy, queries, services
from exams.forms import ReasonForm
from exams.models import AnswerFile
from ground.errors import Refused
from people.policy import requires


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets the chosen late answers count."""
    attempt = get_object_or_404(policy.attempts_in_reach(request), pk=pk)
    form = ReasonForm(request.POST)
    positions = [int(given) for given in request.POST.getlist("position") if given.isascii() and given.isdigit()]
    try:
        services.accept_late(
            attempt=attempt,
            positions=positions[:200],
            by=request.user,
            reason=form.cleaned_data["reason"] if form.is_valid() else "",
            now=request.now,
        )
        messages.success(request, _("The late answers count now."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("exams:candidate", pk=attempt.candidacy_id)


@require_safe
def answer_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of an answer, for those who mark it, and for its candidate once results and answers are shown."""
    kept = get_object_or_404(AnswerFile.objects.select_related("attempt__candidacy__sitting"), pk=pk)
    attempt = kept.attempt
    mine = attempt.candidacy.user_id == request.user.pk
    marks = policy.attempts_in_reach(request).filter(pk=attempt.pk).exists()
    if not marks and not (mine and queries.released(attempt, attempt.candidacy.sitting, request.now)):
        raise Http404
    storage = storages["private"]
    if not storage.exists(kept.stored):
        raise Http404
    inline = kept.content_type.startswith(("audio/", "image/"))
    response = FileResponse(
        storage.open(kept.stored), as_attachment=not inline, filename=kept.name, content_type=kept.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
