"""The question bank. A Question is a name and a state; what candidates see is a QuestionVersion."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ground.append_only import append_only
from people.models import Level, User
from topics.models import Topic


class Question(models.Model):
    """A question through its life: draft, live, retired. Its words live in versions."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", pgettext_lazy("question", "live")
        RETIRED = "retired", _("retired")

    MOVES = {
        State.DRAFT: {State.LIVE, State.RETIRED},
        State.LIVE: {State.RETIRED},
        State.RETIRED: {State.LIVE},
    }

    code = models.CharField(_("code"), max_length=40, unique=True)
    topics = models.ManyToManyField(Topic, verbose_name=_("topics"), through="QuestionTopic", related_name="questions")
    level = models.ForeignKey(
        Level, verbose_name=_("level"), null=True, blank=True, on_delete=models.PROTECT, related_name="questions"
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    current = models.ForeignKey(
        "QuestionVersion",
        verbose_name=_("current version"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="current_of",
    )

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


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
    """The frozen words and key of a question.

    `content` by kind: {"stem": html, "options": [html, ...], "unit": text}; `key` by kind:
    choice {"correct": [index, ...]}, true/false {"answer": bool}, numeric {"value": "72", "tolerance": "0"},
    short text {"accepted": [text, ...]}. Nothing of `key` or `explanation` is sent before release.
    """

    class Kind(models.TextChoices):
        SINGLE = "single", _("single choice")
        MULTIPLE = "multiple", _("multiple choice")
        TRUE_FALSE = "true_false", _("true or false")
        NUMERIC = "numeric", _("numerical answer")
        SHORT_TEXT = "short_text", _("short text")

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
