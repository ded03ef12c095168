"""Reads about quality, shaped for the page and for the rooms above."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypedDict

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext

from people.models import Employment, Unit, User
from people.policy import below, topmost
from quality import scoring
from quality.models import Appraisal, Finding, Observation, QualitySettings, Violation


class TopicFindings(TypedDict):
    """How often a topic was found wanting in a unit, and with how many people."""

    topic_id: int
    unit_id: int
    unit_path: str
    findings: int
    people: int


def midnight(day: date) -> datetime:
    """The moment at which a day of the organisation begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


def contacts_between(since: date, until: date) -> Q:
    """Observations of contacts on the days from `since` to `until`, both included."""
    return Q(contact_at__gte=midnight(since), contact_at__lt=midnight(until + timedelta(days=1)))


def average_score(user: User, since: date, until: date) -> tuple[Decimal | None, int]:
    """(mean to one decimal, count) of the person's observations on these days, both included; (None, 0) for none."""
    figures = user.observations.filter(contacts_between(since, until)).aggregate(total=Sum("score"), count=Count("id"))
    return scoring.mean(figures["total"] or 0, figures["count"]), figures["count"]


def findings_by_topic(since: date, units: Iterable[Unit] | None = None) -> list[TopicFindings]:
    """Findings in contacts since a day, by topic and by the unit in which the person then worked.

    `units` narrows to these units and all below them; None means all. One query.
    """
    employment = "observation__user__employments"
    then = Q(**{f"{employment}__valid_from__lte": F("day")}) & (
        Q(**{f"{employment}__valid_to__isnull": True}) | Q(**{f"{employment}__valid_to__gt": F("day")})
    )
    if units is not None:
        then &= below(topmost(unit.path for unit in units), f"{employment}__unit__path")
    counted = (
        Finding.objects.filter(observation__contact_at__gte=midnight(since))
        .annotate(day=TruncDate("observation__contact_at"))
        .filter(then)
        .values("topic_id", unit_id=F(f"{employment}__unit"), unit_path=F(f"{employment}__unit__path"))
        .annotate(findings=Count("id", distinct=True), people=Count("observation__user", distinct=True))
        .order_by("-findings", "topic_id", "unit_path")
    )
    return list(counted)


def findings_of(people: QuerySet[User], since: date) -> dict[int, int]:
    """{topic: findings} in contacts of these people since a day, most first; for pages, without the units of the day."""
    found = Finding.objects.filter(observation__contact_at__gte=midnight(since), observation__user__in=people)
    return dict(found.values_list("topic_id").annotate(findings=Count("pk")).order_by("-findings", "topic_id"))


def findings_per_topic(topics: list[int], on: date) -> dict[int, int]:
    """{topic: findings} in contacts of the 90 days before a day."""
    found = Finding.objects.filter(topic__in=topics, observation__contact_at__gte=midnight(on - timedelta(days=90)))
    return dict(found.values_list("topic_id").annotate(Count("pk")).order_by())


def with_unit(observations: QuerySet[Observation]) -> QuerySet[Observation]:
    """Observations with `unit_name` and `unit_path` of the unit in which the person worked on the day of the contact."""
    then = Employment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("day")),
        user=OuterRef("user"),
        valid_from__lte=OuterRef("day"),
    )
    return observations.annotate(day=TruncDate("contact_at")).annotate(
        unit_name=Subquery(then.values("unit__name")[:1]), unit_path=Subquery(then.values("unit__path")[:1])
    )


def of_staff(staff: QuerySet[User]) -> QuerySet[Observation]:
    """Observations of these people with everything a row shows; what a row counts is a subquery, so that a page of
    many thousands asks for its own rows only."""
    rows = Observation.objects.filter(user__in=staff).select_related("user", "inspector", "checklist")
    counted = (
        Finding.objects.filter(observation=OuterRef("pk")).order_by().values("observation").annotate(n=Count("pk"))
    )
    return with_unit(rows).annotate(found=Coalesce(Subquery(counted.values("n")), 0))


@dataclass(frozen=True)
class OwnQuality:
    """What a person sees of their own quality: records, average against target, what to work on."""

    target: int
    months: int
    since: date
    mean: Decimal | None
    count: int
    observations: list[Observation]
    topics: list[dict[str, object]]
    appraisals: list[Appraisal]
    violations: list[Violation]

    @property
    def reached(self) -> bool:
        return self.mean is not None and self.mean >= self.target


def own_quality(user: User, on: date) -> OwnQuality:
    """The person's own page: five queries and one for the targets."""
    settings = QualitySettings.load()
    since = scoring.months_before(on, settings.months)
    mean, count = average_score(user, since, on)
    recent = Q(observation__user=user, observation__contact_at__gte=midnight(since))
    topics = (
        Finding.objects.filter(recent)
        .values("topic_id", name=F("topic__name"))
        .annotate(findings=Count("id"), lost=Sum("lost"))
        .order_by("-lost", "topic_id")[:5]
    )
    return OwnQuality(
        target=settings.target,
        months=settings.months,
        since=since,
        mean=mean,
        count=count,
        observations=list(
            user.observations.select_related("checklist", "inspector").annotate(found=Count("findings"))[:50]
        ),
        topics=list(topics),
        appraisals=list(user.appraisals.select_related("by")),
        violations=list(user.violations.filter(valid_to__gt=on).select_related("by")),
    )


def quarter_name(first_day: date) -> str:
    """Such as "2026, quarter 4"."""
    return gettext("%(year)s, quarter %(quarter)s") % {"year": first_day.year, "quarter": (first_day.month + 2) // 3}
