"""Courses as pages that trainers write, their frozen versions, and what people did with them."""

from django import forms
from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageViewRestriction
from wagtail.search import index
from wagtail.url_routing import RouteResult

from courses.blocks import LESSON_BLOCKS
from ground.append_only import append_only
from people.models import Level, User
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
                FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
            ],
            heading=_("About the course"),
        ),
    ]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The page is a view like any other; imported here because views read models."""
        from courses.views import learning

        return learning.course(request, self)


class LessonPage(OpenToEverybody, Page):
    """A lesson: blocks to read, hear and answer."""

    minutes = models.PositiveSmallIntegerField(_("minutes"), default=10)
    topics = ParentalManyToManyField(Topic, verbose_name=_("topics"), blank=True, related_name="lessons")
    body = StreamField(LESSON_BLOCKS, verbose_name=_("body"), blank=True)
    body_words = models.TextField(_("search words"), blank=True, editable=False)

    parent_page_types = ["courses.CoursePage"]
    subpage_types: list[str] = []
    template = "courses/lesson.html"
    search_fields = [*Page.search_fields, index.SearchField("body")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("body"),
        MultiFieldPanel(
            [FieldPanel("minutes"), FieldPanel("topics", widget=forms.CheckboxSelectMultiple)],
            heading=_("About the lesson"),
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


@append_only
class CourseVersion(models.Model):
    """The frozen course. `content` is {"title", "summary", "minutes", "lessons": [{"page", "slug", "title", "minutes",
    "topics": [id], "body": raw blocks}]}; Wagtail's revisions serve drafts only."""

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


class LearningPath(ClusterableModel):
    """Ordered courses given together, such as to every new hire."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name of the path"), max_length=80)
    onboarding = models.BooleanField(_("given to every new hire"), default=False)

    class Meta:
        verbose_name = _("learning path")
        verbose_name_plural = _("learning paths")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PathStep(models.Model):
    """A course of a path, due so many days after its start."""

    path = ParentalKey(LearningPath, verbose_name=_("path"), on_delete=models.CASCADE, related_name="steps")
    course = models.ForeignKey(
        CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="path_steps"
    )
    order = models.PositiveSmallIntegerField(_("order"), editable=False)
    due_days = models.PositiveSmallIntegerField(_("due after days"))

    # Places are numbered by the editor; two steps may share one for the moment in which they change places.
    sort_order_field = "order"
    panels = [FieldPanel("course"), FieldPanel("due_days")]

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["path_id", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["path", "course"], name="a_course_once_in_a_path")]

    def __str__(self) -> str:
        return f"{self.order}. {self.course}"


class Assignment(models.Model):
    """Somebody must take a course by a day, for a reason that one sentence explains.

    `cause` and `cause_date` make that sentence: "because you were hired on ...".
    """

    class Cause(models.TextChoices):
        HIRE = "hire", _("hired")
        PLAN = "plan", _("annual training plan")
        MANUAL = "manual", _("assigned by a trainer")

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="assignments")
    course = models.ForeignKey(
        CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="assignments"
    )
    path = models.ForeignKey(
        LearningPath,
        verbose_name=_("path"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    cause = models.CharField(_("cause"), max_length=10, choices=Cause.choices)
    cause_date = models.DateField(_("date of the cause"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    due_on = models.DateField(_("due"))
    assigned_by = models.ForeignKey(
        User, verbose_name=_("assigned by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(_("assigned"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_assignment_per_person_and_course",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.course}"


class Enrolment(models.Model):
    """A person takes a version of a course, assigned or chosen."""

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="enrolments")
    course = models.ForeignKey(
        CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="enrolments"
    )
    version = models.ForeignKey(
        CourseVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="enrolments"
    )
    started_at = models.DateTimeField(_("started"))

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["-started_at"]
        constraints = [models.UniqueConstraint(fields=["user", "course"], name="one_enrolment_per_person_and_course")]

    def __str__(self) -> str:
        return f"{self.user} {self.course}"


class LessonProgress(models.Model):
    """Where somebody is in a lesson; done when `completed_at` is set, and then for ever."""

    enrolment = models.ForeignKey(
        Enrolment, verbose_name=_("enrolment"), on_delete=models.CASCADE, related_name="progress"
    )
    lesson = models.ForeignKey(LessonPage, verbose_name=_("lesson"), on_delete=models.PROTECT, related_name="progress")
    opened_at = models.DateTimeField(_("opened"))
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)

    class Meta:
        verbose_name = _("lesson progress")
        verbose_name_plural = _("lesson progress")
        constraints = [models.UniqueConstraint(fields=["enrolment", "lesson"], name="one_progress_per_lesson")]

    def __str__(self) -> str:
        return f"{self.enrolment_id}/{self.lesson_id}"


class Completion(models.Model):
    """The fact that somebody finished a version of a course."""

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="completions")
    course = models.ForeignKey(
        CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="completions"
    )
    version = models.ForeignKey(
        CourseVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="completions"
    )
    completed_at = models.DateTimeField(_("completed"))

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        ordering = ["-completed_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "version"], name="one_completion_per_person_and_version")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.course}"


class ClassSession(models.Model):
    """Face-to-face or on-the-job delivery with an instructor, a place and a time."""

    title = models.CharField(_("title"), max_length=120)
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="class_sessions")
    instructor = models.ForeignKey(
        User, verbose_name=_("instructor"), on_delete=models.PROTECT, related_name="taught_sessions"
    )
    place = models.CharField(_("place"), max_length=80)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    places = models.PositiveSmallIntegerField(_("places"), default=20)

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
    """One person in one class session: expected, attended or absent."""

    class State(models.TextChoices):
        EXPECTED = "expected", _("expected")
        ATTENDED = "attended", _("attended")
        ABSENT = "absent", _("did not come")

    BADGES = {State.EXPECTED: "plain", State.ATTENDED: "ok", State.ABSENT: "late"}

    session = models.ForeignKey(
        ClassSession, verbose_name=_("session"), on_delete=models.CASCADE, related_name="attendances"
    )
    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="attendances")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.EXPECTED)
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
