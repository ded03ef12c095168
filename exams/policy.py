"""Who may do what with exams, on top of people's roles and reach."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from exams import queries
from exams.models import Attempt, BankExchange, Candidacy, Sitting
from people.models import Role, User
from people.policy import has_role, staff_in_reach

HOLDS_SITTINGS = (Role.EXAMINER, Role.PERSONNEL)
WRITES_QUESTIONS = (Role.TRAINER, Role.EXAMINER, Role.ADMINISTRATOR)


def candidates_in_reach(request: HttpRequest) -> QuerySet[User]:
    """The people whose sittings the person may see (or, on POST, decide)."""
    return staff_in_reach(request, *HOLDS_SITTINGS, reads=True)


def sittings_in_reach(request: HttpRequest) -> QuerySet[Sitting]:
    """Sittings opened by the person or with a candidate in reach."""
    return queries.sittings(candidates_in_reach(request), request.user)


def candidacies_in_reach(request: HttpRequest) -> QuerySet[Candidacy]:
    """Candidacies of people in reach."""
    return Candidacy.objects.filter(user__in=candidates_in_reach(request))


def attempts_in_reach(request: HttpRequest) -> QuerySet[Attempt]:
    """Attempts of people in reach."""
    return Attempt.objects.filter(candidacy__user__in=candidates_in_reach(request))


def exchanges_in_reach(request: HttpRequest) -> QuerySet[BankExchange]:
    """One's own imports and exports and those of the shell; an administrator's reach is everybody's."""
    if has_role(request, Role.ADMINISTRATOR):
        return BankExchange.objects.all()
    return BankExchange.objects.filter(Q(by=request.user) | Q(by__isnull=True))
