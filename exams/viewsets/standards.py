"""Typing standards in Wagtail's admin."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.views import generic

from exams.models import TypingStandard
from exams.viewsets.base import KeepingViewSet, NothingIsDeleted
from ground import journal


class StandardForm(WagtailAdminModelForm):
    """Figures within the bounds that the database keeps, said of each field."""

    threshold = forms.IntegerField(label=_("Characters per minute"), min_value=1, max_value=400)
    gate = forms.IntegerField(label=_("Least accuracy (%)"), min_value=0, max_value=100)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=60)


class StandardCreate(generic.CreateView):
    """A new standard, with its line in the journal."""

    def save_instance(self) -> TypingStandard:
        standard = super().save_instance()
        journal.record("typing_standard.created", standard, by=self.request.user, now=self.request.now)
        return standard


class StandardEdit(NothingIsDeleted, generic.EditView):
    """Changed figures count for attempts that begin from now on: each attempt freezes its standard."""

    def save_instance(self) -> TypingStandard:
        standard = super().save_instance()
        journal.record("typing_standard.changed", standard, by=self.request.user, now=self.request.now)
        return standard


class StandardIndex(NothingIsDeleted, generic.IndexView):
    """Every standard."""


class StandardViewSet(KeepingViewSet):
    """What each level must type."""

    model = TypingStandard
    icon = "edit"
    menu_label = _("Typing standards")
    name = "typing_standards"
    list_display = ["name", "threshold", "gate", "minutes"]
    form_fields = ["name", "code", "level", "threshold", "gate", "minutes", "punctuation", "counts"]
    index_view_class = StandardIndex
    add_view_class = StandardCreate
    edit_view_class = StandardEdit
