"""Checklists on the job: the list of a coach, one record to sign, one's own."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from courses import policy, queries, services
from courses.forms import JobForm
from courses.models import JobRecord
from courses.policy import COACHES
from courses.tables import JobTable
from courses.views.navigation import tabs
from ground.errors import Refused
from people.policy import has_role, requires, staff_in_reach, units_in_reach


@requires(*COACHES, reads=True)
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The records of people within reach."""
    table = JobTable(request, policy.jobs_in_reach(request))
    if table.export_wanted:
        return table.export()
    context = {"table": table, "tabs": tabs(request), "may_add": has_role(request, *COACHES)}
    return render(request, "courses/job_list.html", context)


@requires(*COACHES)
def job_new(request: HttpRequest) -> HttpResponse:
    """Begins a checklist for people."""
    form = JobForm(
        request.POST or None,
        reach=staff_in_reach(request, *COACHES).exclude(pk=request.user.pk),
        units=units_in_reach(request, *COACHES),
        now=request.now,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            count = services.begin_checklists(
                checklist=data["checklist"], users=data["people"], by=request.user, now=request.now
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            text = ngettext("Begun for %(count)s person.", "Begun for %(count)s people.", count)
            messages.success(request, text % {"count": count} if count else _("All of them have it open already."))
            return redirect("courses:job_list")
    return render(request, "courses/job_new.html", {"form": form})


def _record(request: HttpRequest, pk: int) -> JobRecord:
    """A record of one's own, or of somebody whom one coaches."""
    row = queries.jobs_of(request.user).filter(pk=pk).first()
    row = row or policy.jobs_in_reach(request).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """A record with who signed what; a coach signs here, one tap an item."""
    row = _record(request, pk)
    own = row.user_id == request.user.pk
    context = {
        "record": row,
        "items": queries.items_of(row),
        "may_sign": not own and has_role(request, *COACHES),
        "own": own,
        "back_url": reverse("courses:jobs_mine" if own else "courses:job_list"),
    }
    return render(request, "courses/job.html", context)


@requires(*COACHES)
@require_POST
def job_sign(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """Signs an item."""
    row = get_object_or_404(policy.jobs_in_reach(request), pk=pk)
    try:
        services.sign_item(record=row, place=place, note=request.POST.get("note", ""), by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('courses:job', args=[pk])}#item-{place}")


@requires(*COACHES)
@require_POST
def job_take_back(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """Takes a signature back, with a reason."""
    row = get_object_or_404(policy.jobs_in_reach(request), pk=pk)
    reason = request.POST.get("reason", "")
    try:
        services.take_back_signature(record=row, place=place, reason=reason, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('courses:job', args=[pk])}#item-{place}")


@require_safe
def jobs_mine(request: HttpRequest) -> HttpResponse:
    """The person's own records."""
    return render(request, "courses/jobs_mine.html", {"records": queries.jobs_of(request.user).order_by("-begun_at")})
