"""People against courses: the state of each pair, and who has a pair in a state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses import progress
from courses.models import Assignment, Completion, CoursePage, Enrolment, Exemption
from courses.progress import Due
from people.models import Employment
from people.queries import portions

STATES: dict[str, Promise] = {
    "late": _("Late"),
    "soon": _("Due soon"),
    "due": _("Assigned"),
    "started": pgettext_lazy("course", "In progress"),
    "done": _("Completed"),
    "expired": _("Expired"),
    "exempt": _("Exempt"),
    "none": _("Not assigned"),
}
"""The states of a person in a course in words, the most urgent first."""

_BADGES = {"late": "late", "soon": "due", "done": "ok", "expired": "late"}


@dataclass(frozen=True)
class Cell:
    """One person and one course in the matrix: one of STATES and the day that belongs to it."""

    state: str
    day: date | None = None

    @property
    def word(self) -> str:
        """The state in the reader's language."""
        return str(STATES[self.state])

    @property
    def kind(self) -> str:
        """The badge that the state wears."""
        return _BADGES.get(self.state, "plain")


def matrix(people: Sequence[int], courses: Iterable[CoursePage], on: date) -> dict[tuple[int, int], Cell]:
    """{(user, course): cell} of these people for everything that is more than "not assigned"; four queries for up to
    900 people."""
    wanted = [course.pk for course in courses]
    cells: dict[tuple[int, int], Cell] = {}
    for portion in portions(people):
        cells |= _cells({"user__in": portion, "course__in": wanted}, on)
    return cells


def _cells(scope: dict[str, Any], on: date) -> dict[tuple[int, int], Cell]:
    """What comes later in this function counts more: something to be done stands before what was done."""
    cells: dict[tuple[int, int], Cell] = {}
    for user, course, day in _exempt().filter(**scope).values_list("user", "course", "granted_at__date"):
        cells[user, course] = Cell("exempt", day)
    completed = Completion.objects.filter(**scope).order_by("completed_at", "pk")
    for user, course, day, expires_on in completed.values_list("user", "course", "completed_at__date", "expires_on"):
        holds = progress.holds(expires_on=expires_on, on=on)
        cells[user, course] = Cell("done", day) if holds else Cell("expired", expires_on)
    begun = Enrolment.objects.filter(**scope, ended_at__isnull=True)
    for user, course, day in begun.values_list("user", "course", "started_at__date"):
        cells[user, course] = Cell("started", day)
    assigned = Assignment.objects.open().filter(**scope)
    for user, course, due_on in assigned.values_list("user", "course", "due_on"):
        cells[user, course] = Cell(str(progress.state(due_on=due_on, on=on, done=False)), due_on)
    return cells


def _exempt() -> QuerySet[Exemption]:
    """Exceptions by something equivalent that hold."""
    return Exemption.objects.filter(withdrawn_at__isnull=True)


def in_state(staff: QuerySet[Employment], courses: Sequence[CoursePage], state: str, on: date) -> QuerySet[Employment]:
    """The people who are in this state of STATES in at least one of the courses, by the same precedence as the cells."""
    wanted = [course.pk for course in courses]
    if state == "none":
        return staff.filter(Exists(_untouched(CoursePage.objects.filter(pk__in=wanted))))
    rows = _rows(state, on).filter(course__in=wanted)
    if state == "done":
        # Most people are: each is found with the first of their completions that counts.
        return staff.filter(Exists(rows.filter(user=OuterRef("user"))))
    # Few pairs are in the other states: they are looked for once, not person by person.
    return staff.filter(user__in=rows.order_by().values("user"))


def _rows(state: str, on: date) -> QuerySet:
    """The facts of the pairs in a state that a fact makes, where none counts more."""
    if state == "started":
        return _begun().exclude(_beside(Assignment.objects.open()))
    if state == "done":
        return _idle(_newest().filter(Q(expires_on__isnull=True) | Q(expires_on__gt=on)))
    if state == "expired":
        return _idle(_newest().filter(expires_on__lte=on))
    if state == "exempt":
        return _idle(_exempt()).exclude(_beside(Completion.objects.all()))
    # What must be done comes before every other state.
    return _to_do(on, state)


def _beside(rows: QuerySet) -> Exists:
    """Whether such a row stands beside the fact at hand: of the same person and course."""
    return Exists(rows.filter(course=OuterRef("course"), user=OuterRef("user")))


def _to_do(on: date, state: str) -> QuerySet[Assignment]:
    soon = on + timedelta(days=progress.SOON_DAYS)
    rows = Assignment.objects.open()
    if state == Due.LATE:
        return rows.filter(due_on__lt=on)
    return rows.filter(due_on__gte=on, due_on__lte=soon) if state == Due.SOON else rows.filter(due_on__gt=soon)


def _idle(rows: QuerySet) -> QuerySet:
    """Facts beside which nothing is to be done and no round is open."""
    return rows.exclude(_beside(Assignment.objects.open())).exclude(_beside(_begun()))


def _begun() -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(ended_at__isnull=True)


def _newest() -> QuerySet[Completion]:
    newer = Completion.objects.filter(user=OuterRef("user"), course=OuterRef("course")).filter(
        Q(completed_at__gt=OuterRef("completed_at")) | Q(completed_at=OuterRef("completed_at"), pk__gt=OuterRef("pk"))
    )
    return Completion.objects.exclude(Exists(newer))


def _untouched(courses: QuerySet[CoursePage]) -> QuerySet[CoursePage]:
    """Courses that nothing joins to the person at hand."""
    for rows in (Assignment.objects.open(), _begun(), Completion.objects.all(), _exempt()):
        courses = courses.exclude(Exists(rows.filter(course=OuterRef("pk"), user=OuterRef(OuterRef("user")))))
    return courses
