"""What templates of exams ask of the typing test."""

from django import template

from exams.models import AttemptRuling
from exams.typing import queries, scoring
from exams.typing.models import TypingRun

register = template.Library()


@register.simple_tag
def typing_feedback(run: TypingRun) -> queries.Feedback:
    """The figures and mistakes of an ended run: `{% typing_feedback run as feedback %}`."""
    return queries.feedback(run)


@register.simple_tag
def typing_pace(run: TypingRun) -> list[tuple[str, float]]:
    """The half minutes of an ended run as points of a chart."""
    return queries.pace_of(run)


@register.simple_tag
def typing_rechecks(run: TypingRun) -> list[tuple[TypingRun, scoring.Score]]:
    """The ended re-checks of a run's attempt with their figures."""
    ended = (one for one in queries.rechecks_of(run.attempt) if one.typed is not None)
    return [(one, queries.figures_of(one)) for one in ended]


@register.simple_tag
def typing_order(run: TypingRun) -> AttemptRuling | None:
    """The order of a re-check of a run's attempt that has not been begun."""
    return queries.waiting_order(run.attempt)


@register.filter
def clock(ms: int) -> str:
    """Milliseconds since the start as minutes and seconds."""
    return f"{ms // 60_000:02}:{ms // 1000 % 60:02}"
