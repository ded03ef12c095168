"""Courses as pages that trainers write, and their frozen versions."""

from itertools import chain, count
from typing import Any

from django import forms
from django.apps import apps
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageViewRestriction
from wagtail.search import index
from wagtail.url_routing import RouteResult

from courses import progress
from courses.blocks import LESSON_BLOCKS
from courses.models.media import ScormPackage
from ground.append_only import append_only
from people.models import Level, Unit, User
from topics.models import Strand, Topic


class OpenToEverybody:
    """Pages that every signed-in person may read, found with one query a level."""

    private_page_options: list[str] = []
    # Search engines and menus, which Wagtail asks about here, have no part in a site behind a login.
    promote_panels = [FieldPanel("slug")]
    child_model: str | None = None

    def get_view_restrictions(self) -> models.QuerySet:
        """None: whoever is signed in may learn."""
        return PageViewRestriction.objects.none()

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """As Wagtail routes, but straight to the one class a child can have."""
        if not path_components:
            return super().route(request, path_components)
        if self.child_model is None:
            raise Http404
        children = apps.get_model(self.child_model).objects.child_of(self)
        child = get_object_or_404(children, slug=path_components[0])
        return child.route(request, path_components[1:])


class CourseIndexPage(OpenToEverybody, Page):
    """The catalogue: all published courses by strand."""

    max_count = 1
    subpage_types = ["courses.CoursePage"]
    child_model = "courses.CoursePage"
    template = "courses/course_index.html"

    class Meta:
        verbose_name = _("course catalogue")
        verbose_name_plural = _("course catalogues")

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The page is a view like any other; imported here because views read models."""
        from courses.views import learning

        return learning.course_index(request, self)


class CourseForm(WagtailAdminPageForm):
    """The form of a course in the editor."""

    def clean(self) -> dict[str, Any]:
        """Names the circle when courses that come first lead back to this one."""
        data = super().clean()
        if self.instance.pk and data.get("prerequisites"):
            through = CoursePage.prerequisites.through.objects
            first: dict[int, list[int]] = {}
            for course, earlier in through.values_list("from_coursepage", "to_coursepage"):
                first.setdefault(course, []).append(earlier)
            first[self.instance.pk] = [course.pk for course in data["prerequisites"]]
            if circle := progress.circle(first, self.instance.pk):
                titles = dict(CoursePage.objects.filter(pk__in=circle).values_list("pk", "title"))
                message = _("These courses ask for one another in a circle: %(courses)s. Take one out.")
                names = " → ".join(titles[course] for course in circle)
                self.add_error("prerequisites", message % {"courses": names})
        return data


class CourseCopyForm(CopyForm):
    """The form in which a page is copied. No page shows another one's words: what people learned would stand in two."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("alias", None)


class CoursePage(OpenToEverybody, Page):
    """A course. Publishing it (or a lesson below it) freezes a CourseVersion."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    strand = models.ForeignKey(Strand, verbose_name=_("strand"), on_delete=models.PROTECT, related_name="courses")
    level = models.ForeignKey(
        Level, verbose_name=_("level"), null=True, blank=True, on_delete=models.PROTECT, related_name="courses"
    )
    summary = models.TextField(_("summary"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    topics = ParentalManyToManyField(Topic, verbose_name=_("topics"), blank=True, related_name="courses")
    prerequisites = ParentalManyToManyField(
        "self", verbose_name=_("courses that come first"), blank=True, symmetrical=False, related_name="followers"
    )
    valid_months = models.PositiveSmallIntegerField(
        _("valid for months"),
        null=True,
        blank=True,
        help_text=_("A completion expires after so many months and is due again. Empty: it holds for ever."),
    )

    department = models.ForeignKey(
        Unit,
        verbose_name=_("issuing department"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Reviews what is written before it is published."),
    )

    base_form_class = CourseForm
    copy_form_class = CourseCopyForm
    exclude_fields_in_copy = ["code"]
    parent_page_types = ["courses.CourseIndexPage"]
    subpage_types = ["courses.LessonPage"]
    child_model = "courses.LessonPage"
    template = "courses/course.html"
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("code")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldPanel("code"),
                FieldPanel("strand"),
                FieldPanel("level"),
                FieldPanel("minutes"),
                FieldPanel("valid_months"),
                FieldPanel("department"),
                FieldPanel("prerequisites", widget=forms.CheckboxSelectMultiple),
                FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
            ],
            heading=_("About the course"),
        ),
    ]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """A copy comes without a code: it gets the first that is free, after its address."""
        if not self.code:
            stem = slugify(self.slug)[:50] or "course"
            taken = set(CoursePage.objects.filter(code__startswith=stem).values_list("code", flat=True))
            self.code = next(code for code in chain([stem], (f"{stem}-{n}" for n in count(2))) if code not in taken)
        super().full_clean(*args, **kwargs)

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The page is a view like any other; imported here because views read models."""
        from courses.views import learning

        return learning.course(request, self)


