"""The items of a plan."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import queries as courses
from ground.errors import Refused
from people.policy import has_role, reach, requires, today, units_in_reach
from plans import needs as rules
from plans import policy, queries, services
from plans.forms import ItemForm, ScheduleForm
from plans.models import AnnualPlan, Need, PlanItem
from plans.tables import BADGES, WORDS
from plans.views.acts import attempt
from plans.views.needs import need_in_reach


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
    return need_in_reach(request, int(asked))


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
        "sees_session": found.session_id is not None and writes,
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
    attempt(
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
