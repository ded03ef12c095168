"""What templates of exams ask of the typing test."""

from django import template

from exams.typing import queries
from exams.typing.models import TypingRun

register = template.Library()


@register.simple_tag
def typing_feedback(run: TypingRun) -> queries.Feedback:
    """The figures and mistakes of an ended run: `{% typing_feedback run as feedback %}`."""
    return queries.feedback(run)
