"""The form that puts a wrong key right, with fields by kind of question."""

from typing import Any

from django import forms
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from exams import grading
from exams.models import KeyCorrection, QuestionVersion


class CorrectionForm(forms.Form):
    """What is to be done about a wrong key, with fields for the right one by kind of question."""

    action = forms.ChoiceField(label=_("What is to be done"), choices=KeyCorrection.Action, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, version: QuestionVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version
        if version.kind in grading.BY_PEOPLE:
            choices = [choice for choice in KeyCorrection.Action.choices if choice[0] != KeyCorrection.Action.KEY]
            self.fields["action"].choices = choices
        fields = _key_fields(version)
        self.fields |= fields
        self.order_fields(["action", *fields, "reason"])

    def key(self) -> dict[str, Any]:
        """The key that the fields mean; empty unless it is to be corrected."""
        if self.cleaned_data.get("action") != KeyCorrection.Action.KEY:
            return {}
        return _key_of(self.version, self.cleaned_data)


def _key_fields(version: QuestionVersion) -> dict[str, forms.Field]:
    kind, key = version.kind, version.key
    options = [(str(place), strip_tags(words)) for place, words in enumerate(version.content.get("options", []))]
    if kind == "single":
        right = [str(index) for index in key["correct"]]
        widget = forms.RadioSelect
        return {
            "correct": forms.ChoiceField(
                label=_("Right option"), choices=options, initial=right[0], widget=widget, required=False
            )
        }
    if kind == "multiple":
        right = [str(index) for index in key["correct"]]
        return {
            "correct": forms.MultipleChoiceField(
                label=_("Right options"),
                choices=options,
                initial=right,
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        }
    if kind == "true_false":
        choices = [("true", _("True")), ("false", _("False"))]
        initial = "true" if key["answer"] else "false"
        return {
            "answer": forms.ChoiceField(
                label=_("The statement is"), choices=choices, initial=initial, widget=forms.RadioSelect, required=False
            )
        }
    if kind == "numeric":
        return {
            "value": forms.CharField(label=_("Right number"), initial=key["value"], required=False),
            "tolerance": forms.CharField(label=_("Tolerance"), initial=key.get("tolerance", "0"), required=False),
        }
    if kind == "short_text":
        return {"accepted": _lines(_("Accepted answers"), key["accepted"])}
    if kind == "ordering":
        return {
            f"place{place}": forms.ChoiceField(
                label=_("Place %(place)s") % {"place": place + 1}, choices=options, initial=str(index), required=False
            )
            for place, index in enumerate(key["sequence"])
        }
    if kind == "matching":
        return {
            f"pair{place}": forms.ChoiceField(
                label=strip_tags(prompt), choices=options, initial=str(key["pairs"][place]), required=False
            )
            for place, prompt in enumerate(version.content["prompts"])
        }
    if kind == "cloze":
        return {f"gap{place}": _gap(version, place) for place in range(len(key["gaps"]))}
    return {}


def _gap(version: QuestionVersion, place: int) -> forms.Field:
    label, key = _("Gap %(place)s") % {"place": place + 1}, version.key["gaps"][place]
    words = version.content["gaps"][place].get("options")
    if not words:
        return _lines(label, key["accepted"])
    choices = [(str(index), strip_tags(word)) for index, word in enumerate(words)]
    return forms.ChoiceField(label=label, choices=choices, initial=str(key["correct"]), required=False)


def _lines(label: Any, accepted: list[str]) -> forms.CharField:
    return forms.CharField(
        label=label,
        initial="\n".join(accepted),
        widget=forms.Textarea({"rows": 4}),
        help_text=_("One a line."),
        required=False,
    )


def _key_of(version: QuestionVersion, given: dict[str, Any]) -> dict[str, Any]:
    kind = version.kind
    if kind == "single":
        return {"correct": [int(given["correct"])] if given["correct"] else []}
    if kind == "multiple":
        return {"correct": [int(index) for index in given["correct"]]}
    if kind == "true_false":
        return {"answer": given["answer"] == "true" if given["answer"] else None}
    if kind == "numeric":
        return {"value": given["value"], "tolerance": given["tolerance"]}
    if kind == "short_text":
        return {"accepted": given["accepted"].splitlines()}
    if kind == "ordering":
        return {"sequence": [int(given[f"place{place}"] or 0) for place in range(len(version.key["sequence"]))]}
    if kind == "matching":
        return {"pairs": [int(given[f"pair{place}"] or 0) for place in range(len(version.key["pairs"]))]}
    gaps = []
    for place, gap in enumerate(version.key["gaps"]):
        said = given[f"gap{place}"]
        gaps.append({"correct": int(said or 0)} if "correct" in gap else {"accepted": said.splitlines()})
    return {"gaps": gaps}
