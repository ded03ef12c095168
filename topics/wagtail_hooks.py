"""Topics and strands in Wagtail's admin, with what covers each topic."""

from functools import cached_property

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet

from topics import coverage
from topics.models import Strand, Topic


class CoverageColumn(Column):
    """How many lessons, questions and the like a topic has."""

    def get_value(self, instance: Topic) -> int:
        return instance.coverage[self.name]


class TopicIndexView(generic.IndexView):
    """Topics with their coverage."""

    @cached_property
    def columns(self) -> list[BaseColumn]:
        counted = [CoverageColumn(measure.name, label=measure.label) for measure in coverage.measures()]
        return [*super().columns, *counted]

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("strand")

    def get_table(self, object_list):
        coverage.attach(object_list)
        return super().get_table(object_list)


class TopicViewSet(ModelViewSet):
    """Topics by strand."""

    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    name = "topic_words"
    url_prefix = "topics"
    index_view_class = TopicIndexView
    list_display = ["name", "code", "strand"]
    list_filter = ["strand"]
    search_fields = ["name", "code"]
    # Wagtail's index does not find a word inside a longer Chinese word.
    search_backend_name = None
    panels = [FieldPanel("name"), FieldPanel("code"), FieldPanel("strand"), FieldPanel("order")]
    ordering = ["strand__order", "order", "code"]
    copy_view_enabled = False


class StrandIndexView(generic.IndexView):
    """Strands with how many topics they hold."""

    def get_base_queryset(self):
        return super().get_base_queryset().annotate(topic_count=Count("topics"))


class StrandViewSet(ModelViewSet):
    """The kinds of training."""

    model = Strand
    icon = "folder-open-inverse"
    menu_label = _("Strands")
    name = "strands"
    index_view_class = StrandIndexView
    list_display = ["name", "code", "order", Column("topic_count", label=_("Topics"))]
    panels = [FieldPanel("name"), FieldPanel("code"), FieldPanel("order")]
    ordering = ["order", "code"]
    search_backend_name = None
    search_fields = ["name", "code"]
    copy_view_enabled = False


class TopicsGroup(ViewSetGroup):
    """The words that everything is tagged with."""

    menu_label = _("Topics")
    menu_icon = "tag"
    menu_order = 210
    items = (TopicViewSet, StrandViewSet)


@hooks.register("register_admin_viewset")
def register_topics():
    """The menu entry for trainers and administrators."""
    return TopicsGroup()
