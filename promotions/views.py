"""Pages of promotions: my way, rounds, cases, nominations."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ground.errors import Refused
from people.policy import has_role, requires, staff_in_reach, today, units_in_reach
from promotions import policy, queries, services
from promotions.forms import AppealForm, DemotionForm, ExceptionalForm, ProposeForm, RoundForm, VoteForm
from promotions.models import Case, Decision, Mediation, ReviewRound
from promotions.tables import CaseTable, DemotionTable, PanelCaseTable, RoundTable, ready_table

MOST_READY = 500


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """My way to the next level, and my cases."""
    on = today(request)
    employment = request.user.employments.all().current(on).select_related("level").first()
    cases = request.user.promotion_cases.select_related("round", "from_level", "to_level", "decision").order_by(
        "-proposed_at"
    )
    way = queries.way(request.user, on, released_at=request.now)
    return render(request, "promotions/mine.html", {"way": way, "employment": employment, "cases": cases})


@require_safe
@requires(*policy.READERS, reads=True)
def round_list(request: HttpRequest) -> HttpResponse:
    """Review rounds."""
    table = RoundTable(request, queries.rounds(policy.visible_rounds(request)))
    if table.export_wanted:
        return table.export()
    context = {
        "table": table,
        "may_open": has_role(request, *policy.STEWARDS),
        "may_see_demotions": has_role(request, *policy.STEWARDS, reads=True),
        "may_propose": has_role(request, *policy.PROPOSERS, reads=True),
    }
    return render(request, "promotions/round_list.html", context)


@requires(*policy.STEWARDS)
def round_new(request: HttpRequest) -> HttpResponse:
    """Opens a review round."""
    on = today(request)
    form = RoundForm(request.POST or None, on=on, initial={"year": on.year})
    if request.method == "POST" and form.is_valid():
        try:
            review = services.open_round(**form.cleaned_data, by=request.user, now=request.now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The round is open for nominations."))
            return redirect("promotions:round", review.pk)
    return render(request, "promotions/round_new.html", {"form": form})


@require_safe
@requires(*policy.READERS, reads=True)
def round_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A round: its dates, its panel and the cases the person may see."""
    review = get_object_or_404(policy.visible_rounds(request).prefetch_related("panel"), pk=pk)
    on = today(request)
    cases = queries.cases_of(review, policy.visible_cases(request), on)
    on_panel = any(member.pk == request.user.pk for member in review.panel.all())
    for case in cases:
        mine = [vote for vote in case.votes.all() if vote.member_id == request.user.pk]
        part = request.user.pk in (case.user_id, case.proposed_by_id)
        case.vote_owed = on_panel and not mine and not part and case.state == Case.State.IN_REVIEW
        case.my_vote = mine[-1].get_choice_display() if mine else (_("not yet") if case.vote_owed else "")
    table = (PanelCaseTable if on_panel else CaseTable)(request, cases)
    if table.export_wanted:
        return table.export()
    nominating = review.state == ReviewRound.State.NOMINATING
    context = {
        "round": review,
        "table": table,
        "steward": has_role(request, *policy.STEWARDS),
        "may_propose": nominating and on <= review.nominate_until and has_role(request, *policy.PROPOSERS),
        "propose_url": f"{reverse('promotions:ready')}?round={review.pk}",
        "owed": sum(case.vote_owed for case in cases),
        "waiting": review.cases.filter(state__in=[Case.State.PROPOSED, Case.State.IN_REVIEW]).count(),
        "days_left": (review.nominate_until - on).days,
    }
    return render(request, "promotions/round.html", context)


