"""Learning paths in Wagtail's admin; pages with a history are unpublished, not deleted."""

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from courses.models import Assignment, CoursePage, Enrolment, LearningPath, LessonPage, LessonProgress


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
