"""Reads of the typing test by topic, shaped for its pages and for who asks from above."""

from exams.typing.queries.attempts import broken_at, chunk, records_of, resume
from exams.typing.queries.passages import PassageRow, equated, exposure, taken_sentences, with_exposure
from exams.typing.queries.practice import Goal, goal, practice_feedback, practice_score, practice_trend
from exams.typing.queries.results import Feedback, as_printed, best_of, best_run, feedback, figures_of, marked_parts

__all__ = [
    "Feedback",
    "Goal",
    "PassageRow",
    "as_printed",
    "best_of",
    "best_run",
    "broken_at",
    "chunk",
    "equated",
    "exposure",
    "feedback",
    "figures_of",
    "goal",
    "marked_parts",
    "practice_feedback",
    "practice_score",
    "practice_trend",
    "records_of",
    "resume",
    "taken_sentences",
    "with_exposure",
]
