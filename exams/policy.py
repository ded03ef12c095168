"""Who may do what with exams, on top of people's roles and reach."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from exams import queries
from exams.models import AnswerFile, Attempt, Candidacy, RemarkRequest, Sitting
from people.models import Role, User
from people.policy import staff_in_reach

HOLDS_SITTINGS = (Role.EXAMINER, Role.PERSONNEL)
MARKS = (Role.EXAMINER,)
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


def to_mark(request: HttpRequest) -> QuerySet[Attempt]:
    """Attempts that the person may mark: of people over whom they are an examiner, never their own."""
    staff = staff_in_reach(request, *MARKS)
    return Attempt.objects.filter(candidacy__user__in=staff).exclude(candidacy__user=request.user)


def remarks_to_answer(request: HttpRequest) -> QuerySet[RemarkRequest]:
    """Requests that the person may answer: of an answer in reach that they have not marked."""
    return queries.remark_requests(to_mark(request), request.user)


def answer_files(request: HttpRequest) -> QuerySet[AnswerFile]:
    """Files of answers that the person may open: their own, and those they may mark."""
    return AnswerFile.objects.filter(Q(attempt__candidacy__user=request.user) | Q(attempt__in=to_mark(request)))
