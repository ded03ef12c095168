"""Reads about exams, shaped for the page, by topic: the bank, verdicts, what a candidate sees, what an examiner sees."""

from exams.queries.bank import fixed_questions, pool, question_figures, rows_of, shortages
from exams.queries.candidates import MySitting, PartState, my_sitting, sittings_for
from exams.queries.corrections import (
    BATCH,
    Turn,
    asked_in,
    changes,
    newest_correction,
    preview_correction,
    turns,
)
from exams.queries.examiners import BoardRow, board, sittings, topic_rates, topic_strength, unit_rates
from exams.queries.marking import code_of, judged, piles, remark_requests, rubric_of, standing_of, waiting
from exams.queries.newest import newest_only, replaced
from exams.queries.papers import Asked, Reviewed, asked, asked_alone, released, review_alone, reviewed
from exams.queries.release import over, released_only, released_to_candidate, with_sitters
from exams.queries.reports import ItemRow, PersonStrength, graded, question_report, report, strength_of_people
from exams.queries.results import questions_shown, result_page, results_of, strengths
from exams.queries.verdicts import UNDECIDED_FOR, newest_sums, recount, undecided, verdict, verdict_of, with_attempts

__all__ = [
    "BATCH",
    "UNDECIDED_FOR",
    "Asked",
    "BoardRow",
    "ItemRow",
    "MySitting",
    "PartState",
    "PersonStrength",
    "Reviewed",
    "Turn",
    "asked",
    "asked_alone",
    "asked_in",
    "board",
    "changes",
    "code_of",
    "fixed_questions",
    "graded",
    "judged",
    "my_sitting",
    "newest_correction",
    "newest_only",
    "newest_sums",
    "over",
    "piles",
    "pool",
    "preview_correction",
    "question_figures",
    "question_report",
    "questions_shown",
    "recount",
    "released",
    "released_only",
    "released_to_candidate",
    "remark_requests",
    "replaced",
    "report",
    "result_page",
    "results_of",
    "review_alone",
    "reviewed",
    "rows_of",
    "rubric_of",
    "shortages",
    "sittings",
    "sittings_for",
    "standing_of",
    "strength_of_people",
    "strengths",
    "topic_rates",
    "topic_strength",
    "turns",
    "undecided",
    "unit_rates",
    "verdict",
    "verdict_of",
    "waiting",
    "with_attempts",
    "with_sitters",
]
