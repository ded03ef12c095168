"""Learning paths, packages and the import of lessons in Wagtail's admin; pages with a history are unpublished, not deleted."""

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from courses import services
from courses.models import (
    Assignment,
    CoursePage,
    Enrolment,
    LearningPath,
    LessonPage,
    LessonProgress,
    ScormPackage,
)
from courses.views import documents
from exams.viewsets.base import RefusedIsAnError
from ground.errors import Refused


class PathIndexView(generic.IndexView):
    """Paths with how many courses they hold."""

    def get_base_queryset(self):
        return super().get_base_queryset().annotate(step_count=Count("steps"))


class LearningPathViewSet(ModelViewSet):
    """Courses given together, in order, each due so many days after the start."""

    model = LearningPath
    icon = "list-ol"
    menu_label = _("Learning paths")
    name = "learning_paths"
    add_to_admin_menu = True
    menu_order = 205
    index_view_class = PathIndexView
    list_display = ["name", "code", BooleanColumn("onboarding", label=_("given to every new hire")),
                    Column("step_count", label=_("Courses"))]  # fmt: skip
    panels = [
        FieldPanel("name"),
        FieldPanel("code"),
        FieldPanel("onboarding"),
        InlinePanel("steps", heading=_("Steps"), label=_("Step"), min_num=1),
    ]
    copy_view_enabled = False
    search_backend_name = None
    search_fields = ["name", "code"]


@hooks.register("register_admin_viewset")
def register_learning_paths():
    """The menu entry for trainers and administrators."""
    return LearningPathViewSet()


class PackageUpload(WagtailAdminModelForm):
    """A package comes as a zip file; its title is the manifest's."""

    file = forms.FileField(
        label=_("Package (zip, at most 200 MB)"),
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        help_text=_("SCORM 1.2 or 2004, with one learning object."),
    )

    class Meta:
        model = ScormPackage
        fields: list[str] = []


class PackageCreate(RefusedIsAnError, generic.CreateView):
    """Checks and unpacks the zip."""

    def save_instance(self):
        file = self.form.cleaned_data["file"]
        return services.add_package(name=file.name, content=file, by=self.request.user, now=self.request.now)


class PackageDelete(generic.DeleteView):
    """What a lesson uses stays."""

    def form_valid(self, form):
        try:
            services.delete_package(package=self.object, by=self.request.user, now=self.request.now)
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return redirect(reverse("scorm_packages:edit", args=[self.object.pk]))
        messages.success(self.request, gettext("The package “%(title)s” was deleted.") % {"title": self.object.title})
        return redirect("scorm_packages:index")


class PackageIndex(generic.IndexView):
    """Packages with how many lessons use them."""

    def get_base_queryset(self):
        return super().get_base_queryset().annotate(lesson_count=Count("lessons"))


class PackageViewSet(ModelViewSet):
    """SCORM packages that lessons play."""

    model = ScormPackage
    icon = "media"
    menu_label = _("SCORM packages")
    name = "scorm_packages"
    add_to_admin_menu = True
    menu_order = 206
    index_view_class = PackageIndex
    add_view_class = PackageCreate
    delete_view_class = PackageDelete
    form_fields = ["title"]
    list_display = ["title", "standard", Column("lesson_count", label=_("Lessons")), "added_at"]
    copy_view_enabled = False
    search_backend_name = None
    search_fields = ["title"]

    def get_form_class(self, for_update=False):
        return super().get_form_class(for_update=for_update) if for_update else PackageUpload


@hooks.register("register_admin_viewset")
def register_packages():
    """The menu entry for trainers and administrators, and the choosers of the lesson editor."""
    return [
        PackageViewSet(),
        ChooserViewSet(
            "scorm_package_chooser",
            model=ScormPackage,
            icon="media",
            choose_one_text=_("Choose a package"),
            choose_another_text=_("Choose another package"),
        ),
        ChooserViewSet("lesson_media_chooser", model="courses.LessonMedia", icon="image"),
    ]


@hooks.register("register_admin_urls")
def register_imports():
    """Documents become lessons of a course."""
    return [
        path("courses/<int:pk>/import/", documents.import_lessons, name="import_lessons"),
        path("courses/<int:pk>/import/confirm/", documents.confirm_import, name="import_lessons_confirm"),
    ]


@hooks.register("register_page_header_buttons")
def offer_import(page, user, view_name, next_url=None):
    """On a course, to whoever may add lessons to it."""
    course = issubclass(page.specific_class or type(page), CoursePage)
    if course and page.permissions_for_user(user).can_add_subpage():
        yield Button(
            _("Import lessons from Word or Markdown"),
            reverse("import_lessons", args=[page.pk]),
            icon_name="upload",
            priority=60,
        )


@hooks.register("before_delete_page")
def keep_what_people_learned(request, page):
    """A page somebody has learned from stays; unpublishing hides it and keeps the history."""
    courses = CoursePage.objects.descendant_of(page, inclusive=True)
    lessons = LessonPage.objects.descendant_of(page, inclusive=True)
    kept = (
        Enrolment.objects.filter(course__in=courses).exists()
        or Assignment.objects.filter(course__in=courses).exists()
        or LessonProgress.objects.filter(lesson__in=lessons).exists()
        or courses.filter(versions__isnull=False).exists()
    )
    if not kept:
        return None
    messages.error(
        request, gettext("People have learned from this page. Unpublish it: it disappears, the history stays.")
    )
    return redirect("wagtailadmin_pages:edit", page.pk)
