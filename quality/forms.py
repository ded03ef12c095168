"""What inspectors, superiors and personnel fill in."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from quality import queries, scoring
from quality.models import Appraisal, Checklist, ChecklistItem, Observation, Violation

QUARTERS_BACK = 6


class ObservationForm(forms.Form):
    """One contact against a checklist: points lost and a note for each item."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Observation.Channel.choices, widget=forms.RadioSelect)
    contact_at = forms.DateTimeField(
        label=_("Time of the contact"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    contact = forms.CharField(
        label=_("Contact number"),
        max_length=40,
        help_text=_("The number of the call or ticket, so that the contact can be found again."),
    )
    praise = forms.CharField(
        label=_("What went well"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, checklist: Checklist, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(checklist.items.select_related("topic"))
        for item in self.items:
            label = gettext("Points lost: %(item)s") % {"item": item.text}
            self.fields[f"lost_{item.pk}"] = forms.IntegerField(
                label=label,
                required=False,
                min_value=0,
                max_value=item.weight,
                error_messages={
                    "max_value": ngettext(
                        "This item is worth %(weight)s point; it cannot lose more.",
                        "This item is worth %(weight)s points; it cannot lose more.",
                        item.weight,
                    )
                    % {"weight": item.weight}
                },
            )
            self.fields[f"note_{item.pk}"] = forms.CharField(
                label=gettext("Note: %(item)s") % {"item": item.text}, required=False, max_length=500
            )

    def rows(self) -> Iterator[tuple[ChecklistItem, forms.BoundField, forms.BoundField]]:
        """The items with their two fields, in the order of the checklist."""
        for item in self.items:
            yield item, self[f"lost_{item.pk}"], self[f"note_{item.pk}"]

    def lost(self) -> dict[ChecklistItem, tuple[int, str]]:
        """What the service takes: (points, note) of each item that loses points."""
        return {
            item: (self.cleaned_data[f"lost_{item.pk}"], self.cleaned_data[f"note_{item.pk}"])
            for item in self.items
            if self.cleaned_data.get(f"lost_{item.pk}")
        }


class AppraisalForm(forms.Form):
    """A superior's rating of a quarter."""

    quarter = forms.TypedChoiceField(label=_("Quarter"), coerce=date.fromisoformat)
    rating = forms.TypedChoiceField(
        label=_("Rating"), choices=Appraisal.Rating.choices, coerce=int, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=pgettext_lazy("appraisal", "Comment"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What was good, and what to work on until the next appraisal."),
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quarters = scoring.quarters_up_to(on, QUARTERS_BACK)
        self.fields["quarter"].choices = [(day.isoformat(), queries.quarter_name(day)) for day in quarters]


class ViolationForm(forms.Form):
    """A breach of the rules."""

    grade = forms.ChoiceField(label=_("Grade"), choices=Violation.Grade.choices, widget=forms.RadioSelect)
    facts = forms.CharField(
        label=_("Facts"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What happened, when and where, and the rule that was broken."),
    )
    valid_from = forms.DateField(
        label=_("In force from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=_("In force until (not included)"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("From this day on the violation no longer counts."),
    )
