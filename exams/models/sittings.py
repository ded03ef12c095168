"""Exams and their parts, and the sittings that open them to named people."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from exams.models.bank import QuestionVersion
from people.models import Level, User
from topics.models import Topic


class Exam(ClusterableModel):
    """What is examined: an ordered set of parts, all of which must be passed."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    MOVES = {
        State.DRAFT: {State.PUBLISHED, State.RETIRED},
        State.PUBLISHED: {State.RETIRED},
        State.RETIRED: {State.PUBLISHED},
    }

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    level = models.ForeignKey(
        Level, verbose_name=_("level"), null=True, blank=True, on_delete=models.PROTECT, related_name="exams"
    )
    description = models.TextField(_("description"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)

    class Meta:
        verbose_name = _("exam")
        verbose_name_plural = _("exams")
        ordering = ["level__rank", "name"]

    def __str__(self) -> str:
        return self.name


class ExamPart(ClusterableModel):
    """One clock: a paper drawn by blueprint, or a typing test by a standard."""

    class Kind(models.TextChoices):
        PAPER = "paper", _("paper")
        TYPING = "typing", _("typing test")

    exam = ParentalKey(Exam, verbose_name=_("exam"), on_delete=models.CASCADE, related_name="parts")
    order = models.PositiveSmallIntegerField(_("order"), default=0, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=80)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    pass_percent = models.PositiveSmallIntegerField(_("pass mark, percent"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=1)
    standard = models.ForeignKey(
        "exams.TypingStandard",
        verbose_name=_("typing standard"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
    )

    class Meta:
        verbose_name = _("exam part")
        verbose_name_plural = _("exam parts")
        ordering = ["exam_id", "order", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(tries__gte=1), name="a_part_allows_a_try"),
            models.CheckConstraint(
                condition=Q(kind="paper", minutes__gte=1, pass_percent__range=(0, 100), standard__isnull=True)
                | Q(kind="typing", minutes__isnull=True, pass_percent__isnull=True, standard__isnull=False),
                name="a_paper_has_minutes_and_a_typing_test_a_standard",
            ),
        ]

    # Wagtail's inline panels put the parts in order by this field.
    sort_order_field = "order"

    def clean(self) -> None:
        """A paper has its own minutes and pass mark; a typing test takes them from its standard."""
        if self.kind == self.Kind.TYPING:
            self.minutes = self.pass_percent = None
            if self.standard_id is None:
                raise ValidationError({"standard": _("Choose the typing standard.")})
        elif self.kind == self.Kind.PAPER:
            self.standard = None
            if self.minutes is None or self.pass_percent is None:
                raise ValidationError(_("A paper needs minutes and a pass mark."))

    def __str__(self) -> str:
        return self.title


class BlueprintRow(models.Model):
    """Draw `count` live questions of a topic (kind and difficulty if said), each worth `points`."""

    part = ParentalKey(ExamPart, verbose_name=_("part"), on_delete=models.CASCADE, related_name="blueprint")
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="blueprint_rows")
    kind = models.CharField(_("kind"), max_length=12, choices=QuestionVersion.Kind.choices, blank=True)
    difficulty = models.PositiveSmallIntegerField(_("difficulty"), null=True, blank=True)
    count = models.PositiveSmallIntegerField(_("questions"))
    points = models.PositiveSmallIntegerField(_("points each"), default=2)

    class Meta:
        verbose_name = _("blueprint row")
        verbose_name_plural = _("blueprint rows")
        ordering = ["part_id", "id"]
        constraints = [models.CheckConstraint(condition=Q(count__gte=1, points__gte=1), name="a_row_draws_something")]

    def __str__(self) -> str:
        return f"{self.topic} x {self.count}"


class Sitting(models.Model):
    """A window [opens_at, closes_at) in which the invited may take an exam."""

    exam = models.ForeignKey(Exam, verbose_name=_("exam"), on_delete=models.PROTECT, related_name="sittings")
    name = models.CharField(_("name"), max_length=80)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    place = models.CharField(_("place"), max_length=80, blank=True)
    audience = models.JSONField(_("audience"), default=dict, blank=True)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        ordering = ["-opens_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="a_sitting_closes_after_it_opens")
        ]

    def __str__(self) -> str:
        return self.name


class Candidacy(models.Model):
    """One person in one sitting: invited or excused, with the overrides granted to them.

    "Absent", "sitting" and "done" are derived from the attempts and the clock.
    """

    class State(models.TextChoices):
        INVITED = "invited", _("invited")
        EXCUSED = "excused", _("excused")

    sitting = models.ForeignKey(
        Sitting, verbose_name=_("sitting"), on_delete=models.PROTECT, related_name="candidacies"
    )
    user = models.ForeignKey(User, verbose_name=_("candidate"), on_delete=models.PROTECT, related_name="candidacies")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.INVITED)
    extra_minutes = models.PositiveSmallIntegerField(_("extra minutes"), default=0)
    extra_tries = models.PositiveSmallIntegerField(_("extra tries"), default=0)
    override_reason = models.CharField(_("reason for the override"), max_length=200, blank=True)
    override_by = models.ForeignKey(
        User, verbose_name=_("override by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(_("invited at"))

    class Meta:
        verbose_name = _("candidacy")
        verbose_name_plural = _("candidacies")
        ordering = ["sitting_id", "user__name_sort"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "user"], name="one_candidacy_per_person_and_sitting"),
            models.CheckConstraint(
                condition=Q(extra_minutes=0, extra_tries=0, state="invited")
                | (~Q(override_reason="") & Q(override_by__isnull=False)),
                name="an_override_has_a_reason_and_a_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.sitting}"
