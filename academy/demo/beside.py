"""What goes on beside the courses: rules that keep working, a leave, checklists on the job, courses taken elsewhere."""

from datetime import timedelta

from academy.demo.history import History, at
from courses import services as courses
from courses.models import CoursePage, JobChecklist, JobChecklistItem

CHECKLISTS = [
    (
        "营业厅独立上岗前带教清单",
        "s-complaints",
        "counter-and-telling-once",
        [
            "迎客：起立、微笑、问候语，客户走到柜台 3 秒内完成",
            "来意听完再开口，复述一遍客户的业务和期望",
            "身份核验：证件、本人、系统三处一致才办理",
            "资费一次讲清：月费、合约期、提前解约怎么算",
            "办完请客户核对并签字，重点再说一遍",
            "办不了的业务：说明原因，告诉客户去哪里、带什么",
            "送客：双手递回证件，致谢道别",
        ],
    ),
    (
        "热线投诉受理带教清单",
        "s-emotion",
        "complaint-handling",
        [
            "三声之内接听，报工号，普通话问候",
            "先让客户讲完，不打断、不辩解",
            "情绪先回应，事情再核对",
            "工单写清时间、业务、金额、期望四要素",
            "答复时限说到哪一天，不说“尽快”",
            "结束前复述一遍重点，等客户先挂机",
        ],
    ),
]
SIGNED = [("100031", 0, 7), ("100022", 1, 4), ("100030", 1, 2)]
CLAIMS = [
    ("100022", "客户沟通与情绪管理公开课", "云州开放大学", "s-emotion", 6, 40, "confirm"),
    ("100030", "普通话水平测试考前培训", "云州市语言文字测试站", None, 16, 25, "refuse"),
    ("100031", "办公软件应用（线上）", "云州职工网校", None, 8, 6, ""),
]
PROOF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def beside(lived: History) -> None:
    """Begun over the last weeks by the trainer."""
    _rules(lived)
    _jobs(lived)
    _claims(lived)


def _rules(lived: History) -> None:
    units = {person.employments.last().unit_id for person in [lived.people["100031"]]}
    courses.make_rule(
        name="热线班组：投诉处理每人必修",
        course=CoursePage.objects.get(code="complaint-handling"),
        audience={"units": sorted(units)},
        due="move",
        days=30,
        due_on=None,
        note="新到班组的同事，一个月内学完。",
        by=lived.trainer,
        now=lived.now - timedelta(days=20),
        knowing=True,
    )
    courses.enter_leave(
        user=lived.people["100028"],
        starts_on=lived.today - timedelta(days=3),
        ends_on=lived.today + timedelta(days=11),
        reason="陪产假",
        by=lived.trainer,
        now=lived.now - timedelta(days=4),
    )


def _jobs(lived: History) -> None:
    made = []
    for title, topic, course, items in CHECKLISTS:
        checklist = JobChecklist.objects.create(
            title=title, topic=lived.teaching.topics[topic], course=lived.teaching.courses[course]
        )
        for order, text in enumerate(items):
            JobChecklistItem.objects.create(checklist=checklist, order=order, text=text)
        made.append(checklist)
    for number, which, signed in SIGNED:
        begun = at(lived.today - timedelta(days=15), 9)
        person = lived.people[number]
        courses.begin_checklists(checklist=made[which], users=[person], by=lived.trainer, now=begun)
        record = person.job_records.get(checklist=made[which])
        for place in range(signed):
            note = "语速再慢一点就更好" if place == 1 else ""
            seen = begun + timedelta(days=place + 1, minutes=37 * place + 52)
            courses.sign_item(record=record, place=place, note=note, by=lived.trainer, now=seen)
    reason = "当天她只是旁听，还没有独立受理，看到了再签。"
    back = at(lived.today - timedelta(days=12), 17)
    courses.take_back_signature(record=record, place=1, reason=reason, by=lived.trainer, now=back)


def _claims(lived: History) -> None:
    for number, title, provider, topic, hours, days, decision in CLAIMS:
        claim = courses.claim_external(
            user=lived.people[number],
            title=title,
            provider=provider,
            topic=lived.teaching.topics[topic] if topic else None,
            minutes=hours * 60,
            finished_on=lived.today - timedelta(days=days),
            name="结业证明.pdf",
            content=PROOF,
            now=lived.now - timedelta(days=days - 2),
        )
        if decision:
            courses.decide_external(
                claim=claim,
                confirm=decision == "confirm",
                reason="" if decision == "confirm" else "证明上没有姓名，请补一份带姓名的结业证明。",
                by=lived.trainer,
                now=lived.now - timedelta(days=days - 4),
            )
