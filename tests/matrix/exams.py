"""Who may open the pages of exams (the typing test adds its own rows)."""

from tests.exams import makers
from tests.matrix import Row, typing

EXAMINERS, READERS = {"examiner", "personnel"}, {"examiner", "personnel", "auditor"}


def _candidacy(world):
    if "candidacy" not in world.__dict__:
        world.__dict__["candidacy"] = makers.candidacy(now=world.now, person=world.owner)
    return world.__dict__["candidacy"]


def _attempt(world):
    from exams import services

    invited = _candidacy(world)
    return services.start_attempt(candidacy=invited, part=makers.part(invited), now=world.now)


def candidacy(world):
    return [_candidacy(world).pk]


def part(world):
    invited = _candidacy(world)
    return [invited.pk, makers.part(invited).pk]


def attempt(world):
    return [_attempt(world).pk]


def sitting(world):
    return [_candidacy(world).sitting_id]


def token(world):
    from django.core import signing

    from exams.views.candidates import SALT

    signed = signing.dumps([_attempt(world).pk, _attempt(world).generation, world.owner.pk], salt=SALT)
    return {"token": signed, "position": 1, "seq": 1, "answer": "true"}


def series(world):
    """A monthly rule that has opened its sitting with a candidate of the first team."""
    from datetime import time

    from django.utils import timezone

    from exams import services

    made = services.make_series(
        exam=makers.exam(),
        name="月度考核",
        audience={"people": [world.owner.pk]},
        day=timezone.localdate(world.now).day,
        opens=time(0),
        hours=24,
        by=None,
        now=world.now,
    )
    return [made.pk]


def exam(world):
    return [_candidacy(world).sitting.exam_id]


ROWS = [
    Row("exams:mine", roles="everybody"),
    Row("exams:candidacy", roles="owner", args=candidacy),
    Row("exams:start", roles="owner", args=part, method="post"),
    Row("exams:attempt", roles="owner", args=attempt),
    Row("exams:resume", roles="owner", args=attempt, method="post"),
    Row("exams:clock", roles="owner", args=attempt),
    Row("exams:save", roles="owner", args=attempt, method="post", data=token),
    Row("exams:review", roles="owner", args=attempt),
    Row("exams:submit", roles="owner", args=attempt, method="post"),
    Row("exams:result", roles="owner", args=candidacy),
    Row("exams:sitting_list", roles=READERS),
    Row("exams:sitting_new", roles=EXAMINERS),
    Row("exams:sitting", roles=READERS, args=sitting, outside=404),
    Row("exams:invite", roles=EXAMINERS, args=sitting, method="post", outside=404),
    Row("exams:cancel", roles=EXAMINERS, args=sitting, method="post", outside=404),
    Row("exams:candidate", roles=READERS, args=candidacy, outside=404),
    Row("exams:grant", roles=EXAMINERS, args=candidacy, method="post", outside=404),
    Row("exams:excuse", roles=EXAMINERS, args=candidacy, method="post", outside=404),
    Row("exams:end", roles=EXAMINERS, args=attempt, method="post", outside=404),
    Row("exams:void", roles=EXAMINERS, args=attempt, method="post", outside=404),
    Row("exams:confirm", roles=EXAMINERS, args=attempt, method="post", outside=404),
    Row(
        "exams:question_preview",
        roles={"trainer", "examiner", "administrator", "auditor"},
        args=lambda world: [makers.question(now=world.now).pk],
    ),
    # Sittings: entrance, invigilation, make-ups, monthly series.
    Row("exams:enter", roles="owner", args=sitting),
    Row("exams:admit", roles="owner", args=candidacy, method="post"),
    Row("exams:calendar", roles="owner", args=candidacy),
    Row("exams:safe_browser", roles="owner", args=candidacy),
    Row("exams:safe_browser_quit", roles="everybody"),
    Row("exams:act", roles=EXAMINERS, args=sitting, method="post", outside=404, data=lambda world: {"action": "pause"}),
    Row("exams:sitting_report", roles=READERS, args=sitting, outside=404),
    Row("exams:sitting_edit", roles=EXAMINERS, args=sitting, outside=404),
    Row("exams:sitting_move", roles=EXAMINERS, args=sitting, outside=404),
    Row("exams:sitting_makeup", roles=EXAMINERS, args=sitting, outside=404),
    Row("exams:sitting_safe_browser", roles=READERS, args=sitting, outside=404),
    Row("exams:series_list", roles=READERS),
    Row("exams:series_new", roles=EXAMINERS),
    Row("exams:series_end", roles=EXAMINERS, args=series, method="post", outside=404),
    Row("exams:exam_check", roles={"trainer", "examiner", "administrator", "auditor"}, args=exam),
    *typing.ROWS,
]
