"""Spreadsheets made in the background, and reports that come by themselves."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import User


class Report(models.TextChoices):
    """What is reported. Each is a list whose filters stand in `query`, as in the address of its page."""

    MATRIX = "matrix", _("training matrix")
    LATE = "late", _("who is late")
    HOURS = "hours", _("hours of training")
    COHORT = "cohort", _("new hires by week")


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


class ReportSchedule(models.Model):
    """A report that its owner gets every week or month by notification and mail, with the owner's reach at that time.

    `query` are the filters of its page, `day` 1 (Monday) to 7 or the day of the month, 1 to 28; `sent_on` its last day."""

    class Every(models.TextChoices):
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")

    report = models.CharField(_("report"), max_length=10, choices=Report.choices)
    query = models.CharField(_("filters"), max_length=500, blank=True)
    every = models.CharField(_("how often"), max_length=6, choices=Every.choices)
    day = models.PositiveSmallIntegerField(_("day"), help_text=_("Of the week (1 is Monday) or of the month."))
    owner = models.ForeignKey(
        User, verbose_name=_("sent to"), on_delete=models.PROTECT, related_name="report_schedules"
    )
    begun_at = models.DateTimeField(_("begun"))
    sent_on = models.DateField(_("last sent"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("report by mail")
        verbose_name_plural = _("reports by mail")
        ordering = ["-begun_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(every="week", day__range=(1, 7)) | Q(every="month", day__range=(1, 28)),
                name="a_report_comes_on_a_day_there_is",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_report_display()}, {self.get_every_display()}"
