"""Spreadsheets made in the background."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import User


class Report(models.TextChoices):
    """What is reported. Each is a list whose filters stand in `query`, as in the address of its page."""

    MATRIX = "matrix", _("training matrix")


class TrainingExport(models.Model):
    """A spreadsheet that the queue makes. What is in it is what its owner may see, at the moment it is made."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    report = models.CharField(_("report"), max_length=10, choices=Report.choices)
    query = models.CharField(_("filters"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    total = models.PositiveIntegerField(_("rows"), default=0)
    stored = models.CharField(_("stored as"), max_length=200, blank=True)
    asked_by = models.ForeignKey(User, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("training spreadsheet")
        verbose_name_plural = _("training spreadsheets")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], ended_at__isnull=True)
                | Q(state__in=["ready", "failed"], ended_at__isnull=False),
                name="a_training_spreadsheet_has_ended_or_not",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_report_display()} {self.asked_at:%Y-%m-%d}"
