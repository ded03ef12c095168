"""The journal, and the one-row pass that lets the retention service erase from append-only tables."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ground.append_only import append_only


@append_only
class JournalEntry(models.Model):
    """Who did what to which object, when and why. Written in the transaction of the act, never after it.

    The actor is a plain number: the journal outlives people and knows no other app.
    """

    at = models.DateTimeField(_("at"))
    actor_id = models.BigIntegerField(_("actor"), null=True, blank=True)
    actor_name = models.CharField(_("actor's name"), max_length=120, blank=True)
    verb = models.CharField(_("verb"), max_length=60)
    object_type = models.CharField(_("object type"), max_length=80)
    object_id = models.CharField(_("object"), max_length=40)
    object_name = models.CharField(_("object's name"), max_length=200, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    data = models.JSONField(_("data"), default=dict, blank=True)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"], name="journal_by_object"),
            models.Index(fields=["-at", "-id"], name="journal_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"


class ErasingPass(models.Model):
    """On SQLite, a row here lifts the append-only guards for the transaction that wrote it."""

    class Meta:
        verbose_name = _("erasing pass")
        verbose_name_plural = _("erasing passes")
