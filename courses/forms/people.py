"""The part of forms that says who is meant: by unit, post and level, or by name."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.models import CoursePage
from people.audience import members
from people.models import Level, Post, Unit, User

_BETWEEN = re.compile(r"[\s,;，；、]+")


class UnitChoice(forms.ModelChoiceField):
    """A unit within reach, a step in for each level of the tree."""

    def label_from_instance(self, unit: Unit) -> str:
        return "\u3000" * (unit.depth - 1) + unit.name


class CourseChoice(forms.ModelChoiceField):
    """A published course under its strand's name."""

    def label_from_instance(self, course: CoursePage) -> str:
        return f"{course.title} · {course.strand.name}"


def named(words: Iterable[str], reach: QuerySet[User]) -> list[User]:
    """The people within reach whom these names and employee numbers mean. Raises ValidationError with every word that fits
    nobody, and every name that fits several."""
    words = [word for word in dict.fromkeys(word.strip() for word in words) if word]
    known = list(reach.filter(Q(name__in=words) | Q(employee_no__in=words)))
    found, wrong = [], []
    for word in words:
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
        return named(_BETWEEN.split(self.cleaned_data["names"]), self.reach)

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
