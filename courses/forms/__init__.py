"""Forms of trainers, by topic."""

from courses.forms.assigning import AssignForm
from courses.forms.feedback import FeedbackForm
from courses.forms.jobs import ExternalForm, JobForm
from courses.forms.people import PeopleForm
from courses.forms.rules import LeaveForm, RuleForm
from courses.forms.sessions import SessionFacts, SessionForm

__all__ = [
    "AssignForm",
    "ExternalForm",
    "FeedbackForm",
    "JobForm",
    "LeaveForm",
    "PeopleForm",
    "RuleForm",
    "SessionFacts",
    "SessionForm",
]
