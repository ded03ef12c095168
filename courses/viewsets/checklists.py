"""On-the-job checklists in Wagtail's admin."""

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic

from courses.models import JobChecklist
from exams.viewsets.base import KeepingViewSet, NothingIsDeleted


class ChecklistIndex(NothingIsDeleted, generic.IndexView):
    """Checklists with how many items they have and for how many people they were begun."""

    def get_base_queryset(self) -> QuerySet[JobChecklist]:
        items, records = Count("items", distinct=True), Count("records", distinct=True)
        return super().get_base_queryset().annotate(item_count=items, record_count=records)


class ChecklistEdit(NothingIsDeleted, generic.EditView):
    """Begun records keep their words; a checklist that is not wanted any more is taken out of use."""


class ChecklistViewSet(KeepingViewSet):
    """What people show on the job, item by item."""

    model = JobChecklist
    icon = "clipboard-list"
    menu_label = _("On-the-job checklists")
    name = "job_checklists"
    add_to_admin_menu = True
    menu_order = 207
    index_view_class = ChecklistIndex
    edit_view_class = ChecklistEdit
    list_display = [
        "title",
        "topic",
        Column("item_count", label=_("Items")),
        Column("record_count", label=_("People")),
        BooleanColumn("live", label=_("in use")),
    ]
    panels = [
        FieldPanel("title"),
        FieldPanel("topic"),
        FieldPanel("course"),
        FieldPanel("live"),
        InlinePanel("items", heading=_("Items"), label=_("Item"), min_num=1, max_num=60),
    ]
    search_backend_name = None
    search_fields = ["title"]