@require_POST
@requires(*policy.STEWARDS)
def round_bring(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends nominations and brings the cases before the panel."""
    review = get_object_or_404(ReviewRound, pk=pk)
    _try(
        request,
        lambda: services.bring_to_panel(round=review, by=request.user, now=request.now),
        _("The cases are before the panel; their dossiers are frozen."),
    )
    return redirect("promotions:round", pk)


@require_POST
@requires(*policy.STEWARDS)
def round_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Files the round."""
    review = get_object_or_404(ReviewRound, pk=pk)
    _try(
        request,
        lambda: services.close_round(round=review, by=request.user, now=request.now),
        _("The round is closed."),
    )
    return redirect("promotions:round", pk)


@require_safe
@requires(*policy.PROPOSERS, reads=True)
def ready(request: HttpRequest) -> HttpResponse:
    """People within reach who have a way up, the furthest first; at most 500 are judged at once."""
    on = today(request)
    units = units_in_reach(request, *policy.PROPOSERS, reads=True)
    chosen = request.GET.get("unit", "")
    unit = units.filter(pk=chosen).first() if chosen.isdecimal() else None
    within = units if unit is None else units & queries.units_below(unit)
    people = queries.candidates(within, on).exclude(user=request.user)
    count = people.count()
    rows = queries.readiness(people, on) if count <= MOST_READY else []
    open_rounds = ReviewRound.objects.filter(state=ReviewRound.State.NOMINATING, nominate_until__gte=on)
    wanted = request.GET.get("round", "")
    review = open_rounds.filter(pk=wanted).first() if wanted.isdecimal() else None
    review = review or open_rounds.order_by("nominate_until").first()
    cases = review.cases.exclude(state=Case.State.WITHDRAWN) if review else Case.objects.none()
    proposing = review if has_role(request, *policy.PROPOSERS) else None
    table = ready_table(request, rows, proposing, {case.user_id: case for case in cases})
    if table.export_wanted:
        return table.export()
    context = {"table": table, "round": review, "too_many": count if count > MOST_READY else 0, "most": MOST_READY}
    return render(request, "promotions/ready.html", context)


@requires(*policy.PROPOSERS)
def propose(request: HttpRequest, pk: int, user_pk: int) -> HttpResponse:
    """Proposes a person, with every requirement in sight."""
    on = today(request)
    review = get_object_or_404(ReviewRound, pk=pk)
    user = get_object_or_404(staff_in_reach(request, *policy.PROPOSERS), pk=user_pk)
    way = queries.way(user, on)
    missing = way is not None and way.met < way.total
    form = (ExceptionalForm if missing else ProposeForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            case = services.propose(
                round=review,
                user=user,
                by=request.user,
                justification=form.cleaned_data["justification"],
                exceptional=form.cleaned_data.get("exceptional", False),
                now=request.now,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is proposed.") % {"name": user})
            return redirect("promotions:case", case.pk)
    context = {"round": review, "person": user, "way": way, "missing": missing, "form": form}
    return render(request, "promotions/propose.html", context)


@require_safe
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A case with its dossier, to print or to act on."""
    return _case_page(request, _case(request, pk))


@require_POST
def case_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """A panel member votes."""
    case = _case(request, pk)
    form = VoteForm(request.POST)
    if not form.is_valid():
        return _case_page(request, case, vote_form=form)
    try:
        services.vote(case=case, member=request.user, now=request.now, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _case_page(request, case, vote_form=form)
    messages.success(request, _("Your vote is recorded."))
    return redirect("promotions:case", pk)


@require_POST
def case_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Personnel promotes or refuses."""
    case = _case(request, pk)
    outcome, reason = request.POST.get("outcome", ""), request.POST.get("reason", "")
    _try(
        request,
        lambda: services.decide(case=case, outcome=outcome, reason=reason, by=request.user, now=request.now),
        _("The decision is filed, and the person is told."),
    )
    return redirect("promotions:case", pk)


@require_POST
def case_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a case back."""
    case = _case(request, pk)
    _try(
        request,
        lambda: services.withdraw(case=case, by=request.user, reason=request.POST.get("reason", ""), now=request.now),
        _("The case is withdrawn."),
    )
    return redirect("promotions:case", pk)


@require_POST
def case_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """The person appeals against a refusal."""
    case = _case(request, pk)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _case_page(request, case, appeal_form=form)
    _try(
        request,
        lambda: services.appeal(case=case, text=form.cleaned_data["text"], by=request.user, now=request.now),
        _("Your appeal is filed. Your department mediates first, then personnel rules on it."),
    )
    return redirect("promotions:case", pk)


@require_POST
def appeal_mediate(request: HttpRequest, pk: int) -> HttpResponse:
    """The head of the department says what came of the mediation."""
    case = get_object_or_404(policy.visible_cases(request).filter(appeal__isnull=False), pk=pk)
    _try(
        request,
        lambda: services.mediate(
            appeal=case.appeal,
            outcome=request.POST.get("outcome", ""),
            note=request.POST.get("reason", ""),
            by=request.user,
            now=request.now,
        ),
        _("The mediation is filed, and the person is told."),
    )
    return redirect("promotions:case", pk)


@require_POST
def appeal_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Personnel rules on an appeal."""
    case = get_object_or_404(policy.visible_cases(request).filter(appeal__isnull=False), pk=pk)
    _try(
        request,
        lambda: services.rule_on_appeal(
            appeal=case.appeal,
            upheld=request.POST.get("upheld") == "yes",
            ruling=request.POST.get("reason", ""),
            by=request.user,
            now=request.now,
        ),
        _("The ruling is filed, and the person is told."),
    )
    return redirect("promotions:case", pk)


@require_safe
@requires(*policy.STEWARDS, reads=True)
def demotions(request: HttpRequest) -> HttpResponse:
    """Demotions that violations ask for; an auditor reads the list."""
    people = staff_in_reach(request, *policy.STEWARDS, reads=True).exclude(pk=request.user.pk)
    acting = staff_in_reach(request, *policy.STEWARDS)
    table = DemotionTable(request, queries.demotions(people, today(request)), acting)
    if table.export_wanted:
        return table.export()
    return render(request, "promotions/demotions.html", {"table": table})


@requires(*policy.STEWARDS)
def demote(request: HttpRequest, user_pk: int) -> HttpResponse:
    """Carries out a demotion that a violation asks for."""
    on = today(request)
    people = staff_in_reach(request, *policy.STEWARDS).exclude(pk=request.user.pk)
    violation = get_object_or_404(queries.demotions(people, on).filter(user=user_pk).order_by("-valid_from", "-pk")[:1])
    user = violation.user
    levels = queries.levels_below(user, on)
    form = DemotionForm(request.POST or None, levels=levels, initial={"on": on})
    if request.method == "POST" and form.is_valid():
        try:
            services.demote(user=user, **form.cleaned_data, by=request.user, now=request.now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The demotion is filed, and the person is told."))
            return redirect("promotions:demotions")
    context = {
        "person": user,
        "violation": violation,
        "form": form,
        "levels": levels,
        "own_record": violation.by_id == request.user.pk,
    }
    return render(request, "promotions/demote.html", context)


def _case(request: HttpRequest, pk: int) -> Case:
    cases = (
        policy.visible_cases(request)
        .select_related(
            "round", "user", "to_level", "proposed_by", "from_level", "rule_version", "dossier", "decision__by"
        )
        .select_related("appeal__ruled_by", "appeal__mediation__by")
    )
    return get_object_or_404(cases.prefetch_related("round__panel", "votes__member"), pk=pk)


def _case_page(request: HttpRequest, case: Case, **forms: Any) -> HttpResponse:
    on = today(request)
    sight = policy.sight(request.user, case, on)
    dossier = getattr(case, "dossier", None)
    decision: Decision | None = getattr(case, "decision", None)
    if dossier is not None:
        judged, names = queries.judged_in(dossier), dossier.content["names"]
    else:
        judged = queries.judged_cases([case], on)[case.pk]
        names = queries.names_of(case.rule_version.requirements)
    mine = [vote for vote in queries.newest_votes(case) if vote.member_id == request.user.pk]
    voters = policy.entitled(case)
    voter_ids = {member.pk for member in voters}
    votes = [vote for vote in queries.newest_votes(case) if vote.member_id in voter_ids]
    appeal = getattr(case, "appeal", None)
    may_appeal = (
        sight.is_person
        and case.state == Case.State.REFUSED
        and appeal is None
        and decision is not None
        and on <= services.appeal_until(decision)
    )
    open_case = case.state in (Case.State.PROPOSED, Case.State.IN_REVIEW)
    writes = not (sight.is_auditor and not sight.is_steward)
    initial = {"choice": mine[0].choice, "reason": mine[0].reason} if mine else {}
    context = {
        "case": case,
        "sight": sight,
        "dossier": queries.shown_dossier(dossier) if dossier is not None else None,
        "fingerprint": dossier.content_hash[:12] if dossier is not None else "",
        "frozen_at": dossier.frozen_at if dossier is not None else None,
        "steps": queries.steps(judged, names, hidden=set() if sight.ratings else {"appraisals"}),
        "met": sum(one.met for one in judged),
        "decision": decision,
        "appeal": appeal,
        "appeal_until": services.appeal_until(decision) if decision is not None else None,
        "votes": votes,
        "voters": len(voters),
        "needed": queries.quorum(len(voters)),
        "quorum_reached": len(votes) >= queries.quorum(len(voters)),
        "tally": queries.tally(votes),
        "may_appeal": may_appeal,
        "may_withdraw": open_case and writes and (sight.is_person or sight.is_proposer or sight.is_steward),
        "mediate_until": services.mediate_until(appeal) if appeal is not None else None,
        "may_mediate": appeal is not None
        and appeal.ruled_at is None
        and not hasattr(appeal, "mediation")
        and policy.may_mediate(request.user, case, on),
        "may_rule": appeal is not None
        and decision is not None
        and request.user.pk != decision.by_id
        and policy.may_decide(request.user, case, on)
        and services.may_be_ruled(appeal, on),
        "takes_effect": max(case.round.effective_on, on),
        "outcome_promote": [("outcome", Decision.Outcome.PROMOTE)],
        "outcome_refuse": [("outcome", Decision.Outcome.REFUSE)],
        "mediation_settled": [("outcome", Mediation.Outcome.SETTLED)],
        "mediation_unsettled": [("outcome", Mediation.Outcome.UNSETTLED)],
        "ruling_yes": [("upheld", "yes")],
        "ruling_no": [("upheld", "no")],
        "vote_form": VoteForm(initial=initial),
        "appeal_form": AppealForm(),
        **forms,
    }
    return render(request, "promotions/case.html", context)


def _try(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    """Does it and says so, or says why not."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
