"""Reads about needs and plans, shaped for the page."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import ngettext

from certificates import queries as certificates
from courses import queries as courses
from courses.models import Assignment, Attendance, CoursePage
from exams.models import Attempt, BlueprintRow, Mark
from ground.periods import current
from people.models import Employment, Unit, User
from people.policy import below
from plans import needs, progress
from plans.models import AnnualPlan, Need, NeedThresholds, PlanItem, Wish
from quality import queries as quality


def thresholds() -> needs.Thresholds:
    """The figures an administrator has set, or the defaults."""
    row = NeedThresholds.load()
    return needs.Thresholds(
        weak_rate=row.weak_rate,
        weak_answers=row.weak_answers,
        weak_days=row.weak_days,
        findings=row.findings,
        findings_days=row.findings_days,
        expiry_days=row.expiry_days,
    )


def facts_that_make_needs(on: date, limits: needs.Thresholds) -> list[needs.Found]:
    """What exams, quality findings and ending certificates say on a day, by topic and unit.

    Everybody counts once, in the unit they work in: the people directly in a department are a row beside its teams.
    """
    since = on - timedelta(days=limits.weak_days)
    return [
        *needs.weak_topics(_strengths(on, since), since, limits),
        *needs.repeated_findings(_shortfalls(on, limits), limits),
        *needs.expiring_certificates(_expiries(on, limits)),
    ]


def _strengths(on: date, since: date) -> list[needs.Strength]:
    """Marks of exams by topic and the unit in which the candidate works on the day; one query."""
    employed = "attempt__candidacy__user__employments"
    rows = (
        Mark.objects.filter(given_at__gte=quality.midnight(since), attempt__state=Attempt.State.GRADED)
        .filter(current(on, f"{employed}__"), out_of__gt=0)
        .values("topic_id", unit=F(f"{employed}__unit"))
        .annotate(
            people=Count("attempt__candidacy__user", distinct=True),
            answered=Count("pk"),
            reached=Sum("points"),
            possible=Sum("out_of"),
        )
        .order_by("topic_id", "unit")
    )
    return [
        needs.Strength(
            topic=row["topic_id"],
            unit=row["unit"],
            people=row["people"],
            answered=row["answered"],
            rate=100 * float(row["reached"]) / float(row["possible"]),
        )
        for row in rows
    ]


def _shortfalls(on: date, limits: needs.Thresholds) -> list[needs.Shortfall]:
    """Findings by topic and unit; a unit in which nobody works any more has nobody to train."""
    staffed = set(Employment.objects.current(on).values_list("unit", flat=True))
    return [
        needs.Shortfall(topic=row["topic_id"], unit=row["unit_id"], people=row["people"], findings=row["findings"])
        for row in quality.findings_by_topic(on - timedelta(days=limits.findings_days))
        if row["unit_id"] in staffed
    ]


def _expiries(on: date, limits: needs.Thresholds) -> list[needs.Expiry]:
    """Ending certificates by unit and kind; the topic is the one that weighs most in the exam of the kind."""
    expiring = certificates.expiring(on, limits.expiry_days)
    ending = list(expiring)
    team = dict(
        Employment.objects.current(on)
        .filter(user__in=expiring.order_by().values("user"))
        .values_list("user_id", "unit_id")
    )
    weights = (
        BlueprintRow.objects.filter(part__exam__in={row.kind.exam_id for row in ending})
        .values_list("part__exam_id", "topic_id")
        .annotate(weight=Sum("points"), questions=Sum("count"))
        .order_by("questions", "weight", "-topic_id")
    )
    heaviest = {exam: topic for exam, topic, _weight, _questions in weights}
    places: dict[tuple[int, int], list] = defaultdict(list)
    for row in ending:
        if row.user_id in team and row.kind.exam_id in heaviest:
            places[team[row.user_id], row.kind_id].append(row)
    return [
        needs.Expiry(
            topic=heaviest[rows[0].kind.exam_id],
            unit=unit,
            people=len({row.user_id for row in rows}),
            kind=rows[0].kind.name,
            until=min(row.expires_on for row in rows),
        )
        for (unit, _kind), rows in places.items()
    ]


# Needs


def evidence_text(need: Need) -> str:
    """The evidence of a need as one sentence in the reader's language."""
    evidence = need.evidence
    people = int(evidence.get("people", 0))
    if need.source == Need.Source.EXAM:
        return ngettext(
            "%(people)s person answered %(answered)s times: %(rate)s%% of the points, below %(below)s%%.",
            "%(people)s people answered %(answered)s times: %(rate)s%% of the points, below %(below)s%%.",
            people,
        ) % _words(evidence, "people", "answered", "rate", "below")
    if need.source == Need.Source.QUALITY:
        return ngettext(
            "%(findings)s findings with %(people)s person within %(days)s days.",
            "%(findings)s findings with %(people)s people within %(days)s days.",
            people,
        ) % _words(evidence, "findings", "people", "days")
    if need.source == Need.Source.EXPIRY:
        until = date.fromisoformat(str(evidence["until"]))
        return ngettext(
            "%(people)s person must renew “%(kind)s”, from %(until)s on; this topic weighs most in its exam.",
            "%(people)s people must renew “%(kind)s”, from %(until)s on; this topic weighs most in its exam.",
            people,
        ) % {"people": people, "kind": evidence["kind"], "until": date_format(until, "DATE_FORMAT")}
    return ngettext(
        "%(people)s person of the team asks for it.", "%(people)s people of the team ask for it.", people
    ) % {"people": people}


