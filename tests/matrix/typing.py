"""Who may open the pages of the typing test: the candidate alone; practice is for everybody, passages for their authors."""

from exams import services as exams
from exams.typing import services
from tests.matrix import Row
from tests.typing import scenes


def part(world):
    if "typing" not in world.__dict__:
        scenes.passage(world.now)
        world.__dict__["typing"] = scenes.candidacy(world.now, user=world.owner)
    candidacy, chosen = world.__dict__["typing"]
    return [candidacy.pk, chosen.pk]


def attempt(world):
    part(world)
    candidacy, chosen = world.__dict__["typing"]
    return [exams.start_attempt(candidacy=candidacy, part=chosen, now=world.now).pk]


def practice(world):
    scenes.passage(world.now, 1, use="practice")
    return [services.start_practice(user=world.owner, minutes=1, now=world.now).pk]


ROWS = [
    Row("exams:typing_ready", roles="owner", args=part),
    Row("exams:typing_attempt", roles="owner", args=attempt),
    Row("exams:typing_resume", roles="owner", args=attempt, method="post"),
    # By its signed token: without one it is a bad request for everybody, with one no session is asked.
    Row("exams:typing_batch", roles="public", args=attempt, method="post"),
    Row("exams:typing_chunk", roles="owner", args=lambda world: [*attempt(world), 0]),
    Row("exams:passage_report", roles={"examiner", "administrator", "auditor"}),
    Row("exams:passage_figures", roles={"examiner", "administrator"}, method="post"),
    Row("exams:practice", roles="everybody"),
    Row("exams:practice_start", roles="everybody", method="post", data=lambda world: {"minutes": "1"}),
    Row("exams:practice_run", roles="owner", args=practice),
    Row("exams:practice_finish", roles="owner", args=practice, method="post"),
]
