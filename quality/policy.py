"""Who may do what with observations, appraisals and violations, on top of roles and reach.

Appraisals are confidential: the person, the superiors, personnel and auditors see them. Violations are recorded by
personnel and seen by personnel, auditors and the person.
"""

from datetime import date

from people.models import Employment, Role, User
from people.policy import roles_of

OBSERVES = (Role.INSPECTOR,)
READS_OBSERVATIONS = (Role.INSPECTOR, Role.MANAGER, Role.TRAINER, Role.PERSONNEL)
READS_APPRAISALS = (Role.MANAGER, Role.PERSONNEL)


def is_over(by: User, user: User, on: date, *roles: str) -> bool:
    """Whether `by` has one of the roles over the unit in which `user` works, or last worked, on a day."""
    if by.pk == user.pk:
        return False
    latest = Employment.objects.filter(user=user, valid_from__lte=on).order_by("-valid_from")
    path = latest.values_list("unit__path", flat=True).first()
    held = roles_of(by, on)
    return path is not None and any(path.startswith(top) for role in roles for top in held.get(role, []))


def may_appraise(by: User, user: User, on: date) -> bool:
    """A manager over the person's unit."""
    return is_over(by, user, on, Role.MANAGER)


def may_record_violation(by: User, user: User, on: date) -> bool:
    """Personnel over the person's unit."""
    return is_over(by, user, on, Role.PERSONNEL)
