"""Courses taken elsewhere, which count when somebody has confirmed their proof."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.models import User
from topics.models import Topic


class ExternalTraining(models.Model):
    """A course taken elsewhere, claimed with a proof; it counts when somebody else has confirmed it."""

    class State(models.TextChoices):
        CLAIMED = "claimed", _("to be confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", pgettext_lazy("of a proof", "refused")

    MOVES = {State.CLAIMED: {State.CONFIRMED, State.REFUSED}, State.CONFIRMED: set(), State.REFUSED: set()}
    BADGES = {State.CLAIMED: "due", State.CONFIRMED: "ok", State.REFUSED: "late"}

    user = models.ForeignKey(
        User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="external_trainings"
    )
    title = models.CharField(_("title"), max_length=120)
    provider = models.CharField(_("provider"), max_length=120)
    topic = models.ForeignKey(
        Topic, verbose_name=_("topic"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    minutes = models.PositiveIntegerField(_("minutes"))
    finished_on = models.DateField(_("finished"))
    proof = models.CharField(_("proof"), max_length=200)
    proof_name = models.CharField(_("name of the proof"), max_length=120)
    proof_type = models.CharField(_("type of the proof"), max_length=100)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.CLAIMED)
    claimed_at = models.DateTimeField(_("claimed"))
    decided_by = models.ForeignKey(
        User, verbose_name=_("decided by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("external course")
        verbose_name_plural = _("external courses")
        ordering = ["-claimed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="claimed", decided_at__isnull=True) | Q(decided_at__isnull=False),
                name="a_decided_claim_says_when",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("user")),
                name="nobody_confirms_their_own_course",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def badge(self) -> str:
        """The kind of badge the state wears."""
        return self.BADGES[self.state]