def _words(evidence: dict[str, object], *names: str) -> dict[str, object]:
    return {name: evidence.get(name, 0) for name in names}


@dataclass(frozen=True)
class NeedCard:
    """A need with its evidence in words, the courses that teach its topic, the wishes and what answers it."""

    need: Need
    text: str
    courses: list[CoursePage]
    wishes: list[Wish]
    items: list[PlanItem]


@dataclass(frozen=True)
class UnitNeeds:
    """A unit with its needs."""

    unit: Unit
    cards: list[NeedCard]


def needs_inbox(needs: QuerySet[Need]) -> list[UnitNeeds]:
    """Needs by unit in the order of the organisation; a fixed number of queries."""
    rows = list(
        needs.select_related("topic__strand", "unit")
        .prefetch_related(
            Prefetch("wishes", Wish.objects.select_related("user")),
            Prefetch("items", PlanItem.objects.filter(cancelled_at__isnull=True).select_related("plan")),
        )
        .order_by("unit__path", "topic__strand__order", "topic__order", "id")
    )
    teaching = courses.courses_for({need.topic_id for need in rows})
    units: dict[int, UnitNeeds] = {}
    for need in rows:
        card = NeedCard(
            need=need,
            text=evidence_text(need),
            courses=teaching.get(need.topic_id, []),
            wishes=list(need.wishes.all()),
            items=list(need.items.all()),
        )
        units.setdefault(need.unit_id, UnitNeeds(need.unit, [])).cards.append(card)
    return list(units.values())


def needs_of(units: QuerySet[Unit], year: int, state: str = "") -> QuerySet[Need]:
    """Needs of a year in these units, of one state when it is named."""
    rows = Need.objects.filter(unit__in=units, year=year)
    return rows.filter(state=state) if state else rows


def counts_by_state(units: QuerySet[Unit], year: int) -> dict[str, int]:
    """{state: number of needs} of a year in these units, every state named."""
    counted = dict(needs_of(units, year).order_by().values_list("state").annotate(Count("id")))
    return {state: counted.get(state, 0) for state in Need.State.values}


def wishes_of(user: User) -> QuerySet[Wish]:
    """The person's wishes with what became of them, newest first."""
    live = PlanItem.objects.filter(cancelled_at__isnull=True).select_related("plan")
    return user.training_wishes.select_related("need__topic", "need__unit").prefetch_related(
        Prefetch("need__items", live)
    )


# Plans


@dataclass(frozen=True)
class ItemRow:
    """An item with what became of it."""

    item: PlanItem
    facts: progress.Facts
    state: progress.Progress

    @property
    def share(self) -> int | None:
        """Percent of the people meant who came or completed; None before anything is known."""
        known = self.facts.seats and (self.facts.method == progress.SELF_STUDY or self.state in ("held", "done"))
        return round(100 * self.facts.reached / self.facts.seats) if known else None


def _count(rows: QuerySet) -> Coalesce:
    """How many rows of a related query there are: a subquery that multiplies nothing."""
    counted = rows.order_by().values("counted_for").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def with_actuals(items: QuerySet[PlanItem]) -> QuerySet[PlanItem]:
    """Items with everything a row shows and the figures that progress needs, in one query."""
    listed = Attendance.objects.exclude(state__in=(Attendance.State.WAITING, Attendance.State.SIGNED_OFF))
    seats = listed.filter(session__plan_item=OuterRef("pk")).annotate(counted_for=OuterRef("pk"))
    given = Assignment.objects.filter(plan_items=OuterRef("pk"), withdrawn_at__isnull=True)
    given = given.annotate(counted_for=OuterRef("pk"))
    return items.select_related("topic__strand", "unit", "instructor", "course", "session", "plan").annotate(
        seated=_count(seats),
        unnoted=_count(seats.filter(state=Attendance.State.EXPECTED)),
        came=_count(seats.filter(state=Attendance.State.ATTENDED)),
        given=_count(given),
        completed=_count(given.filter(completion__isnull=False)),
    )


