"""Forms with which questions come from files and go to them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams import formats
from exams.models import BankExchange, Question, QuestionVersion
from topics.models import Topic


class QuestionFileForm(forms.Form):
    """A file of questions to be checked; its format is guessed from its name where it is not chosen."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("Excel (.xlsx), GIFT (.txt) or Moodle XML (.xml), at most 50 MB."),
        widget=forms.FileInput({"accept": ".xlsx,.csv,.txt,.gift,.xml"}),
    )
    format = forms.ChoiceField(
        label=pgettext_lazy("file", "Format"),
        required=False,
        choices=[("", _("as the name of the file says")), *BankExchange.Format.choices],
    )
    topic = forms.ModelChoiceField(
        Topic.objects.select_related("strand"),
        label=_("Topic for the others"),
        required=False,
        to_field_name="code",
        empty_label=_("none"),
        help_text=_("For questions that name no topic of ours, such as those of another system."),
    )

    def clean(self) -> dict[str, Any]:
        """The format, chosen or guessed."""
        given = super().clean()
        if "file" in given and not given.get("format"):
            given["format"] = formats.guessed(given["file"].name or "")
            if not given["format"]:
                self.add_error("format", _("The name of the file does not say its format; choose it."))
        return given


class QuestionExportForm(forms.Form):
    """Which questions are written, and in which format."""

    format = forms.ChoiceField(label=pgettext_lazy("file", "Format"), choices=BankExchange.Format.choices)
    topic = forms.ModelChoiceField(
        Topic.objects.select_related("strand"),
        label=_("Topic"),
        required=False,
        to_field_name="code",
        empty_label=_("all topics"),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("all kinds")), *QuestionVersion.Kind.choices]
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all states")), *Question.State.choices]
    )

    def filters(self) -> dict[str, str]:
        """What was chosen, by name."""
        given = self.cleaned_data
        return {"topic": given["topic"].code if given["topic"] else "", "kind": given["kind"], "state": given["state"]}
