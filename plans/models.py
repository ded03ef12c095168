"""Training needs with their evidence, and the annual plan that answers them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models import ClassSession, CoursePage
from people.models import Unit, User
from topics.models import Topic


class Need(models.Model):
    """A reason to train the people of a unit in a topic, with its evidence.

    `evidence` is in the words of plans.needs: {"people": n, "answered": n, "rate": percent, "findings": n, "since": date}.
    `key` makes finding needs repeatable: the same source, topic, unit and year is one need.
    """

    class Source(models.TextChoices):
        EXAM = "exam", _("weak exam topic")
        QUALITY = "quality", _("quality findings")
        EXPIRY = "expiry", _("certificates about to expire")
        WISH = "wish", _("staff wish")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        PLANNED = "planned", _("planned")
        DECLINED = "declined", _("declined")

    MOVES = {State.OPEN: {State.PLANNED, State.DECLINED}, State.PLANNED: {State.OPEN}, State.DECLINED: {State.OPEN}}

    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="needs")
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="needs")
    year = models.PositiveSmallIntegerField(_("year"))
    evidence = models.JSONField(_("evidence"), default=dict)
    key = models.CharField(_("key"), max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("reason for declining"), max_length=200, blank=True)
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("training need")
        verbose_name_plural = _("training needs")
        ordering = ["-found_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(reason=""), name="a_declined_need_has_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.unit}"


class AnnualPlan(models.Model):
    """The training plan of one year: drafted by personnel, approved by another person."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PROPOSED = "proposed", _("proposed")
        APPROVED = "approved", _("approved")

    MOVES = {State.DRAFT: {State.PROPOSED}, State.PROPOSED: {State.DRAFT, State.APPROVED}, State.APPROVED: set()}

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    proposed_by = models.ForeignKey(
        User, verbose_name=_("proposed by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        User, verbose_name=_("approved by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("annual training plan")
        verbose_name_plural = _("annual training plans")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="an_approved_plan_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")), name="two_people_pass_a_plan"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanItem(models.Model):
    """What, how, when, who teaches, whom. "Done" and progress are derived from sessions and completions.

    `course` is set for self-study; `session` once the day of an internal lecture or coaching is fixed.
    """

    class Method(models.TextChoices):
        LECTURE = "lecture", _("internal lecture")
        COACHING = "coaching", _("on-site coaching")
        EXTERNAL = "external", _("external course")
        SELF_STUDY = "self_study", _("online self-study")

    plan = models.ForeignKey(AnnualPlan, verbose_name=_("plan"), on_delete=models.CASCADE, related_name="items")
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="plan_items")
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="plan_items")
    content = models.CharField(_("content"), max_length=200)
    method = models.CharField(_("method"), max_length=12, choices=Method.choices)
    month = models.DateField(_("month"))
    instructor = models.ForeignKey(
        User, verbose_name=_("instructor"), null=True, blank=True, on_delete=models.PROTECT, related_name="plan_items"
    )
    external_teacher = models.CharField(_("external teacher"), max_length=80, blank=True)
    course = models.ForeignKey(
        CoursePage, verbose_name=_("course"), null=True, blank=True, on_delete=models.PROTECT, related_name="plan_items"
    )
    session = models.OneToOneField(
        ClassSession,
        verbose_name=_("class session"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="plan_item",
    )
    needs = models.ManyToManyField(Need, verbose_name=_("needs"), related_name="items", blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("plan item")
        verbose_name_plural = _("plan items")
        ordering = ["month", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(method="self_study", course__isnull=False)
                | Q(method="external") & ~Q(external_teacher="")
                | Q(method__in=["lecture", "coaching"], instructor__isnull=False),
                name="an_item_says_who_teaches",
            )
        ]

    def __str__(self) -> str:
        return self.content
