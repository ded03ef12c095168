"""Training face to face and on the job: class sessions, checklists a coach signs, courses elsewhere."""

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from courses.models.pages import CoursePage
from ground.append_only import append_only
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


class JobChecklist(ClusterableModel):
    """What a person must show on the job, item by item, before a coach."""

    title = models.CharField(_("title"), max_length=120)
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="job_checklists")
    course = models.ForeignKey(
        CoursePage,
        verbose_name=_("course"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="job_checklists",
    )
    live = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("on-the-job checklist")
        verbose_name_plural = _("on-the-job checklists")
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title


class JobChecklistItem(models.Model):
    """One thing to show."""

    checklist = ParentalKey(JobChecklist, verbose_name=_("checklist"), on_delete=models.CASCADE, related_name="items")
    order = models.PositiveSmallIntegerField(_("order"), editable=False)
    text = models.CharField(_("what the person shows"), max_length=200)
    sort_order_field = "order"

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["checklist_id", "order", "pk"]

    def __str__(self) -> str:
        return self.text


class JobRecord(models.Model):
    """One person's copy of a checklist: `items` are its words as they read when it was begun; done when all are signed."""

    checklist = models.ForeignKey(
        JobChecklist, verbose_name=_("checklist"), on_delete=models.PROTECT, related_name="records"
    )
    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="job_records")
    items = models.JSONField(_("items"))
    begun_by = models.ForeignKey(User, verbose_name=_("begun by"), on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(_("begun"))
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)

    class Meta:
        verbose_name = _("on-the-job record")
        verbose_name_plural = _("on-the-job records")
        ordering = ["-begun_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["checklist", "user"],
                condition=Q(completed_at__isnull=True),
                name="one_open_record_per_person_and_checklist",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.checklist}"


@append_only
class JobSignature(models.Model):
    """A coach has seen an item (`place` from 0) done. Nobody signs for themselves."""

    record = models.ForeignKey(
        JobRecord, verbose_name=_("record"), on_delete=models.DO_NOTHING, db_constraint=False, related_name="signatures"
    )
    place = models.PositiveSmallIntegerField(_("item"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(
        User, verbose_name=_("coach"), on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["record_id", "place"]
        constraints = [models.UniqueConstraint(fields=["record", "place"], name="one_signature_per_item")]

    def __str__(self) -> str:
        return f"{self.record_id}/{self.place}"


class ExternalTraining(models.Model):
    """A course taken elsewhere, claimed with a proof; it counts when somebody else has confirmed it."""

    class State(models.TextChoices):
        CLAIMED = "claimed", _("to be confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused")

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
    proof_type = models.CharField(_("content type"), max_length=100)
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
