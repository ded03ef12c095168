"""Who may open the pages of the typing test: its candidate; examiners what has ended; practice is for everybody."""

from exams import services as exams
from exams.models import Attempt
from exams.typing import services
from exams.typing.services import rulings
from tests.matrix import Row
from tests.typing import scenes

EXAMINERS, READERS = {"examiner", "personnel"}, {"examiner", "personnel", "auditor"}


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


def ended(world):
    """An attempt of ten characters, handed in."""
    [pk] = attempt(world)
    begun = Attempt.objects.select_related("typing").get(pk=pk)
    scenes.Browser(begun).type("".join(begun.typing.text.split())[:10])
    exams.submit(attempt=begun, now=world.now)
    return [pk]


def order(world):
    """A re-check ordered by the examiner."""
    [pk] = ended(world)
    by = world.examiner
    return [rulings.order_recheck(attempt=Attempt.objects.get(pk=pk), by=by, reason="请监督复测", now=world.now).pk]


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
    Row("exams:typing_recording", roles="owner", also=READERS, args=ended, outside=404),
    Row("exams:typing_recheck", roles="owner", args=order),
    Row("exams:typing_recheck_start", roles="owner", args=order, method="post"),
    Row("exams:typing_flagged", roles=READERS),
    Row("exams:typing_run", roles=READERS, args=ended, outside=404),
    Row(
        "exams:typing_rule",
        roles=EXAMINERS,
        args=lambda world: [*ended(world), "confirm"],
        method="post",
        data=lambda world: {"reason": "已看回放，属实"},
        outside=404,
    ),
    Row("exams:passage_report", roles={"examiner", "administrator", "auditor"}),
    Row("exams:passage_figures", roles={"examiner", "administrator"}, method="post"),
    Row("exams:practice", roles="everybody"),
    Row("exams:practice_start", roles="everybody", method="post", data=lambda world: {"minutes": "1"}),
    Row("exams:practice_run", roles="owner", args=practice),
    Row("exams:practice_finish", roles="owner", args=practice, method="post"),
]
