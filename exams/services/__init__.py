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
from exams.services.judging import judged
from exams.services.media import LARGEST_RECORDING, add_media, address_of, markup_of
from exams.services.plan import create_exam, move_exam, publish_exam, write_exam
from exams.services.sittings import cancel_sitting, excuse, grant, invite, open_sitting

__all__ = [
    "GRACE",
    "LARGEST_RECORDING",
    "add_media",
    "add_question",
    "address_of",
    "begin_export",
    "begin_import",
    "cancel_sitting",
    "carry_out_import",
    "check_import",
    "create_exam",
    "end_attempt",
    "end_attempts_of",
    "end_overdue",
    "excuse",
    "fail_exchange",
    "fold",
    "forget_exchanges",
    "grant",
    "invite",
    "judged",
    "markup_of",
    "move_exam",
    "move_question",
    "open_sitting",
    "order_import",
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
    "write_export",
]
