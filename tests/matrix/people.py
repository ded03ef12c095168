"""Who may see and change people."""

from datetime import date, timedelta

from people import services
from people.models import Role
from tests import factories
from tests.matrix import EVERYBODY, Row, World

READERS = {Role.PERSONNEL, Role.ADMINISTRATOR, Role.MANAGER, Role.TRAINER, Role.AUDITOR}
WRITERS = {Role.PERSONNEL, Role.ADMINISTRATOR}


def person(world: World) -> list[int]:
    return [world.owner.pk]


def planned_change(world: World) -> list[int]:
    row = services.change_employment(
        user=world.owner,
        on=world.now.date() + timedelta(days=30),
        unit=world.other_unit,
        cause="transfer",
        now=world.now,
        by=None,
    )
    return [world.owner.pk, row.pk]


def role_of_somebody(world: World) -> list[int]:
    trainer = services.assign_role(
        user=factories.person("郑海燕", at=world.unit),
        role=Role.TRAINER,
        unit=world.unit,
        valid_from=date(2026, 1, 5),
        now=world.now,
        by=None,
    )
    return [trainer.pk]


ROWS: list[Row] = [
    Row("people:me", roles=EVERYBODY),
    Row("people:notifications", roles=EVERYBODY),
    Row("people:read_notifications", roles=EVERYBODY, method="post"),
    Row("people:staff_list", roles=READERS),
    Row("people:units", roles=READERS),
    Row("people:staff", roles=READERS, args=person, outside=404),
    Row("people:hire", roles=WRITERS),
    Row("people:change", roles=WRITERS, args=person, outside=404),
    Row("people:details", roles=WRITERS, args=person, outside=404),
    Row("people:leave", roles=WRITERS, args=person, outside=404),
    Row("people:rehire", roles=WRITERS, args=person, outside=404),
    Row("people:stay", roles=WRITERS, args=person, method="post", outside=404),
    Row("people:undo", roles=WRITERS, args=planned_change, method="post", outside=404),
    Row("people:starting_password", roles=WRITERS, args=person, method="post", outside=404),
    Row("people:role_list", roles=WRITERS | {Role.AUDITOR}),
    Row("people:assign_role", roles=WRITERS),
    Row("people:end_role", roles=WRITERS, args=role_of_somebody, method="post", outside=404),
    Row("people:import_staff", roles={Role.PERSONNEL}),
    Row("people:import_preview", roles={Role.PERSONNEL}),
    Row("people:import_confirm", roles={Role.PERSONNEL}, method="post"),
    Row("people:import_template", roles={Role.PERSONNEL}),
]
