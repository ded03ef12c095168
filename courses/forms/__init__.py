"""Forms of trainers, by topic."""

from courses.forms.assigning import AssignForm
from courses.forms.people import PeopleForm
from courses.forms.rules import LeaveForm, RuleForm
from courses.forms.sessions import SessionFacts, SessionForm

__all__ = ["AssignForm", "LeaveForm", "PeopleForm", "RuleForm", "SessionFacts", "SessionForm"]
