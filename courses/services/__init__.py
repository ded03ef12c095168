"""Every write about courses, by topic. All take `now`; those that a person decides take `by`."""

from courses.services.assigning import (
    assign,
    assign_all,
    assign_changes,
    assign_onboarding,
    onboard,
    renew_expiring,
    withdraw_assignment,
)
from courses.services.checklists import begin_checklists, sign_item, take_back_signature
from courses.services.documents import import_lessons, keep_document
from courses.services.exemptions import exempt, withdraw_exemption
from courses.services.external import claim_external, decide_external
from courses.services.feedback import LONGEST_FEEDBACK, give_feedback
from courses.services.learning import (
    acknowledge,
    complete_lesson,
    enrol,
    note_check_answer,
    note_progress,
    open_lesson,
    write_reflection,
)
from courses.services.leave import enter_leave, move_due, take_back_leave
from courses.services.letters import send_session_letters
from courses.services.media import add_media, delete_media, describe_media
from courses.services.packages import PACKAGE_DONE, add_package, delete_package, keep_package_state
from courses.services.practice import answer_daily
from courses.services.proofs import LARGEST_PROOF
from courses.services.publishing import publish_due
from courses.services.reminders import remind, remind_now
from courses.services.reports import AT_WORK, SMALL, ask_export, fail_export, forget_exports, write_export
from courses.services.review import review_below, tell_author, tell_reviewers
from courses.services.rules import apply_rule, apply_rules, end_rule, follow_people, make_rule
from courses.services.rulings import rule_on_version
from courses.services.schedules import (
    deliver_report,
    end_schedule,
    mail_report,
    schedule_report,
    send_reports,
    tell_report_failed,
)
from courses.services.sessions import (
    EARLY,
    cancel_session,
    change_session,
    check_in,
    invite_to_session,
    join_session,
    leave_session,
    note_attendance,
    schedule_session,
)
from courses.services.versions import freeze, newest_version

__all__ = [
    "AT_WORK",
    "EARLY",
    "LARGEST_PROOF",
    "LONGEST_FEEDBACK",
    "PACKAGE_DONE",
    "SMALL",
    "acknowledge",
    "add_media",
    "add_package",
    "answer_daily",
    "apply_rule",
    "apply_rules",
    "ask_export",
    "assign",
    "assign_all",
    "assign_changes",
    "assign_onboarding",
    "begin_checklists",
    "cancel_session",
    "change_session",
    "check_in",
    "claim_external",
    "complete_lesson",
    "decide_external",
    "delete_media",
    "delete_package",
    "deliver_report",
    "describe_media",
    "end_rule",
    "end_schedule",
    "enrol",
    "enter_leave",
    "exempt",
    "fail_export",
    "follow_people",
    "forget_exports",
    "freeze",
    "give_feedback",
    "import_lessons",
    "invite_to_session",
    "join_session",
    "keep_document",
    "keep_package_state",
    "leave_session",
    "mail_report",
    "make_rule",
    "move_due",
    "newest_version",
    "note_attendance",
    "note_check_answer",
    "note_progress",
    "onboard",
    "open_lesson",
    "publish_due",
    "remind",
    "remind_now",
    "renew_expiring",
    "review_below",
    "rule_on_version",
    "schedule_report",
    "schedule_session",
    "send_reports",
    "send_session_letters",
    "sign_item",
    "take_back_leave",
    "take_back_signature",
    "tell_author",
    "tell_report_failed",
    "tell_reviewers",
    "withdraw_assignment",
    "withdraw_exemption",
    "write_export",
    "write_reflection",
]
