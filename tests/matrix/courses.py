"""Who may learn, and who may look after the learning of others."""

from datetime import timedelta
from io import BytesIO

from django.core import signing

from courses import services, tasks
from courses.models import Assignment, JobRecord, LessonMedia, LessonPage, TrainingExport
from courses.views import packages as package_views
from exams.services import add_question
from tests import factories
from tests.courses import build, packages
from tests.matrix import Row, World


def a_lesson(world: World) -> list[int]:
    return [build.lessons(build.course(lessons=1))[0].pk]


def a_check(world: World) -> list[object]:
    add_question(
        code="matrix-01",
        topics=[factories.topic()],
        level=None,
        kind="true_false",
        content={"stem": "可以打断客户。"},
        key={"answer": False},
        now=world.now,
        author=None,
        reviewer=factories.examiner(),
    )
    course = build.course(lessons=1, body=[("check", {"questions": ["matrix-01"]})])
    return [build.lessons(course)[0].pk, "matrix-01"]


def a_notice(world: World) -> list[object]:
    notice = {"title": "保密承诺", "department": "质量部", "text": "<p>不外传。</p>"}
    lesson = build.lessons(build.course(lessons=1, body=[("notice", notice)]))[0]
    return [lesson.pk, lesson.body[0].id]


def an_assignment(world: World) -> list[int]:
    day = world.now.date()
    row = services.assign(
        user=world.owner,
        course=build.course(),
        cause="manual",
        cause_date=day,
        due_on=day + timedelta(days=9),
        by=None,
        now=world.now,
    )
    return [row.pk]


def a_session(world: World) -> list[int]:
    row = services.schedule_session(
        title="来电接听三声",
        topic=factories.topic(),
        instructor=world.trainer,
        place="三楼",
        starts_at=world.now - timedelta(hours=1),
        ends_at=world.now,
        places=20,
        users=[world.owner],
        by=None,
        now=world.now,
    )
    return [row.pk]


def an_exemption(world: World) -> list[int]:
    (pk,) = an_assignment(world)
    services.exempt(
        assignment=Assignment.objects.get(pk=pk),
        reason="已在别处学过",
        name="a.pdf",
        content=b"%PDF-1.7",
        by=world.trainer,
        now=world.now,
    )
    return [pk]


def a_coming_session(world: World) -> list[int]:
    row = services.schedule_session(
        title="来电接听三声",
        topic=factories.topic(),
        instructor=world.trainer,
        place="三楼",
        starts_at=world.now + timedelta(hours=1),
        ends_at=world.now + timedelta(hours=2),
        places=20,
        users=[world.owner],
        by=None,
        now=world.now,
    )
    return [row.pk]


def a_package(world: World) -> LessonPage:
    lesson = build.lessons(build.course(lessons=1))[0]
    lesson.package = services.add_package(name="a.zip", content=packages.package(), by=None, now=world.now)
    lesson.save()
    return lesson


def a_package_file(world: World) -> list[str]:
    lesson = a_package(world)
    names = {"user": world.owner.pk, "enrolment": None, "lesson": lesson.pk, "package": lesson.package_id}
    return [signing.dumps(names, salt=package_views.SALT).replace(":", "~"), "index.html"]


def a_file(world: World) -> str:
    return services.add_media(file=BytesIO(packages.PNG), name="a", by=None, now=world.now).sha256


def a_shown_file(world: World) -> list[object]:
    sha256 = a_file(world)
    media = LessonMedia.objects.get(sha256=sha256)
    course = build.course(lessons=1, body=[("image", {"media": media, "caption": ""})])
    return [build.lessons(course)[0].pk, sha256]


def a_film(world: World) -> list[object]:
    film = services.add_media(
        file=BytesIO(packages.MP4), name="a", captions="00:01.000 --> 00:02.000\n您好", by=None, now=world.now
    )
    course = build.course(lessons=1, body=[("video", {"media": film, "caption": ""})])
    return [build.lessons(course)[0].pk, film.sha256]


def a_reflection(world: World) -> list[object]:
    lesson = build.lessons(build.course(lessons=1, body=[("reflection", {"question": "想一想", "example": ""})]))[0]
    return [lesson.pk, lesson.body[0].id]


def a_report(world: World) -> dict[str, str]:
    enrolment = services.enrol(user=world.owner, course=LessonPage.objects.get().get_parent().specific, now=world.now)
    return {"enrolment": str(enrolment.pk), "state": "{}", "step": "1"}


def a_rule(world: World) -> list[int]:
    rule, _count = services.make_rule(
        name="新到班组",
        course=build.course(),
        audience={"people": [world.owner.pk]},
        due="assignment",
        days=30,
        due_on=None,
        note="",
        by=world.holder("trainer"),
        now=world.now,
        knowing=True,
    )
    return [rule.pk]


