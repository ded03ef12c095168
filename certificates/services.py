"""Every write about certificates: issue, render, revoke, remind."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from certificates import rules
from certificates.models import Certificate, CertificateKind, NumberSeries, Revocation
from certificates.queries import expiring
from exams.models import ExamPart, Result
from exams.queries import released_only
from ground import journal
from ground.days import add_months
from ground.errors import Refused
from ground.private_files import private_storage
from people.models import Unit, User
from people.services import notify

logger = logging.getLogger(__name__)
UNRENDERED_AFTER = timedelta(hours=1)


@transaction.atomic
def issue(*, result: Result, kind: CertificateKind, now: datetime) -> Certificate:
    """The certificate of this kind that a passed result earns; issuing again returns the one there is.

    Queues its PDF and tells the holder in the same transaction. Raises Refused when the result earns none.
    """
    if not earns(result, kind):
        raise Refused(_("This result does not earn a certificate of this kind."), code="not_earned")
    known = Certificate.objects.filter(result=result, kind=kind).first()
    if known is not None:
        return known
    today = timezone.localdate(now)
    NumberSeries.objects.get_or_create(prefix=kind.prefix, year=today.year)
    series = NumberSeries.objects.select_for_update().get(prefix=kind.prefix, year=today.year)
    # Whoever waited for the series looks again: the certificate may have been issued meanwhile.
    known = Certificate.objects.filter(result=result, kind=kind).first()
    if known is not None:
        return known
    series.last += 1
    series.save(update_fields=["last"])
    expires = add_months(today, kind.valid_months)
    language = result.user.language or settings.LANGUAGE_CODE
    company = Unit.get_first_root_node()
    certificate = Certificate.objects.create(
        kind=kind,
        user=result.user,
        result=result,
        number=rules.number(prefix=kind.prefix, year=today.year, serial=series.last),
        code=rules.new_code(),
        holder_name=result.user.name,
        title=kind.name,
        statement=kind.statement,
        organisation=company.name if company else "",
        figures=figures(result.parts, language),
        language=language,
        issued_on=today,
        renewable_from=rules.renewable_from(issued=today, expires=expires, renew_days=kind.renew_days),
        expires_on=expires,
        issued_at=now,
    )
    journal.record("certificate.issued", certificate, by=None, now=now, data={"result": result.pk, "kind": kind.code})
    notify(
        users=[result.user],
        kind="certificate.issued",
        key=f"certificate.issued:{certificate.pk}",
        params={"title": certificate.title, "number": certificate.number},
        url=certificate.get_absolute_url(),
        now=now,
    )
    async_task("certificates.tasks.render", certificate.pk)
    return certificate


def earns(result: Result, kind: CertificateKind) -> bool:
    """Whether the result is a pass of the kind's exam, decided on or after the day the kind counts from."""
    early = kind.earned_from is not None and timezone.localdate(result.decided_at) < kind.earned_from
    return result.passed and result.exam_id == kind.exam_id and not early


def figures(parts: list[dict], language: str) -> list[dict[str, str]]:
    """What a result's parts print on a certificate: [{"label", "value", "unit"}], units in `language`."""
    rows = []
    with translation.override(language):
        for part in parts:
            if part.get("kind") == ExamPart.Kind.TYPING:
                # Translators: characters per minute, behind a figure on a certificate.
                rows += [(part["title"], part.get("speed"), _("characters/min"))]
                rows += [(_("Typing accuracy"), part.get("accuracy"), "%")]
            else:
                # Translators: percent points of an exam, behind a figure on a certificate.
                rows += [(part["title"], part.get("score"), _("points of 100"))]
    return [
        {"label": label, "value": rules.plain(value), "unit": unit}
        for label, value, unit in rows
        if value not in (None, "")
    ]


def issue_earned(*, result: Result, now: datetime) -> None:
    """Issues every certificate a passed result earns, each in a savepoint: a failure is logged, the result stands."""
    for kind in CertificateKind.objects.filter(exam=result.exam_id).order_by("pk"):
        if earns(result, kind):
            _issue_or_log(result, kind, now)