class LessonPage(OpenToEverybody, Page):
    """A lesson: blocks to read, hear and answer."""

    minutes = models.PositiveSmallIntegerField(_("minutes"), default=10)
    topics = ParentalManyToManyField(Topic, verbose_name=_("topics"), blank=True, related_name="lessons")
    body = StreamField(LESSON_BLOCKS, verbose_name=_("body"), blank=True)
    package = models.ForeignKey(
        ScormPackage,
        verbose_name=_("SCORM package"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lessons",
    )
    must_reach_end = models.BooleanField(_("must be read to the end"), default=True)
    must_minutes = models.PositiveSmallIntegerField(_("must be read for minutes"), default=0)
    must_pass_checks = models.BooleanField(_("quick checks must be answered right"), default=False)
    body_words = models.TextField(_("search words"), blank=True, editable=False)

    copy_form_class = CourseCopyForm
    parent_page_types = ["courses.CoursePage"]
    subpage_types: list[str] = []
    template = "courses/lesson.html"
    search_fields = [*Page.search_fields, index.SearchField("body")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("body"),
        FieldPanel("package"),
        MultiFieldPanel(
            [FieldPanel("minutes"), FieldPanel("topics", widget=forms.CheckboxSelectMultiple)],
            heading=_("About the lesson"),
        ),
        MultiFieldPanel(
            [FieldPanel("must_reach_end"), FieldPanel("must_minutes"), FieldPanel("must_pass_checks")],
            heading=_("Done when"),
            help_text=_("Policy notices must be acknowledged, and a package must report that it is completed."),
        ),
    ]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def save(self, *args: object, **kwargs: object) -> None:
        """Keeps the search column true to the body."""
        self.body_words = " ".join(map(str, self.body.stream_block.get_searchable_content(self.body)))
        super().save(*args, **kwargs)

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The page is a view like any other; imported here because views read models."""
        from courses.views import learning

        return learning.lesson(request, self)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """What learners will see, in the words of the draft; the view stores nothing for a preview."""
        return self.serve(request)


@append_only
class CourseVersion(models.Model):
    """The frozen course. `content` is {"title", "summary", "minutes", "lessons": [{"page", "slug", "title", "minutes",
    "topics": [id], "package": id or None, "body": raw blocks}]}; Wagtail's revisions serve drafts only."""

    course = models.ForeignKey(CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    content = models.JSONField(_("content"))
    content_hash = models.CharField(_("fingerprint"), max_length=64)
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("course version")
        verbose_name_plural = _("course versions")
        ordering = ["course_id", "number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="one_course_version_per_number")]

    def __str__(self) -> str:
        return f"{self.course} v{self.number}"


@append_only
class VersionRuling(models.Model):
    """Whether those who completed an older version must see what has changed, and until when. Asked when a version appears."""

    version = models.OneToOneField(
        CourseVersion,
        verbose_name=_("version"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="ruling",
    )
    must_see = models.BooleanField(_("must see what changed"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    by = models.ForeignKey(
        User, verbose_name=_("by"), on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("ruling on a version")
        verbose_name_plural = _("rulings on versions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(must_see=False) | models.Q(due_on__isnull=False), name="what_must_be_seen_has_a_day"
            )
        ]

    def __str__(self) -> str:
        return str(self.version)
