"""What people say of answers: markings, requests to mark again, corrected keys."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exams.models.attempts import Attempt
from exams.models.bank import QuestionVersion
from ground.append_only import append_only
from people.models import User


@append_only
class Marking(models.Model):
    """One person's judgement of one answer. Which mark follows from the markings is pure arithmetic (`exams.marking`).

    `picks` is the points by criterion of the rubric; without a rubric it holds the one figure given.
    """

    class Round(models.TextChoices):
        FIRST = "first", _("first marker")
        SECOND = "second", _("second marker")
        RECONCILED = "reconciled", _("reconciled")
        REMARK = "remark", _("marked again")

    attempt = models.ForeignKey(Attempt, verbose_name=_("attempt"), on_delete=models.PROTECT, related_name="markings")
    position = models.PositiveSmallIntegerField(_("position"))
    round = models.CharField(_("round"), max_length=10, choices=Round.choices)
    picks = models.JSONField(_("points by criterion"), default=list)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2)
    comment = models.TextField(_("comment"), blank=True)
    by = models.ForeignKey(User, verbose_name=_("marker"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("marked"))

    class Meta:
        verbose_name = _("marking")
        verbose_name_plural = _("markings")
        ordering = ["attempt_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "position", "round"],
                condition=~Q(round="remark"),
                name="one_marking_per_answer_and_round",
            ),
            models.UniqueConstraint(
                fields=["attempt", "position", "by"],
                condition=~Q(round="remark"),
                name="nobody_marks_an_answer_twice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}: {self.points}"


class MarkingDraft(models.Model):
    """A marker's unfinished work on one answer, kept as it is typed, and gone once it is a marking."""

    attempt = models.ForeignKey(Attempt, verbose_name=_("attempt"), on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(_("position"))
    by = models.ForeignKey(User, verbose_name=_("marker"), on_delete=models.CASCADE, related_name="+")
    picks = models.JSONField(_("points by criterion"), default=list, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    at = models.DateTimeField(_("kept"))

    class Meta:
        verbose_name = _("marking in progress")
        verbose_name_plural = _("markings in progress")
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position", "by"], name="one_draft_per_marker_and_answer")
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}"


class RemarkRequest(models.Model):
    """A candidate asks for an answer to be marked again; a person who has not marked it answers, with a reason."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        CHANGED = "changed", _("the mark was changed")
        KEPT = "kept", _("the mark stands")

    MOVES = {State.ASKED: {State.CHANGED, State.KEPT}, State.CHANGED: set(), State.KEPT: set()}

    attempt = models.ForeignKey(
        Attempt, verbose_name=_("attempt"), on_delete=models.PROTECT, related_name="remark_requests"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    reason = models.TextField(_("reason"))
    asked_at = models.DateTimeField(_("asked"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ASKED)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        User, verbose_name=_("answered by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("request to mark again")
        verbose_name_plural = _("requests to mark again")
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="one_request_per_answer"),
            models.CheckConstraint(
                condition=Q(state="asked", answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(state="asked") & ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="an_answered_request_says_by_whom_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}"


@append_only
class KeyCorrection(models.Model):
    """A wrong key put right after the exam. The newest correction of a version decides how its answers are graded from then on.

    `key` has the shape of `QuestionVersion.key`; it is empty unless the action is to correct it.
    """

    class Action(models.TextChoices):
        KEY = "key", _("grade by a corrected key")
        NEUTRAL = "neutral", _("take the question out of the count")
        CREDIT = "credit", _("credit everybody")

    version = models.ForeignKey(
        QuestionVersion, verbose_name=_("question version"), on_delete=models.PROTECT, related_name="corrections"
    )
    action = models.CharField(_("action"), max_length=8, choices=Action.choices)
    key = models.JSONField(_("corrected key"), default=dict, blank=True)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("corrected key")
        verbose_name_plural = _("corrected keys")
        ordering = ["version_id", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_correction_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.action}"


class Regrade(models.Model):
    """The work that follows a corrected key, in the background: how far it is and what it changed."""

    correction = models.OneToOneField(
        KeyCorrection, verbose_name=_("corrected key"), on_delete=models.PROTECT, related_name="regrade"
    )
    total = models.PositiveIntegerField(_("attempts"), default=0)
    done = models.PositiveIntegerField(_("done so far"), default=0)
    changed = models.PositiveIntegerField(_("marks changed"), default=0)
    turned = models.PositiveIntegerField(_("results turned"), default=0)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("regrading")
        verbose_name_plural = _("regradings")

    def __str__(self) -> str:
        return f"{self.correction} {self.done}/{self.total}"
