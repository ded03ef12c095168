"""Files that lessons show or play, and packages that run in a frame: stored privately, sent by a view that asks who."""

from django.db import models
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from people.models import User


class LessonMedia(models.Model):
    """A picture, film, recording or document of lessons. `stored` names the file in private storage; `captions` is
    WebVTT, shown under a film; `transcript` is what a recording or film says, in plain words."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("image")
        VIDEO = "video", _("video")
        AUDIO = "audio", _("audio")
        DOCUMENT = "document", _("document")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, editable=False)
    title = models.CharField(_("title"), max_length=120)
    alternative = models.CharField(_("what the image shows"), max_length=250, blank=True)
    captions = models.TextField(_("captions"), blank=True)
    transcript = models.TextField(_("transcript"), blank=True)
    sha256 = models.CharField(_("fingerprint"), max_length=64, unique=True, editable=False)
    content_type = models.CharField(_("type of the file"), max_length=100, editable=False)
    size = models.PositiveBigIntegerField(_("size"), editable=False)
    stored = models.CharField(_("stored as"), max_length=200, editable=False)
    added_by = models.ForeignKey(
        User, verbose_name=_("added by"), null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    added_at = models.DateTimeField(_("added"), editable=False)

    class Meta:
        verbose_name = _("lesson file")
        verbose_name_plural = _("lesson files")
        ordering = ["-added_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        """Where authors see the file; lessons have addresses of their own for it."""
        return reverse("courses:author_media", args=[self.sha256])

    @property
    def size_in_words(self) -> str:
        """Such as "3.2 MB"."""
        return filesizeformat(self.size)


class ScormPackage(models.Model):
    """A SCORM package as it was unpacked: `root` is its folder in private storage, `start` the page that begins it,
    `files` {path: size}. Packages are known by their content and never change; the learning objects of one file share its
    root."""

    class Standard(models.TextChoices):
        SCORM_12 = "1.2", "SCORM 1.2"
        SCORM_2004 = "2004", "SCORM 2004"

    title = models.CharField(_("title"), max_length=200)
    standard = models.CharField(_("standard"), max_length=4, choices=Standard.choices, editable=False)
    start = models.CharField(_("start page"), max_length=500, editable=False)
    files = models.JSONField(_("files"), editable=False)
    sha256 = models.CharField(_("fingerprint"), max_length=64, editable=False)
    root = models.CharField(_("stored in"), max_length=200, editable=False)
    added_by = models.ForeignKey(
        User, verbose_name=_("added by"), null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    added_at = models.DateTimeField(_("added"), editable=False)

    class Meta:
        verbose_name = _("SCORM package")
        verbose_name_plural = _("SCORM packages")
        ordering = ["-added_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["sha256", "start"], name="a_learning_object_is_kept_once")]

    def __str__(self) -> str:
        return self.title