def facts_of(item: PlanItem) -> progress.Facts:
    """The facts of an item read by `with_actuals`."""
    studies = item.method == PlanItem.Method.SELF_STUDY
    return progress.Facts(
        method=item.method,
        month=item.month,
        cancelled=item.cancelled_at is not None,
        session_ends=item.session.ends_at if item.session else None,
        seats=item.given if studies else item.seated,
        open_seats=0 if studies else item.unnoted,
        reached=item.completed if studies else item.came,
    )


def item_rows(items: QuerySet[PlanItem], now: datetime) -> list[ItemRow]:
    """Items by month with what became of them; one query."""
    local = timezone.localtime(now)
    found = []
    for item in with_actuals(items).order_by("month", "unit__path", "id"):
        facts = facts_of(item)
        found.append(ItemRow(item, facts, progress.state(facts, local)))
    return found


@dataclass(frozen=True)
class Month:
    """A month of a plan: its items and its figures."""

    month: date
    rows: list[ItemRow]
    count: progress.Count


def months_of(rows: Iterable[ItemRow], now: datetime) -> list[Month]:
    """Item rows by month, earliest first."""
    rows = list(rows)
    counts = progress.by_month([row.facts for row in rows], timezone.localtime(now))
    return [Month(month, [row for row in rows if row.item.month == month], count) for month, count in counts.items()]


def total_of(rows: Iterable[ItemRow], now: datetime) -> progress.Count:
    """Plan against actual of these rows."""
    return progress.count([row.facts for row in rows], timezone.localtime(now))


def _facts(items: QuerySet[PlanItem]) -> Iterator[tuple[int, progress.Facts]]:
    """(plan, facts) of every item, for sums: without the rows that a page shows."""
    columns = ("plan_id", "method", "month", "cancelled_at", "session__ends_at", "given", "seated", "unnoted")
    rows = with_actuals(items).select_related(None).order_by("month")
    for plan, method, month, cancelled_at, ends_at, given, seated, unnoted, completed, came in rows.values_list(
        *columns, "completed", "came"
    ):
        studies = method == PlanItem.Method.SELF_STUDY
        yield (
            plan,
            progress.Facts(
                method=method,
                month=month,
                cancelled=cancelled_at is not None,
                session_ends=ends_at,
                seats=given if studies else seated,
                open_seats=0 if studies else unnoted,
                reached=completed if studies else came,
            ),
        )


def plan_progress(plan: AnnualPlan, now: datetime, units: QuerySet[Unit] | None = None) -> progress.Count:
    """Plan against actual of a plan, of all units or of these; one query."""
    items = plan.items.all() if units is None else plan.items.filter(unit__in=units)
    return progress.count([facts for _plan, facts in _facts(items)], timezone.localtime(now))


def plans_with_progress(plans: QuerySet[AnnualPlan], now: datetime) -> list[tuple[AnnualPlan, progress.Count]]:
    """Plans, newest year first, each with plan against actual; two queries."""
    found = list(plans.select_related("proposed_by", "approved_by"))
    facts: dict[int, list[progress.Facts]] = defaultdict(list)
    for plan_id, of_item in _facts(PlanItem.objects.filter(plan__in=found)):
        facts[plan_id].append(of_item)
    local = timezone.localtime(now)
    return [(plan, progress.count(facts[plan.pk], local)) for plan in found]


def meant_for(paths: Iterable[str]) -> Q:
    """Items for the units at or below these paths, and for the units above them."""
    paths = list(paths)
    tops = {path[:length] for path in paths for length in range(Unit.steplen, len(path), Unit.steplen)}
    return below(paths, "unit__path") | Q(unit__path__in=tops)


def items_over(paths: Iterable[str], year: int, now: datetime) -> list[ItemRow]:
    """Items of an approved plan of a year for the units at or below these paths, and above: what covers a whole
    department is for its teams too."""
    mine = meant_for(paths)
    items = PlanItem.objects.filter(mine, plan__year=year, plan__state=AnnualPlan.State.APPROVED)
    return item_rows(items.filter(cancelled_at__isnull=True), now)
