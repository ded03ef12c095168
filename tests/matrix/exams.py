"""Who may open the pages of exams (the typing test adds its own rows)."""

from datetime import timedelta

from tests import factories
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


def exchange(world):
    from exams import services

    return [services.begin_export(format="gift", by=None, now=world.now, queue=False).pk]


def exchange_written(world):
    from exams import services

    begun = services.begin_export(format="gift", by=None, now=world.now, queue=False)
    return [services.write_export(exchange=begun, now=world.now).pk]


ROWS = [
    Row("exams:mine", roles="everybody"),
    Row("exams:candidacy", roles="owner", args=candidacy),
    Row("exams:start", roles="owner", args=part, method="post"),
    Row("exams:attempt", roles="owner", args=attempt),
    Row("exams:resume", roles="owner", args=attempt, method="post"),
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
    # What a paper does by its signed token: without one it is a bad request for everybody, with one no session is asked.
    Row("exams:clock", roles="public", args=attempt, method="post"),
    Row("exams:save", roles="public", args=attempt, method="post"),
    Row("exams:late", roles="public", args=attempt, method="post"),
    Row("exams:upload", roles="public", args=lambda world: [*attempt(world), 1], method="post"),
    Row("exams:signed_in", roles="everybody"),
    Row("exams:accept_late", roles=EXAMINERS, args=attempt, method="post", outside=404),
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
    Row("exams:exchange_list", roles=WRITES_QUESTIONS),
    Row("exams:exchange_template", roles=WRITES_QUESTIONS),
    Row("exams:exchange_export", roles=WRITES_QUESTIONS, method="post"),
    Row("exams:exchange", roles=WRITES_QUESTIONS, args=exchange),
    Row("exams:exchange_order", roles=WRITES_QUESTIONS, args=exchange, method="post"),
    Row("exams:exchange_file", roles=WRITES_QUESTIONS, args=exchange_written),
    *typing.ROWS,
]


def _marked(world):
    """An attempt of the owner with an essay that waits for its marker."""
    if "marked" not in world.__dict__:
        sitting_ = makers.mixed(world.owner, now=world.now)
        world.__dict__["marked"] = makers.written_by(world.owner, sitting_, now=world.now)
    return world.__dict__["marked"]


def essay(world):
    return [_marked(world).paper.items[1]["version"]]


def answer(world):
    from exams.queries import code_of

    return [*essay(world), code_of(_marked(world).pk, 2)]


def _sheet(world):
    from exams import services

    if "sheet" not in world.__dict__:
        makers.mixed(world.owner, now=world.now, part={"kind": "rubric"}, closed=0, kinds=("task",))
        invited = makers.Candidacy.objects.get(user=world.owner, sitting__exam__parts__kind="rubric")
        world.__dict__["sheet"] = services.begin_rubric(
            candidacy=invited, part=makers.part(invited), by=factories.examiner(), now=world.now
        )
    return world.__dict__["sheet"]


def sheet(world):
    return [_sheet(world).pk]


def face_to_face(world):
    return [_sheet(world).candidacy_id, _sheet(world).part_id]


def _remark(world):
    """A request that became possible an hour before the requests of the matrix are made."""

    from exams import services

    if "remark" not in world.__dict__:
        earlier = world.now - timedelta(hours=6)
        sitting_ = makers.mixed(world.owner, now=earlier)
        attempt_ = makers.written_by(world.owner, sitting_, now=earlier)
        services.mark_answer(
            attempt=attempt_, position=2, picks=["0", "0"], comment="", by=factories.examiner(), now=earlier
        )
        world.__dict__["remark"] = services.ask_remark(
            attempt=attempt_, position=2, reason="漏看一点", by=world.owner, now=world.now - timedelta(hours=1)
        )
    return world.__dict__["remark"]


def remark(world):
    return [_remark(world).pk]


def file(world):
    from django.core.files.base import ContentFile

    from exams.models import AnswerFile
    from ground.private_files import private_storage

    stored = private_storage().save("answers/matrix.mp3", ContentFile(b"ID3"))
    made = AnswerFile.objects.create(
        attempt=_marked(world),
        position=2,
        name="录音.mp3",
        content_type="audio/mpeg",
        size=3,
        sha256="0" * 64,
        stored=stored,
        uploaded_at=world.now,
    )
    return [made.pk]


def closed_question(world):
    return [_marked(world).paper.items[0]["version"]]


def correction(world):
    from exams import services

    made = services.correct_key(
        version=makers.question(now=world.now).current,
        action="credit",
        key={},
        reason="题目有误",
        by=factories.examiner(),
        now=world.now,
    )
    return [made.pk]


ROWS += [
    Row("exams:statement", roles="owner", args=lambda world: [_remark(world).attempt.candidacy_id]),
    Row("exams:ask_remark", roles="owner", args=lambda world: [_marked(world).pk], method="post"),
    Row("exams:marking", roles={"examiner"}),
    Row("exams:marking_question", roles={"examiner"}, args=essay),
    Row("exams:marking_draft", roles={"examiner"}, args=answer, method="post", outside=404),
    Row("exams:answer_file", roles="owner", args=file, also={"examiner"}),
    Row("exams:remark", roles={"examiner"}, args=remark, outside=404),
    Row("exams:remark_draft", roles={"examiner"}, args=remark, method="post", outside=404),
    Row("exams:rubric_begin", roles={"examiner"}, args=face_to_face, method="post", outside=404),
    Row("exams:rubric", roles={"examiner"}, args=sheet, outside=404),
    Row("exams:rubric_draft", roles={"examiner"}, args=sheet, method="post", outside=404),
    Row("exams:sitting_figures", roles=READERS, args=sitting, outside=404),
    Row("exams:release", roles=EXAMINERS, args=sitting, method="post", outside=404),
    Row("exams:exam_report", roles=READERS, args=lambda world: [_candidacy(world).sitting.exam_id]),
    Row(
        "exams:question_report",
        roles={"trainer", "examiner", "administrator", "auditor"},
        args=closed_question,
    ),
    Row("exams:correct", roles={"examiner"}, args=closed_question),
    Row("exams:correction", roles={"examiner", "auditor"}, args=correction),
    Row("exams:topics", roles={"examiner", "personnel", "trainer", "auditor"}),
]
