"""Who must learn what, until when and why: paths, rules that keep working, leave, assignments, exceptions, reminders."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from courses.models.learning import Completion
from courses.models.pages import CoursePage
from ground.append_only import append_only
from people.models import User


class LearningPath(ClusterableModel):
    """Ordered courses given together, such as to every new hire."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name of the path"), max_length=80)
    onboarding = models.BooleanField(_("given to every new hire"), default=False)

    class Meta:
        verbose_name = _("learning path")
        verbose_name_plural = _("learning paths")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PathStep(models.Model):
    """A course of a path, due so many days after its start."""

    path = ParentalKey(LearningPath, verbose_name=_("path"), on_delete=models.CASCADE, related_name="steps")
    course = models.ForeignKey(
        CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="path_steps"
    )
    order = models.PositiveSmallIntegerField(_("order"), editable=False)
    due_days = models.PositiveSmallIntegerField(_("due after days"))

    # Places are numbered by the editor; two steps may share one for the moment in which they change places.
    sort_order_field = "order"
    panels = [FieldPanel("course"), FieldPanel("due_days")]

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["path_id", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["path", "course"], name="a_course_once_in_a_path")]

    def __str__(self) -> str:
        return f"{self.order}. {self.course}"


class AssignmentRule(models.Model):
    """Who must take a course, for as long as the rule works: people who come or move are assigned, those it no longer
    means and who have not begun are let go.

    `audience` is a rule of `people.audience`. The course is due `days` after what `due` names, or on `due_on`.
    """

    class Due(models.TextChoices):
        HIRE = "hire", _("days after the hire")
        ASSIGNMENT = "assignment", _("days after the assignment")
        MOVE = "move", _("days after the move to the unit or post")
        EXPIRY = "expiry", _("days before the completion expires")
        DAY = "day", _("on a day")

    name = models.CharField(_("name of the rule"), max_length=80)
    course = models.ForeignKey(CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="rules")
    audience = models.JSONField(_("for whom"))
    due = models.CharField(_("due"), max_length=10, choices=Due.choices)
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    due_on = models.DateField(_("day"), null=True, blank=True)
    note = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due="day", due_on__isnull=False, days__isnull=True)
                | (~Q(due="day") & Q(due_on__isnull=True, days__isnull=False)),
                name="a_rule_is_due_on_a_day_or_after_days",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Leave(models.Model):
    """Somebody is away: what is due from its first day on is due so many days later as the person is away (`ends_on` is
    the last day). Taken back, the days move back."""

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="leaves")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=300)
    granted_by = models.ForeignKey(User, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(_("entered"))
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="a_leave_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(granted_by=F("user")), name="nobody_enters_their_own_leave"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.starts_on}–{self.ends_on}"


class Exemption(models.Model):
    """Why somebody need not take a course: something equivalent, with its proof. Withdrawn, the course is due again."""

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="exemptions")
    course = models.ForeignKey(
        CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="exemptions"
    )
    reason = models.CharField(_("reason"), max_length=300)
    proof = models.CharField(_("proof"), max_length=200)
    proof_name = models.CharField(_("name of the proof"), max_length=120)
    proof_type = models.CharField(_("type of the proof"), max_length=100)
    granted_by = models.ForeignKey(User, verbose_name=_("granted by"), on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(_("granted"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ["-granted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_exemption_per_person_and_course",
            ),
            models.CheckConstraint(condition=~Q(granted_by=F("user")), name="nobody_exempts_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.course}"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Reads of assignments."""

    def open(self) -> "AssignmentQuerySet":
        """What people still have to do."""
        return self.filter(withdrawn_at__isnull=True, completion__isnull=True, exemption__isnull=True)

    def in_force(self) -> "AssignmentQuerySet":
        """What was not taken back: to do, done or settled."""
        return self.filter(withdrawn_at__isnull=True)


class Assignment(models.Model):
    """Somebody must take a course by a day, for a reason that one sentence explains.

    `cause`, `cause_date` and `because` make that sentence: "because you moved to Team 3 on 2 March; due 30 days later".
    It is open until it is withdrawn, settled by a completion, or settled by an exemption. `moved_days` says how far
    `due_on` has been moved since, the sum of its DueChanges; a rule withdraws without a name (`withdrawn_by`).
    """

    class Cause(models.TextChoices):
        HIRE = "hire", _("hired")
        MOVE = "move", _("moved")
        RULE = "rule", _("meant by a rule")
        EXPIRY = "expiry", _("completion expires")
        UPDATE = "update", _("new version")
        PLAN = "plan", _("annual training plan")
        MANUAL = "manual", _("assigned by a trainer")

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="assignments")
    course = models.ForeignKey(
        CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="assignments"
    )
    path = models.ForeignKey(
        LearningPath,
        verbose_name=_("path"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    cause = models.CharField(_("cause"), max_length=10, choices=Cause.choices)
    cause_date = models.DateField(_("date of the cause"))
    because = models.CharField(_("words of the cause"), max_length=120, blank=True)
    rule = models.ForeignKey(
        AssignmentRule,
        verbose_name=_("rule"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    due_on = models.DateField(_("due"))
    moved_days = models.SmallIntegerField(_("moved by days"), default=0)
    assigned_by = models.ForeignKey(
        User, verbose_name=_("assigned by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(_("assigned"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, verbose_name=_("withdrawn by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    completion = models.ForeignKey(
        Completion,
        verbose_name=_("completion"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    exemption = models.ForeignKey(
        Exemption,
        verbose_name=_("exception"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course"],
                condition=Q(withdrawn_at__isnull=True, completion__isnull=True, exemption__isnull=True),
                name="one_open_assignment_per_person_and_course",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.course}"


@append_only
class DueChange(models.Model):
    """A due day was moved, by whom and why."""

    assignment = models.ForeignKey(
        Assignment,
        verbose_name=_("assignment"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="due_changes",
    )
    leave = models.ForeignKey(
        Leave,
        verbose_name=_("leave"),
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="due_changes",
    )
    before = models.DateField(_("due before"))
    after = models.DateField(_("due after"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(
        User, verbose_name=_("by"), on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("moved due day")
        verbose_name_plural = _("moved due days")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


def days(text: str) -> list[int]:
    """The days that "7, 1" says. Raises ValidationError for anything but numbers from 0 to 365."""
    parts = [part for part in re.split(r"[\s,，、;；]+", text.strip()) if part]
    if not all(part.isdecimal() and len(part) < 4 and int(part) <= 365 for part in parts):
        raise ValidationError(_("Write numbers of days separated by commas, such as 7, 1."))
    return [int(part) for part in parts]


@register_setting(icon="mail")
class ReminderSettings(BaseGenericSetting):
    """When people are reminded of what they must learn, and when their manager hears of it."""

    before = models.CharField(
        _("days before the due day"),
        max_length=60,
        default="7, 1",
        validators=[days],
        help_text=_("Numbers separated by commas."),
    )
    after = models.CharField(
        _("days after the due day"),
        max_length=60,
        default="1, 7, 14",
        validators=[days],
        help_text=_("Numbers separated by commas."),
    )
    manager_after = models.PositiveSmallIntegerField(
        _("the manager hears of it so many days after the due day"), default=3
    )

    panels = [FieldPanel("before"), FieldPanel("after"), FieldPanel("manager_after")]

    class Meta:
        verbose_name = _("reminders of courses")
        verbose_name_plural = _("reminders of courses")

    def __str__(self) -> str:
        return str(_("reminders of courses"))
