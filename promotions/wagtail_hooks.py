"""The ladder in Wagtail's admin: each requirement as plain fields. Saving writes a new version through the service."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from certificates.models import CertificateKind
from exams.models import Exam
from ground.errors import Refused
from people.models import Level
from promotions import eligibility, sentences, services
from promotions.models import LadderRule
from quality.models import Appraisal

# Kinds that may be asked for more than once: the form always offers one more.
REPEATABLE = ("certificate", "exam", "courses")
CHOICES = {
    "kind_code": lambda: CertificateKind.objects.values_list("code", "name"),
    "exam": lambda: Exam.objects.exclude(state=Exam.State.RETIRED).values_list("code", "name"),
    "level": lambda: Level.objects.values_list("code", "name"),
    "rating": lambda: Appraisal.Rating.choices,
}


class LadderRuleForm(WagtailAdminModelForm):
    """Requirements as fields: a kind whose fields are all empty is not asked for."""

    class Meta:
        model = LadderRule
        fields = ["from_level", "to_level"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_level"].empty_label = gettext("no level yet")
        if self.instance.pk:
            self.fields["to_level"].disabled = True
        version = self.instance.current if self.instance.pk else None
        self._rows: list[tuple[str, str]] = []
        for kind in eligibility.FIGURES:
            held = [r for r in (version.requirements if version else []) if r["kind"] == kind]
            places = max(len(held) + 1, 1) if kind in REPEATABLE else 1
            for place in range(places):
                self._add_row(kind, place, places, held[place] if place < len(held) else None)

    def _add_row(self, kind: str, place: int, places: int, held: dict[str, Any] | None) -> None:
        prefix = f"{kind}_{place + 1}"
        self._rows.append((kind, prefix))
        words = f"{sentences.kind_name(kind)} {place + 1}" if places > 1 else sentences.kind_name(kind)
        if not eligibility.FIGURES[kind]:
            self.fields[prefix] = forms.BooleanField(label=words, required=False, initial=held is not None)
            return
        for name, bounds in eligibility.FIGURES[kind].items():
            label = gettext("%(requirement)s: %(figure)s") % {
                "requirement": words,
                "figure": sentences.figure_name(name),
            }
            initial = held[name] if held else None
            if name in CHOICES:
                choices = [("", "–"), *CHOICES[name]()]
                if held and initial not in [value for value, _label in choices]:
                    choices.append((initial, str(initial)))
                field: forms.Field = forms.TypedChoiceField(
                    choices=choices, coerce=int if name == "rating" else str, empty_value=None
                )
            else:
                least, most = bounds
                help_text = gettext("%(least)s to %(most)s") % {"least": least, "most": most}
                field = forms.IntegerField(help_text=help_text)
            field.label, field.required, field.initial = label, False, initial
            self.fields[f"{prefix}_{name}"] = field

    def requirements(self) -> list[dict[str, Any]]:
        """What the fields ask for, in the words of `promotions.eligibility`."""
        asked = []
        for kind, prefix in self._rows:
            figures = eligibility.FIGURES[kind]
            if not figures:
                if self.cleaned_data.get(prefix):
                    asked.append({"kind": kind})
                continue
            values = {name: self.cleaned_data.get(f"{prefix}_{name}") for name in figures}
            given = {name: value for name, value in values.items() if value is not None}
            if given:
                asked.append({"kind": kind, **given})
        return asked

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for fault in eligibility.validate(self.requirements()):
            self.add_error(None, sentences.fault(fault))
        return data


class _Writes:
    """Both pages save by writing a version; a refusal comes back with the form."""

    def save_instance(self) -> LadderRule:
        version = services.write_rule(
            to_level=self.form.cleaned_data["to_level"],
            from_level=self.form.cleaned_data["from_level"],
            requirements=self.form.requirements(),
            by=self.request.user,
            now=self.request.now,
        )
        return version.rule

    def form_valid(self, form: LadderRuleForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)


class IndexView(generic.IndexView):
    """Rules by level. A rule is never deleted: cases stand on its versions."""

    def get_delete_url(self, instance: LadderRule) -> None:
        return None


class CreateView(_Writes, generic.CreateView):
    """Writes the first version."""


class EditView(_Writes, generic.EditView):
    """Writes the next version; running cases keep theirs."""

    def get_delete_url(self) -> None:
        return None


class NoDeleteView(generic.DeleteView):
    """There is nothing to delete."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise Http404


class LadderRuleViewSet(ModelViewSet):
    """The ladder, for administrators."""

    model = LadderRule
    icon = "order-up"
    menu_label = _("Ladder rules")
    menu_order = 460
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = [
        "to_level",
        "from_level",
        Column("version", label=_("Version"), accessor=lambda rule: rule.current.number if rule.current else "–"),
        Column(
            "asks",
            label=_("Requirements"),
            accessor=lambda rule: len(rule.current.requirements) if rule.current else 0,
        ),
    ]
    list_select_related = ["current", "from_level", "to_level"]
    index_view_class = IndexView
    add_view_class = CreateView
    edit_view_class = EditView
    delete_view_class = NoDeleteView

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return LadderRuleForm


@hooks.register("register_admin_viewset")
def ladder_rules():
    """Adds the list to the menu; who sees it follows from the permissions of the role groups."""
    return LadderRuleViewSet("ladder_rules")
