"""The words that lessons teach, questions test, findings point at and plan items answer."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.search import index


class Strand(models.Model):
    """A kind of training: business knowledge, service skills, etiquette and professional conduct."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name of the strand"), max_length=60)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("strand")
        verbose_name_plural = _("strands")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class Topic(index.Indexed, models.Model):
    """A thing that can be taught, tested and found wanting."""

    strand = models.ForeignKey(Strand, verbose_name=_("strand"), on_delete=models.PROTECT, related_name="topics")
    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name of the topic"), max_length=60)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
    )

    search_fields = [index.SearchField("name"), index.AutocompleteField("name"), index.SearchField("code")]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["strand__order", "order", "code"]

    def __str__(self) -> str:
        return self.name
