"""Scheduling a class session."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.forms.people import PeopleForm
from people.models import User
from topics.models import Topic


class SessionFacts(forms.Form):
    """What is taught when, where and by whom; who may come."""

    title = forms.CharField(label=_("Title"), max_length=120)
    instructor = forms.CharField(label=_("Instructor's employee number"), max_length=20)
    place = forms.CharField(label=_("Place"), max_length=80)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    begins = forms.TimeField(label=_("Begins at"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    ends = forms.TimeField(label=_("Ends at"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    places = forms.IntegerField(label=_("Places"), min_value=1, max_value=1000, initial=20)
    sign_up = forms.BooleanField(
        label=_("Open to sign up"), required=False, help_text=_("Everybody may take a free place or wait for one.")
    )

    def clean_instructor(self) -> User:
        """Anybody who works here may teach, also from outside the trainer's reach."""
        number = self.cleaned_data["instructor"].strip()
        user = User.objects.filter(employee_no=number, is_active=True).first()
        if user is None:
            raise forms.ValidationError(gettext("Nobody has the employee number %(number)s.") % {"number": number})
        return user

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("day") and data.get("begins") and data.get("ends"):
            data["starts_at"] = timezone.make_aware(datetime.combine(data["day"], data["begins"]))
            data["ends_at"] = timezone.make_aware(datetime.combine(data["day"], data["ends"]))
        return data


class SessionForm(SessionFacts, PeopleForm):
    """A new session: its facts, its topic and who is expected."""

    topic = forms.ModelChoiceField(label=_("Topic"), queryset=Topic.objects.select_related("strand"))
    field_order = [
        "title", "topic", "instructor", "place", "day", "begins", "ends", "places", "sign_up", "unit", "post", "level",
        "names",
    ]  # fmt: skip
