"""Beginning a checklist on the job, and claiming an external course."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.forms.people import PeopleForm
from courses.models import JobChecklist
from courses.services import LARGEST_PROOF
from topics.models import Topic


class JobForm(PeopleForm):
    """A checklist, and for whom it begins."""

    checklist = forms.ModelChoiceField(label=_("On-the-job checklist"), queryset=JobChecklist.objects.filter(live=True))
    field_order = ["checklist", "unit", "post", "level", "names"]

    def clean(self) -> dict[str, Any]:
        """Somebody must be meant."""
        data = super().clean()
        if data["names_nobody"] and not self.errors:
            raise forms.ValidationError(gettext("Say for whom: a unit, a post, a level, or people by name."))
        return data


class ExternalForm(forms.Form):
    """What was learned where, when and how long, with its proof."""

    title = forms.CharField(label=_("What the course was called"), max_length=120)
    provider = forms.CharField(label=_("Who gave it"), max_length=120)
    topic = forms.ModelChoiceField(label=_("Topic"), queryset=Topic.objects.select_related("strand"), required=False)
    hours = forms.DecimalField(
        label=_("Hours"), min_value=0, max_value=400, decimal_places=1, widget=forms.NumberInput(attrs={"step": "0.5"})
    )
    finished_on = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    proof = forms.FileField(
        label=_("Proof (PDF or image, at most 10 MB)"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.webp"}),
    )

    def clean_proof(self) -> UploadedFile:
        """Too large is said before anything is read."""
        given = self.cleaned_data["proof"]
        if given.size > LARGEST_PROOF:
            raise forms.ValidationError(gettext("The proof is larger than 10 MB."))
        return given

    @property
    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        finished: date = data["finished_on"]
        return {
            "title": data["title"],
            "provider": data["provider"],
            "topic": data["topic"],
            "minutes": round(data["hours"] * 60),
            "finished_on": finished,
            "name": data["proof"].name,
            "content": data["proof"].read(),
        }
