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
from exams.services.bank import add_question, move_question, review_question, revise_question
from exams.services.invigilation import end_attempts, give_time, note_incident, pause, resume
from exams.services.invitations import mail, send_letters
from exams.services.plan import create_exam, move_exam, publish_exam, write_exam
from exams.services.series import end_series, make_series, open_due
from exams.services.sittings import (
    cancel_sitting,
    excuse,
    grant,
    guard_sitting,
    invite,
    makeup_sitting,
    move_sitting,
    networks,
    open_sitting,
    safe_browser_keys,
)

__all__ = [
    "GRACE",
    "add_question",
    "cancel_sitting",
    "create_exam",
    "end_attempt",
    "end_attempts",
    "end_attempts_of",
    "end_overdue",
    "end_series",
    "excuse",
    "fold",
    "give_time",
    "grant",
    "guard_sitting",
    "invite",
    "mail",
    "make_series",
    "makeup_sitting",
    "move_exam",
    "move_question",
    "move_sitting",
    "networks",
    "note_incident",
    "open_due",
    "open_sitting",
    "pause",
    "publish_exam",
    "resume",
    "review_question",
    "revise_question",
    "rule",
    "safe_browser_keys",
    "save_responses",
    "send_letters",
    "start_attempt",
    "submit",
    "take_over",
    "write_exam",
]
