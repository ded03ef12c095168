"""Typing standards in Wagtail's admin."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from exams.models import TypingStandard
from exams.typing import services
from exams.viewsets.base import KeepingViewSet, NothingIsDeleted


class StandardForm(WagtailAdminModelForm):
    """Figures within the bounds that the database keeps, said of each field. The code stays."""

    threshold = forms.IntegerField(label=_("Characters per minute"), min_value=1, max_value=400)
    gate = forms.IntegerField(label=_("Least accuracy (%)"), min_value=0, max_value=100)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=60)
    tries = forms.IntegerField(
        label=_("Tries allowed"),
        min_value=1,
        max_value=20,
        initial=2,
        help_text=_("Each on another passage. A sitting may grant more to one person."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = self.instance.pk is not None


class StandardCreate(generic.CreateView):
    """A new standard, with its line in the journal."""

    def save_instance(self) -> TypingStandard:
        return services.create_standard(**self.form.cleaned_data, by=self.request.user, now=self.request.now)


class StandardEdit(NothingIsDeleted, generic.EditView):
    """Changed figures count for attempts that begin from now on: each attempt freezes its standard."""

    def save_instance(self) -> TypingStandard:
        values = {name: value for name, value in self.form.cleaned_data.items() if name != "code"}
        return services.change_standard(standard=self.object, by=self.request.user, now=self.request.now, **values)


class StandardIndex(NothingIsDeleted, generic.IndexView):
    """Every standard."""


class StandardViewSet(KeepingViewSet):
    """What each level must type."""

    model = TypingStandard
    icon = "edit"
    menu_label = _("Typing standards")
    name = "typing_standards"
    list_display = [
        "name",
        "threshold",
        "gate",
        "minutes",
        "tries",
        Column("punctuation", label=_("Punctuation"), accessor="get_punctuation_display"),
        Column("counts", label=_("Which try counts"), accessor="get_counts_display"),
    ]
    index_view_class = StandardIndex
    add_view_class = StandardCreate
    edit_view_class = StandardEdit
    edit_handler = ObjectList(
        [
            HelpPanel(
                _(
                    "A change counts for tests that begin from now on. Tests already begun and every result keep the figures "
                    "that they began with."
                )
            ),
            FieldRowPanel([FieldPanel("name"), FieldPanel("code"), FieldPanel("level")]),
            FieldRowPanel([FieldPanel("threshold"), FieldPanel("gate"), FieldPanel("minutes")]),
            FieldPanel("punctuation"),
            FieldRowPanel([FieldPanel("tries"), FieldPanel("counts")]),
        ],
        base_form_class=StandardForm,
    )
