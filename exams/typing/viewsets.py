"""Passages in Wagtail's admin (in the group of exams): written as text, published as a frozen version with its figures."""

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from exams.typing import passages, queries, services
from exams.typing.models import Passage
from exams.typing.views import authors
from ground.errors import Refused


class PassageForm(WagtailAdminModelForm):
    """The text of the version that will be published."""

    text = forms.CharField(
        label=_("Text"),
        widget=forms.Textarea({"rows": 20}),
        help_text=_("Placeholders are filled anew for each test: {surname} {amount} {number} {place} {time}."),
    )
    retired = forms.BooleanField(
        label=_("Retired"), required=False, help_text=_("Retired passages are no longer drawn; past tests keep them.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.current:
            self.fields["code"].disabled = self.fields["use"].disabled = True
            self.initial |= {"text": self.instance.current.text, "retired": self.instance.retired_at is not None}

    class Media:
        js = ["django_htmx/htmx-2.min.js"]

    def clean(self) -> dict[str, Any]:
        """Names everything that speaks against the text, before anything is written."""
        given = super().clean()
        if given.get("text"):
            found = passages.figures(given["text"])
            for code in passages.problems(found, allowed=given.get("allowed", "")):
                self.add_error("text", services.problem_sentence(code, found, given.get("allowed", "")))
        return given


class FiguresPanel(HelpPanel):
    """The figures of what stands in the editor, told anew while the author writes, and the versions so far."""

    class BoundPanel(HelpPanel.BoundPanel):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            known = bool(self.instance.pk and self.instance.current)
            values = {name: self.form[name].value() or "" for name in ("text", "allowed", "code")}
            context = authors.figures_of(**values) | {
                "url": reverse("exams:passage_figures"),
                "code": self.instance.code if known else "",
                "versions": self.instance.versions.annotate(drawn=Count("runs")).order_by("-number") if known else [],
            }
            self.content = render_to_string("exams/typing/passage_panel.html", context)


class PassageIndex(generic.IndexView):
    """Every passage with how often it was drawn. Nothing is deleted: passages retire."""

    def get_base_queryset(self) -> QuerySet[Passage]:
        return queries.with_exposure(super().get_base_queryset().select_related("current"))

    @property
    def header_more_buttons(self) -> list[Any]:
        report = Button(_("How hard they are"), url=reverse("exams:passage_report"), icon_name="doc-full", priority=5)
        return [*super().header_more_buttons, report]

    def get_delete_url(self, instance: Passage) -> None:
        return None


class _Publishes:
    """Saving publishes through the service; what it refuses is an error of the form."""

    def form_valid(self, form: forms.ModelForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except Refused as refusal:
            form.add_error("text", str(refusal))
            # Wagtail sets these when it validates; a refusal comes later.
            self.produced_error_code, self.produced_error_message = "refused", str(refusal)
            return self.form_invalid(form)

    def get_delete_url(self) -> None:
        return None

    def save_instance(self) -> Passage:
        given = self.form.cleaned_data
        by, now = self.request.user, self.request.now
        fields = {name: given[name] for name in ("code", "title", "text", "use", "allowed")}
        passage = services.publish_passage(**fields, by=by, now=now)
        return services.retire_passage(passage=passage, by=by, now=now) if given["retired"] else passage


class PassageCreate(_Publishes, generic.CreateView):
    """The first version."""


class PassageEdit(_Publishes, generic.EditView):
    """The next version; tests already begun keep theirs."""


class PassageViewSet(ModelViewSet):
    """The pool of texts for tests and for practice."""

    model = Passage
    icon = "doc-full"
    menu_label = _("Passages")
    name = "passages"
    add_to_admin_menu = False
    copy_view_enabled = False
    list_display = [
        "title",
        "code",
        Column("use", label=_("Used in"), accessor="get_use_display"),
        Column("version", label=_("Version"), accessor="current.number"),
        Column("drawn", label=_("Times drawn")),
        Column("retired", label=_("Retired"), accessor="retired_at"),
    ]
    list_filter = ["use"]
    search_fields = ["title", "code"]
    index_view_class = PassageIndex
    add_view_class = PassageCreate
    edit_view_class = PassageEdit
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("title"), FieldPanel("code"), FieldPanel("use")]),
            FiguresPanel(),
            FieldPanel("text"),
            FieldPanel("allowed"),
            FieldPanel("retired"),
        ],
        base_form_class=PassageForm,
    )

    def get_urlpatterns(self) -> list[URLPattern]:
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "delete"]
