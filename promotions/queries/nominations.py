"""Who could be proposed: people with a way up, and how far along it each is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from people.models import Employment, Unit, User
from people.policy import below
from promotions import eligibility, sentences
from promotions.models import LadderRule
from promotions.queries.facts import facts_of
from promotions.queries.ladder import Ladder, Names, names_of, rules


@dataclass(frozen=True)
class Ready:
    """Somebody on a level that has a way up, and how far they are."""

    user: User
    employment: Employment
    rule: LadderRule
    judged: list[eligibility.Judged]
    names: Names

    @property
    def met(self) -> int:
        """How many requirements are met, out of `total`."""
        return sum(judged.met for judged in self.judged)

    @property
    def total(self) -> int:
        return len(self.judged)

    @property
    def all_met(self) -> bool:
        return self.met == self.total

    @property
    def missing(self) -> list[str]:
        """What is missing, by its short name."""
        return [sentences.title(judged.required, self.names) for judged in self.judged if not judged.met]


def candidates(units: Iterable[Unit] | QuerySet[Unit], on: date, ladder: Ladder | None = None) -> QuerySet[Employment]:
    """Rows of employment, in these very units, of people who stand on a level that has a way up.

    `ladder` is the answer of `rules`, where it is at hand.
    """
    level_ids = set(rules() if ladder is None else ladder)
    rows = Employment.objects.current(on).filter(unit__in=units, user__is_active=True)
    stands = Q(level__in=level_ids - {None})
    if None in level_ids:
        stands |= Q(level__isnull=True)
    return (
        rows.filter(stands)
        .select_related("user", "unit", "level", "post")
        .order_by("user__name_sort", "user__employee_no")
    )


def readiness(rows: Iterable[Employment], on: date, ladder: Ladder | None = None) -> list[Ready]:
    """How far each of these people is, the furthest first. `ladder` as for `candidates`."""
    rows = list(rows)
    ladder = rules() if ladder is None else ladder
    every = [requirement for rule in ladder.values() for requirement in rule.current.requirements]
    facts = facts_of([row.user for row in rows], on, eligibility.windows(every))
    names = names_of(every)
    found = []
    for row in rows:
        rule = ladder[row.level_id]
        judged = eligibility.judge(rule.current.requirements, facts[row.user_id], on)
        found.append(Ready(row.user, row, rule, judged, names))
    return sorted(found, key=lambda one: (one.total - one.met, -one.met, one.user.name_sort))


def ready(units: Iterable[Unit] | QuerySet[Unit], on: date) -> list[Ready]:
    """Everybody in these units who has a way up, the furthest first."""
    ladder = rules()
    return readiness(candidates(units, on, ladder), on, ladder)


def units_below(unit: Unit) -> QuerySet[Unit]:
    """A unit and all below it."""
    return Unit.objects.filter(below([unit.path]))
