"""Forms of trainers: assign a course, schedule a session. Both name people by unit, post and level, or by name."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses import queries
from courses.models import CoursePage
from people.audience import members
from people.models import Level, Post, Unit, User
from topics.models import Topic

_BETWEEN = re.compile(r"[\s,;，；、]+")


class UnitChoice(forms.ModelChoiceField):
    """A unit within reach, a step in for each level of the tree."""

    def label_from_instance(self, unit: Unit) -> str:
        return "\u3000" * (unit.depth - 1) + unit.name


class CourseChoice(forms.ModelChoiceField):
    """A published course under its strand's name."""

    def label_from_instance(self, course: CoursePage) -> str:
        return f"{course.title} · {course.strand.name}"


class PeopleForm(forms.Form):
    """The part of a form that says who is meant; `people` of the cleaned data are users within reach."""

    unit = UnitChoice(label=_("Unit"), queryset=Unit.objects.none(), required=False, help_text=_("With all below it."))
    post = forms.ModelChoiceField(label=_("Post"), queryset=Post.objects.all(), required=False)
    level = forms.ModelChoiceField(label=_("Level"), queryset=Level.objects.all(), required=False)
    names = forms.CharField(
        label=_("People by name or employee number"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Separated by spaces, commas or lines. They come on top of the unit, post and level."),
    )

    def __init__(self, *args: Any, reach: QuerySet[User], units: QuerySet[Unit], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reach = reach.filter(is_active=True)
        self.now = now
        self.fields["unit"].queryset = units.order_by("path")

    def clean_names(self) -> list[User]:
        """The named people. Names every word that fits nobody, and every name that fits several."""
        words = [word for word in _BETWEEN.split(self.cleaned_data["names"]) if word]
        known = list(self.reach.filter(Q(name__in=words) | Q(employee_no__in=words)))
        found, wrong = [], []
        for word in dict.fromkeys(words):
            fits = [user for user in known if word in (user.employee_no, user.name)]
            if len(fits) == 1:
                found.append(fits[0])
            elif not fits:
                wrong.append(gettext("%(word)s is nobody within your reach.") % {"word": word})
            else:
                numbers = "、".join(user.employee_no for user in fits)
                wrong.append(
                    gettext("Several people are called %(word)s; write an employee number instead: %(numbers)s.")
                    % {"word": word, "numbers": numbers}
                )
        if wrong:
            raise forms.ValidationError(wrong)
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        rule: dict[str, list[int]] = {"people": [user.pk for user in data.get("names") or []]}
        for field in ("unit", "post", "level"):
            if data.get(field):
                rule[f"{field}s"] = [data[field].pk]
        meant = members(rule, timezone.localdate(self.now))
        data["people"] = self.reach.filter(pk__in=meant.values("pk")).order_by("name_sort", "employee_no")
        data["names_nobody"] = not any(rule.values())
        return data


class AssignForm(PeopleForm):
    """A course, until when, for whom."""

    course = CourseChoice(label=_("Course"), queryset=CoursePage.objects.none())
    due_on = forms.DateField(label=_("Due"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    note = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("The people read it beside the due date.")
    )
    field_order = ["course", "due_on", "note", "unit", "post", "level", "names"]

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


class SessionForm(PeopleForm):
    """What is taught when, where, by whom, for whom."""

    title = forms.CharField(label=_("Title"), max_length=120)
    topic = forms.ModelChoiceField(label=_("Topic"), queryset=Topic.objects.select_related("strand"))
    instructor = forms.CharField(label=_("Instructor's employee number"), max_length=20)
    place = forms.CharField(label=_("Place"), max_length=80)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    begins = forms.TimeField(label=_("Begins at"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    ends = forms.TimeField(label=_("Ends at"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    places = forms.IntegerField(label=_("Places"), min_value=1, max_value=1000, initial=20)
    field_order = [
        "title", "topic", "instructor", "place", "day", "begins", "ends", "places", "unit", "post", "level", "names",
    ]  # fmt: skip

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
