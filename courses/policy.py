"""Who looks after the learning of others, on top of people's roles and reach."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from courses import queries
from courses.models import Assignment, AssignmentRule, ClassSession, ExternalTraining, JobRecord, Leave, Report
from people.models import Role, User
from people.policy import has_role, staff_in_reach

TRAINERS = (Role.TRAINER,)
# Class sessions also come from the annual plan, which personnel schedules.
TEACHERS = (Role.TRAINER, Role.PERSONNEL)
OVERSEERS = (Role.TRAINER, Role.MANAGER, Role.PERSONNEL)


def assignments_in_reach(request: HttpRequest) -> QuerySet[Assignment]:
    """Assignments of people within the trainer's reach; an auditor reads them too."""
    people = staff_in_reach(request, *TRAINERS, reads=True)
    return Assignment.objects.filter(user__in=people).select_related(
        "user", "course", "assigned_by", "path", "exemption__granted_by"
    )


REPORTS = {
    Report.MATRIX.value: OVERSEERS,
    Report.LATE.value: TRAINERS,
    Report.HOURS.value: OVERSEERS,
    Report.COHORT.value: OVERSEERS,
}
"""The roles that see each report. An auditor reads them, and has them written to files."""


def may_see_report(request: HttpRequest, report: str) -> None:
    """Raises Http404 for what is no report, PermissionDenied without a role that sees it."""
    if report not in REPORTS:
        raise Http404
    if not has_role(request, *REPORTS[report], Role.AUDITOR):
        raise PermissionDenied


# Leave comes from whoever plans the work of a team.
KEEPERS = (Role.TRAINER, Role.MANAGER, Role.PERSONNEL)


def leave_in_reach(request: HttpRequest) -> QuerySet[Leave]:
    """Leave of people within reach."""
    people = staff_in_reach(request, *KEEPERS, reads=True)
    return Leave.objects.filter(user__in=people).select_related("user", "granted_by")


def rules_in_reach(request: HttpRequest) -> QuerySet[AssignmentRule]:
    """Rules that the trainer, or another one within reach, has made."""
    return queries.rules_in_reach(staff_in_reach(request, *TRAINERS, reads=True))


COACHES = (Role.TRAINER, Role.MANAGER)
# External courses count for hours and plans, which personnel keeps too.
CONFIRMERS = (Role.TRAINER, Role.PERSONNEL)


def jobs_in_reach(request: HttpRequest) -> QuerySet[JobRecord]:
    """On-the-job records of people within a coach's reach."""
    return queries.job_records(staff_in_reach(request, *COACHES, reads=True))


def external_in_reach(request: HttpRequest) -> QuerySet[ExternalTraining]:
    """External courses of people within reach."""
    people = staff_in_reach(request, *CONFIRMERS, reads=True)
    return ExternalTraining.objects.filter(user__in=people).select_related("user", "topic", "decided_by")


def sessions_in_reach(request: HttpRequest) -> QuerySet[ClassSession]:
    """Sessions that the person teaches, or that somebody within reach teaches or attends."""
    return queries.sessions_in_reach(request.user, staff_in_reach(request, *TEACHERS, reads=True))


def attendees_in_reach(request: HttpRequest, session: ClassSession) -> QuerySet[User]:
    """The people of a session whom the person may see: the instructor all, others those within reach."""
    people = User.objects.filter(attendances__session=session)
    if session.instructor_id == request.user.pk:
        return people
    return people.filter(pk__in=staff_in_reach(request, *TEACHERS, reads=True))
