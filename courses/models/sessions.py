"""Training face to face: class sessions and who attends them."""

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from topics.models import Topic


def new_secret() -> str:
    """What the changing QR codes of a session are derived from."""
    return secrets.token_hex(16)


class ClassSession(models.Model):
    """Face-to-face or on-the-job delivery with an instructor, a room and a time. `sequence` counts its changes, for calendars."""

    title = models.CharField(_("title"), max_length=120)
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="class_sessions")
    instructor = models.ForeignKey(
        User, verbose_name=_("instructor"), on_delete=models.PROTECT, related_name="taught_sessions"
    )
    place = models.CharField(_("place"), max_length=80)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    places = models.PositiveSmallIntegerField(_("places"), default=20)
    sign_up = models.BooleanField(
        _("open to sign up"), default=False, help_text=_("Everybody may take a free place or wait for one.")
    )
    secret = models.CharField(_("secret"), max_length=32, default=new_secret, editable=False)
    sequence = models.PositiveIntegerField(_("times changed"), default=0, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancel_reason = models.CharField(_("why cancelled"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("class session")
        verbose_name_plural = _("class sessions")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_session_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return self.title


class Attendance(models.Model):
    """One person in one class session: waiting for a place, expected, signed off, attended or absent."""

    class State(models.TextChoices):
        WAITING = "waiting", _("on the waiting list")
        SIGNED_OFF = "signed_off", _("signed off")
        EXPECTED = "expected", _("expected")
        ATTENDED = "attended", _("attended")
        ABSENT = "absent", _("did not come")

    class Means(models.TextChoices):
        LIST = "list", _("list")
        CODE = "code", _("QR code")

    BADGES = {
        State.WAITING: "due",
        State.SIGNED_OFF: "plain",
        State.EXPECTED: "plain",
        State.ATTENDED: "ok",
        State.ABSENT: "late",
    }

    session = models.ForeignKey(
        ClassSession, verbose_name=_("session"), on_delete=models.CASCADE, related_name="attendances"
    )
    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="attendances")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.EXPECTED)
    joined_at = models.DateTimeField(_("on the list since"), null=True, blank=True)
    means = models.CharField(_("noted by means of"), max_length=4, choices=Means.choices, blank=True)
    noted_by = models.ForeignKey(
        User, verbose_name=_("noted by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    noted_at = models.DateTimeField(_("noted"), null=True, blank=True)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint(fields=["session", "user"], name="one_attendance_per_person_and_session")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.session}"

    @property
    def badge(self) -> str:
        """The kind of badge the state wears."""
        return self.BADGES[self.state]
