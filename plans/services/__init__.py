"""Every write about training needs and the annual plan."""

from plans.services.annual import approve_plan, draft_plan, propose_plan, reopen_plan, return_plan
from plans.services.items import add_item, cancel_item, due_day, edit_item, schedule_item
from plans.services.needs import add_wish, decline_need, find_needs, reopen_need

__all__ = [
    "add_item",
    "add_wish",
    "approve_plan",
    "cancel_item",
    "decline_need",
    "draft_plan",
    "due_day",
    "edit_item",
    "find_needs",
    "propose_plan",
    "reopen_need",
    "reopen_plan",
    "return_plan",
    "schedule_item",
]
