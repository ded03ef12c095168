"""The question bank. A Question is a name and a state; what candidates see is a QuestionVersion."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ground.append_only import append_only
from people.models import Level, User
from topics.models import Topic


class Question(models.Model):
    """A question through its life: draft, reviewed by a second person, live, retired. Its words live in versions.

    `current` is the version that papers draw, empty until the question is live for the first time; `draft` holds newer
    words that no paper draws yet, empty when there are none. A live question whose words are changed stays live with
    its old ones until the draft has been reviewed. A question of a case (`case`, in the order of `place`) is drawn with it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        REVIEWED = "reviewed", _("reviewed")
        LIVE = "live", pgettext_lazy("question", "live")
        RETIRED = "retired", _("retired")

    MOVES = {
        State.DRAFT: {State.REVIEWED, State.RETIRED},
        State.REVIEWED: {State.DRAFT, State.LIVE, State.RETIRED},
        State.LIVE: {State.RETIRED},
        State.RETIRED: {State.DRAFT, State.LIVE},
    }

    code = models.CharField(_("code"), max_length=40, unique=True)
    topics = models.ManyToManyField(Topic, verbose_name=_("topics"), through="QuestionTopic", related_name="questions")
    level = models.ForeignKey(
        Level, verbose_name=_("level"), null=True, blank=True, on_delete=models.PROTECT, related_name="questions"
    )
    case = models.ForeignKey(
        "self",
        verbose_name=_("case study"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="questions",
    )
    place = models.PositiveSmallIntegerField(_("place in the case"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    current = models.ForeignKey(
        "QuestionVersion",
        verbose_name=_("version in exams"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="current_of",
    )
    draft = models.ForeignKey(
        "QuestionVersion",
        verbose_name=_("newer words"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="draft_of",
    )

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="live") | models.Q(current__isnull=False),
                name="a_live_question_has_words_that_were_reviewed",
            ),
            models.CheckConstraint(condition=~models.Q(case=models.F("id")), name="a_case_is_not_its_own_question"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def newest(self) -> "QuestionVersion | None":
        """The newest words: what its author edits."""
        return self.draft or self.current


class QuestionTopic(models.Model):
    """A question tests a topic."""

    question = models.ForeignKey(Question, verbose_name=_("question"), on_delete=models.CASCADE)
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT)

    class Meta:
        verbose_name = _("question's topic")
        verbose_name_plural = _("question's topics")
        constraints = [models.UniqueConstraint(fields=["question", "topic"], name="a_question_tests_a_topic_once")]

    def __str__(self) -> str:
        return f"{self.question} {self.topic}"


@append_only
class QuestionVersion(models.Model):
    """The frozen words and key of a question. Nothing of `key` or `explanation` is sent before release.

    `content` has {"stem": html} and, by kind:
    single, multiple, ordering {"options": [html, ...]}; numeric {"unit": text};
    matching {"prompts": [html, ...], "options": [html, ...]}, with as many options as prompts or more;
    cloze: the stem holds [[1]], [[2]] ... and {"gaps": [{"options": [text, ...]} or {}, ...]};
    essay {"words": int or null}; file {"accepts": "audio" or "document"}; task {"minutes": int or null}.

    `key` by kind:
    single {"correct": [index]}; multiple {"correct": [index, ...], "scoring": "all" or "minus"}; true/false {"answer": bool};
    numeric {"value": "72", "tolerance": "0"}; short text {"accepted": [text, ...]};
    ordering {"sequence": [option index, ...], "scoring": "all" or "part"};
    matching {"pairs": [option index for each prompt], "scoring": "all" or "part"};
    cloze {"gaps": [{"correct": index} or {"accepted": [text, ...]}, ...], "scoring": "all" or "part"};
    essay, file, task {"rubric": [{"name": text, "levels": [{"points": int, "text": descriptor}, ...]}, ...], "model": text}.
    A case has a stem only and an empty key: its questions are questions of their own.
    """

    class Kind(models.TextChoices):
        SINGLE = "single", _("single choice")
        MULTIPLE = "multiple", _("multiple choice")
        TRUE_FALSE = "true_false", _("true or false")
        NUMERIC = "numeric", _("numerical answer")
        SHORT_TEXT = "short_text", _("short text")
        ORDERING = "ordering", _("ordering")
        MATCHING = "matching", _("matching")
        CLOZE = "cloze", _("gap text")
        CASE = "case", _("case study")
        ESSAY = "essay", _("essay")
        FILE = "file", _("recording or document")
        TASK = "task", _("face-to-face task")

    question = models.ForeignKey(
        Question, verbose_name=_("question"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    content = models.JSONField(_("content"))
    key = models.JSONField(_("answer key"))
    points = models.PositiveSmallIntegerField(_("points"), default=2)
    difficulty = models.PositiveSmallIntegerField(_("difficulty"), default=2)
    explanation = models.TextField(_("explanation"), blank=True)
    source = models.CharField(_("source rule"), max_length=200, blank=True)
    author = models.ForeignKey(
        User, verbose_name=_("author"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"))
    content_hash = models.CharField(_("fingerprint"), max_length=64)

    class Meta:
        verbose_name = _("question version")
        verbose_name_plural = _("question versions")
        ordering = ["question_id", "number"]
        constraints = [models.UniqueConstraint(fields=["question", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.question_id} v{self.number}"


@append_only
class QuestionReview(models.Model):
    """What a second person said of one version: never its author."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("approved")
        RETURNED = "returned", _("returned")

    version = models.ForeignKey(
        QuestionVersion, verbose_name=_("question version"), on_delete=models.PROTECT, related_name="reviews"
    )
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(User, verbose_name=_("reviewed by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("reviewed"))

    class Meta:
        verbose_name = _("review of a question")
        verbose_name_plural = _("reviews of questions")
        ordering = ["version_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(verdict="returned", note=""), name="a_returned_question_says_what_to_change"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.verdict}"


@append_only
class BankMedia(models.Model):
    """A picture or a recorded call in a question: kept privately under its own hash, served to those signed in.

    The address holds the hash of the bytes, which nobody can guess who has not been shown the question.
    """

    sha256 = models.CharField(_("fingerprint"), max_length=64, unique=True)
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size, bytes"))
    stored = models.CharField(_("stored as"), max_length=200)
    added_by = models.ForeignKey(
        User, verbose_name=_("added by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("picture or recording")
        verbose_name_plural = _("pictures and recordings")

    def __str__(self) -> str:
        return self.name


class BankExchange(models.Model):
    """One import or export of questions in the background, with its progress and its faults.

    An import is checked first; it is `ready` only when no row has a fault, and a person then orders the import, which
    takes all rows or none. `faults` is a list of {"place": "row 7" or "question 12", "sentence": text}, in the language of
    whoever asked.
    """

    class Direction(models.TextChoices):
        IMPORT = "import", _("import")
        EXPORT = "export", _("export")

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel")
        GIFT = "gift", _("GIFT")
        MOODLE_XML = "moodle-xml", _("Moodle XML")

    class State(models.TextChoices):
        CHECKING = "checking", _("being checked")
        FAULTY = "faulty", _("has faults")
        READY = "ready", _("ready")
        WORKING = "working", _("in progress")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    MOVES = {
        State.CHECKING: {State.FAULTY, State.READY, State.FAILED},
        State.READY: {State.WORKING, State.FAULTY},
        State.WORKING: {State.DONE, State.FAULTY, State.FAILED},
        State.FAULTY: set(),
        State.DONE: set(),
        State.FAILED: set(),
    }

    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices)
    format = models.CharField(_("format"), max_length=12, choices=Format.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    name = models.CharField(_("file name"), max_length=120)
    stored = models.CharField(_("stored as"), max_length=200, blank=True)
    asked = models.JSONField(_("what was asked"), default=dict, blank=True)
    total = models.PositiveIntegerField(_("questions"), default=0)
    done = models.PositiveIntegerField(_("done so far"), default=0)
    faults = models.JSONField(_("faults"), default=list, blank=True)
    by = models.ForeignKey(
        User, verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("asked at"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("import or export of questions")
        verbose_name_plural = _("imports and exports of questions")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.name
