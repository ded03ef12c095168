"""Every write about people, by topic: employment, accounts, roles, notices, units, the staff list taken from a file."""

from people.services.accounts import (
    change_details,
    choose_language,
    end_access,
    end_access_of_leavers,
    set_starting_password,
)
from people.services.employment import change_employment, end_employment, hire, rehire, stay, undo_change
from people.services.notices import note, notify, notify_all, read_notifications
from people.services.organisation import save_unit
from people.services.roles import assign_role, end_role, ensure_groups, sync_all_groups, sync_groups
from people.services.staff_list import ImportRefused, import_staff

__all__ = [
    "ImportRefused",
    "assign_role",
    "change_details",
    "change_employment",
    "choose_language",
    "end_access",
    "end_access_of_leavers",
    "end_employment",
    "end_role",
    "ensure_groups",
    "hire",
    "import_staff",
    "note",
    "notify",
    "notify_all",
    "read_notifications",
    "rehire",
    "save_unit",
    "set_starting_password",
    "stay",
    "sync_all_groups",
    "sync_groups",
    "undo_change",
]
