"""Monthly sittings: the list of rules, a new one, and ending one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exams import policy, services
from exams.forms import ReasonForm, SeriesForm
from ground.errors import Refused
from people.policy import has_role, requires, units_in_reach


@require_safe
@requires(*policy.HOLDS_SITTINGS, reads=True)
def series_list(request: HttpRequest) -> HttpResponse:
    """Every monthly rule in reach."""
    return render(
        request,
        "exams/series_list.html",
        {"series": policy.series_in_reach(request), "may_open": has_role(request, *policy.HOLDS_SITTINGS)},
    )


@requires(*policy.HOLDS_SITTINGS)
def series_new(request: HttpRequest) -> HttpResponse:
    """A new monthly rule."""
    form = SeriesForm(
        request.POST or None,
        units=units_in_reach(request, *policy.HOLDS_SITTINGS),
        staff=policy.candidates_in_reach(request),
        initial={"day": 25, "opens": "09:00", "hours": 9, "ahead": 7},
    )
    if request.method == "POST" and form.is_valid():
        plain = ("exam", "name", "day", "opens", "hours", "ahead", "place")
        given = {name: form.cleaned_data[name] for name in plain}
        try:
            services.make_series(audience=form.audience(), by=request.user, now=request.now, **given)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The monthly sitting is set; each month's sitting opens by itself."))
            return redirect("exams:series_list")
    return render(request, "exams/series_new.html", {"form": form})


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def series_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a monthly rule."""
    series = get_object_or_404(policy.series_in_reach(request), pk=pk)
    form = ReasonForm(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        services.end_series(series=series, by=request.user, reason=reason, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("No further sitting is opened; those that are open stay."))
    return redirect("exams:series_list")
