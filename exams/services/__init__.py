"""Every write about exams, by topic. All take `now`; those that a person decides take `by`."""

from exams.services.attempts import (
    GRACE,
    end_attempt,
    end_attempts_of,
    end_overdue,
    fold,
    rule,
    save_responses,
    start_attempt,
    submit,
    take_over,
)
from exams.services.bank import add_question, move_question, publish_drafts, review_question, revise_question
from exams.services.beats import Clock, beat
from exams.services.files import LARGEST_FILE, keep_answer_file
from exams.services.late import accept_late, keep_late
from exams.services.media import LARGEST_RECORDING, add_media, address_of, markup_of
from exams.services.plan import create_exam, move_exam, publish_exam, write_exam
from exams.services.sittings import cancel_sitting, excuse, grant, invite, open_sitting

__all__ = [
    "GRACE",
    "LARGEST_FILE",
    "LARGEST_RECORDING",
    "Clock",
    "accept_late",
    "add_media",
    "add_question",
    "address_of",
    "beat",
    "cancel_sitting",
    "create_exam",
    "end_attempt",
    "end_attempts_of",
    "end_overdue",
    "excuse",
    "fold",
    "grant",
    "invite",
    "keep_answer_file",
    "keep_late",
    "markup_of",
    "move_exam",
    "move_question",
    "open_sitting",
    "publish_drafts",
    "publish_exam",
    "review_question",
    "revise_question",
    "rule",
    "save_responses",
    "start_attempt",
    "submit",
    "take_over",
    "write_exam",
]
