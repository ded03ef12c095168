"""What invigilators do while an exam is sat: time given, incidents noted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exams.models.sittings import Candidacy, Sitting
from ground.append_only import append_only
from people.models import User


@append_only
class TimeGrant(models.Model):
    """Time given during an attempt: to one, or to everybody sitting then (one row each), with reason and name."""

    attempt = models.ForeignKey(
        "exams.Attempt", verbose_name=_("attempt"), on_delete=models.PROTECT, related_name="grants"
    )
    seconds = models.PositiveIntegerField(_("seconds"))
    by = models.ForeignKey(User, verbose_name=_("given by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("given"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("time given")
        verbose_name_plural = _("time given")
        ordering = ["attempt_id", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(seconds__gte=1) & ~Q(reason=""), name="time_is_given_for_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} +{self.seconds}"


@append_only
class Incident(models.Model):
    """What an invigilator noted in a sitting, about one candidate or about the room."""

    sitting = models.ForeignKey(Sitting, verbose_name=_("sitting"), on_delete=models.PROTECT, related_name="incidents")
    candidacy = models.ForeignKey(
        Candidacy,
        verbose_name=_("candidate"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="incidents",
    )
    text = models.TextField(_("what happened"))
    by = models.ForeignKey(User, verbose_name=_("noted by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("noted"))

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["sitting_id", "at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="an_incident_says_what_happened")]

    def __str__(self) -> str:
        return self.text[:60]
