"""The home screens of the roles, a tab each."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import CharField, Count, Q, QuerySet, Window
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone

from academy import sentences
from academy.queries.learner import ROWS
from certificates import queries as certificates
from courses import queries as courses
from exams import queries as exams
from exams.typing import queries as typing
from ground.models import JournalEntry
from people.models import Employment, Role, Unit, User
from people.policy import reach, staff_in_reach, today, units_in_reach
from plans import queries as plans
from plans.models import AnnualPlan
from promotions import policy as promotions_policy
from promotions import queries as promotions
from promotions.models import Case, ReviewRound
from quality import queries as quality
from topics.models import Topic

WEAK_SINCE = timedelta(days=90)
WEAK_FROM = 10
"""A topic is called weak only when so many answers say so."""
EXPIRING_DAYS = 90
MOST_JUDGED = 300
"""Readiness is judged for at most so many people on a home screen; larger units have their page."""


def _day_of(request: HttpRequest) -> tuple[datetime, datetime]:
    begin = timezone.make_aware(datetime.combine(today(request), time.min))
    return begin, begin + timedelta(days=1)


def _first(rows: QuerySet[Any]) -> tuple[list[Any], int]:
    """The first rows, and how many there are in all, in one query."""
    shown = list(rows.annotate(of_all=Window(Count("pk")))[:ROWS])
    return shown, shown[0].of_all if shown else 0


def trainer(request: HttpRequest) -> dict[str, Any]:
    """The late, the weak topics, today's sessions."""
    on = today(request)
    people = staff_in_reach(request, Role.TRAINER)
    late, late_count = _first(courses.late_assignments(people, on))
    begin, end = _day_of(request)
    sessions = courses.sessions_in_reach(request.user, people).filter(starts_at__lt=end, ends_at__gte=begin)
    return {
        "late": late,
        "late_count": late_count,
        "sessions": sessions.annotate(expected=Count("attendances"))[: 2 * ROWS],
        "weak": weak_topics(request, reach(request, Role.TRAINER)),
    }


def weak_topics(request: HttpRequest, paths: list[str]) -> list[tuple[str, float]]:
    """(topic, percent) of the weakest topics in exams of the last 90 days, of people at or below the paths."""
    found = exams.topic_rates(request.now - WEAK_SINCE, paths)
    rates = {topic: rate for topic, (rate, answered) in found.items() if answered >= WEAK_FROM}
    weakest = sorted(rates, key=lambda topic: rates[topic])[:ROWS]
    names = dict(Topic.objects.filter(pk__in=weakest).values_list("pk", "name"))
    return [(names[topic], round(100 * rates[topic], 1)) for topic in weakest]


def examiner(request: HttpRequest) -> dict[str, Any]:
    """Sittings open now, and those of the next days; how many typing tests wait to be looked at."""
    people = staff_in_reach(request, Role.EXAMINER)
    sittings = exams.sittings(people, request.user).filter(cancelled_at__isnull=True)
    now = request.now
    return {
        "open": sittings.filter(opens_at__lte=now, closes_at__gt=now).order_by("closes_at")[: 2 * ROWS],
        "coming": sittings.filter(opens_at__gt=now).order_by("opens_at")[:ROWS],
        "past": sittings.filter(closes_at__lte=now).order_by("-closes_at")[:ROWS],
        "typing_to_look_at": typing.with_decision(typing.flagged(people), typing.UNDECIDED).count(),
    }


def manager(request: HttpRequest) -> dict[str, Any]:
    """My people: how many on which level, who is late, whose certificate ends, who is ready for the next level."""
    on = today(request)
    paths, units = reach(request, Role.MANAGER), units_in_reach(request, Role.MANAGER)
    people = staff_in_reach(request, Role.MANAGER)
    employed = Employment.objects.current(on).filter(unit__in=units)
    late, late_count = _first(courses.late_assignments(people, on))
    ladder = promotions.rules()
    candidates = promotions.candidates(units, on, ladder).exclude(user=request.user)
    judged = promotions.readiness(candidates[:MOST_JUDGED], on, ladder)
    levels = list(employed.values("level__name").annotate(people=Count("pk")).order_by("level__rank"))
    return {
        "levels": levels,
        "people_count": sum(level["people"] for level in levels),
        "late": late,
        "late_count": late_count,
        "expiring": certificates.expiring(on, EXPIRING_DAYS, paths)[:ROWS],
        "appeals": promotions.open_appeals(people, request.user).filter(mediation__isnull=True)[:ROWS],
        "ready": [one for one in judged if one.all_met][:ROWS],
        "ready_count": sum(one.all_met for one in judged),
        "nearly": [one for one in judged if one.total - one.met == 1][:ROWS],
        "items": [row for row in plans.items_over(paths, on.year, request.now) if row.item.month >= on.replace(day=1)][
            :ROWS
        ],
    }


