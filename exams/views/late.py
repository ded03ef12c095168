"""What people do with evidence: accept late answers, open the file of an answer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exams import policy, services
from exams.forms import ReasonForm
from ground.errors import Refused
from ground.numbers import wholes
from people.policy import requires


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets the chosen late answers count."""
    attempt = get_object_or_404(policy.attempts_in_reach(request), pk=pk)
    form = ReasonForm(request.POST)
    positions = wholes(request.POST.getlist("position"))
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
