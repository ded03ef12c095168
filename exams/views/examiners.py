"""What an examiner opens: the list of sittings, opening and changing one, one candidate, and the decisions about them."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from exams import policy, queries, services
from exams.forms import GrantForm, InviteForm, MakeupForm, MoveForm, ReasonForm, SittingEditForm, SittingForm
from exams.models import AttemptRuling, Exam, Incident, TimeGrant
from exams.tables import SittingTable
from exams.views.candidates import safe_browser_response
from ground.errors import Refused
from people.models import Role
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
                **form.guarding(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _say_invited(request, opened.candidacies.count())
            return redirect("exams:sitting", pk=opened.pk)
    return render(request, "exams/sitting_new.html", {"form": form})


@requires(*policy.HOLDS_SITTINGS)
def sitting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, place and guards of a sitting."""
    shown = get_object_or_404(policy.sittings_in_reach(request), pk=pk)
    own = queries.own_config_key(shown)
    initial = {
        "name": shown.name,
        "place": shown.place,
        "access_code": shown.access_code,
        "addresses": "\n".join(shown.addresses),
        "own_safe_browser": own in shown.config_keys,
        "config_keys": "\n".join(key for key in shown.config_keys if key != own),
        "browser_keys": "\n".join(shown.browser_keys),
    }
    form = SittingEditForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.guard_sitting(sitting=shown, by=request.user, now=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The sitting is changed."))
            return redirect("exams:sitting", pk=pk)
    title, action = _("Change the sitting"), _("Save")
    return render(
        request, "exams/sitting_form.html", {"sitting": shown, "form": form, "title": title, "action": action}
    )


@requires(*policy.HOLDS_SITTINGS)
def sitting_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another window for a sitting."""
    shown = get_object_or_404(policy.sittings_in_reach(request), pk=pk)
    form = MoveForm(request.POST or None, initial={"opens_at": shown.opens_at, "closes_at": shown.closes_at})
    if request.method == "POST" and form.is_valid():
        try:
            services.move_sitting(sitting=shown, by=request.user, now=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The window is moved; everybody invited is told."))
            return redirect("exams:sitting", pk=pk)
    context = {"sitting": shown, "form": form, "title": _("Move the window"), "action": pgettext("window", "Move")}
    return render(request, "exams/sitting_form.html", context)


@requires(*policy.HOLDS_SITTINGS)
def sitting_makeup(request: HttpRequest, pk: int) -> HttpResponse:
    """A make-up sitting for the failed and the absent."""
    shown = get_object_or_404(policy.sittings_in_reach(request), pk=pk)
    opens = timezone.localtime(request.now).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=7)
    name = _("%(sitting)s, make-up") % {"sitting": shown.name[:70]}
    form = MakeupForm(
        request.POST or None,
        initial={"name": name, "opens_at": opens, "closes_at": opens + timedelta(hours=9), "place": shown.place},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.makeup_sitting(sitting=shown, by=request.user, now=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _say_invited(request, made.candidacies.count())
            return redirect("exams:sitting", pk=made.pk)
    people = queries.without_a_pass(shown).count()
    return render(
        request,
        "exams/sitting_form.html",
        {
            "sitting": shown,
            "form": form,
            "title": _("Make-up sitting"),
            "lead": ngettext(
                "%(people)s person has not passed: failed or absent.",
                "%(people)s people have not passed: failed or absent.",
                people,
            )
            % {"people": people},
            "action": _("Open and invite"),
        },
    )


@require_safe
@requires(*policy.HOLDS_SITTINGS, reads=True)
def sitting_safe_browser(request: HttpRequest, pk: int) -> HttpResponse:
    """The settings file for the Safe Exam Browser, to hand out."""
    return safe_browser_response(get_object_or_404(policy.sittings_in_reach(request), pk=pk))


def _say_invited(request: HttpRequest, people: int) -> None:
    sentence = ngettext("%(people)s person is invited.", "%(people)s people are invited.", people)
    messages.success(request, sentence % {"people": people})


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
    fields = ("extra_percent", "extra_minutes", "extra_tries", "typing_threshold")
    form = GrantForm(initial={name: getattr(shown, name) for name in fields})
    return render(
        request,
        "exams/candidate.html",
        {
            "candidacy": shown,
            "row": queries.my_sitting(shown, request.now),
            "rulings": AttemptRuling.objects.filter(attempt__candidacy=shown).select_related("by", "attempt__part"),
            "late": queries.late_answers(shown),
            "incidents": Incident.objects.filter(candidacy=shown).select_related("by"),
            "grants": TimeGrant.objects.filter(attempt__candidacy=shown).select_related("by", "attempt__part"),
            "form": form,
            "may_decide": has_role(request, *policy.HOLDS_SITTINGS) and shown.user_id != request.user.pk,
            "may_mark": has_role(request, *policy.MARKS) and shown.user_id != request.user.pk,
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


@require_safe
@requires(*policy.WRITES_QUESTIONS, Role.AUDITOR)
def exam_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the bank can fill every part of an exam, and how much two candidates share."""
    exam = get_object_or_404(Exam.objects.select_related("level"), pk=pk)
    parts = queries.exam_check(exam)
    ready = bool(parts) and all(part.ready for part in parts)
    context = {"exam": exam, "parts": parts, "ready": ready}
    context["may_write"] = has_role(request, *policy.WRITES_QUESTIONS)
    return render(request, "exams/exam_check.html", context)