def personnel(request: HttpRequest) -> dict[str, Any]:
    """The inbox of needs, the plan against what happened, review rounds, certificates that end."""
    on = today(request)
    units = units_in_reach(request, Role.PERSONNEL)
    expiring = certificates.expiring(on, EXPIRING_DAYS, reach(request, Role.PERSONNEL))
    needs = plans.counts_by_state(units, on.year)
    people = staff_in_reach(request, Role.PERSONNEL)
    baseless = certificates.baseless(people.exclude(pk=request.user.pk), on)
    return {
        "year": on.year,
        "needs": needs,
        "plans": plans.plans_with_progress(AnnualPlan.objects.filter(year__gte=on.year), request.now),
        "rounds": promotions.rounds(
            promotions_policy.visible_rounds(request).exclude(state=ReviewRound.State.CLOSED)
        ).order_by("nominate_until"),
        "appeals": promotions.open_appeals(people, request.user)[:ROWS],
        "baseless": baseless[:ROWS],
        "baseless_count": baseless.count(),
        "expiring": expiring[:ROWS],
        "expiring_count": expiring.count(),
    }


def inspector(request: HttpRequest) -> dict[str, Any]:
    """What was recorded lately, and what quality says about topics."""
    on = today(request)
    people = staff_in_reach(request, Role.INSPECTOR)
    month = on.replace(day=1)
    mine = Q(inspector=request.user, contact_at__gte=quality.midnight(month))
    observations = quality.of_staff(people)
    found = quality.findings_of(people, on - WEAK_SINCE)
    most = list(found)[:ROWS]
    names = dict(Topic.objects.filter(pk__in=most).values_list("pk", "name"))
    return {
        "observations": observations.order_by("-contact_at", "-pk")[:ROWS],
        "mine_count": observations.filter(mine).count(),
        "topics": [(names[topic], found[topic]) for topic in most],
    }


def panel(request: HttpRequest) -> dict[str, Any]:
    """Cases before the panel that still wait for this person's vote."""
    cases = (
        Case.objects.filter(state=Case.State.IN_REVIEW, round__panel=request.user)
        .exclude(Q(user=request.user) | Q(proposed_by=request.user))
        .select_related("user", "round", "from_level", "to_level")
        .annotate(own_votes=Count("votes", filter=Q(votes__member=request.user)))
        .order_by("own_votes", "user__name_sort")
    )
    rows = list(cases)
    return {"open": [case for case in rows if not case.own_votes], "voted": [case for case in rows if case.own_votes]}


def auditor(request: HttpRequest) -> dict[str, Any]:
    """The newest lines of the journal, in words."""
    lines = journal_of(request).order_by("-at", "-id")[: 3 * ROWS]
    return {"journal": [(line, sentences.actor(line), sentences.sentence(line)) for line in lines]}


def journal_of(request: HttpRequest) -> QuerySet[JournalEntry]:
    """All lines for an auditor of the whole organisation; else what the people in reach did, and what was done to them."""
    paths = reach(request, Role.AUDITOR)
    if all(any(unit.path.startswith(path) for path in paths) for unit in Unit.get_root_nodes()):
        return JournalEntry.objects.all()
    staff = staff_in_reach(request, Role.AUDITOR).order_by()
    keys = staff.annotate(key=Cast("pk", CharField())).values("key")
    return JournalEntry.objects.filter(
        Q(actor_id__in=staff.values("pk")) | Q(object_type=User._meta.label_lower, object_id__in=keys)
    )


TABS: dict[str, Callable[[HttpRequest], dict[str, Any]]] = {
    Role.TRAINER: trainer,
    Role.EXAMINER: examiner,
    Role.INSPECTOR: inspector,
    Role.MANAGER: manager,
    Role.PERSONNEL: personnel,
    Role.PANEL: panel,
    Role.AUDITOR: auditor,
}
"""The tab of each role; an administrator works in the admin."""
