"""What quality inspectors see and hear, and what superiors and personnel record about conduct."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from people.models import User
from topics.models import Topic


@register_setting(icon="success")
class QualitySettings(BaseGenericSetting):
    """The figures against which quality is measured; an administrator may change them."""

    target = models.PositiveSmallIntegerField(
        _("target score"),
        default=85,
        validators=[MaxValueValidator(100)],
        help_text=_("The average that everybody should reach, out of 100 points."),
    )
    months = models.PositiveSmallIntegerField(
        _("months looked back"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text=_("The average is taken over so many months."),
    )
    panels = [FieldPanel("target"), FieldPanel("months")]

    class Meta:
        verbose_name = _("quality targets")


class Checklist(ClusterableModel):
    """The points by which one contact is scored; its items add up to 100.

    What was scored stays true: a change makes the next version and retires this one.
    """

    name = models.CharField(_("name"), max_length=80)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="one_checklist_per_version"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(retired_at__isnull=True), name="one_checklist_in_use_per_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChecklistItem(models.Model):
    """One point of a checklist, worth `weight` of 100, which tests a topic."""

    checklist = ParentalKey(Checklist, verbose_name=_("checklist"), on_delete=models.PROTECT, related_name="items")
    order = models.PositiveSmallIntegerField(_("order"))
    text = models.CharField(_("what is looked at"), max_length=200)
    weight = models.PositiveSmallIntegerField(_("points"), validators=[MinValueValidator(1), MaxValueValidator(100)])
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="checklist_items")

    sort_order_field = "order"
    panels = [FieldPanel("text"), FieldPanel("weight"), FieldPanel("topic")]

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        ordering = ["checklist_id", "order"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "order"], name="one_item_per_place"),
            models.CheckConstraint(condition=Q(weight__range=(1, 100)), name="an_item_is_worth_something"),
        ]

    def __str__(self) -> str:
        return self.text


class Observation(models.Model):
    """A quality inspector's scored review of one call or counter service. `score` is 0..100."""

    class Channel(models.TextChoices):
        CALL = "call", _("call")
        COUNTER = "counter", _("counter")
        FOLLOW_UP = "follow_up", _("follow-up call")

    user = models.ForeignKey(
        User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="observations"
    )
    inspector = models.ForeignKey(User, verbose_name=_("inspector"), on_delete=models.PROTECT, related_name="+")
    checklist = models.ForeignKey(
        Checklist, verbose_name=_("checklist"), on_delete=models.PROTECT, related_name="observations"
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    contact = models.CharField(_("contact number"), max_length=40, blank=True)
    contact_at = models.DateTimeField(_("time of the contact"))
    score = models.PositiveSmallIntegerField(_("score"))
    praise = models.TextField(_("what went well"), blank=True)
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering = ["-contact_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(score__range=(0, 100)), name="a_score_is_within_a_hundred"),
            models.CheckConstraint(condition=~Q(user=F("inspector")), name="nobody_inspects_themselves"),
            models.UniqueConstraint(
                fields=["user", "checklist", "channel", "contact_at", "contact"], name="a_contact_is_scored_once"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-contact_at"], name="observations_of_a_person"),
            models.Index(fields=["-contact_at", "-id"], name="observations_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.contact_at:%F}"


class Finding(models.Model):
    """A checklist item that was not met in an observation; it points at a topic."""

    observation = models.ForeignKey(
        Observation, verbose_name=_("observation"), on_delete=models.CASCADE, related_name="findings"
    )
    item = models.ForeignKey(ChecklistItem, verbose_name=_("item"), on_delete=models.PROTECT, related_name="findings")
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="findings")
    lost = models.PositiveSmallIntegerField(_("points lost"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(fields=["observation", "item"], name="one_finding_per_item"),
            models.CheckConstraint(condition=Q(lost__range=(1, 100)), name="a_finding_costs_points"),
        ]
        indexes = [models.Index(fields=["topic", "observation"], name="findings_of_a_topic")]

    def __str__(self) -> str:
        return f"{self.observation_id} {self.item_id}"


class Appraisal(models.Model):
    """A superior's rating of a person for a quarter. Confidential: the person, superiors, personnel and auditors see it."""

    class Rating(models.IntegerChoices):
        EXCELLENT = 4, _("excellent")
        GOOD = 3, _("good")
        FAIR = 2, _("fair")
        POOR = 1, _("poor")

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="appraisals")
    quarter = models.DateField(_("first day of the quarter"))
    rating = models.PositiveSmallIntegerField(_("rating"), choices=Rating.choices)
    comment = models.TextField(_("comment"), blank=True)
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("appraisal")
        verbose_name_plural = _("appraisals")
        ordering = ["-quarter"]
        constraints = [
            models.UniqueConstraint(fields=["user", "quarter"], name="one_appraisal_per_quarter"),
            models.CheckConstraint(condition=~Q(user=F("by")), name="nobody_appraises_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.quarter}"


class Violation(models.Model):
    """A breach of the rules, recorded by personnel, seen by few, in force in [valid_from, valid_to)."""

    class Grade(models.TextChoices):
        WARNING = "warning", _("written warning")
        DEMOTION = "demotion", _("demotion")
        DISMISSAL = "dismissal", _("dismissal")

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="violations")
    grade = models.CharField(_("grade"), max_length=10, choices=Grade.choices)
    facts = models.TextField(_("facts"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until (exclusive)"))
    by = models.ForeignKey(User, verbose_name=_("recorded by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("violation")
        verbose_name_plural = _("violations")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="a_violation_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(user=F("by")), name="nobody_records_their_own_violation"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.valid_from}"
