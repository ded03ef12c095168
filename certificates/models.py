"""Certificates: what kinds there are, who holds which, and what was taken back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exams.models import Exam, Result
from ground.append_only import append_only
from people.models import Level, User


class CertificateKind(models.Model):
    """A certificate that passing an exam earns, valid for so many months."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("number prefix"), max_length=10)
    exam = models.ForeignKey(Exam, verbose_name=_("exam"), on_delete=models.PROTECT, related_name="certificate_kinds")
    level = models.ForeignKey(
        Level,
        verbose_name=_("level"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="certificate_kinds",
    )
    valid_months = models.PositiveSmallIntegerField(_("valid for months"), default=24)
    renew_days = models.PositiveSmallIntegerField(_("may be renewed so many days before"), default=90)
    statement = models.TextField(_("statement"), blank=True)

    class Meta:
        verbose_name = _("kind of certificate")
        verbose_name_plural = _("kinds of certificate")
        ordering = ["level__rank", "name"]

    def __str__(self) -> str:
        return self.name


class Certificate(models.Model):
    """One certificate, frozen as issued in [issued_on, expires_on). Valid, expiring, expired and revoked are derived.

    `code` is the unguessable word in the verification address. `figures` is what the certificate says
    besides the name: [{"label", "value", "unit"}]. `pdf` is empty until the queue has rendered it.
    """

    kind = models.ForeignKey(
        CertificateKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="certificates"
    )
    user = models.ForeignKey(User, verbose_name=_("holder"), on_delete=models.PROTECT, related_name="certificates")
    result = models.ForeignKey(Result, verbose_name=_("result"), on_delete=models.PROTECT, related_name="certificates")
    number = models.CharField(_("number"), max_length=30, unique=True)
    code = models.CharField(_("verification code"), max_length=24, unique=True)
    holder_name = models.CharField(_("holder's name"), max_length=60)
    figures = models.JSONField(_("figures"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=10)
    issued_on = models.DateField(_("issued"))
    expires_on = models.DateField(_("expires"))
    issued_at = models.DateTimeField(_("issued at"))
    pdf = models.CharField(_("PDF file"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "result"], name="one_certificate_per_kind_and_result"),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("issued_on")), name="a_certificate_expires_after_it_is_issued"
            ),
        ]
        indexes = [models.Index(fields=["user", "-issued_on"], name="certificates_of_a_person")]

    def __str__(self) -> str:
        return f"{self.number} {self.holder_name}"


@append_only
class Revocation(models.Model):
    """A certificate taken back by a named person with a reason. It is never given back; a new one is issued."""

    certificate = models.OneToOneField(
        Certificate, verbose_name=_("certificate"), on_delete=models.PROTECT, related_name="revocation"
    )
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("revocation")
        verbose_name_plural = _("revocations")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_revocation_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.certificate_id}"
