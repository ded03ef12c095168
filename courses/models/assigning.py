"""Who must learn what, until when and why: paths, assignments, exceptions."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel

from courses.models.learning import Completion
from courses.models.pages import CoursePage
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

    `cause` and `cause_date` make that sentence: "because you were hired on 2 March; due 30 days later".
    It is open until it is withdrawn, settled by a completion, or settled by an exemption.
    """

    class Cause(models.TextChoices):
        HIRE = "hire", _("hired")
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
    note = models.CharField(_("note"), max_length=200, blank=True)
    due_on = models.DateField(_("due"))
    assigned_by = models.ForeignKey(
        User, verbose_name=_("assigned by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(_("assigned"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
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
