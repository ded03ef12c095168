"""Training needs with their evidence, and the annual plan that answers them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from courses.models import Assignment, ClassSession, CoursePage
from people.models import Unit, User
from topics.models import Topic


@register_setting(icon="crosshairs")
class NeedThresholds(BaseGenericSetting):
    """What makes a training need; an administrator may change the figures. They mean what plans.needs says."""

    weak_rate = models.PositiveSmallIntegerField(
        _("weak below, percent"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("A topic is weak in a unit when fewer than so many percent of the points are reached."),
    )
    weak_answers = models.PositiveSmallIntegerField(
        _("answers at least"),
        default=5,
        validators=[MinValueValidator(1)],
        help_text=_("Fewer answers in a unit say nothing."),
    )
    weak_days = models.PositiveSmallIntegerField(
        _("exams of so many days"), default=180, validators=[MinValueValidator(1)]
    )
    findings = models.PositiveSmallIntegerField(
        _("findings at least"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("So many quality findings of one topic in one unit make a need."),
    )
    findings_days = models.PositiveSmallIntegerField(
        _("findings of so many days"), default=90, validators=[MinValueValidator(1)]
    )
    expiry_days = models.PositiveSmallIntegerField(
        _("certificates that expire within so many days"), default=90, validators=[MinValueValidator(1)]
    )
    panels = [
        MultiFieldPanel(
            [FieldPanel("weak_rate"), FieldPanel("weak_answers"), FieldPanel("weak_days")], heading=_("Exams")
        ),
        MultiFieldPanel([FieldPanel("findings"), FieldPanel("findings_days")], heading=_("Quality findings")),
        FieldPanel("expiry_days"),
    ]

    class Meta:
        verbose_name = _("thresholds of training needs")


class Need(models.Model):
    """A reason to train the people of a unit in a topic, with its evidence.

    `evidence` is in the words of plans.needs, by source: exam {"people", "answered", "rate", "below", "since"},
    quality {"people", "findings", "days"}, expiry {"people", "kind", "until"}, wish {"people"}; days are ISO dates.
    `key` makes finding needs repeatable: the same source, topic, unit and year is one need.
    """

    class Source(models.TextChoices):
        EXAM = "exam", _("weak exam topic")
        QUALITY = "quality", _("quality findings")
        EXPIRY = "expiry", _("certificates about to expire")
        WISH = "wish", _("staff wish")

    class State(models.TextChoices):
        OPEN = "open", _("to be planned")
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


class Wish(models.Model):
    """A staff member's own words about why the team should be trained in a topic; wishes of one unit are one need."""

    need = models.ForeignKey(Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="wishes")
    user = models.ForeignKey(
        User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="training_wishes"
    )
    text = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["need", "user"], name="one_wish_per_person_and_need")]

    def __str__(self) -> str:
        return f"{self.user} {self.need}"


class AnnualPlan(models.Model):
    """The training plan of one year: drafted by personnel, approved by another person.

    Its items change in a draft only; an approved plan is opened again as a draft and needs two people again.
    `remark` says why it last came back.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PROPOSED = "proposed", _("proposed")
        APPROVED = "approved", _("approved")

    MOVES = {
        State.DRAFT: {State.PROPOSED},
        State.PROPOSED: {State.DRAFT, State.APPROVED},
        State.APPROVED: {State.DRAFT},
    }

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
    remark = models.CharField(_("why it came back"), max_length=200, blank=True)

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

    `course` is set for self-study, `assignments` once it was given to the unit's people; `session` once the day of
    any other method is fixed. The `instructor` of an external course is our own person who goes along, if anybody.
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
    assignments = models.ManyToManyField(
        Assignment, verbose_name=_("assignments"), related_name="plan_items", blank=True
    )
    needs = models.ManyToManyField(Need, verbose_name=_("needs"), related_name="items", blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=200, blank=True)

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
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | ~Q(cancel_reason=""), name="a_cancelled_item_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.content

    @property
    def teacher(self) -> str:
        """Who teaches, in a word: the external teacher, the instructor or the course."""
        return self.external_teacher or str(self.instructor or self.course or "")
