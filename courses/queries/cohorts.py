"""New hires by the week of their first day, and how far each is on the onboarding path."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.db.models import Min, QuerySet
from django.utils import timezone

from courses.models import Assignment, Enrolment
from people.models import Employment, User
from people.queries import portions

WEEKS = 26
SPANS = (7, 30, 90)
"""Days after the hire at which a cohort is looked at."""


@dataclass(frozen=True)
class Newcomer:
    """Somebody new, with the courses of the onboarding paths: (due day, day it was settled or None), and whether any was
    begun."""

    user: User
    job: Employment
    hired: date
    steps: tuple[tuple[date, date | None], ...]
    begun: bool

    @property
    def done(self) -> int:
        return sum(settled is not None for _due, settled in self.steps)

    @property
    def total(self) -> int:
        return len(self.steps)

    @property
    def days(self) -> int | None:
        """Days from the hire to the last course; None before, and without a path."""
        days = [settled for _due, settled in self.steps if settled is not None]
        return (max(days) - self.hired).days if days and self.done == self.total else None

    def state(self, on: date) -> str:
        """One of: in_time or after (finished), left (before that), late, going, waiting (not begun), none (no path)."""
        if self.steps and self.done == self.total:
            return "in_time" if all(settled <= due for due, settled in self.steps if settled) else "after"
        if not self.user.is_active:
            return "left"
        if not self.steps:
            return "none"
        if any(settled is None and due < on for due, settled in self.steps):
            return "late"
        return "going" if self.begun or self.done else "waiting"


@dataclass(frozen=True)
class Cohort:
    """The people of one week, which begins on Monday `week`. `shares` are, for each of SPANS, the percentage of the courses
    of their paths settled so many days after the hire; of those who were hired that long ago and have not left on the way,
    None without any."""

    week: date
    people: tuple[Newcomer, ...]
    on: date

    def count(self, state: str) -> int:
        """How many are in a state."""
        return sum(person.state(self.on) == state for person in self.people)

    @property
    def median_days(self) -> int | None:
        """The median of the days to the end of the path, of those who have finished."""
        days = [person.days for person in self.people if person.days is not None]
        return round(median(days)) if days else None

    def share(self, span: int) -> int | None:
        """The percentage settled so many days after the hire."""
        here = [person for person in self.people if person.state(self.on) != "left"]
        old = [person for person in here if (self.on - person.hired).days >= span]
        steps = [settled for person in old for _due, settled in person.steps]
        if not steps:
            return None
        settled = sum(
            day is not None and (day - person.hired).days <= span for person in old for _due, day in person.steps
        )
        return round(100 * settled / len(steps))


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def newcomers(people: QuerySet[User], first: date, last: date, on: date) -> list[Newcomer]:
    """Who of these people began to work from a day to another, both included, and where they work on `on`. The same number
    of queries for up to 900."""
    begun = (
        Employment.objects.filter(user__in=people)
        .order_by()
        .values("user")
        .annotate(first=Min("valid_from"))
        .filter(first__range=(first, last))
        .values_list("user", "first")
    )
    hired = dict(begun)
    found: list[Newcomer] = []
    for portion in portions(sorted(hired)):
        found += _newcomers(portion, hired, on)
    return sorted(found, key=lambda person: (person.hired, person.user.name_sort, person.user.pk))


def _newcomers(people: Sequence[int], hired: dict[int, date], on: date) -> Iterable[Newcomer]:
    rows = Employment.objects.standing(on).filter(user__in=people).select_related("user", "unit", "post")
    jobs = {row.user_id: row for row in rows}
    steps: dict[int, list[tuple[date, date | None]]] = {}
    assigned = Assignment.objects.in_force().filter(user__in=people, path__onboarding=True).order_by("due_on", "pk")
    for user, due, completed, exempted in assigned.values_list(
        "user", "due_on", "completion__completed_at", "exemption__granted_at"
    ):
        settled = completed or exempted
        steps.setdefault(user, []).append((due, timezone.localdate(settled) if settled else None))
    begun = set(
        Enrolment.objects.filter(user__in=people, course__path_steps__path__onboarding=True).values_list(
            "user", flat=True
        )
    )
    for user in people:
        yield Newcomer(jobs[user].user, jobs[user], hired[user], tuple(steps.get(user, ())), user in begun)


def cohorts(people: QuerySet[User], on: date, weeks: int = WEEKS) -> list[Cohort]:
    """The weeks up to this one in which anybody began, the newest first."""
    first = monday(on) - timedelta(weeks=weeks - 1)
    found: dict[date, list[Newcomer]] = {}
    for person in newcomers(people, first, on, on):
        found.setdefault(monday(person.hired), []).append(person)
    return [Cohort(week, tuple(found[week]), on) for week in sorted(found, reverse=True)]
