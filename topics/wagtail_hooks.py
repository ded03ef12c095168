"""Topics and strands in Wagtail's admin: a tree with what covers each topic."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet

from ground.deleting import GuardedDeleteView
from ground.errors import Refused
from topics import coverage, queries, services
from topics.models import Strand, Topic


class TopicForm(WagtailAdminModelForm):
    """Says at once where a topic cannot be."""

    def clean(self):
        cleaned = super().clean()
        strand, parent = cleaned.get("strand"), cleaned.get("parent")
        if strand is not None:
            try:
                services.refuse_place(topic=self.instance, strand=strand, parent=parent)
            except Refused as refusal:
                self.add_error("parent", str(refusal))
        return cleaned


class TopicTree(generic.IndexView):
    """Strands, topics and their parts as an indented tree with their coverage."""

    template_name = "topics/tree.html"
    results_template_name = "topics/tree.html"
    paginate_by = None

    def get_context_data(self, **kwargs):
        only_gaps = self.request.GET.get("gaps") == "1"
        strands = queries.tree(timezone.localdate(self.request.now), only_gaps=only_gaps)
        context = super().get_context_data(**kwargs)
        return context | {
            "strands": strands,
            "labels": [measure.label for measure in coverage.measures()],
            "only_gaps": only_gaps,
            "may_change": self.user_has_permission("change"),
            "may_add": self.user_has_permission("add"),
        }


class TopicCreate(generic.CreateView):
    """A new topic, or a part of the one that the address names."""

    def get_initial(self):
        above = Topic.objects.filter(pk=_number(self.request.GET.get("parent"))).first()
        strand = above.strand_id if above else _number(self.request.GET.get("strand"))
        order = Topic.objects.filter(strand=strand, parent=above).count()
        return {"parent": above, "strand": strand, "order": order} if strand else {}

    def save_instance(self):
        topic = self.form.save(commit=False)
        return services.save_topic(topic=topic, by=self.request.user, now=self.request.now)


class TopicEdit(generic.EditView):
    """A change is journalled like any other."""

    def save_instance(self):
        topic = self.form.save(commit=False)
        return services.save_topic(topic=topic, by=self.request.user, now=self.request.now)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


@require_POST
def move(request, pk):
    """Moves a topic by one of its buttons."""
    if not request.user.has_perm("topics.change_topic"):
        raise PermissionDenied
    topic = get_object_or_404(Topic, pk=pk)
    try:
        services.move_topic(topic=topic, to=request.POST.get("to", ""), by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    gaps = "?gaps=1" if request.POST.get("gaps") == "1" else ""
    return redirect(f"{reverse('topic_words:index')}{gaps}#topic-{topic.pk}")


class TopicViewSet(ModelViewSet):
    """Topics by strand."""

    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    name = "topic_words"
    url_prefix = "topics"
    index_view_class = TopicTree
    add_view_class = TopicCreate
    edit_view_class = TopicEdit
    delete_view_class = GuardedDeleteView
    list_display = ["name", "code", "strand"]
    # Wagtail's index does not find a word inside a longer Chinese word.
    search_backend_name = None
    panels = [
        FieldPanel("name"),
        FieldPanel("code"),
        FieldPanel("strand"),
        FieldPanel("parent"),
        FieldPanel("order"),
    ]
    ordering = ["strand__order", "order", "code"]
    copy_view_enabled = False

    def get_form_class(self, for_update=False):
        return self.get_edit_handler().get_form_class()

    def get_edit_handler(self):
        handler = super().get_edit_handler()
        handler.base_form_class = TopicForm
        return handler

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("<int:pk>/move/", move, name="move")]


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
    delete_view_class = GuardedDeleteView
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
