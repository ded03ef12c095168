"""Exams and their parts, and the sittings that open them to named people."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from exams.models.bank import Question, QuestionVersion
from people.models import Level, User
from topics.models import Topic


class Exam(ClusterableModel):
    """What is examined: an ordered set of parts, the rule that folds them, and what candidates see of it when.

    `rule`: every part passed, or the weighted total of the papers and face-to-face parts at least `pass_percent`, or both.
    A typing test has no percentage: it must be passed under every rule and stays out of the total.
    """

    class Rule(models.TextChoices):
        PARTS = "parts", _("every part is passed")
        TOTAL = "total", _("the weighted total is reached")
        BOTH = "both", _("every part is passed and the weighted total is reached")

    class Release(models.TextChoices):
        AT_ONCE = "at_once", _("as soon as it is known")
        CLOSED = "closed", _("when the sitting is over for everybody")
        BY_HAND = "by_hand", _("when an examiner releases it")

    class Reveals(models.TextChoices):
        SCORE = "score", _("score, parts and topics")
        OWN = "own", _("and each question with one's own answer, right or wrong")
        KEY = "key", _("and the right answer with its explanation")

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
    rule = models.CharField(_("to pass"), max_length=6, choices=Rule.choices, default=Rule.PARTS)
    pass_percent = models.PositiveSmallIntegerField(
        _("pass mark of the total, percent"), null=True, blank=True, help_text=_("Only where the total decides.")
    )
    late_entry = models.PositiveSmallIntegerField(
        _("late entry, minutes"),
        null=True,
        blank=True,
        help_text=_("How long after the opening one may still start. Empty: as long as the window is open."),
    )
    cut_by_window = models.BooleanField(
        _("ends with the window"),
        default=False,
        help_text=_("Otherwise whoever starts in time has the whole time, even beyond the end of the window."),
    )
    release = models.CharField(_("results are shown"), max_length=8, choices=Release.choices, default=Release.AT_ONCE)
    reveals = models.CharField(
        _("what is shown"),
        max_length=6,
        choices=Reveals.choices,
        default=Reveals.KEY,
        help_text=_("Questions and keys are never shown before the sitting is over for everybody."),
    )
    second_marker = models.BooleanField(_("a second person marks too"), default=False)
    tolerance = models.PositiveSmallIntegerField(
        _("difference that two markers may have, points"),
        default=0,
        help_text=_("Within it the mean counts, cut to hundredths; beyond it a third person decides."),
    )

    class Meta:
        verbose_name = _("exam")
        verbose_name_plural = _("exams")
        ordering = ["level__rank", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rule="parts") | Q(pass_percent__range=(0, 100)), name="a_total_that_decides_has_a_pass_mark"
            )
        ]

    def clean(self) -> None:
        """A total that decides needs its pass mark."""
        if self.rule != self.Rule.PARTS and self.pass_percent is None:
            raise ValidationError({"pass_percent": _("Say which total is enough.")})
        if self.pass_percent is not None and self.pass_percent > 100:
            raise ValidationError({"pass_percent": _("A pass mark is at most 100 percent.")})

    def __str__(self) -> str:
        return self.name


class ExamPart(ClusterableModel):
    """One clock: a paper, a typing test by a standard, or a face-to-face part whose tasks an examiner scores by rubric.

    A paper or face-to-face part asks its fixed questions where it has any, and otherwise draws by its blueprint.
    """

    class Kind(models.TextChoices):
        PAPER = "paper", _("paper")
        TYPING = "typing", _("typing test")
        RUBRIC = "rubric", _("face-to-face part")

    exam = ParentalKey(Exam, verbose_name=_("exam"), on_delete=models.CASCADE, related_name="parts")
    order = models.PositiveSmallIntegerField(_("order"), default=0, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=80)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    pass_percent = models.PositiveSmallIntegerField(_("pass mark, percent"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(
        _("tries"), default=1, help_text=_("A typing test has the tries of its standard.")
    )
    weight = models.PositiveSmallIntegerField(_("weight in the total"), default=1)
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
                condition=Q(
                    kind__in=("paper", "rubric"), minutes__gte=1, pass_percent__range=(0, 100), standard__isnull=True
                )
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
            return
        self.standard = None
        faults = {}
        if not self.minutes:
            faults["minutes"] = _("Say how many minutes a paper or face-to-face part takes.")
        if self.pass_percent is None or self.pass_percent > 100:
            faults["pass_percent"] = _("Say the pass mark, 0 to 100 percent.")
        if faults:
            raise ValidationError(faults)

    @property
    def tries_allowed(self) -> int:
        """Before anybody has begun: a typing test has the tries of its standard."""
        return self.standard.tries if self.standard else self.tries

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


class FixedQuestion(models.Model):
    """A question that every candidate of the part gets, in this order; a case brings all of its questions."""

    part = ParentalKey(ExamPart, verbose_name=_("part"), on_delete=models.CASCADE, related_name="fixed")
    order = models.PositiveSmallIntegerField(_("order"), default=0, editable=False)
    question = models.ForeignKey(
        Question, verbose_name=_("question"), on_delete=models.PROTECT, related_name="fixed_in"
    )
    points = models.PositiveSmallIntegerField(
        _("points"), null=True, blank=True, help_text=_("Empty: as the question says; for a case, of each question.")
    )

    class Meta:
        verbose_name = _("fixed question")
        verbose_name_plural = _("fixed questions")
        ordering = ["part_id", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["part", "question"], name="a_part_asks_a_question_once")]

    sort_order_field = "order"

    def __str__(self) -> str:
        return f"{self.question}"


class SittingSeries(models.Model):
    """A rule that opens a sitting every month: the monthly assessment.

    The sitting of a month opens on `day` (the month's last day where it has fewer) at `opens` and lasts `hours`, in the
    organisation's zone; it is made and its people are invited `ahead` days before. `{month}` in the name is the month.
    """

    exam = models.ForeignKey(Exam, verbose_name=_("exam"), on_delete=models.PROTECT, related_name="series")
    name = models.CharField(_("name"), max_length=60)
    audience = models.JSONField(_("audience"), default=dict)
    day = models.PositiveSmallIntegerField(_("day of the month"))
    opens = models.TimeField(_("opens at"))
    hours = models.PositiveSmallIntegerField(_("hours"))
    ahead = models.PositiveSmallIntegerField(_("days ahead"), default=7)
    place = models.CharField(_("place"), max_length=80, blank=True)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("monthly sitting")
        verbose_name_plural = _("monthly sittings")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(day__range=(1, 31), hours__range=(1, 744), ahead__range=(0, 60)),
                name="a_series_has_a_day_and_a_length",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Sitting(models.Model):
    """A window [opens_at, closes_at) in which the invited may take an exam, and what guards it.

    `addresses` are networks one may sit from (empty: anywhere); `browser_keys` and `config_keys` are those of the Safe Exam
    Browser (empty: any browser). `released_at` is when an examiner released the results of an exam that asks for it.
    """

    exam = models.ForeignKey(Exam, verbose_name=_("exam"), on_delete=models.PROTECT, related_name="sittings")
    name = models.CharField(_("name"), max_length=80)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    place = models.CharField(_("place"), max_length=80, blank=True)
    audience = models.JSONField(_("audience"), default=dict, blank=True)
    access_code = models.CharField(_("access code"), max_length=20, blank=True)
    addresses = models.JSONField(_("networks"), default=list, blank=True)
    config_keys = models.JSONField(_("config keys of the safe browser"), default=list, blank=True)
    browser_keys = models.JSONField(_("browser exam keys of the safe browser"), default=list, blank=True)
    makeup_of = models.ForeignKey(
        "self", verbose_name=_("make-up of"), null=True, blank=True, on_delete=models.PROTECT, related_name="makeups"
    )
    series = models.ForeignKey(
        SittingSeries,
        verbose_name=_("series"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sittings",
    )
    month = models.DateField(_("month of the series"), null=True, blank=True)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    released_at = models.DateTimeField(_("results released"), null=True, blank=True)
    released_by = models.ForeignKey(
        User, verbose_name=_("released by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        ordering = ["-opens_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="a_sitting_closes_after_it_opens"),
            models.UniqueConstraint(fields=["series", "month"], name="one_sitting_per_series_and_month"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="results_are_released_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def last_entry(self) -> datetime:
        """The last moment at which somebody who has not begun yet may begin."""
        if self.exam.late_entry is None:
            return self.closes_at
        return min(self.closes_at, self.opens_at + timedelta(minutes=self.exam.late_entry))

    @property
    def wants_safe_browser(self) -> bool:
        """Whether only the Safe Exam Browser is let in."""
        return bool(self.config_keys or self.browser_keys)


class Candidacy(models.Model):
    """One person in one sitting: invited or excused, with the overrides granted to them.

    Extra time is a share of a part's minutes, or minutes, or both, and never changes a typing test, which is a rate: there a
    person may be granted a speed of their own, `typing_threshold` in characters per minute. The run freezes it.

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
    extra_percent = models.PositiveSmallIntegerField(_("extra time, percent"), default=0)
    extra_minutes = models.PositiveSmallIntegerField(_("extra minutes"), default=0)
    extra_tries = models.PositiveSmallIntegerField(_("extra tries"), default=0)
    typing_threshold = models.PositiveSmallIntegerField(_("own speed for typing"), null=True, blank=True)
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
                condition=Q(extra_percent=0, extra_minutes=0, extra_tries=0, typing_threshold=None, state="invited")
                | (~Q(override_reason="") & Q(override_by__isnull=False)),
                name="an_override_has_a_reason_and_a_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.sitting}"
