"""Every write about exams, by topic. All take `now`; those that a person decides take `by`."""

from exams.services.attempts import (
    end_attempt,
    end_attempts_of,
    fold,
    rule,
    settle,
    start_attempt,
    submit,
    take_over,
)
from exams.services.bank import add_question, move_question, publish_drafts, review_question, revise_question
from exams.services.beats import Clock, beat
from exams.services.corrections import checked_key, correct_key, regrade
from exams.services.exchange import (
    begin_export,
    begin_import,
    carry_out_import,
    check_import,
    fail_exchange,
    forget_exchanges,
    order_import,
    write_export,
)
from exams.services.files import LARGEST_FILE, keep_answer_file
from exams.services.invigilation import end_attempts, give_time, note_incident, pause, resume
from exams.services.invitations import mail, send_letters
from exams.services.judging import judged
from exams.services.late import accept_late, keep_late
from exams.services.marking import answer_remark, ask_remark, begin_rubric, keep_draft, mark_answer, score_rubric
from exams.services.media import LARGEST_RECORDING, add_media, address_of, markup_of
from exams.services.overdue import end_overdue
from exams.services.plan import create_exam, move_exam, publish_exam, write_exam
from exams.services.results import announce_released, release
from exams.services.saving import GRACE, save_responses
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
    "LARGEST_FILE",
    "LARGEST_RECORDING",
    "Clock",
    "accept_late",
    "add_media",
    "add_question",
    "address_of",
    "announce_released",
    "answer_remark",
    "ask_remark",
    "beat",
    "begin_export",
    "begin_import",
    "begin_rubric",
    "cancel_sitting",
    "carry_out_import",
    "check_import",
    "checked_key",
    "correct_key",
    "create_exam",
    "end_attempt",
    "end_attempts",
    "end_attempts_of",
    "end_overdue",
    "end_series",
    "excuse",
    "fail_exchange",
    "fold",
    "forget_exchanges",
    "give_time",
    "grant",
    "guard_sitting",
    "invite",
    "judged",
    "keep_answer_file",
    "keep_draft",
    "keep_late",
    "mail",
    "make_series",
    "makeup_sitting",
    "mark_answer",
    "markup_of",
    "move_exam",
    "move_question",
    "move_sitting",
    "networks",
    "note_incident",
    "open_due",
    "open_sitting",
    "order_import",
    "pause",
    "publish_drafts",
    "publish_exam",
    "regrade",
    "release",
    "resume",
    "review_question",
    "revise_question",
    "rule",
    "safe_browser_keys",
    "save_responses",
    "score_rubric",
    "send_letters",
    "settle",
    "start_attempt",
    "submit",
    "take_over",
    "write_exam",
    "write_export",
]
