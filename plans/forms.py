"""What personnel, trainers and everybody who wishes for training fill in."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from courses.models import CoursePage
from ground.periods import current
from people.models import Role, RoleAssignment, Unit, User
from plans.models import Need, PlanItem
from plans.queries import evidence_text
from topics.models import Topic

TEACHING = (Role.TRAINER, Role.MANAGER, Role.INSPECTOR, Role.PERSONNEL, Role.EXAMINER)


def topic_choices() -> list[tuple[str, list[tuple[int, str]]]]:
    """Topics under the names of their strands."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for topic in Topic.objects.select_related("strand"):
        groups.setdefault(topic.strand.name, []).append((topic.pk, topic.name))
    return [("", [("", "—")]), *groups.items()]


class UnitField(forms.ModelChoiceField):
    """A unit, indented as the organisation is."""

    def label_from_instance(self, obj: Unit) -> str:
        return "　" * (obj.depth - 1) + obj.name


class TeacherField(forms.ModelChoiceField):
    """A person with the number, because names repeat."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} {obj.employee_no}"


class NeedsField(forms.ModelMultipleChoiceField):
    """Needs with their evidence."""

    def label_from_instance(self, obj: Need) -> str:
        return f"{obj.unit.name} · {obj.get_source_display()} · {evidence_text(obj)}"


class WishForm(forms.Form):
    """What one wants to learn, and why."""

    topic = forms.ModelChoiceField(Topic.objects.all(), label=_("Topic"))
    text = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("What happens in your work that you want to be better at."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = topic_choices()


class PlanForm(forms.Form):
    """A plan for a year."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int)
    name = forms.CharField(label=_("Name"), max_length=80)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, str(year)) for year in years]


class ItemForm(forms.Form):
    """What, how, when, who teaches, whom."""

    topic = forms.ModelChoiceField(Topic.objects.all(), label=_("Topic"))
    unit = UnitField(Unit.objects.none(), label=_("For the people of"))
    content = forms.CharField(
        label=pgettext_lazy("of a training", "Content"), max_length=200, help_text=_("What the training is about.")
    )
    method = forms.ChoiceField(label=_("How"), choices=PlanItem.Method.choices, widget=forms.RadioSelect)
    month = forms.TypedChoiceField(label=_("Month"), coerce=date.fromisoformat)
    instructor = TeacherField(
        User.objects.none(),
        label=_("Instructor"),
        required=False,
        help_text=_("For lectures and coaching: who teaches. For an external course: who goes along."),
    )
    external_teacher = forms.CharField(
        label=_("External teacher"), max_length=80, required=False, help_text=_("For an external course.")
    )
    course = forms.ModelChoiceField(
        CoursePage.objects.none(), label=_("Course"), required=False, help_text=_("For online self-study.")
    )

    def __init__(
        self, *args: Any, year: int, on: date, units: QuerySet[Unit], needs: QuerySet[Need] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        months = [date(year, month, 1) for month in range(1, 13)]
        self.fields["topic"].choices = topic_choices()
        self.fields["unit"].queryset = units.order_by("path")
        self.fields["month"].choices = [(day.isoformat(), date_format(day, "YEAR_MONTH_FORMAT")) for day in months]
        teaching = RoleAssignment.objects.filter(current(on), role__in=TEACHING).values("user")
        self.fields["instructor"].queryset = User.objects.filter(pk__in=teaching, is_active=True)
        self.fields["course"].queryset = CoursePage.objects.live().order_by("strand__order", "title")
        if needs is not None:
            self.fields["needs"] = NeedsField(
                needs.select_related("unit"),
                label=_("Answers these needs"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def values(self) -> dict[str, Any]:
        """What add_item and edit_item take."""
        return {name: value for name, value in self.cleaned_data.items() if name != "needs"}


class ScheduleForm(forms.Form):
    """Day, time and place of a session."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    begins = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.CharField(label=_("Place"), max_length=80)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("begins") and data.get("ends") and data["ends"] <= data["begins"]:
            self.add_error("ends", gettext("The session must end after it starts."))
        return data

    def moments(self) -> tuple[datetime, datetime]:
        """Beginning and end, in the organisation's zone."""
        day = self.cleaned_data["day"]
        begins, ends = (datetime.combine(day, self.cleaned_data[name]) for name in ("begins", "ends"))
        return timezone.make_aware(begins), timezone.make_aware(ends)
