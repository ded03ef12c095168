"""Forms of promotions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ground.periods import current
from people.models import Level, Role, RoleAssignment, User
from promotions.models import Vote


class RoundForm(forms.Form):
    """A new review round."""

    name = forms.CharField(label=_("Name of the round"), max_length=80)
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    nominate_until = forms.DateField(
        label=_("Nominations until"),
        help_text=_("The last day on which managers can propose their people."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    effective_on = forms.DateField(
        label=_("Promotions take effect"),
        help_text=_("The day from which the new level holds."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    panel = forms.ModelMultipleChoiceField(
        label=_("Panel"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("People with the role of panel member. At least half of them must vote before a decision."),
    )

    def __init__(self, *args: Any, on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = RoleAssignment.objects.filter(current(on), role=Role.PANEL)
        panel: Any = self.fields["panel"]
        panel.queryset = User.objects.filter(pk__in=holders.values("user"), is_active=True)


class ProposeForm(forms.Form):
    """Why somebody should move up."""

    justification = forms.CharField(
        label=_("What speaks for this person"),
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        max_length=4000,
    )


class ExceptionalForm(ProposeForm):
    """The same where a requirement is missing: it must be wanted, and be justified."""

    exceptional = forms.BooleanField(label=_("Propose exceptionally, although requirements are missing"))
    field_order = ["exceptional", "justification"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["justification"].required = True


class VoteForm(forms.Form):
    """A panel member's vote."""

    choice = forms.ChoiceField(label=_("My vote"), choices=Vote.Choice.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=2000,
        help_text=_("Needed for a vote against. The panel and personnel read it, the person does not."),
    )


class AppealForm(forms.Form):
    """The person's objection."""

    text = forms.CharField(
        label=_("What does the decision overlook?"), widget=forms.Textarea(attrs={"rows": 5}), max_length=4000
    )


class DemotionForm(forms.Form):
    """The level after a demotion, its day and the reason."""

    to_level = forms.ModelChoiceField(label=_("New level"), queryset=Level.objects.none())
    on = forms.DateField(label=_("Takes effect"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(
        label=_("Reason the person can read"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000
    )

    def __init__(self, *args: Any, levels: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        level: Any = self.fields["to_level"]
        level.queryset = levels
