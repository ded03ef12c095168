"""Learning on the job: checklists whose items a coach signs, one by one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel

from courses.models.pages import CoursePage
from ground.append_only import append_only
from people.models import User
from topics.models import Topic


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

    checklist = ParentalKey(
        JobChecklist, verbose_name=_("on-the-job checklist"), on_delete=models.CASCADE, related_name="items"
    )
    order = models.PositiveSmallIntegerField(_("order"), editable=False)
    text = models.CharField(_("what the person shows"), max_length=200)

    sort_order_field = "order"
    panels = [FieldPanel("text")]

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["checklist_id", "order", "pk"]

    def __str__(self) -> str:
        return self.text


class JobRecord(models.Model):
    """One person's copy of a checklist: `items` are its words as they read when it was begun; complete while all are signed."""

    checklist = models.ForeignKey(
        JobChecklist, verbose_name=_("on-the-job checklist"), on_delete=models.PROTECT, related_name="records"
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
    """A coach has seen an item (`place` from 0) done, or takes that back (`stands` is False): of an item's turns, counted from
    1, the last holds. Nobody signs for themselves."""

    record = models.ForeignKey(
        JobRecord, verbose_name=_("record"), on_delete=models.DO_NOTHING, db_constraint=False, related_name="signatures"
    )
    place = models.PositiveSmallIntegerField(_("item"))
    turn = models.PositiveSmallIntegerField(_("turn"))
    stands = models.BooleanField(_("seen done"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(
        User, verbose_name=_("coach"), on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["record_id", "place", "turn"]
        constraints = [
            models.UniqueConstraint(fields=["record", "place", "turn"], name="one_signature_per_item_and_turn"),
            models.CheckConstraint(
                condition=Q(stands=True) | ~Q(note=""), name="a_signature_is_taken_back_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}/{self.place}"
