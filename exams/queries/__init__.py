"""Reads about exams, shaped for the page, by topic: the bank, verdicts, what a candidate sees, what an examiner sees."""

from exams.queries.bank import (
    Similar,
    fixed_questions,
    pool,
    question_figures,
    rows_of,
    shortages,
    similar_questions,
    stem_of,
    waiting_questions,
)
from exams.queries.candidates import MySitting, PartState, my_sitting, sittings_for
from exams.queries.examiners import BoardRow, board, sittings, topic_rates, topic_strength
from exams.queries.exchange import Previewed, PreviewedRows, export_rows, for_export, rows_path
from exams.queries.papers import Asked, Reviewed, asked, asked_alone, released, review_alone, reviewed
from exams.queries.results import result_page, results_of, strengths
from exams.queries.verdicts import UNDECIDED_FOR, newest_sums, recount, undecided, verdict, verdict_of, with_attempts

__all__ = [
    "UNDECIDED_FOR",
    "Asked",
    "BoardRow",
    "MySitting",
    "PartState",
    "Previewed",
    "PreviewedRows",
    "Reviewed",
    "Similar",
    "asked",
    "asked_alone",
    "board",
    "export_rows",
    "fixed_questions",
    "for_export",
    "my_sitting",
    "newest_sums",
    "pool",
    "question_figures",
    "recount",
    "released",
    "result_page",
    "results_of",
    "review_alone",
    "reviewed",
    "rows_of",
    "rows_path",
    "shortages",
    "similar_questions",
    "sittings",
    "sittings_for",
    "stem_of",
    "strengths",
    "topic_rates",
    "topic_strength",
    "undecided",
    "verdict",
    "verdict_of",
    "waiting_questions",
    "with_attempts",
]
