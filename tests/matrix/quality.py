"""Who may see and write what quality inspectors, superiors and personnel record."""

from people.models import Role
from tests.matrix import EVERYBODY, OWNER, Row, World
from tests.quality import scenes

READERS = {Role.INSPECTOR, Role.MANAGER, Role.TRAINER, Role.PERSONNEL, Role.AUDITOR}


def _observation(world: World) -> list[int]:
    return [scenes.observe(world.now, world.owner, inspector=world.inspector, lost={0: 2}).pk]


ROWS = [
    Row("quality:observation_list", roles=READERS),
    Row("quality:observation_new", roles={Role.INSPECTOR}),
    Row("quality:observation", roles=OWNER, also=READERS, args=_observation),
    Row("quality:mine", roles=EVERYBODY),
    Row("quality:appraisal_list", roles={Role.MANAGER, Role.PERSONNEL, Role.AUDITOR}),
    Row("quality:appraisal_new", roles={Role.MANAGER}),
    Row("quality:violation_list", roles={Role.PERSONNEL, Role.AUDITOR}),
    Row("quality:violation_new", roles={Role.PERSONNEL}),
]
