"""The annual plan."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ground.errors import Refused
from people.policy import has_role, reach, requires, today, units_in_reach
from plans import policy, queries, services
from plans.forms import PlanForm
from plans.models import AnnualPlan
from plans.progress import Progress
from plans.tables import BADGES, WORDS, ItemTable
from plans.views.acts import attempt

SHOWN_AT_ONCE = 200
"""Items; a longer plan is shown a month at a time."""


@requires(*policy.READS_PLANS, reads=True)
def plan_list(request: HttpRequest) -> HttpResponse:
    """The plans, newest year first, with plan against actual."""
    context = {
        "plans": queries.plans_with_progress(AnnualPlan.objects.all(), request.now),
        "may_write": has_role(request, *policy.PROPOSES),
        "may_see_units": has_role(request, *policy.READS_UNIT_PLAN, reads=True),
    }
    return render(request, "plans/plan_list.html", context)


@requires(*policy.PROPOSES)
def plan_new(request: HttpRequest) -> HttpResponse:
    """Drafts the plan of a year that has none."""
    this = today(request).year
    taken = set(AnnualPlan.objects.values_list("year", flat=True))
    years = [year for year in (this + 1, this) if year not in taken]
    if not years:
        messages.info(request, _("This year and the next have their plans already."))
        return redirect("plans:plan_list")
    name = _("Training plan %(year)s") % {"year": years[0]}
    form = PlanForm(request.POST or None, years=years, initial={"year": years[0], "name": name})
    if request.method == "POST" and form.is_valid():
        try:
            plan = services.draft_plan(by=request.user, now=request.now, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return redirect("plans:plan", plan.year)
    return render(request, "plans/plan_new.html", {"form": form})


@requires(*policy.READS_PLANS, reads=True)
def plan(request: HttpRequest, year: int) -> HttpResponse:
    """A plan by month, against what happened; what its state allows whom."""
    found = get_object_or_404(AnnualPlan.objects.select_related("proposed_by", "approved_by"), year=year)
    units = units_in_reach(request, *policy.READS_PLANS, reads=True)
    rows = queries.item_rows(found.items.filter(unit__in=units), request.now)
    table = ItemTable(request, rows)
    if table.export_wanted:
        return table.export()
    on = today(request)
    months = queries.months_of(rows, request.now)
    shown = months if len(rows) <= SHOWN_AT_ONCE else _one_month(request, months)
    state = found.state
    context = {
        "plan": found,
        "months": [(month, _described(month.rows)) for month in shown],
        "tabs": months if len(shown) < len(months) else [],
        "count": queries.total_of(rows, request.now),
        "export_url": table.export_url,
        "may_add": state == AnnualPlan.State.DRAFT and has_role(request, *policy.WRITES_ITEMS),
        "may_propose": state == AnnualPlan.State.DRAFT and policy.may_propose(request.user, on),
        "may_approve": state == AnnualPlan.State.PROPOSED and policy.may_approve(request.user, found, on),
        "may_return": state == AnnualPlan.State.PROPOSED
        and (found.proposed_by_id == request.user.pk or policy.may_approve(request.user, found, on)),
        "may_reopen": state == AnnualPlan.State.APPROVED and policy.may_propose(request.user, on),
        "is_proposer": found.proposed_by_id == request.user.pk,
    }
    return render(request, "plans/plan.html", context)


def _one_month(request: HttpRequest, months: list[queries.Month]) -> list[queries.Month]:
    """Of a long plan the month that is asked for, else this one, else the first."""
    by_name = {f"{month.month:%Y-%m}": month for month in months}
    this = by_name.get(f"{today(request):%Y-%m}", months[0])
    return [by_name.get(request.GET.get("month", ""), this)]


def _described(rows: list[queries.ItemRow]) -> list[dict[str, Any]]:
    marks = {Progress.DONE: ("done", "check"), Progress.LATE: ("late", "clock"), Progress.HELD: ("near", "clock")}
    described = []
    for row in rows:
        dot, icon = marks.get(row.state, ("", "calendar" if row.state == Progress.SCHEDULED else "plan"))
        words = {"row": row, "word": WORDS[row.state], "badge": BADGES[row.state], "dot": dot, "icon": icon}
        described.append(words)
    return described


def _plan_act(
    request: HttpRequest, year: int, service: Callable[..., Any], done: str, *, with_reason: bool = False
) -> HttpResponse:
    found = get_object_or_404(AnnualPlan, year=year)
    given = {"reason": request.POST.get("reason", "")[:200]} if with_reason else {}
    attempt(request, lambda: service(plan=found, by=request.user, now=request.now, **given), done)
    return redirect("plans:plan", year)


@require_POST
@requires(*policy.PROPOSES)
def plan_propose(request: HttpRequest, year: int) -> HttpResponse:
    """Hands the plan over for approval by another person."""
    return _plan_act(request, year, services.propose_plan, _("Proposed. Another person must approve it."))


@require_POST
@requires(*policy.APPROVES)
def plan_approve(request: HttpRequest, year: int) -> HttpResponse:
    """Puts the plan into force."""
    return _plan_act(request, year, services.approve_plan, _("The plan is approved."))


@require_POST
@requires(*policy.APPROVES)
def plan_return(request: HttpRequest, year: int) -> HttpResponse:
    """Sends the plan back to its draft."""
    return _plan_act(request, year, services.return_plan, _("The plan is a draft again."), with_reason=True)


@require_POST
@requires(*policy.PROPOSES)
def plan_reopen(request: HttpRequest, year: int) -> HttpResponse:
    """Opens an approved plan to change it."""
    return _plan_act(request, year, services.reopen_plan, _("The plan is a draft again."), with_reason=True)


@requires(*policy.READS_UNIT_PLAN, reads=True)
def unit_plan(request: HttpRequest) -> HttpResponse:
    """What the approved plan of the year holds for one's units."""
    paths = reach(request, *policy.READS_UNIT_PLAN, reads=True)
    year = today(request).year
    rows = queries.items_over(paths, year, request.now)
    table = ItemTable(request, rows)
    if table.export_wanted:
        return table.export()
    context = {"table": table, "year": year, "count": queries.total_of(rows, request.now)}
    return render(request, "plans/unit_plan.html", context)
