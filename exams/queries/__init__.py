"""Reads about exams, shaped for the page, by topic: the bank, verdicts, what a candidate sees, what an examiner sees."""

from exams.queries.bank import fixed_questions, pool, question_figures, rows_of, shortages
from exams.queries.candidates import MySitting, PartState, my_sitting, sittings_for
from exams.queries.examiners import sittings, topic_rates, topic_strength
from exams.queries.invigilation import Board, BoardRow, board, open_attempts, sitting_report
from exams.queries.papers import Asked, Reviewed, asked, asked_alone, released, review_alone, reviewed
from exams.queries.results import result_page, results_of, strengths
from exams.queries.verdicts import UNDECIDED_FOR, newest_sums, recount, undecided, verdict, verdict_of, with_attempts
from exams.queries.windows import (
    calendar_event,
    exam_check,
    own_config_key,
    safe_browser_settings,
    sequence,
    series,
    without_a_pass,
)

__all__ = [
    "UNDECIDED_FOR",
    "Asked",
    "Board",
    "BoardRow",
    "MySitting",
    "PartState",
    "Reviewed",
    "asked",
    "asked_alone",
    "board",
    "calendar_event",
    "exam_check",
    "fixed_questions",
    "my_sitting",
    "newest_sums",
    "open_attempts",
    "own_config_key",
    "pool",
    "question_figures",
    "recount",
    "released",
    "result_page",
    "results_of",
    "review_alone",
    "reviewed",
    "rows_of",
    "safe_browser_settings",
    "sequence",
    "series",
    "shortages",
    "sitting_report",
    "sittings",
    "sittings_for",
    "strengths",
    "topic_rates",
    "topic_strength",
    "undecided",
    "verdict",
    "verdict_of",
    "with_attempts",
    "without_a_pass",
]
