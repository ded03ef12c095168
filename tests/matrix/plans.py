"""Who may work on needs and plans."""

from people.models import Role
from plans import services
from plans.models import AnnualPlan, Need, PlanItem
from tests import factories
from tests.matrix import EVERYBODY, Row, World

WORKS = {Role.PERSONNEL, Role.TRAINER}
READS = {Role.PERSONNEL, Role.TRAINER, Role.MANAGER, Role.ADMINISTRATOR, Role.AUDITOR}
APPROVES = {Role.PERSONNEL, Role.MANAGER, Role.ADMINISTRATOR}


def _plan(world: World) -> AnnualPlan:
    return services.draft_plan(year=world.now.year, name="年度培训计划", by=world.personnel, now=world.now)


def _year(world: World) -> list[int]:
    return [_plan(world).year]


def _item(world: World) -> list[int]:
    item: PlanItem = services.add_item(
        plan=_plan(world),
        topic=factories.topic(),
        unit=world.unit,
        content="投诉处理六步法",
        method="lecture",
        month=world.now.date(),
        instructor=world.trainer,
        by=world.personnel,
        now=world.now,
    )
    return [item.pk]


def _need(world: World) -> list[int]:
    need: Need = services.add_wish(user=world.owner, topic=factories.topic(), text="想学", now=world.now)
    return [need.pk]


ROWS = [
    Row("plans:plan_list", roles=READS),
    Row("plans:plan_new", roles={Role.PERSONNEL}),
    Row("plans:needs", roles=WORKS | {Role.AUDITOR}),
    Row("plans:needs_find", roles=WORKS, method="post"),
    Row("plans:need_decline", roles=WORKS, method="post", args=_need, outside=404),
    Row("plans:need_reopen", roles=WORKS, method="post", args=_need, outside=404),
    Row("plans:wish", roles=EVERYBODY),
    Row("plans:unit_plan", roles={Role.MANAGER, Role.AUDITOR}),
    Row("plans:item", roles=READS, args=_item, outside=404),
    Row("plans:item_edit", roles=WORKS, args=_item, outside=404),
    Row("plans:item_cancel", roles=WORKS, method="post", args=_item, outside=404),
    Row("plans:item_schedule", roles=WORKS, args=_item, outside=404),
    Row("plans:plan", roles=READS, args=_year),
    Row("plans:item_new", roles=WORKS, args=_year),
    Row("plans:plan_propose", roles={Role.PERSONNEL}, method="post", args=_year),
    Row("plans:plan_approve", roles=APPROVES, method="post", args=_year),
    Row("plans:plan_return", roles=APPROVES, method="post", args=_year),
    Row("plans:plan_reopen", roles={Role.PERSONNEL}, method="post", args=_year),
]
