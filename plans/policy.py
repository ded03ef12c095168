"""Who may do what with needs and plans, on top of roles and reach.

Personnel and trainers work on needs and on a draft's items, each for the units in their reach; personnel proposes a
plan; another person approves it: personnel or a manager over the whole organisation, or an administrator.
"""

from datetime import date

from people.models import Role, Unit, User
from people.policy import roles_of
from plans.models import AnnualPlan

WORKS_ON_NEEDS = (Role.PERSONNEL, Role.TRAINER)
WRITES_ITEMS = (Role.PERSONNEL, Role.TRAINER)
PROPOSES = (Role.PERSONNEL,)
APPROVES = (Role.PERSONNEL, Role.MANAGER, Role.ADMINISTRATOR)
READS_PLANS = (Role.PERSONNEL, Role.TRAINER, Role.MANAGER, Role.ADMINISTRATOR)
READS_UNIT_PLAN = (Role.MANAGER,)


def is_over_everything(user: User, on: date, *roles: str) -> bool:
    """Whether the person has one of the roles over a root unit."""
    held = roles_of(user, on)
    return any(len(path) == Unit.steplen for role in roles for path in held.get(role, []))


def may_propose(user: User, on: date) -> bool:
    """Personnel."""
    return any(role in roles_of(user, on) for role in PROPOSES)


def may_approve(user: User, plan: AnnualPlan, on: date) -> bool:
    """Never the person who proposed it."""
    if plan.proposed_by_id == user.pk:
        return False
    return Role.ADMINISTRATOR in roles_of(user, on) or is_over_everything(user, on, Role.PERSONNEL, Role.MANAGER)