def issue_missing(*, now: datetime) -> int:
    """Issues what a failure has left out; returns how many. The nightly task calls it."""
    count = 0
    for kind in CertificateKind.objects.order_by("pk"):
        passed = Result.objects.filter(exam=kind.exam_id, passed=True)
        results = released_only(passed, now).select_related("user")
        issued = Certificate.objects.filter(kind=kind, result=OuterRef("pk"))
        for result in results.filter(~Exists(issued)).order_by("pk"):
            count += earns(result, kind) and _issue_or_log(result, kind, now)
    return count


def _issue_or_log(result: Result, kind: CertificateKind, now: datetime) -> bool:
    try:
        issue(result=result, kind=kind, now=now)
    except Exception:
        logger.exception("Certificate %s for result %s was not issued; the nightly task repeats it", kind, result.pk)
        return False
    return True


def render_missing(*, now: datetime) -> int:
    """Queues again what has had no PDF for an hour; returns how many. The nightly task calls it."""
    waiting = Certificate.objects.filter(pdf="", revocation__isnull=True, issued_at__lt=now - UNRENDERED_AFTER)
    for pk in waiting.values_list("pk", flat=True):
        async_task("certificates.tasks.render", pk)
    return len(waiting)


def render(*, certificate_id: int, now: datetime) -> Certificate:
    """Writes the PDF into private storage once. Two renderers may run at a time; the first to finish counts.

    Not one transaction: drawing takes a moment, and no lock is held meanwhile.
    """
    from certificates import pdf

    certificate = Certificate.objects.select_related("kind", "result__exam").get(pk=certificate_id)
    if certificate.pdf or Revocation.objects.filter(certificate=certificate).exists():
        return certificate
    name = f"certificates/{certificate.issued_on.year}/{certificate.code}.pdf"
    stored = private_storage().save(name, ContentFile(pdf.render(certificate)))
    with transaction.atomic():
        first = Certificate.objects.filter(pk=certificate.pk, pdf="").update(pdf=stored)
        if first:
            journal.record("certificate.rendered", certificate, by=None, now=now)
    if not first:
        private_storage().delete(stored)
    certificate.refresh_from_db(fields=["pdf"])
    return certificate


@transaction.atomic
def revoke(*, certificate: Certificate, by: User, reason: str, now: datetime) -> Revocation:
    """Takes a certificate back for good and tells the holder; repeating it returns the revocation there is.

    Raises Refused without a reason, and when somebody would decide on their own certificate.
    """
    reason = reason.strip()
    if by.pk == certificate.user_id:
        raise Refused(_("Nobody revokes their own certificate. Ask a colleague in personnel."), code="own")
    if not reason:
        raise Refused(_("Write down why this certificate is revoked."), code="no_reason")
    certificate = Certificate.objects.select_for_update(of=("self",)).select_related("user").get(pk=certificate.pk)
    known = Revocation.objects.filter(certificate=certificate).first()
    if known is not None:
        return known
    revocation = Revocation.objects.create(
        certificate=certificate, by=by, at=now, on=timezone.localdate(now), reason=reason
    )
    journal.record("certificate.revoked", certificate, by=by, now=now, reason=reason)
    notify(
        users=[certificate.user],
        kind="certificate.revoked",
        key=f"certificate.revoked:{certificate.pk}",
        params={"title": certificate.title, "reason": reason},
        url=certificate.get_absolute_url(),
        now=now,
    )
    return revocation


def remind(*, now: datetime) -> int:
    """Tells holders that a certificate may be renewed now, once each; returns how many. The nightly task calls it."""
    on = timezone.localdate(now)
    due = [certificate for certificate in expiring(on, days=None) if certificate.user.is_active]
    for certificate in due:
        notify(
            users=[certificate.user],
            kind="certificate.renewable",
            key=f"certificate.renewable:{certificate.pk}",
            params={"title": certificate.title, "day": certificate.valid_until.isoformat()},
            url=certificate.get_absolute_url(),
            now=now,
        )
    return len(due)
