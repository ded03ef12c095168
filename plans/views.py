"""The pages of needs and plans."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from courses import queries as courses
from ground.errors import Refused
from ground.tables import NumberedPaginator
from people.policy import has_role, reach, requires, today, units_in_reach
from plans import needs as rules
from plans import policy, queries, services
from plans.forms import ItemForm, PlanForm, ScheduleForm, WishForm
from plans.models import AnnualPlan, Need, PlanItem
from plans.progress import Progress
from plans.tables import BADGES, WORDS, ItemTable

NEEDS_A_PAGE = 40


def _attempt(request: HttpRequest, act: Callable[[], Any], done: str) -> bool:
    """Does one act and says what came of it."""
    try:
        act()
    except Refused as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True


# Needs


def _year(request: HttpRequest) -> int:
    asked = request.GET.get("year", "")
    this = today(request).year
    return int(asked) if asked.isdecimal() and this - 5 <= int(asked) <= this + 1 else this


@requires(*policy.WORKS_ON_NEEDS, reads=True)
def needs(request: HttpRequest) -> HttpResponse:
    """The inbox: needs of the units in reach with their evidence, the courses that teach the topic, and what to do."""
    units = units_in_reach(request, *policy.WORKS_ON_NEEDS, reads=True)
    year, state = _year(request), request.GET.get("state", "")
    if state not in Need.State.values:
        state = Need.State.OPEN
    rows = queries.needs_of(units, year, state).order_by("unit__path", "topic__strand__order", "topic__order", "id")
    page = NumberedPaginator(rows, NEEDS_A_PAGE).get_page(request.GET.get("page"))
    counts = queries.counts_by_state(units, year)
    this = today(request).year
    context = {
        "units": queries.needs_inbox(Need.objects.filter(pk__in=[need.pk for need in page.object_list])),
        "page": page,
        "year": year,
        "years": sorted({year, this - 1, this, this + 1}),
        "state": state,
        "states": [(value, label, counts[value]) for value, label in Need.State.choices],
        "limits": queries.thresholds(),
        "may_work": has_role(request, *policy.WORKS_ON_NEEDS),
        "plan": AnnualPlan.objects.filter(year=year).first(),
    }
    return render(request, "plans/needs.html", context)


@require_POST
@requires(*policy.WORKS_ON_NEEDS)
def needs_find(request: HttpRequest) -> HttpResponse:
    """Looks through exams, findings and certificates now."""
    found = services.find_needs(year=today(request).year, now=request.now)
    messages.success(
        request,
        ngettext("%(count)s need stands on today's facts.", "%(count)s needs stand on today's facts.", len(found))
        % {"count": len(found)},
    )
    return redirect("plans:needs")


def _need(request: HttpRequest, pk: int) -> Need:
    return get_object_or_404(Need, pk=pk, unit__in=units_in_reach(request, *policy.WORKS_ON_NEEDS))


def _back_to_needs(need: Need) -> HttpResponse:
    return redirect(f"{reverse('plans:needs')}?year={need.year}")


@require_POST
@requires(*policy.WORKS_ON_NEEDS)
def need_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a need aside with a reason."""
    need, reason = _need(request, pk), request.POST.get("reason", "")[:200]
    _attempt(
        request,
        lambda: services.decline_need(need=need, reason=reason, by=request.user, now=request.now),
        _("The need has been declined."),
    )
    return _back_to_needs(need)


