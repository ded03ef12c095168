"""Forms about people."""

from datetime import date
from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from people import formats
from people.models import Employment, Level, Post, Role, Unit, User


class LoginForm(AllauthLoginForm):
    """Employee number and password."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Employee number")
        self.fields["login"].widget.attrs.update(
            {"placeholder": "", "autocomplete": "username", "autocapitalize": "off", "spellcheck": "false"}
        )
        self.fields["password"].widget.attrs["placeholder"] = ""


class DayField(forms.DateField):
    """A day, picked in the browser's calendar or typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)


class UnitField(forms.ModelChoiceField):
    """Units within reach in tree order, a step in for each level of the tree."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Unit.objects.none(), **kwargs)

    def offer(self, units: QuerySet[Unit]) -> None:
        """Sets the units that may be chosen."""
        self.queryset = units.order_by("path")

    def label_from_instance(self, unit: Unit) -> str:
        return "\u3000" * (unit.depth - 1) + unit.name


class PersonField(forms.CharField):
    """Somebody by employee number; a list of thousands of names is no choice."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs.update({"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off"})

    def clean(self, value: Any) -> User | None:
        number = super().clean(value)
        if not number:
            return None
        person = User.objects.filter(employee_no=number, is_active=True).first()
        if person is None:
            raise forms.ValidationError(
                gettext("Nobody who works here has the employee number %(number)s.") % {"number": number},
                code="unknown",
            )
        return person

    def prepare_value(self, value: Any) -> Any:
        return value.employee_no if isinstance(value, User) else value


def _reason(**kwargs: Any) -> forms.CharField:
    return forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}), **kwargs)


class PlaceForm(forms.Form):
    """Unit, post, level and manager from a day."""

    unit = UnitField(label=_("Unit"))
    post = forms.ModelChoiceField(label=_("Post"), queryset=Post.objects.none())
    level = forms.ModelChoiceField(
        label=_("Level"), queryset=Level.objects.none(), required=False, empty_label=_("none yet")
    )
    manager = PersonField(label=_("Manager"), required=False, help_text=_("The employee number of the superior."))

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)
        self.fields["post"].queryset = Post.objects.all()
        self.fields["level"].queryset = Level.objects.all()


class RehireForm(PlaceForm):
    """Somebody comes back."""

    on = DayField(label=_("First day"))


class HireForm(PlaceForm):
    """A new staff member."""

    employee_no = forms.CharField(
        label=_("Employee number"),
        max_length=20,
        validators=[
            RegexValidator(formats.NUMBER.pattern + r"\Z", _("Use letters, digits, hyphens and underscores only."))
        ],
        widget=forms.TextInput({"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off"}),
    )
    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=60)
    on = DayField(label=_("First day"))
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=30)
    field_order = ["employee_no", "name", "unit", "post", "level", "manager", "on", "email", "phone"]


class ChangeForm(PlaceForm):
    """A move, another post or manager; another level for personnel only, and then with a reason."""

    on = DayField(label=_("From"), help_text=_("The change begins on this day; it may lie in the future."))
    reason = _reason(required=False)

    def __init__(self, *args: Any, row: Employment, levels: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "unit": row.unit_id,
            "post": row.post_id,
            "level": row.level_id,
            "manager": row.manager,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        self.row = row
        if not levels:
            del self.fields["level"]
        elif row.level_id:
            self.fields["level"].empty_label = None
            self.fields["level"].required = True

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.cause == Employment.Cause.TRANSFER or found.get("reason"):
            return found
        self.add_error("reason", gettext("Another level needs a reason: it stays on record."))
        return found

    @property
    def cause(self) -> str:
        """Promoted, demoted or moved: what the change of level says."""
        level = self.cleaned_data.get("level")
        if level is None or level == self.row.level:
            return Employment.Cause.TRANSFER
        if self.row.level is None or level.rank > self.row.level.rank:
            return Employment.Cause.PROMOTION
        return Employment.Cause.DEMOTION


class DetailsForm(forms.Form):
    """Name and ways to reach somebody."""

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=60)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=30)


class LeaveForm(forms.Form):
    """The last day of somebody who leaves."""

    last_day = DayField(label=_("Last day"), help_text=_("Access ends when this day is over. All records stay."))
    reason = _reason()
    sure = forms.BooleanField(label=_("I have checked the name and the day."))


class RoleForm(forms.Form):
    """A role for somebody over a unit."""

    user = PersonField(label=_("Employee number"))
    role = forms.ChoiceField(label=_("Role"))
    unit = UnitField(label=_("Over"), help_text=_("The role reaches this unit and everything below it."))
    valid_from = DayField(label=_("From"))
    last_day = DayField(label=_("Last day"), required=False)

    def __init__(self, *args: Any, roles: list[str], units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]
        self.fields["unit"].offer(units)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("valid_from"), found.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", gettext("The last day lies before the first."))
        return found


class ImportForm(forms.Form):
    """A staff list to check."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("Excel (.xlsx) or CSV, at most 10 MB."),
        widget=forms.FileInput({"accept": ".xlsx,.csv,.txt"}),
    )
    on = DayField(
        label=_("Changes begin on"),
        help_text=_("For people already on record whose unit, post, level or manager differs in the file."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": today}
        super().__init__(*args, **kwargs)
