"""Whom a rule means and why, and when the course is due for each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from courses import rules
from courses.models import AssignmentRule, Completion
from courses.queries.state import standing_of
from people.audience import members
from people.models import Employment, Role, User
from people.policy import staff_of
from people.queries import portions


@dataclass(frozen=True)
class Wanted:
    """Somebody whom a rule means, with the present employment; `due` is None while no day has come for them.

    `because` are the words of the cause: the unit moved to, or the rule's name. `has` says why nothing is assigned.
    """

    user: User
    job: Employment
    due: rules.Due | None
    because: str
    has: str = ""


def reach_of(rule: AssignmentRule, on: date) -> QuerySet[User]:
    """The people whom the maker of a rule may assign something on a day; nobody when the maker trains no more."""
    return staff_of(rule.made_by, on, Role.TRAINER).filter(
        Exists(Employment.objects.current(on).filter(user=OuterRef("pk"))), is_active=True
    )


def meant_by(rule: AssignmentRule, on: date) -> QuerySet[User]:
    """Who is meant on a day: the rule's people within its maker's reach."""
    return reach_of(rule, on).filter(pk__in=members(rule.audience, on).values("pk"))


def looked_at(rule: AssignmentRule, meant: QuerySet[User], on: date) -> Iterator[Wanted]:
    """Everybody who is meant, with the day the course would be due, or why nothing is assigned."""
    reasons = standing_of(rule.course, on)
    if rule.due == AssignmentRule.Due.EXPIRY:
        # Whose completion holds is who is meant.
        del reasons["completed"]
    if rule.pk:
        reasons["off"] = set(rule.assignments.filter(withdrawn_by__isnull=False).values_list("user", flat=True))
    expires = _expiries(rule)
    people = list(meant.order_by("name_sort", "employee_no"))
    for portion in portions(people):
        jobs = _jobs([user.pk for user in portion], on)
        for user in portion:
            job, hired, moved = jobs[user.pk]
            facts = rules.Facts(hired=hired, moved=moved, expires=expires.get(user.pk))
            due = rules.due(word=rule.due, days=rule.days, day=rule.due_on, facts=facts, today=on)
            has = next((word for word, some in reasons.items() if user.pk in some), "not_yet" if due is None else "")
            because = job.unit.name if due is not None and due.cause == "move" else rule.name
            yield Wanted(user=user, job=job, due=due, because=because, has=has)


def wanted_by(rule: AssignmentRule, meant: QuerySet[User], on: date) -> list[Wanted]:
    """Those of the people meant to whom the course is to be assigned."""
    return [person for person in looked_at(rule, meant, on) if not person.has]


def _expiries(rule: AssignmentRule) -> dict[int, date]:
    """The first day on which the newest completion of the course does not hold, where it expires."""
    if rule.due != AssignmentRule.Due.EXPIRY:
        return {}
    newest: dict[int, date | None] = {}
    rows = Completion.objects.filter(course=rule.course).order_by("completed_at", "pk")
    for user, expires_on in rows.values_list("user", "expires_on"):
        newest[user] = expires_on
    return {user: expires_on for user, expires_on in newest.items() if expires_on is not None}


def _jobs(people: Sequence[int], on: date) -> dict[int, tuple[Employment, date, date]]:
    """Of these people: the present employment, the first day of work, and the first day in the present unit and post."""
    rows = Employment.objects.filter(user__in=people, valid_from__lte=on).select_related("unit", "post", "level")
    found: dict[int, tuple[Employment, date, date]] = {}
    for row in rows.order_by("user_id", "valid_from"):
        before = found.get(row.user_id)
        hired = before[1] if before else row.valid_from
        same = before and (before[0].unit_id, before[0].post_id, before[0].valid_to) == (
            row.unit_id,
            row.post_id,
            row.valid_from,
        )
        found[row.user_id] = (row, hired, before[2] if before and same else row.valid_from)
    return {user: job for user, job in found.items() if job[0].valid_to is None or job[0].valid_to > on}


def rules_in_reach(people: QuerySet[User]) -> QuerySet[AssignmentRule]:
    """Rules made by somebody among these people; with how many must still take the course by it, and have completed it."""
    unsettled = Q(assignments__completion__isnull=True, assignments__exemption__isnull=True)
    return (
        AssignmentRule.objects.filter(made_by__in=people)
        .select_related("course", "made_by")
        .annotate(
            waiting=Count("assignments", filter=unsettled & Q(assignments__withdrawn_at__isnull=True)),
            finished=Count("assignments", filter=Q(assignments__completion__isnull=False)),
        )
    )
