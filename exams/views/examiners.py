"""What an examiner opens: sittings, the live board, one candidate, and the decisions about them."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from exams import policy, queries, services
from exams.forms import GrantForm, InviteForm, ReasonForm, SittingForm
from exams.models import AttemptRuling
from exams.tables import STATES, SittingTable, state_of
from ground.errors import Refused
from people.policy import has_role, requires, units_in_reach


@require_safe
@requires(*policy.HOLDS_SITTINGS, reads=True)
def sitting_list(request: HttpRequest) -> HttpResponse:
    """Every sitting in reach."""
    table = SittingTable(request, policy.sittings_in_reach(request))
    if table.export_wanted:
        return table.export()
    return render(
        request, "exams/sitting_list.html", {"table": table, "may_open": has_role(request, *policy.HOLDS_SITTINGS)}
    )


@requires(*policy.HOLDS_SITTINGS)
def sitting_new(request: HttpRequest) -> HttpResponse:
    """Opens a sitting and invites the people it is for."""
    tomorrow = timezone.localtime(request.now).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    form = SittingForm(
        request.POST or None,
        units=units_in_reach(request, *policy.HOLDS_SITTINGS),
        staff=policy.candidates_in_reach(request),
        initial={"opens_at": tomorrow, "closes_at": tomorrow + timedelta(hours=9)},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            opened = services.open_sitting(
                exam=given["exam"],
                name=given["name"],
                opens_at=given["opens_at"],
                closes_at=given["closes_at"],
                place=given["place"],
                audience=form.audience(),
                by=request.user,
                now=request.now,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            people = opened.candidacies.count()
            sentence = ngettext("%(people)s person is invited.", "%(people)s people are invited.", people)
            messages.success(request, sentence % {"people": people})
            return redirect("exams:sitting", pk=opened.pk)
    return render(request, "exams/sitting_new.html", {"form": form})


@require_safe
@requires(*policy.HOLDS_SITTINGS, reads=True)
def sitting(request: HttpRequest, pk: int) -> HttpResponse:
    """The live board; htmx asks for its middle every ten seconds."""
    shown = get_object_or_404(policy.sittings_in_reach(request), pk=pk)
    rows = queries.board(shown, request.now, policy.candidates_in_reach(request))
    state = state_of(shown, request.now)
    context = {
        "sitting": shown,
        "rows": rows,
        "state": state,
        "state_word": STATES[state][0],
        "state_badge": STATES[state][1],
        "sitting_now": sum(row.state == "sitting" for row in rows),
        "done": sum(row.result is not None for row in rows),
        "passed": sum(row.result is not None and row.result.passed for row in rows),
        "absent": sum(row.state in ("absent", "coming") for row in rows),
        "may_decide": has_role(request, *policy.HOLDS_SITTINGS),
        "live": state == "open" or any(row.open for row in rows),
    }
    if request.htmx:
        return render(request, "exams/board.html", context)
    return render(request, "exams/sitting.html", context | {"invite": InviteForm(staff=None)})


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds people by number."""
    shown = get_object_or_404(policy.sittings_in_reach(request), pk=pk)
    form = InviteForm(request.POST, staff=policy.candidates_in_reach(request))
    if form.is_valid():

        def add() -> str:
            new = services.invite(sitting=shown, users=form.cleaned_data["numbers"], by=request.user, now=request.now)
            return ngettext("%(people)s person is invited.", "%(people)s people are invited.", new) % {"people": new}

        _decide(request, add)
    else:
        messages.error(request, " ".join(form.errors.get("numbers", [])))
    return redirect("exams:sitting", pk=pk)


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Calls a sitting off."""
    shown = get_object_or_404(policy.sittings_in_reach(request), pk=pk)
    reason = _reason(request)

    def call_off() -> str:
        services.cancel_sitting(sitting=shown, by=request.user, reason=reason, now=request.now)
        return _("The sitting has been called off.")

    _decide(request, call_off)
    return redirect("exams:sitting", pk=pk)


@require_safe
@requires(*policy.HOLDS_SITTINGS, reads=True)
def candidate(request: HttpRequest, pk: int) -> HttpResponse:
    """One candidate: every try, what was granted, and what can be decided."""
    candidacies = policy.candidacies_in_reach(request).select_related("user", "result", "override_by")
    shown = get_object_or_404(queries.with_attempts(candidacies), pk=pk)
    form = GrantForm(initial={"extra_minutes": shown.extra_minutes, "extra_tries": shown.extra_tries})
    return render(
        request,
        "exams/candidate.html",
        {
            "candidacy": shown,
            "row": queries.my_sitting(shown, request.now),
            "rulings": AttemptRuling.objects.filter(attempt__candidacy=shown).select_related("by", "attempt__part"),
            "form": form,
            "may_decide": has_role(request, *policy.HOLDS_SITTINGS) and shown.user_id != request.user.pk,
        },
    )


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Sets a candidate's extra minutes and tries."""
    shown = get_object_or_404(policy.candidacies_in_reach(request), pk=pk)
    form = GrantForm(request.POST)
    if form.is_valid():

        def give() -> str:
            services.grant(candidacy=shown, by=request.user, now=request.now, **form.cleaned_data)
            return _("The candidate now has this.")

        _decide(request, give)
    else:
        messages.error(request, _("Give minutes, tries and a reason."))
    return redirect("exams:candidate", pk=pk)


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def excuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Excuses a candidate."""
    shown = get_object_or_404(policy.candidacies_in_reach(request), pk=pk)
    reason = _reason(request)

    def let_off() -> str:
        services.excuse(candidacy=shown, by=request.user, reason=reason, now=request.now)
        return _("The candidate is excused.")

    _decide(request, let_off)
    return redirect("exams:candidate", pk=pk)


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends an attempt."""
    attempt = get_object_or_404(policy.attempts_in_reach(request).select_related("candidacy"), pk=pk)
    reason = _reason(request)

    def stop() -> str:
        services.end_attempt(attempt=attempt, by=request.user, reason=reason, now=request.now)
        return _("The attempt has ended; what was answered is graded.")

    _decide(request, stop)
    return redirect("exams:candidate", pk=attempt.candidacy_id)


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an ended attempt out of the count."""
    return _rule(request, pk, AttemptRuling.Kind.VOID, _("The attempt is void and counts no more."))


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Records that an attempt stands."""
    return _rule(request, pk, AttemptRuling.Kind.CONFIRM, _("It is recorded that the attempt stands."))


def _rule(request: HttpRequest, pk: int, kind: str, done: str) -> HttpResponse:
    attempt = get_object_or_404(policy.attempts_in_reach(request), pk=pk)
    reason = _reason(request)

    def decide() -> str:
        services.rule(attempt=attempt, kind=kind, by=request.user, reason=reason, now=request.now)
        return done

    _decide(request, decide)
    return redirect("exams:candidate", pk=attempt.candidacy_id)


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    return form.cleaned_data["reason"] if form.is_valid() else ""


def _decide(request: HttpRequest, act: Callable[[], str]) -> None:
    """Does it and says so, or says why not."""
    try:
        messages.success(request, act())
    except Refused as refusal:
        messages.error(request, str(refusal))
