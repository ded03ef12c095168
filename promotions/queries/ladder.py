"""The rules in force, and one person's way to the next level in the words of the page."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value

from certificates.models import CertificateKind
from exams.models import Exam
from people.models import Level, User
from promotions import eligibility, sentences
from promotions.models import LadderRule
from promotions.queries.facts import Known, facts_of

Names = dict[str, dict[str, str]]
Ladder = dict[int | None, LadderRule]


class Step(TypedDict):
    """One requirement on somebody's way, as a page shows it. `url` is empty where nothing can be done about it."""

    kind: str
    text: str
    evidence: str
    met: bool
    url: str
    action: str
    reached_on: date | None


@dataclass(frozen=True)
class Way:
    """The way to the next level: from where to where, and every requirement on it."""

    from_level: Level | None
    to_level: Level
    steps: list[Step]

    @property
    def met(self) -> int:
        """How many requirements are met, out of `total`."""
        return sum(step["met"] for step in self.steps)

    @property
    def total(self) -> int:
        return len(self.steps)


def _written() -> QuerySet[LadderRule]:
    return LadderRule.objects.filter(current__isnull=False).select_related("from_level", "to_level", "current")


def rules() -> Ladder:
    """{id of the level one stands on, or None: the rule of the next rung}, for rules that have a version."""
    return {rule.from_level_id: rule for rule in _written().order_by("-to_level__rank")}


def rule_for(user: User, on: date) -> LadderRule | None:
    """The rule of the person's next rung; None for somebody not employed, or at the top."""
    held = user.employments.all().current(on)
    stands = Exists(held.filter(level=OuterRef("from_level")))
    joins = Q(Exists(held.filter(level__isnull=True)), from_level__isnull=True)
    return _written().filter(stands | joins).order_by("to_level__rank").first()


def names_of(requirements: Sequence[eligibility.Requirement]) -> Names:
    """{"certificate": {code: name}, "exam": ..., "level": ...} of everything the requirements point at."""
    kinds = {r["kind_code"] for r in requirements if r["kind"] == "certificate"}
    exams = {r["exam"] for r in requirements if r["kind"] == "exam"}
    levels = {r["level"] for r in requirements if r["kind"] == "courses"}
    named = {
        "certificate": CertificateKind.objects.filter(code__in=kinds),
        "exam": Exam.objects.filter(code__in=exams),
        "level": Level.objects.filter(code__in=levels),
    }
    rows = [found.order_by().values_list(Value(noun, CharField()), "code", "name") for noun, found in named.items()]
    names: Names = {noun: {} for noun in named}
    for noun, code, name in rows[0].union(*rows[1:], all=True):
        names[noun][code] = name
    return names


def steps(judged: Iterable[eligibility.Judged], names: Names, hidden: Collection[str] = ()) -> list[Step]:
    """Requirements as a page shows them, with where to go for what is missing; figures of hidden kinds are kept back."""
    rows = []
    for one in judged:
        url, action = ("", "") if one.met else sentences.way_out(one.required)
        rows.append(
            Step(
                kind=one.kind,
                text=sentences.title(one.required, names),
                evidence=sentences.confidential() if one.kind in hidden else sentences.evidence(one),
                met=one.met,
                url=url,
                action=action,
                reached_on=one.reached_on,
            )
        )
    return rows


def way(user: User, on: date, known: Known | None = None, released_at: datetime | None = None) -> Way | None:
    """The person's way to the next level; None at the top or off the ladder. For the person's own eyes, give the moment in `released_at`."""
    rule = rule_for(user, on)
    if rule is None:
        return None
    requirements = rule.current.requirements
    facts = facts_of([user], on, eligibility.windows(requirements), known, released_at)[user.pk]
    judged = eligibility.judge(requirements, facts, on)
    return Way(rule.from_level, rule.to_level, steps(judged, names_of(requirements)))


def way_to_next_level(user: User, on: date) -> list[Step]:
    """Every requirement of the next level; an empty list at the top or off the ladder."""
    found = way(user, on)
    return found.steps if found is not None else []
