"""Who may open the pages of exams (the typing test adds its own rows)."""

from tests.exams import makers
from tests.matrix import Row, typing

EXAMINERS, READERS = {"examiner", "personnel"}, {"examiner", "personnel", "auditor"}


WRITES_QUESTIONS = {"trainer", "examiner", "administrator"}
READS_QUESTIONS = WRITES_QUESTIONS | {"auditor"}


def draft(world):
    return [makers.question(now=world.now, live=False).pk]


def picture(world):
    from exams import services

    kept = services.add_media(name="图.png", content=makers.png(), by=None, now=world.now)
    return [kept.sha256, "picture.png"]


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


def exchange(world):
    from exams import services

    return [services.begin_export(format="gift", by=None, now=world.now, queue=False).pk]


def exchange_written(world):
    from exams import services

    begun = services.begin_export(format="gift", by=None, now=world.now, queue=False)
    return [services.write_export(exchange=begun, now=world.now).pk]


WRITERS = {"trainer", "examiner", "administrator"}
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
    Row("exams:question_preview", roles=READS_QUESTIONS, args=draft),
    Row("exams:question_try", roles=WRITES_QUESTIONS, args=draft, method="post"),
    Row("exams:question_review", roles=WRITES_QUESTIONS, args=draft, method="post"),
    Row("exams:question_move", roles=WRITES_QUESTIONS, args=draft, method="post"),
    Row("exams:question_waiting", roles=READS_QUESTIONS),
    Row("exams:question_publish", roles=WRITES_QUESTIONS, method="post"),
    Row("exams:media_list", roles=WRITES_QUESTIONS),
    Row("exams:media", roles="everybody", args=picture),
    Row("exams:exchange_list", roles=WRITERS),
    Row("exams:exchange_template", roles=WRITERS),
    Row("exams:exchange_export", roles=WRITERS, method="post"),
    Row("exams:exchange", roles=WRITERS, args=exchange),
    Row("exams:exchange_order", roles=WRITERS, args=exchange, method="post"),
    Row("exams:exchange_file", roles=WRITERS, args=exchange_written),
    *typing.ROWS,
]
