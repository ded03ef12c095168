"""Forms of the examiner's pages."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from exams import formats
from exams.models import BankExchange, Exam, Question, QuestionVersion
from people.models import Level, Post, Unit, User
from topics.models import Topic


class SittingForm(forms.Form):
    """A sitting and whom it is for: the people of units (narrowed by post and level), and others by number."""

    exam = forms.ModelChoiceField(Exam.objects.filter(state=Exam.State.PUBLISHED), label=_("Exam"))
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What candidates see, such as the month."))
    opens_at = forms.DateTimeField(
        label=_("Opens"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    closes_at = forms.DateTimeField(
        label=_("Closes"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Who starts before this moment still has the whole time."),
    )
    place = forms.CharField(label=_("Place"), max_length=80, required=False)
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label=_("Units"), required=False, help_text=_("With everybody below them.")
    )
    posts = forms.ModelMultipleChoiceField(Post.objects.all(), label=_("Only these posts"), required=False)
    levels = forms.ModelMultipleChoiceField(Level.objects.all(), label=_("Only these levels"), required=False)
    numbers = forms.CharField(
        label=_("Employee numbers"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Other people by name, one number a line."),
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], staff: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units.order_by("path")
        self.staff = staff

    def clean_numbers(self) -> list[User]:
        """The people behind the numbers; names every number that nobody in reach has."""
        return people_by_number(self.cleaned_data["numbers"], self.staff)

    def clean(self) -> dict[str, Any]:
        """A window has a length, and a sitting has somebody."""
        given = super().clean()
        opens, closes = given.get("opens_at"), given.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("A sitting closes after it opens."))
        if not self.errors and not given.get("units") and not given.get("numbers"):
            self.add_error("units", _("Choose at least one unit, or name people by number."))
        return given

    def audience(self) -> dict[str, list[int]]:
        """The audience rule that the form means."""
        rule = {name: [row.pk for row in self.cleaned_data[name]] for name in ("units", "posts", "levels")}
        rule["people"] = [person.pk for person in self.cleaned_data["numbers"]]
        return {name: ids for name, ids in rule.items() if ids}


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

    extra_minutes = forms.IntegerField(label=_("Extra minutes"), min_value=0, max_value=600)
    extra_tries = forms.IntegerField(label=_("Extra tries"), min_value=0, max_value=20)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ReasonForm(forms.Form):
    """A decision's reason."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class QuestionFileForm(forms.Form):
    """A file of questions to be checked; its format is guessed from its name where it is not chosen."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("Excel (.xlsx), GIFT (.txt) or Moodle XML (.xml), at most 50 MB."),
        widget=forms.FileInput({"accept": ".xlsx,.csv,.txt,.gift,.xml"}),
    )
    format = forms.ChoiceField(
        label=_("Format"),
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

    format = forms.ChoiceField(label=_("Format"), choices=BankExchange.Format.choices)
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
