"""Forms of sittings and of what is decided in them."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from exams import services
from exams.models import Exam
from ground.errors import Refused
from ground.numbers import wholes
from people.models import Level, Post, Unit, User
from people.policy import topmost


class AudienceForm(forms.Form):
    """Whom something is for: the people of units (narrowed by post and level), and others by number."""

    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label=_("Units"), required=False, help_text=_("With everybody below them.")
    )
    posts = forms.ModelMultipleChoiceField(
        Post.objects.all(),
        label=_("Only these posts"),
        required=False,
        help_text=_("Without a unit: everybody within your reach who holds one."),
    )
    levels = forms.ModelMultipleChoiceField(Level.objects.all(), label=_("Only these levels"), required=False)
    numbers = forms.CharField(
        label=_("Employee numbers"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Other people by name, one number a line."),
    )
    audience_fields = ("units", "posts", "levels", "numbers")

    def __init__(self, *args: Any, units: QuerySet[Unit], staff: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units.order_by("path")
        self.staff = staff

    def clean_numbers(self) -> list[User]:
        """The people behind the numbers; names every number that nobody in reach has."""
        return people_by_number(self.cleaned_data["numbers"], self.staff)

    def clean(self) -> dict[str, Any]:
        """Somebody is meant."""
        given = super().clean()
        if not self.errors and not any(given.get(name) for name in self.audience_fields):
            self.add_error("units", _("Say whom it is for: units, posts, levels, or people by number."))
        return given

    def audience(self) -> dict[str, list[int]]:
        """The audience rule that the form means; posts and levels alone mean those within reach, not the whole company."""
        rule = {name: [row.pk for row in self.cleaned_data[name]] for name in ("units", "posts", "levels")}
        if (rule["posts"] or rule["levels"]) and not rule["units"]:
            reach = self.fields["units"].queryset
            tops = topmost(reach.values_list("path", flat=True))
            rule["units"] = list(reach.filter(path__in=tops).values_list("pk", flat=True))
        rule["people"] = [person.pk for person in self.cleaned_data["numbers"]]
        return {name: ids for name, ids in rule.items() if ids}


class GuardForm(forms.Form):
    """What guards the entrance of a sitting."""

    access_code = forms.CharField(
        label=_("Access code"),
        max_length=20,
        required=False,
        help_text=_("Asked before the start; tell it in the room. Empty: none is asked."),
    )
    addresses = forms.CharField(
        label=_("Networks"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("From which the exam may be sat, one a line, such as 10.20.0.0/16. Empty: from anywhere."),
    )
    own_safe_browser = forms.BooleanField(
        label=_("Only in the Safe Exam Browser, with the settings file of this sitting"),
        required=False,
        help_text=_("The file is on the page of the sitting and on the candidates' cover page."),
    )
    config_keys = forms.CharField(
        label=_("Config keys of the Safe Exam Browser"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Of settings files of your own, from the browser's configuration tool, one a line."),
    )
    browser_keys = forms.CharField(
        label=_("Browser exam keys"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Of the versions of the browser that are let in, one a line. Empty: any version."),
    )
    guards = ("access_code", "addresses", "own_safe_browser", "config_keys", "browser_keys")

    def clean_addresses(self) -> list[str]:
        """Networks in their one shape."""
        return _lines(services.networks, self.cleaned_data["addresses"])

    def clean_config_keys(self) -> list[str]:
        """Keys in their one shape."""
        return _lines(services.safe_browser_keys, self.cleaned_data["config_keys"])

    def clean_browser_keys(self) -> list[str]:
        """Keys in their one shape."""
        return _lines(services.safe_browser_keys, self.cleaned_data["browser_keys"])

    def guarding(self) -> dict[str, Any]:
        """What the services take."""
        return {name: self.cleaned_data[name] for name in self.guards}


class WindowForm(forms.Form):
    """From when to when."""

    opens_at = forms.DateTimeField(
        label=_("Opens"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    closes_at = forms.DateTimeField(
        label=_("Closes"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Who starts before this moment still has the whole time, unless the exam ends with its window."),
    )

    def clean(self) -> dict[str, Any]:
        """A window has a length."""
        given = super().clean()
        opens, closes = given.get("opens_at"), given.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("A sitting closes after it opens."))
        return given


class SittingForm(AudienceForm, GuardForm, WindowForm):
    """A sitting, whom it is for, and what guards it."""

    exam = forms.ModelChoiceField(Exam.objects.filter(state=Exam.State.PUBLISHED), label=_("Exam"))
    name = forms.CharField(
        label=_("Name of the sitting"), max_length=80, help_text=_("What candidates see, such as the month.")
    )
    place = forms.CharField(label=_("Place"), max_length=80, required=False)
    field_order = ("exam", "name", "opens_at", "closes_at", "place", *AudienceForm.audience_fields, *GuardForm.guards)

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """All but the guards, which most sittings do without."""
        return [field for field in self.visible_fields() if field.name not in self.guards]

    @property
    def guard_fields(self) -> list[forms.BoundField]:
        """The guards."""
        return [self[name] for name in self.guards]

    @property
    def guarded(self) -> bool:
        """Whether a guard is filled in or wrong: then they are shown open."""
        return any(self[name].errors or self[name].value() for name in self.guards)


class SittingEditForm(GuardForm):
    """What a sitting is called, where it is and what guards it."""

    name = forms.CharField(label=_("Name of the sitting"), max_length=80)
    place = forms.CharField(label=_("Place"), max_length=80, required=False)
    field_order = ("name", "place", *GuardForm.guards)


class MoveForm(WindowForm):
    """Another window, with the reason that everybody is told."""

    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Everybody invited is told."))


class MakeupForm(WindowForm):
    """A make-up sitting."""

    name = forms.CharField(label=_("Name of the sitting"), max_length=80)
    place = forms.CharField(label=_("Place"), max_length=80, required=False)
    field_order = ("name", "opens_at", "closes_at", "place")


class SeriesForm(AudienceForm):
    """A monthly sitting."""

    exam = forms.ModelChoiceField(Exam.objects.filter(state=Exam.State.PUBLISHED), label=_("Exam"))
    name = forms.CharField(
        label=_("Name of the sitting"),
        max_length=60,
        help_text=_("{month} stands for the month, such as “Monthly assessment {month}”."),
    )
    day = forms.IntegerField(
        label=_("Day of the month"),
        min_value=1,
        max_value=31,
        help_text=_("In a month with fewer days, its last."),
    )
    opens = forms.TimeField(label=_("Opens at"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    hours = forms.IntegerField(label=_("Open for how many hours"), min_value=1, max_value=744)
    ahead = forms.IntegerField(
        label=_("Invite how many days before"),
        min_value=0,
        max_value=60,
        help_text=_("Who belongs to the units, posts and levels on that day is invited."),
    )
    place = forms.CharField(label=_("Place"), max_length=80, required=False)
    field_order = ("exam", "name", "day", "opens", "hours", "ahead", "place", *AudienceForm.audience_fields)


class ActForm(forms.Form):
    """What an invigilator does with the chosen candidates, or with everybody who is sitting."""

    ACTIONS = ("time", "pause", "resume", "end", "incident")
    action = forms.ChoiceField(choices=[(action, action) for action in ACTIONS])
    everybody = forms.BooleanField(required=False)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=240, required=False)
    reason = forms.CharField(label=_("Reason, or what happened"), max_length=200, required=False)
    sure = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """`pick`: the numbers of candidacies; the view looks up those in reach."""
        return super().clean() | {"pick": wholes(self.data.getlist("pick"))}


class InviteForm(forms.Form):
    """More people for a sitting, by number."""

    numbers = forms.CharField(
        label=_("Employee numbers"), widget=forms.Textarea({"rows": 3}), help_text=_("One a line.")
    )

    def __init__(self, *args: Any, staff: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff

    def clean_numbers(self) -> list[User]:
        """The people behind the numbers."""
        return people_by_number(self.cleaned_data["numbers"], self.staff)


class GrantForm(forms.Form):
    """What one candidate has beyond the rule."""

    extra_percent = forms.IntegerField(
        label=_("Extra time, percent"),
        min_value=0,
        max_value=300,
        required=False,
        help_text=_("Of the minutes of each part."),
    )
    extra_minutes = forms.IntegerField(label=_("Extra minutes"), min_value=0, max_value=600)
    extra_tries = forms.IntegerField(label=_("Extra tries"), min_value=0, max_value=20)
    typing_threshold = forms.IntegerField(
        label=_("Own speed for typing"),
        min_value=1,
        max_value=400,
        required=False,
        help_text=_("Characters a minute, for a test that begins from now on. Empty: what the standard asks."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def clean_extra_percent(self) -> int:
        """Nothing means none."""
        return self.cleaned_data["extra_percent"] or 0


class ReasonForm(forms.Form):
    """A decision's reason."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


def people_by_number(text: str, staff: QuerySet[User]) -> list[User]:
    """Active people in reach by their numbers. Raises ValidationError naming what is unknown."""
    numbers = list(dict.fromkeys(text.replace(",", " ").replace("，", " ").split()))
    people = {person.employee_no: person for person in staff.filter(employee_no__in=numbers, is_active=True)}
    unknown = [number for number in numbers if number not in people]
    if unknown:
        raise forms.ValidationError(
            _("Nobody within your reach has these numbers: %(numbers)s."), params={"numbers": ", ".join(unknown[:20])}
        )
    return [people[number] for number in numbers]


def _lines(shape: Callable[[Iterable[str]], list[str]], text: str) -> list[str]:
    """The lines in their one shape; what a service refuses is an error of the field."""
    try:
        return shape(text.splitlines())
    except Refused as refusal:
        raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
