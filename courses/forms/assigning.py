"""Assigning a course."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses import queries
from courses.forms.people import CourseChoice, PeopleForm
from courses.models import CoursePage


class AssignForm(PeopleForm):
    """A course, until when, for whom."""

    course = CourseChoice(label=_("Course"), queryset=CoursePage.objects.none())
    due_on = forms.DateField(label=_("Due"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    note = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("The people read it beside the due date.")
    )
    changed = forms.BooleanField(
        label=_("Also those who completed an older version"),
        required=False,
        help_text=_("They take only the lessons that have changed since."),
    )
    field_order = ["course", "due_on", "note", "changed", "unit", "post", "level", "names"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = queries.live_courses()

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day < timezone.localdate(self.now):
            raise forms.ValidationError(gettext("The due date is over; choose today or a later day."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data["names_nobody"] and not self.errors:
            raise forms.ValidationError(gettext("Say for whom: a unit, a post, a level, or people by name."))
        return data
