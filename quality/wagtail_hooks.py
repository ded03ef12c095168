"""Checklists in Wagtail's admin. Saving a change writes the next version through the service."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, InlinePanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from quality import scoring, services
from quality.models import Checklist


class ChecklistForm(WagtailAdminModelForm):
    """Checks the points and that the name is free before anything is written."""

    def points(self) -> list[services.Point]:
        """The lines as they stand in the form, in their order, without the deleted ones."""
        formset = self.formsets["items"]
        lines = [line for line in formset.ordered_forms if line not in formset.deleted_forms]
        return [{name: line.cleaned_data[name] for name in ("text", "weight", "topic")} for line in lines]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        name = data.get("name")
        others = Checklist.objects.filter(name=name, retired_at__isnull=True).exclude(pk=self.instance.pk)
        if name and others.exists():
            raise ValidationError(gettext("A checklist called “%(name)s” is already in use.") % {"name": name})
        return data

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        weights = [line["weight"] for line in self.points()]
        if scoring.adds_up(weights):
            return True
        words = gettext("The points of a checklist must add up to 100; these make %(sum)s.") % {"sum": sum(weights)}
        self.add_error(None, words)
        return False


class IndexView(generic.IndexView):
    """Checklists in use. Nothing is deleted here: the editing page retires."""

    def get_base_queryset(self) -> QuerySet[Checklist]:
        return super().get_base_queryset().filter(retired_at__isnull=True)

    def get_delete_url(self, instance: Checklist) -> None:
        return None


class CreateView(generic.CreateView):
    """Writes the first version."""

    def save_instance(self) -> Checklist:
        given = {"name": self.form.cleaned_data["name"], "items": self.form.points()}
        return services.create_checklist(**given, by=self.request.user, now=self.request.now)


class EditView(generic.EditView):
    """Writes the next version; the one before keeps what was scored by it."""

    delete_item_label = _("Retire")

    def get_queryset(self) -> QuerySet[Checklist]:
        return super().get_queryset().filter(retired_at__isnull=True)

    def save_instance(self) -> Checklist:
        given = {"name": self.form.cleaned_data["name"], "items": self.form.points()}
        before = Checklist.objects.get(pk=self.object.pk)
        return services.revise_checklist(checklist=before, **given, by=self.request.user, now=self.request.now)


class RetireView(generic.DeleteView):
    """In place of deleting: the checklist is no longer offered, what was scored by it stays."""

    page_title = _("Retire")
    success_message = _("The checklist “%(object)s” is retired.")
    template_name = "quality/admin/confirm_retire.html"

    def get_usage_url(self) -> None:
        return None

    def delete_action(self) -> None:
        services.retire_checklist(checklist=self.object, by=self.request.user, now=self.request.now)


class ChecklistViewSet(ModelViewSet):
    """Checklists in use; the versions before them stay with their observations."""

    model = Checklist
    icon = "tasks"
    menu_label = _("Checklists")
    menu_name = "checklists"
    name = "checklists"
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["name", Column("version", label=_("Version"))]
    search_fields = ["name"]
    edit_handler = ObjectList(
        [FieldPanel("name"), InlinePanel("items", heading=_("Points"), label=_("Point"), min_num=1)],
        base_form_class=ChecklistForm,
    )
    index_view_class = IndexView
    add_view_class = CreateView
    edit_view_class = EditView
    delete_view_class = RetireView


@hooks.register("register_admin_viewset")
def register_checklists() -> ChecklistViewSet:
    """The menu entry for inspectors and administrators."""
    return ChecklistViewSet()
