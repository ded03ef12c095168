"""Who sees and who revokes certificates, on top of roles and their reach."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from certificates import queries
from certificates.models import Certificate
from people.models import Role
from people.policy import reach, staff_in_reach, today

READERS = (Role.PERSONNEL, Role.MANAGER, Role.TRAINER, Role.EXAMINER)


def in_reach(request: HttpRequest, *roles: str) -> QuerySet[Certificate]:
    """Certificates of the people over whom the person has one of the roles; auditors read along."""
    return queries.in_units_of(staff_in_reach(request, *roles, reads=True), today(request))


def open_to(request: HttpRequest, *roles: str) -> QuerySet[Certificate]:
    """The person's own certificates and those in reach in these roles."""
    on = today(request)
    people = staff_in_reach(request, *roles, reads=True)
    return queries.with_everything(on).filter(Q(user=request.user) | Q(user__in=people))


def may_revoke(request: HttpRequest, certificate: Certificate) -> bool:
    """Personnel over the holder's unit, and never one's own."""
    if certificate.user_id == request.user.pk or not reach(request, Role.PERSONNEL):
        return False
    return staff_in_reach(request, Role.PERSONNEL).filter(pk=certificate.user_id).exists()
