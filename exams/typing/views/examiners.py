"""What an examiner looks at and decides: flagged tests, one test with its evidence, and the recording behind a replay."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams import policy, services
from exams.models import Attempt, AttemptRuling
from exams.queries import released_to_candidate
from exams.typing import queries, replay
from exams.typing.models import TypingRun
from exams.typing.services import rulings
from exams.typing.tables import FlaggedTable
from ground.errors import Refused
from people.policy import has_role, requires

MOST_WORDS = 500


@require_safe
@requires(*policy.HOLDS_SITTINGS, reads=True)
def flagged(request: HttpRequest) -> HttpResponse:
    """Typing tests with something to look at, of people in reach."""
    table = FlaggedTable(request, queries.flagged(policy.candidates_in_reach(request)))
    if table.export_wanted:
        return table.export()
    return render(request, "exams/typing/flagged.html", {"table": table})


@require_safe
@never_cache
@requires(*policy.HOLDS_SITTINGS, reads=True)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One test: figures, flags with evidence, replay, the person's other results, and what can be decided."""
    shown = _run(request, pk)
    attempt = shown.attempt
    person = attempt.candidacy.user
    order = queries.waiting_order(attempt)
    may_decide = has_role(request, *policy.HOLDS_SITTINGS) and person.pk != request.user.pk
    return render(
        request,
        "exams/typing/run.html",
        {
            "run": shown,
            "attempt": attempt,
            "person": person,
            "flags": queries.flags_of(shown, queries.records_of(attempt)),
            "late": queries.late_batches(attempt),
            "compared": queries.recent_runs(shown, person),
            "rechecks": [
                (one, queries.figures_of(one)) for one in queries.rechecks_of(attempt) if one.typed is not None
            ],
            "rulings": attempt.rulings.select_related("by").order_by("id"),
            "order": order,
            "code": rulings.recheck_code(order) if order and may_decide else "",
            "minutes": rulings.RECHECK_MINUTES,
            "may_decide": may_decide,
        },
    )


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def rule(request: HttpRequest, pk: int, decision: str) -> HttpResponse:
    """Confirms a test, makes it void, or orders a re-check; each with a reason."""
    attempt = _run(request, pk).attempt
    reason = replay.storable(request.POST.get("reason", ""))[:MOST_WORDS]
    given = {"attempt": attempt, "by": request.user, "reason": reason, "now": request.now}
    try:
        if decision == AttemptRuling.Kind.RECHECK:
            rulings.order_recheck(**given)
            done = _("A re-check is ordered; the person has been told.")
        elif decision == AttemptRuling.Kind.VOID:
            services.rule(kind=decision, **given)
            done = _("The attempt is void and counts no more.")
        else:
            services.rule(kind=AttemptRuling.Kind.CONFIRM, **given)
            done = _("It is recorded that the attempt stands.")
        messages.success(request, done)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("exams:typing_run", pk=pk)


@require_safe
@never_cache
def recording(request: HttpRequest, pk: int) -> HttpResponse:
    """The keystrokes of an ended test as JSON: to its person once the result is released, and to examiners in reach."""
    ended = Q(typed__isnull=False) & ~Q(attempt__state=Attempt.State.OPEN)
    runs = TypingRun.objects.filter(ended).select_related("attempt__candidacy__sitting__exam")
    found = get_object_or_404(runs, attempt=pk)
    candidacy = found.attempt.candidacy
    mine = candidacy.user_id == request.user.pk and released_to_candidate(candidacy, request.now)
    if not mine and not (
        has_role(request, *policy.HOLDS_SITTINGS, reads=True)
        and policy.attempts_in_reach(request).filter(pk=pk).exists()
    ):
        get_object_or_404(TypingRun.objects.none())
    return JsonResponse(queries.recording(found), json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})


def _run(request: HttpRequest, pk: int) -> TypingRun:
    runs = TypingRun.objects.filter(attempt__in=policy.attempts_in_reach(request), typed__isnull=False)
    about = ("attempt__candidacy__sitting__exam", "attempt__candidacy__user", "attempt__part", "attempt__ordered")
    return get_object_or_404(runs.select_related(*about), attempt=pk)
