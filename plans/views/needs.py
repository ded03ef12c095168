"""Needs and wishes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ground.errors import Refused
from ground.tables import NumberedPaginator
from people.policy import has_role, requires, today, units_in_reach
from plans import policy, queries, services
from plans.forms import WishForm
from plans.models import AnnualPlan, Need
from plans.views.acts import attempt

NEEDS_A_PAGE = 40


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


def need_in_reach(request: HttpRequest, pk: int) -> Need:
    """The need, when its unit is in reach of the roles that work on needs; else 404."""
    return get_object_or_404(Need, pk=pk, unit__in=units_in_reach(request, *policy.WORKS_ON_NEEDS))


def _back_to_needs(need: Need) -> HttpResponse:
    return redirect(f"{reverse('plans:needs')}?year={need.year}")


@require_POST
@requires(*policy.WORKS_ON_NEEDS)
def need_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a need aside with a reason."""
    need, reason = need_in_reach(request, pk), request.POST.get("reason", "")[:200]
    attempt(
        request,
        lambda: services.decline_need(need=need, reason=reason, by=request.user, now=request.now),
        _("The need has been declined."),
    )
    return _back_to_needs(need)


@require_POST
@requires(*policy.WORKS_ON_NEEDS)
def need_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a declined need up again."""
    need = need_in_reach(request, pk)
    attempt(
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
