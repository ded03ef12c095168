"""What somebody thinks of a course."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from courses.services import LONGEST_FEEDBACK


def _star_choices() -> list[tuple[int, str]]:
    return [
        (number, ngettext("%(count)s star", "%(count)s stars", number) % {"count": number})
        for number in range(5, 0, -1)
    ]


class FeedbackForm(forms.Form):
    """One to five stars and, if one likes, words."""

    stars = forms.TypedChoiceField(
        label=_("How useful was the course for your work?"),
        coerce=int,
        choices=_star_choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one to five stars."),
            "invalid_choice": _("Choose one to five stars."),
        },
    )
    words = forms.CharField(
        label=_("What should stay, what should change?"),
        required=False,
        max_length=LONGEST_FEEDBACK,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
