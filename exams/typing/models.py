"""Standards, passages and runs of the typing test. The definition of the figures is in scoring.py."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ground.append_only import append_only
from people.models import Level, User


class TypingStandard(models.Model):
    """What a level asks: `threshold` certified characters per minute at `gate` percent accuracy over `minutes`.

    A row for each: every attempt freezes its own copy, so a change counts for attempts that begin from then on.
    """

    class Punctuation(models.TextChoices):
        WIDTH_INSENSITIVE = "width-insensitive", _("full and half width count the same")
        STRICT = "strict", _("every mark as printed")
        IGNORE = "ignore", _("punctuation is ignored")

    class Counts(models.TextChoices):
        BEST = "best", _("the best try counts")
        LAST = "last", _("the last try counts")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    level = models.ForeignKey(
        Level, verbose_name=_("level"), null=True, blank=True, on_delete=models.PROTECT, related_name="typing_standards"
    )
    threshold = models.PositiveSmallIntegerField(_("characters per minute"))
    gate = models.PositiveSmallIntegerField(_("least accuracy, percent"), default=95)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    punctuation = models.CharField(
        _("punctuation"), max_length=20, choices=Punctuation.choices, default=Punctuation.WIDTH_INSENSITIVE
    )
    tries = models.PositiveSmallIntegerField(
        _("tries"), default=2, help_text=_("Each on another passage. A sitting may grant more to one person.")
    )
    counts = models.CharField(_("which try counts"), max_length=8, choices=Counts.choices, default=Counts.BEST)

    class Meta:
        verbose_name = _("typing standard")
        verbose_name_plural = _("typing standards")
        ordering = ["threshold", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(threshold__gte=1, gate__range=(0, 100), minutes__range=(1, 60), tries__range=(1, 20)),
                name="a_typing_standard_is_within_reason",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Passage(models.Model):
    """A text to type. Exam passages are never shown in practice."""

    class Use(models.TextChoices):
        EXAM = "exam", _("exams")
        PRACTICE = "practice", _("practice")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=80)
    use = models.CharField(_("used in"), max_length=8, choices=Use.choices, default=Use.EXAM)
    current = models.ForeignKey(
        "PassageVersion",
        verbose_name=_("current version"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="current_of",
    )
    allowed = models.CharField(
        _("uncommon characters allowed"),
        max_length=80,
        blank=True,
        help_text=_("Characters outside the 3,755 common ones that this passage may use all the same."),
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


@append_only
class PassageVersion(models.Model):
    """The frozen text, with slots such as {surname} that are filled per attempt."""

    passage = models.ForeignKey(Passage, verbose_name=_("passage"), on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created"))
    content_hash = models.CharField(_("fingerprint"), max_length=64)

    class Meta:
        verbose_name = _("passage version")
        verbose_name_plural = _("passage versions")
        constraints = [models.UniqueConstraint(fields=["passage", "number"], name="one_passage_version_per_number")]

    def __str__(self) -> str:
        return f"{self.passage_id} v{self.number}"


class TypingRun(models.Model):
    """What a typing attempt was asked (frozen at the start) and what it came to (written once, when it ends).

    `standard` freezes {"code", "name", "threshold", "gate", "minutes", "punctuation", "tries", "counts", "normaliser", "seed",
    "granted"}; `granted` is None or says that `threshold` is the person's own {"instead_of", "by": employee number, "reason"};
    `text` is the passage with its slots filled by the seed, followed by the `chained` passages where one was too
    short for the time. `flags` is a list of {"code", "count"}: evidence for an examiner, never part of the score.
    """

    attempt = models.OneToOneField(
        "exams.Attempt", verbose_name=_("attempt"), on_delete=models.PROTECT, related_name="typing"
    )
    version = models.ForeignKey(
        PassageVersion, verbose_name=_("passage"), on_delete=models.PROTECT, related_name="runs"
    )
    chained = models.ManyToManyField(
        PassageVersion, verbose_name=_("chained passages"), blank=True, related_name="chained_runs"
    )
    text = models.TextField(_("text"))
    standard = models.JSONField(_("standard"))
    duration_ms = models.PositiveIntegerField(_("allotted time, ms"))
    committed = models.TextField(_("committed text"), blank=True)
    typed = models.PositiveIntegerField(_("tokens typed"), null=True, blank=True)
    errors = models.PositiveIntegerField(_("errors"), null=True, blank=True)
    certified = models.PositiveIntegerField(_("certified characters"), null=True, blank=True)
    passed = models.BooleanField(_("passed"), null=True, blank=True)
    flags = models.JSONField(_("flags"), default=list, blank=True)

    class Meta:
        verbose_name = _("typing run")
        verbose_name_plural = _("typing runs")
        constraints = [
            models.CheckConstraint(
                condition=Q(certified__isnull=True) | Q(certified=models.F("typed") - models.F("errors")),
                name="certified_is_typed_less_errors",
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}"


@append_only
class TypingBatch(models.Model):
    """Keystroke records as they came (the small form of wire.py): idempotent by (attempt, seq), chained by hash.

    `hash` covers the records and the hash of the batch before. `length` is that of the whole text after the batch, in code
    points, and `ends_ms` the time of its last record: the next batch is checked against both, so that no impossible splice is
    ever stored. `received_ms` is the clock of the test at receipt. `late` batches came after the end and the grace: kept,
    never counted.
    """

    attempt = models.ForeignKey(
        "exams.Attempt", verbose_name=_("attempt"), on_delete=models.PROTECT, related_name="batches"
    )
    seq = models.PositiveIntegerField(_("sequence number"))
    hash = models.CharField(_("hash"), max_length=32)
    records = models.JSONField(_("records"))
    length = models.PositiveIntegerField(_("length of the text after it"))
    ends_ms = models.PositiveIntegerField(_("time of its last record, ms"))
    received_ms = models.PositiveIntegerField(_("received, ms since the start without pauses"))
    received_at = models.DateTimeField(_("received"))
    late = models.BooleanField(_("late"), default=False)

    class Meta:
        verbose_name = _("typing batch")
        verbose_name_plural = _("typing batches")
        ordering = ["attempt_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["attempt", "seq"], name="one_batch_per_sequence_number")]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.seq}"


class PracticeRun(models.Model):
    """One practice: shown to its owner only, never a result.

    Its text is the version filled with the seed `pk`, or the `drill` made of sentences with one's weak characters. What the
    keystrokes told is kept as figures when it ends, the keystrokes are not: `keys` pressed, characters `taken_back`,
    `slips` [[expected, typed], ...] of every mistake, mended ones too ("" for one left out), and `pace`, the certified
    characters of each half minute. Without script to tell them they stay empty.
    """

    user = models.ForeignKey(
        User, verbose_name=_("staff member"), on_delete=models.CASCADE, related_name="practice_runs"
    )
    version = models.ForeignKey(
        PassageVersion,
        verbose_name=_("passage"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="practice",
    )
    drill = models.TextField(_("text of a drill"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    committed = models.TextField(_("committed text"), blank=True)
    typed = models.PositiveIntegerField(_("tokens typed"), null=True, blank=True)
    errors = models.PositiveIntegerField(_("errors"), null=True, blank=True)
    keys = models.PositiveIntegerField(_("keys pressed"), null=True, blank=True)
    taken_back = models.PositiveIntegerField(_("characters taken back"), null=True, blank=True)
    slips = models.JSONField(_("mistakes, mended ones too"), default=list, blank=True)
    pace = models.JSONField(_("certified characters of each half minute"), default=list, blank=True)

    class Meta:
        verbose_name = _("practice run")
        verbose_name_plural = _("practice runs")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["user", "-started_at"], name="practice_of_a_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(version__isnull=False, drill="") | (Q(version__isnull=True) & ~Q(drill="")),
                name="a_practice_has_a_passage_or_a_drill",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.started_at:%F}"
