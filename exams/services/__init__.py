"""Every write about exams, by topic. All take `now`; those that a person decides take `by`."""

from exams.services.attempts import (
    GRACE,
    end_attempt,
    end_attempts_of,
    end_overdue,
    fold,
    rule,
    save_responses,
    settle,
    start_attempt,
    submit,
    take_over,
)
from exams.services.bank import add_question, move_question, publish_drafts, review_question, revise_question
from exams.services.corrections import checked_key, correct_key, regrade
from exams.services.marking import answer_remark, ask_remark, begin_rubric, keep_draft, mark_answer, score_rubric
from exams.services.media import LARGEST_RECORDING, add_media, address_of, markup_of
from exams.services.plan import create_exam, move_exam, publish_exam, write_exam
from exams.services.results import announce_released, release
from exams.services.sittings import cancel_sitting, excuse, grant, invite, open_sitting

__all__ = [
    "GRACE",
    "LARGEST_RECORDING",
    "add_media",
    "add_question",
    "address_of",
    "announce_released",
    "answer_remark",
    "ask_remark",
    "begin_rubric",
    "cancel_sitting",
    "checked_key",
    "correct_key",
    "create_exam",
    "end_attempt",
    "end_attempts_of",
    "end_overdue",
    "excuse",
    "fold",
    "grant",
    "invite",
    "keep_draft",
    "mark_answer",
    "markup_of",
    "move_exam",
    "move_question",
    "open_sitting",
    "publish_drafts",
    "publish_exam",
    "regrade",
    "release",
    "review_question",
    "revise_question",
    "rule",
    "save_responses",
    "score_rubric",
    "settle",
    "start_attempt",
    "submit",
    "take_over",
    "write_exam",
]
