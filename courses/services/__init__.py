"""Every write about courses, by topic. All take `now`; those that a person decides take `by`."""

from courses.services.assigning import assign, assign_all, assign_onboarding, onboard, withdraw_assignment
from courses.services.documents import add_image, import_lessons, keep_document
from courses.services.learning import (
    acknowledge,
    complete_lesson,
    enrol,
    note_check_answer,
    note_progress,
    open_lesson,
)
from courses.services.packages import PACKAGE_DONE, add_package, delete_package, keep_package_state
from courses.services.reminders import remind_now
from courses.services.reports import AT_WORK, SMALL, ask_export, fail_export, forget_exports, write_export
from courses.services.sessions import note_attendance, schedule_session
from courses.services.versions import freeze, newest_version

__all__ = [
    "AT_WORK",
    "PACKAGE_DONE",
    "SMALL",
    "acknowledge",
    "add_image",
    "add_package",
    "ask_export",
    "assign",
    "assign_all",
    "assign_onboarding",
    "complete_lesson",
    "delete_package",
    "enrol",
    "fail_export",
    "forget_exports",
    "freeze",
    "import_lessons",
    "keep_document",
    "keep_package_state",
    "newest_version",
    "note_attendance",
    "note_check_answer",
    "note_progress",
    "onboard",
    "open_lesson",
    "remind_now",
    "schedule_session",
    "withdraw_assignment",
    "write_export",
]