@require_POST
@requires(*policy.WORKS_ON_NEEDS)
def need_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a declined need up again."""
    need = _need(request, pk)
    _attempt(
        request,
        lambda: services.reopen_need(need=need, by=request.user, now=request.now),
        _("The need is open again."),
    )
    return _back_to_needs(need)


def wish(request: HttpRequest) -> HttpResponse:
    """Everybody: ask for training in a topic, and see what became of one's wishes."""
    form = WishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_wish(user=request.user, now=request.now, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Thank you. Personnel and the trainers see your wish with those of your team."))
            return redirect("plans:wish")
    return render(request, "plans/wish.html", {"form": form, "wishes": queries.wishes_of(request.user)})


# Plans


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
    state = found.state
    context = {
        "plan": found,
        "months": [(month, _described(month.rows)) for month in months],
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
    _attempt(request, lambda: service(plan=found, by=request.user, now=request.now, **given), done)
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


# Items


def _item(request: HttpRequest, pk: int, *roles: str) -> PlanItem:
    units = units_in_reach(request, *roles)
    return get_object_or_404(PlanItem.objects.select_related("plan", "unit", "session"), pk=pk, unit__in=units)


@requires(*policy.WRITES_ITEMS)
def item_new(request: HttpRequest, year: int) -> HttpResponse:
    """A new item; `?need=` fills in what the need suggests."""
    found = get_object_or_404(AnnualPlan, year=year)
    units, on = units_in_reach(request, *policy.WRITES_ITEMS), today(request)
    need, initial, answered = _need_asked(request, found), {"month": rules.suggested_month(year, on)}, None
    if need is not None:
        teaching = courses.courses_for([need.topic_id])[need.topic_id]
        initial |= {
            "topic": need.topic_id,
            "unit": need.unit_id,
            "content": teaching[0].title if teaching else need.topic.name,
            "method": rules.suggested_method(need.source, has_course=bool(teaching)),
            "course": teaching[0].pk if teaching else None,
            "needs": list(_same_place(need).values_list("pk", flat=True)),
        }
        answered = Need.objects.filter(
            state=Need.State.OPEN, topic=need.topic, year=need.year, unit__in=units
        ) | Need.objects.filter(pk=need.pk)
    initial["month"] = initial["month"].isoformat()
    form = ItemForm(request.POST or None, initial=initial, year=year, on=on, units=units, needs=answered)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_item(
                plan=found,
                needs=form.cleaned_data.get("needs", ()),
                by=request.user,
                now=request.now,
                **form.values(),
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The item is in the plan."))
            return redirect("plans:needs" if need else "plans:plan", *([] if need else [year]))
    context = {"form": form, "plan": found, "need": need, "text": queries.evidence_text(need) if need else ""}
    return render(request, "plans/item_form.html", context)


def _need_asked(request: HttpRequest, found: AnnualPlan) -> Need | None:
    asked = request.GET.get("need", "")
    if not asked:
        return None
    if not asked.isdecimal():
        raise Http404
    return _need(request, int(asked))


def _same_place(need: Need) -> Any:
    return Need.objects.filter(
        Q(state=Need.State.OPEN) | Q(pk=need.pk), topic=need.topic, unit=need.unit, year=need.year
    )


@requires(*policy.READS_PLANS, reads=True)
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: what it answers, what is arranged, what became of it."""
    mine = queries.meant_for(reach(request, *policy.READS_PLANS, reads=True))
    found = get_object_or_404(PlanItem.objects.select_related("plan"), mine, pk=pk)
    (row,) = queries.item_rows(PlanItem.objects.filter(pk=found.pk), request.now)
    writes = has_role(request, *policy.WRITES_ITEMS) and _writes_for(request, found)
    arranged = row.facts.is_arranged
    state = found.plan.state
    alive = found.cancelled_at is None
    answered = found.needs.select_related("unit", "topic")
    context = {
        "row": row,
        "item": row.item,
        "plan": found.plan,
        "word": WORDS[row.state],
        "badge": BADGES[row.state],
        "needs": [(need, queries.evidence_text(need)) for need in answered],
        "may_edit": writes and alive and not arranged and state == AnnualPlan.State.DRAFT,
        "may_cancel": writes and alive and not arranged and state != AnnualPlan.State.PROPOSED,
        "may_schedule": writes and alive and not arranged and state == AnnualPlan.State.APPROVED,
    }
    return render(request, "plans/item.html", context)


def _writes_for(request: HttpRequest, found: PlanItem) -> bool:
    return units_in_reach(request, *policy.WRITES_ITEMS).filter(pk=found.unit_id).exists()


@requires(*policy.WRITES_ITEMS)
def item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes an item of a draft."""
    found = _item(request, pk, *policy.WRITES_ITEMS)
    initial = {
        "topic": found.topic_id,
        "unit": found.unit_id,
        "content": found.content,
        "method": found.method,
        "month": found.month.isoformat(),
        "instructor": found.instructor_id,
        "external_teacher": found.external_teacher,
        "course": found.course_id,
    }
    units = units_in_reach(request, *policy.WRITES_ITEMS)
    form = ItemForm(request.POST or None, initial=initial, year=found.plan.year, on=today(request), units=units)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_item(item=found, by=request.user, now=request.now, **form.values())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The item has been changed."))
            return redirect("plans:item", found.pk)
    return render(request, "plans/item_form.html", {"form": form, "plan": found.plan, "item": found})


@require_POST
@requires(*policy.WRITES_ITEMS)
def item_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an item out of the plan, with a reason."""
    found, reason = _item(request, pk, *policy.WRITES_ITEMS), request.POST.get("reason", "")[:200]
    _attempt(
        request,
        lambda: services.cancel_item(item=found, reason=reason, by=request.user, now=request.now),
        _("The item is cancelled; needs that nothing else answers are open again."),
    )
    return redirect("plans:item", found.pk)


@requires(*policy.WRITES_ITEMS)
def item_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Fixes day, time and place; or gives the course of a self-study to the unit's people."""
    found = _item(request, pk, *policy.WRITES_ITEMS)
    studies = found.method == PlanItem.Method.SELF_STUDY
    form = None if studies else ScheduleForm(request.POST or None)
    if request.method == "POST" and (form is None or form.is_valid()):
        given: dict[str, Any] = {}
        if form is not None:
            starts_at, ends_at = form.moments()
            given = {"starts_at": starts_at, "ends_at": ends_at, "place": form.cleaned_data["place"]}
        try:
            services.schedule_item(item=found, by=request.user, now=request.now, **given)
        except Refused as error:
            if form is None:
                messages.error(request, str(error))
                return redirect("plans:item", found.pk)
            form.add_error(None, str(error))
        else:
            done = _("The course has been assigned.") if studies else _("The session is arranged; everybody is told.")
            messages.success(request, done)
            return redirect("plans:item", found.pk)
    due = services.due_day(found.month, today(request))
    return render(request, "plans/item_schedule.html", {"form": form, "item": found, "due": due})
