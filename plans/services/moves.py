"""From state to state, for needs and plans alike."""

from django.utils.translation import gettext as _

from ground.errors import Refused
from plans.models import AnnualPlan, Need


def move(subject: Need | AnnualPlan, to: str, *with_fields: str) -> None:
    """The one way from state to state; `subject` is locked. Raises Refused for a move that the table does not hold."""
    if to not in subject.MOVES[subject.State(subject.state)]:
        raise Refused(
            _("%(what)s is %(state)s and cannot become %(to)s.")
            % {"what": subject, "state": subject.get_state_display(), "to": subject.State(to).label},
            code="wrong_state",
        )
    subject.state = to
    subject.save(update_fields=["state", *with_fields])


def given_reason(text: str) -> str:
    """The reason without spaces around it. Raises Refused for an empty one."""
    if not text.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    return text.strip()
