"""Pages of certificates: mine, all in reach, one, its PDF, and the public verification."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from certificates import policy, queries, rules, services
from certificates.models import State
from certificates.tables import CertificateTable
from certificates.verification import too_often
from ground import queue
from ground.errors import Refused
from ground.private_files import send
from people.models import Role
from people.policy import has_role, requires, today

# How long a page waits for the queue before the site draws the PDF itself.
PATIENCE = timedelta(minutes=2)


def mine(request: HttpRequest) -> HttpResponse:
    """The person's own certificates."""
    certificates = queries.certificates_of(request.user, today(request))
    may_read = has_role(request, *policy.READERS, reads=True)
    return render(request, "certificates/mine.html", {"certificates": certificates, "may_read": may_read})


@requires(*policy.READERS, reads=True)
def certificate_list(request: HttpRequest) -> HttpResponse:
    """Every certificate within reach, with filters and export."""
    table = CertificateTable(request, policy.in_reach(request, *policy.READERS))
    if table.export_wanted:
        return table.export()
    return render(request, "certificates/list.html", {"table": table})


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One certificate: for its holder and for those who read it within their reach."""
    certificate = get_object_or_404(policy.open_to(request, *policy.READERS), pk=pk)
    context = {
        "certificate": certificate,
        "is_own": certificate.user_id == request.user.pk,
        "has_pdf": _may_have_pdf(request, certificate.pk) and certificate.state != State.REVOKED,
        "may_revoke": certificate.state != State.REVOKED and policy.may_revoke(request, certificate),
    }
    return render(request, "certificates/detail.html", context)


def _may_have_pdf(request: HttpRequest, pk: int) -> bool:
    return policy.open_to(request, Role.PERSONNEL).filter(pk=pk).exists()


def pdf(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The PDF, for the holder, personnel and auditors; what was revoked is not given out again.

    While the queue is drawing it a page says so and asks again; where no queue works, or it is late, it is drawn here.
    """
    certificate = get_object_or_404(policy.open_to(request, Role.PERSONNEL), pk=pk)
    if certificate.state == State.REVOKED:
        messages.error(request, _("This certificate has been revoked; it can no longer be downloaded."))
        return redirect(certificate)
    if not certificate.pdf:
        if queue.alive() and request.now - certificate.issued_at < PATIENCE:
            response = render(request, "certificates/being_made.html", {"certificate": certificate})
            response["Refresh"] = "3"
            response["Cache-Control"] = "no-store"
            return response
        certificate.pdf = services.render(certificate_id=certificate.pk, now=request.now).pdf
    return send(certificate.pdf, filename=f"{certificate.number}.pdf", content_type="application/pdf", attachment=True)


@require_POST
@requires(Role.PERSONNEL)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a certificate back with a reason."""
    certificate = get_object_or_404(policy.in_reach(request, Role.PERSONNEL), pk=pk)
    try:
        services.revoke(
            certificate=certificate, by=request.user, reason=request.POST.get("reason", ""), now=request.now
        )
        messages.success(request, _("Certificate %(number)s has been revoked.") % {"number": certificate.number})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(certificate)


@login_not_required
def verify(request: HttpRequest) -> HttpResponse:
    """Where somebody with a certificate in hand enters its code; no account is needed."""
    asked = request.GET.get("code", "").strip()
    if not asked:
        return _unlisted(render(request, "certificates/verify.html", {}))
    code = rules.read_code(asked)
    if code:
        return redirect("certificates:verified", code=rules.grouped(code))
    return _unlisted(render(request, "certificates/verify.html", {"asked": asked[:60], "malformed": True}))


@login_not_required
def verified(request: HttpRequest, code: str) -> HttpResponse:
    """What a certificate is today: valid, expired or revoked, as printed on the paper; 404 for a code nobody has.

    The name stands there in full: whoever asks has the paper, and the code cannot be guessed.
    """
    if too_often(request, request.now):
        response = _unlisted(render(request, "certificates/too_often.html", {}, status=429))
        response["Retry-After"] = "60"
        return response
    certificate = queries.by_code(code, today(request))
    if certificate is None:
        return _unlisted(render(request, "certificates/verify.html", {"asked": code[:60], "unknown": True}, status=404))
    return _unlisted(render(request, "certificates/verified.html", {"certificate": certificate, "on": today(request)}))


def _unlisted(response: HttpResponse) -> HttpResponse:
    """No search engine keeps it and no proxy either: a revocation shows at once."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response
