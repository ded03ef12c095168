"""External courses: handed in by whoever took them, confirmed or refused by those who look after learning."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses import policy, services
from courses.forms import ExternalForm
from courses.models import ExternalTraining
from courses.policy import CONFIRMERS
from courses.tables import ExternalTable
from courses.views.navigation import tabs
from ground import private_files
from ground.errors import Refused
from people.policy import has_role, requires


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The person's own, with what became of them."""
    claims = ExternalTraining.objects.filter(user=request.user).select_related("decided_by")
    return render(request, "courses/external_mine.html", {"claims": claims})


def new(request: HttpRequest) -> HttpResponse:
    """Hands in a course taken elsewhere."""
    form = ExternalForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.claim_external(user=request.user, now=request.now, **form.facts)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Handed in. It counts as soon as somebody has confirmed it."))
            return redirect("courses:external_mine")
    return render(request, "courses/external_new.html", {"form": form})


@requires(*CONFIRMERS, reads=True)
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """What people within reach have handed in."""
    table = ExternalTable(request, policy.external_in_reach(request))
    if table.export_wanted:
        return table.export()
    return render(request, "courses/external_list.html", {"table": table, "tabs": tabs(request)})


def _claim(request: HttpRequest, pk: int) -> ExternalTraining:
    """One of one's own, or of somebody within reach."""
    row = (
        ExternalTraining.objects.select_related("user", "topic", "decided_by").filter(pk=pk, user=request.user).first()
    )
    row = row or policy.external_in_reach(request).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@require_safe
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One course with its proof; and the decision."""
    row = _claim(request, pk)
    own = row.user_id == request.user.pk
    context = {
        "claim": row,
        "may_decide": not own and row.state == ExternalTraining.State.CLAIMED and has_role(request, *CONFIRMERS),
        "back_url": reverse("courses:external_mine" if own else "courses:external_list"),
    }
    return render(request, "courses/external.html", context)


@require_safe
def proof(request: HttpRequest, pk: int) -> FileResponse:
    """The proof, to its owner and those who decide."""
    row = _claim(request, pk)
    return private_files.send(row.proof, filename=row.proof_name, content_type=row.proof_type, attachment=True)


@requires(*CONFIRMERS)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirms, or refuses with a reason."""
    row = get_object_or_404(policy.external_in_reach(request), pk=pk)
    try:
        services.decide_external(
            claim=row,
            confirm="confirm" in request.POST,
            reason=request.POST.get("reason", ""),
            by=request.user,
            now=request.now,
        )
        messages.success(request, _("Decided; the person is told."))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("courses:external", pk)
    return redirect("courses:external_list")
