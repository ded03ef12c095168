"""Rules that keep working, leave, and the day of an assignment."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses import queries
from courses.forms.people import CourseChoice, UnitChoice, named
from courses.models import AssignmentRule, CoursePage
from people import audience
from people.models import Level, Post, Unit, User


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class RuleForm(forms.Form):
    """What must be learned, by whom, until when. Every condition narrows the others."""

    name = forms.CharField(label=_("Name of the rule"), max_length=80, help_text=_("People read it as the reason."))
    course = CourseChoice(label=_("Course"), queryset=CoursePage.objects.none())
    unit = UnitChoice(label=_("Unit"), queryset=Unit.objects.none(), required=False, help_text=_("With all below it."))
    posts = forms.ModelMultipleChoiceField(
        label=_("Posts"), queryset=Post.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    levels = forms.ModelMultipleChoiceField(
        label=_("Levels"), queryset=Level.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    due = forms.ChoiceField(label=_("Due"), choices=AssignmentRule.Due.choices, initial=AssignmentRule.Due.HIRE)
    days = forms.IntegerField(
        label=_("Days"), min_value=0, max_value=1095, required=False, initial=30, help_text=_("Not for a fixed day.")
    )
    due_on = forms.DateField(label=_("Fixed day"), required=False, widget=_day())
    note = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("The people read it beside the due date.")
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units.order_by("path")
        self.fields["course"].queryset = queries.live_courses()
        for word, condition in audience.conditions().items():
            self.fields[word] = (
                forms.DateField(label=condition.label, required=False, widget=_day())
                if condition.choices is None
                else forms.ChoiceField(
                    label=condition.label, required=False, choices=[("", "---------"), *condition.choices()]
                )
            )
        last = ["due", "days", "due_on", "note"]
        self.order_fields([name for name in self.fields if name not in last] + last)

    def clean(self) -> dict[str, Any]:
        """The rule as services take it, under `audience`."""
        data = super().clean()
        rule: dict[str, list[Any]] = {}
        if data.get("unit"):
            rule["units"] = [data["unit"].pk]
        for word in ("posts", "levels"):
            if data.get(word):
                rule[word] = [one.pk for one in data[word]]
        for word, condition in audience.conditions().items():
            if data.get(word):
                rule[word] = [data[word].isoformat() if condition.choices is None else int(data[word])]
        if not rule and not self.errors:
            raise forms.ValidationError(gettext("Say for whom: at least one condition."))
        data["audience"] = rule
        return data


class LeaveForm(forms.Form):
    """Who is away, from when to when, and why."""

    person = forms.CharField(label=_("Name or employee number"), max_length=60)
    starts_on = forms.DateField(label=_("First day"), widget=_day())
    ends_on = forms.DateField(label=_("Last day"), widget=_day())
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, reach: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reach = reach

    def clean_person(self) -> User:
        """Somebody within reach."""
        return named([self.cleaned_data["person"]], self.reach)[0]
