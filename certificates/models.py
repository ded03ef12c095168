"""Certificates: what kinds there are, who holds which, and what was taken back."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certificates import rules
from exams.models import Exam, Result
from ground.append_only import append_only
from people.models import Level, User


class CertificateKind(models.Model):
    """A certificate that passing an exam earns, valid for so many months.

    Results decided before `earned_from` earn none; an empty day counts every result.
    """

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
    earned_from = models.DateField(
        _("earned from"),
        null=True,
        blank=True,
        help_text=_("Results decided before this day earn no certificate. Leave empty to count every result."),
    )
    statement = models.TextField(
        _("statement"),
        blank=True,
        help_text=_("Printed below the name instead of the usual sentence."),
    )

    class Meta:
        verbose_name = _("kind of certificate")
        verbose_name_plural = _("kinds of certificate")
        ordering = ["level__rank", "name"]
        constraints = [models.CheckConstraint(condition=Q(valid_months__gte=1), name="a_kind_is_valid_for_some_time")]

    def __str__(self) -> str:
        return self.name


class NumberSeries(models.Model):
    """The last serial given under a prefix in a year. Its row lock makes numbers unique and without gaps."""

    prefix = models.CharField(_("number prefix"), max_length=10)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last serial"), default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="one_series_per_prefix_and_year")]

    def __str__(self) -> str:
        return f"{self.prefix} {self.year}"


class State(models.TextChoices):
    """What a certificate is on a day; derived, never stored."""

    VALID = "valid", _("valid")
    EXPIRING = "expiring", _("may be renewed")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")


class CertificateQuerySet(QuerySet["Certificate"]):
    """Reads that need the derived state; the same rule as `rules.state_of`, in SQL."""

    def with_state(self, on: date) -> "CertificateQuerySet":
        """Adds `state` on a day, for filters and sorting."""
        revoked = Q(revocation__isnull=False, revocation__on__lte=on)
        return self.annotate(
            state=Case(
                When(revoked, then=Value(State.REVOKED.value)),
                When(expires_on__lte=on, then=Value(State.EXPIRED.value)),
                When(renewable_from__lte=on, then=Value(State.EXPIRING.value)),
                default=Value(State.VALID.value),
            )
        )

    def holding(self, on: date) -> "CertificateQuerySet":
        """Certificates that hold on a day: issued, not expired, not taken back by then."""
        return self.filter(issued_on__lte=on, expires_on__gt=on).exclude(revocation__on__lte=on)


class Certificate(models.Model):
    """One certificate, frozen as issued in [issued_on, expires_on). Valid, expiring, expired and revoked are derived.

    `code` is the unguessable word in the verification address. `title`, `statement`, `organisation` and `figures`
    ([{"label", "value", "unit"}]) are what it says besides the name. From `renewable_from` the holder may take the exam
    again. `pdf` is empty until the queue has rendered it.
    """

    kind = models.ForeignKey(
        CertificateKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="certificates"
    )
    user = models.ForeignKey(User, verbose_name=_("holder"), on_delete=models.PROTECT, related_name="certificates")
    result = models.ForeignKey(Result, verbose_name=_("result"), on_delete=models.PROTECT, related_name="certificates")
    number = models.CharField(_("number"), max_length=30, unique=True)
    code = models.CharField(_("verification code"), max_length=24, unique=True)
    holder_name = models.CharField(_("holder's name"), max_length=60)
    title = models.CharField(_("title"), max_length=80)
    statement = models.TextField(_("statement"), blank=True)
    organisation = models.CharField(_("issued by"), max_length=80)
    figures = models.JSONField(_("figures"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=10)
    issued_on = models.DateField(_("issued"))
    renewable_from = models.DateField(_("may be renewed from"))
    expires_on = models.DateField(_("expires"))
    issued_at = models.DateTimeField(_("issued at"))
    pdf = models.CharField(_("PDF file"), max_length=120, blank=True)
    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "result"], name="one_certificate_per_kind_and_result"),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("issued_on")), name="a_certificate_expires_after_it_is_issued"
            ),
            models.CheckConstraint(
                condition=Q(renewable_from__gte=F("issued_on"), renewable_from__lte=F("expires_on")),
                name="a_certificate_is_renewed_while_it_holds",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-issued_on"], name="certificates_of_a_person"),
            models.Index(fields=["expires_on"], name="certificates_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.holder_name}"

    def get_absolute_url(self) -> str:
        return reverse("certificates:detail", args=[self.pk])

    @property
    def verify_url(self) -> str:
        """The public address that proves it, as in its QR code."""
        return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("certificates:verified", args=[self.code])

    @property
    def printed_code(self) -> str:
        """The code in groups of four."""
        return rules.grouped(self.code)

    @property
    def valid_until(self) -> date:
        """The last day on which it holds, as printed; `expires_on` is the day after."""
        return self.expires_on - timedelta(days=1)

    @property
    def passed_on(self) -> date:
        """The organisation's day on which the exam was passed."""
        return timezone.localdate(self.result.decided_at)


@append_only
class Revocation(models.Model):
    """A certificate taken back by a named person with a reason. It is never given back; a new one is issued."""

    certificate = models.OneToOneField(
        Certificate, verbose_name=_("certificate"), on_delete=models.PROTECT, related_name="revocation"
    )
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    on = models.DateField(_("revoked on"))
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("revocation")
        verbose_name_plural = _("revocations")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_revocation_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.certificate_id}"
