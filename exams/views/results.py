"""What came out, as its candidate sees it: the result page, the printed statement, a request to mark again; and the release."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams import policy, queries, services
from exams.models import Attempt
from ground.compiled import or_404
from ground.errors import Refused
from ground.numbers import whole
from people.models import Employment
from people.policy import requires, today


def _mine(request: HttpRequest, pk: int) -> queries.MySitting:
    return or_404(queries.marked_sitting(pk, request.user, request.now))


@require_safe
@never_cache
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """Score against pass mark by part, strength by topic, and each question as far as the exam reveals it."""
    return render(request, "exams/result.html", queries.result_page(_mine(request, pk), request.now))


@require_safe
@never_cache
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """The result as a sheet to print and sign; before the release it sends back to the result page, which says why."""
    row = _mine(request, pk)
    if row.shown is None:
        return redirect("exams:result", pk=pk)
    employment = Employment.objects.standing(today(request)).filter(user=request.user)
    page = queries.result_page(row, request.now)
    context = {"employment": employment.select_related("unit", "post", "level").first(), "now": request.now}
    return render(request, "exams/statement.html", page | context)


@require_POST
def ask_remark(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for an answer to be marked again."""
    attempt = get_object_or_404(Attempt.objects.filter(candidacy__user=request.user), pk=pk)
    reason, position = request.POST.get("reason", ""), whole(request.POST.get("choice", "")) or 0
    try:
        services.ask_remark(attempt=attempt, position=position, reason=reason, by=request.user, now=request.now)
        messages.success(request, _("Your request is with the examiners. Somebody who has not marked it answers."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("exams:result", pk=attempt.candidacy_id)


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets the candidates of a sitting see their results."""
    sitting = get_object_or_404(policy.sittings_in_reach(request), pk=pk)
    try:
        services.release(sitting=sitting, by=request.user, now=request.now)
        messages.success(request, _("The results are released and everybody is told."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("exams:sitting_figures", pk=pk)
