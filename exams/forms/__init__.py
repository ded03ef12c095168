"""Forms of the examiner's pages, by topic."""

from exams.forms.corrections import CorrectionForm
from exams.forms.exchange import QuestionExportForm, QuestionFileForm
from exams.forms.sittings import (
    ActForm,
    AudienceForm,
    GrantForm,
    GuardForm,
    InviteForm,
    MakeupForm,
    MoveForm,
    ReasonForm,
    SeriesForm,
    SittingEditForm,
    SittingForm,
    WindowForm,
    people_by_number,
)

__all__ = [
    "ActForm",
    "AudienceForm",
    "CorrectionForm",
    "GrantForm",
    "GuardForm",
    "InviteForm",
    "MakeupForm",
    "MoveForm",
    "QuestionExportForm",
    "QuestionFileForm",
    "ReasonForm",
    "SeriesForm",
    "SittingEditForm",
    "SittingForm",
    "WindowForm",
    "people_by_number",
]
