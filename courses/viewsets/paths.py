"""Learning paths in Wagtail's admin."""

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from courses.models import LearningPath
from ground.deleting import GuardedDeleteView


class PathIndexView(generic.IndexView):
    """Paths with how many courses they hold."""

    def get_base_queryset(self) -> QuerySet[LearningPath]:
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
    delete_view_class = GuardedDeleteView
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
