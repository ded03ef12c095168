"""Needs, plans and items that plan tests begin with."""

from datetime import date, timedelta

from people.models import Role
from plans import services
from plans.models import AnnualPlan, Need, PlanItem
from tests import factories
from tests.quality import scenes as quality

YEAR = 2026
DECEMBER = date(2026, 12, 1)


def finding_need(now, team=None, *, person=None) -> Need:
    """Three findings of "倾听与复述" in one team make a need."""
    team = team or factories.unit()
    person = person or factories.person(at=team)
    for number in range(3):
        quality.observe(now, person, lost={1: 5}, days_ago=number + 1, contact=f"{team.pk}-{number}")
    services.find_needs(year=YEAR, now=now)
    return Need.objects.get(unit=team, source=Need.Source.QUALITY)


def personnel():
    return factories.with_role(Role.PERSONNEL, name="何静")


def draft(now, by=None) -> AnnualPlan:
    return services.draft_plan(year=YEAR, name="2026 年度培训计划", by=by or personnel(), now=now)


def lecture(now, plan, *, by=None, unit=None, **more) -> PlanItem:
    given = {
        "topic": factories.topic(),
        "unit": unit or factories.unit(),
        "content": "投诉处理六步法",
        "method": "lecture",
        "month": DECEMBER,
        "instructor": None if "instructor" in more else factories.person("孙讲师"),
    }
    return services.add_item(plan=plan, by=by or personnel(), now=now, **(given | more))


def approved(now, plan) -> AnnualPlan:
    proposer, approver = personnel(), personnel()
    services.propose_plan(plan=plan, by=proposer, now=now)
    return services.approve_plan(plan=plan, by=approver, now=now)


def scheduled(now, item, *, days=10):
    starts = now + timedelta(days=days)
    return services.schedule_item(
        item=item, starts_at=starts, ends_at=starts + timedelta(hours=2), place="三楼培训室", by=personnel(), now=now
    )
