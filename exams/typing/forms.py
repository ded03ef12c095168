"""What a person chooses before a practice."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from exams.typing.services import PRACTICE_MINUTES


def _minutes() -> list[tuple[int, str]]:
    return [
        (count, ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count})
        for count in PRACTICE_MINUTES
    ]


class PracticeForm(forms.Form):
    """How long to practise."""

    minutes = forms.TypedChoiceField(
        label=_("How long"), choices=_minutes, coerce=int, initial=PRACTICE_MINUTES[0], widget=forms.RadioSelect
    )