def a_leave(world: World) -> list[int]:
    day = world.now.date()
    leave, _moved = services.enter_leave(
        user=world.owner,
        starts_on=day,
        ends_on=day + timedelta(days=9),
        reason="病假",
        by=world.administrator,
        now=world.now,
    )
    return [leave.pk]


def a_job(world: World) -> list[int]:
    checklist = build.checklist()
    services.begin_checklists(checklist=checklist, users=[world.owner], by=world.administrator, now=world.now)
    return [JobRecord.objects.get().pk]


def a_claim(world: World) -> list[int]:
    claim = services.claim_external(
        user=world.owner,
        title="服务礼仪公开课",
        provider="市工会",
        topic=None,
        minutes=120,
        finished_on=world.now.date() - timedelta(days=9),
        name="证明.pdf",
        content=packages.PDF,
        now=world.now,
    )
    return [claim.pk]


def a_schedule(world: World) -> list[int]:
    schedule = services.schedule_report(report="matrix", query="", every="week", day=1, by=world.owner, now=world.now)
    return [schedule.pk]


def an_export(world: World) -> list[int]:
    export = TrainingExport.objects.create(report="matrix", asked_by=world.owner, asked_at=world.now)
    tasks.write_export(export.pk)
    return [export.pk]


ROWS: list[Row] = [
    Row("courses:catalogue", roles="everybody"),
    Row("courses:mine", roles="everybody"),
    Row("courses:path", roles="everybody"),
    Row("courses:daily", roles="everybody"),
    Row(
        "courses:daily_answer",
        roles="everybody",
        args=lambda world: a_check(world)[1:],
        method="post",
        data=lambda world: {"answer": "true"},
    ),
    Row("courses:record", roles="everybody"),
    Row("courses:transcript", roles="everybody"),
    Row(
        "courses:record_of",
        roles={"trainer", "manager", "personnel", "auditor"},
        args=lambda world: [world.owner.pk],
        outside=404,
    ),
    Row(
        "courses:transcript_of",
        roles={"trainer", "manager", "personnel", "auditor"},
        args=lambda world: [world.owner.pk],
        outside=404,
    ),
    Row(
        "courses:give_feedback",
        roles="everybody",
        args=lambda world: [build.course().pk],
        method="post",
        data=lambda world: {"stars": "5"},
    ),
    Row("courses:complete_lesson", roles="everybody", args=a_lesson, method="post"),
    Row("courses:lesson_progress", roles="everybody", args=a_lesson, method="post", data=lambda world: {"step": "1"}),
    Row("courses:acknowledge", roles="everybody", args=a_notice, method="post", data=lambda world: {"seen": "0"}),
    Row("courses:check", roles="everybody", args=a_check, method="post", data=lambda world: {"answer": "true"}),
    Row("courses:reflection", roles="everybody", args=a_reflection, method="post", data=lambda world: {"text": "我"}),
    Row("courses:media", roles="everybody", args=a_shown_file),
    Row("courses:captions", roles="everybody", args=a_film),
    Row("courses:author_media", roles={"trainer", "administrator"}, args=lambda world: [a_file(world)]),
    Row("courses:package_file", roles="public", args=a_package_file),
    Row(
        "courses:package_state",
        roles="owner",
        args=lambda world: [a_package(world).pk],
        method="post",
        data=a_report,
    ),
    Row("courses:job_list", roles={"trainer", "manager", "auditor"}),
    Row("courses:job_new", roles={"trainer", "manager"}),
    Row("courses:jobs_mine", roles="everybody"),
    Row("courses:job", roles="owner", also={"trainer", "manager", "auditor"}, args=a_job),
    Row(
        "courses:job_sign",
        roles={"trainer", "manager"},
        args=lambda world: [*a_job(world), 0],
        method="post",
        outside=404,
    ),
    Row(
        "courses:job_take_back",
        roles={"trainer", "manager"},
        args=lambda world: [*a_job(world), 0],
        method="post",
        outside=404,
    ),
    Row("courses:external_mine", roles="everybody"),
    Row("courses:external_new", roles="everybody"),
    Row("courses:external_list", roles={"trainer", "personnel", "auditor"}),
    Row("courses:external", roles="owner", also={"trainer", "personnel", "auditor"}, args=a_claim),
    Row("courses:external_proof", roles="owner", also={"trainer", "personnel", "auditor"}, args=a_claim),
    Row(
        "courses:external_decide",
        roles={"trainer", "personnel"},
        args=a_claim,
        method="post",
        data=lambda world: {"confirm": "1"},
        outside=404,
    ),
    Row("courses:training", roles={"trainer", "auditor"}),
    Row("courses:rule_list", roles={"trainer", "auditor"}),
    Row("courses:rule_new", roles={"trainer"}),
    Row("courses:rule", roles={"trainer", "auditor"}, args=a_rule),
    Row("courses:rule_end", roles={"trainer"}, args=a_rule, method="post"),
    Row("courses:leave_list", roles={"trainer", "manager", "personnel", "auditor"}),
    Row("courses:leave_new", roles={"trainer", "manager", "personnel"}),
    Row("courses:leave", roles={"trainer", "manager", "personnel", "auditor"}, args=a_leave),
    Row("courses:leave_back", roles={"trainer", "manager", "personnel"}, args=a_leave, method="post"),
    Row(
        "courses:move",
        roles={"trainer"},
        args=an_assignment,
        method="post",
        data=lambda world: {"due_on": (world.now.date() + timedelta(days=20)).isoformat(), "reason": "高峰期"},
    ),
    Row("courses:matrix", roles={"trainer", "manager", "personnel", "auditor"}),
    Row("courses:remind", roles={"trainer"}, method="post", data=lambda world: {"all": "1"}),
    Row(
        "courses:export_new",
        roles={"trainer", "manager", "personnel", "auditor"},
        args=lambda world: ["matrix"],
        method="post",
    ),
    Row("courses:cohorts", roles={"trainer", "manager", "personnel", "auditor"}),
    Row("courses:cohort", roles={"trainer", "manager", "personnel", "auditor"}, args=lambda world: ["2026-11-23"]),
    Row("courses:hours", roles={"trainer", "manager", "personnel", "auditor"}),
    Row("courses:schedules", roles={"trainer", "manager", "personnel", "auditor"}),
    Row(
        "courses:schedule_new",
        roles={"trainer", "auditor"},
        args=lambda world: ["late"],
        method="post",
        data=lambda world: {"when": "week-1"},
    ),
    Row("courses:schedule_end", roles="owner", args=a_schedule, method="post"),
    Row("courses:report_list", roles={"trainer", "manager", "personnel", "auditor"}),
    Row(
        "courses:report",
        roles={"trainer", "manager", "personnel", "auditor"},
        args=lambda world: [build.course().pk],
    ),
    Row("courses:export", roles="owner", args=an_export),
    Row("courses:export_file", roles="owner", args=an_export),
    Row("courses:assign", roles={"trainer"}),
    Row("courses:assignment", roles={"trainer", "auditor"}, args=an_assignment, outside=404),
    Row(
        "courses:withdraw",
        roles={"trainer"},
        args=an_assignment,
        method="post",
        data=lambda world: {"reason": "转岗"},
        outside=404,
    ),
    Row("courses:session_list", roles={"trainer", "personnel", "auditor"}),
    Row("courses:session_new", roles={"trainer", "personnel"}),
    Row("courses:exempt", roles={"trainer"}, args=an_assignment, method="post", outside=404),
    Row("courses:exempt_withdraw", roles={"trainer"}, args=an_exemption, method="post", outside=404),
    Row("courses:exempt_proof", roles={"trainer", "auditor"}, args=an_exemption, outside=404),
    Row("courses:session_edit", roles={"trainer", "personnel"}, args=a_coming_session, outside=404),
    Row("courses:session_invite", roles={"trainer", "personnel"}, args=a_coming_session, outside=404),
    Row("courses:session_code", roles={"trainer", "personnel"}, args=a_coming_session, outside=404),
    Row(
        "courses:session_cancel",
        roles={"trainer", "personnel"},
        args=a_coming_session,
        method="post",
        data=lambda world: {"reason": "讲师生病"},
        outside=404,
    ),
    Row(
        "courses:session_off",
        roles={"trainer", "personnel"},
        args=a_coming_session,
        method="post",
        data=lambda world: {"user": world.owner.pk},
        outside=404,
    ),
    Row("courses:session_mine", roles="owner", args=a_coming_session),
    Row("courses:session_calendar", roles="owner", args=a_coming_session),
    Row("courses:session_join", roles="owner", args=a_coming_session, method="post"),
    Row("courses:session_leave", roles="owner", args=a_coming_session, method="post"),
    Row("courses:session_here", roles="everybody", args=a_coming_session),
    Row("courses:session", roles={"trainer", "personnel", "auditor"}, args=a_session, outside=404),
    Row(
        "courses:attendance",
        roles={"trainer", "personnel"},
        args=a_session,
        method="post",
        data=lambda world: {"user": str(world.owner.pk), "state": "attended"},
        outside=404,
    ),
]
