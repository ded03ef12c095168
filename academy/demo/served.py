"""How people served: observed calls and counters, a violation, the appraisals of the quarters."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from academy.demo.organisation import MANAGERS, READY, at, months_before
from quality import services as quality
from quality.models import Appraisal, Observation, Violation

if TYPE_CHECKING:
    from academy.demo.history import History


def observe(lived: "History") -> None:
    """Three quarters of monitored calls and counter services, weak where the exams are weak too."""
    topic = lived.teaching.topics
    points = [
        ("三声之内接听，自报工号，使用规范问候语", 10, "e-phone"),
        ("耐心倾听，不打断客户，复述要点请客户确认", 15, "s-summing"),
        ("先安抚情绪，再处理事情，用语得体", 20, "s-emotion"),
        ("账单与资费解释准确、完整", 20, "b-billing"),
        ("所需材料和办理步骤一次性告知", 15, "e-once"),
        ("按规定核对身份，保护客户信息", 10, "e-privacy"),
        ("通话记录和工单完整，责任与时限清楚", 10, "s-record"),
    ]
    inspectors = [lived.people["100005"], lived.people["100017"]]
    checklist = quality.create_checklist(
        name="服务质量检查表",
        by=inspectors[0],
        now=at(months_before(lived.today, 20), 9),
        items=[{"text": text, "weight": weight, "topic": topic[code]} for text, weight, code in points],
    )
    items = {item.topic.code: item for item in checklist.items.select_related("topic")}
    notes = {
        "s-emotion": "客户已经生气，仍直接念流程，没有先回应情绪。",
        "b-billing": "套餐外流量的计费起点解释错误。",
        "e-once": "只告知带身份证，漏了原卡，客户多跑一趟。",
        "s-summing": "挂机前没有复述处理结果。",
        "s-record": "工单没有写明承诺的回复时间。",
        "e-phone": "第五声才接起，没有致歉。",
        "e-privacy": "核验完成前先报出了套餐名称。",
    }
    channels = {"counter": Observation.Channel.COUNTER, "follow-up": Observation.Channel.FOLLOW_UP}
    for user in lived.organisation.by_level("junior") + lived.organisation.by_level("intermediate"):
        post = user.employments.order_by("-valid_from").values_list("post__code", flat=True).first()
        for number in range(22 if user.employee_no in READY else 16 if lived.ability(user).answers > 0.86 else 9):
            day = lived.today - timedelta(days=3 + number * 10 + lived.rng.randint(0, 6))
            lost = {}
            for code, item in items.items():
                chance = {"s-emotion": 0.2, "b-billing": 0.16, "e-once": 0.12}.get(code, 0.05)
                if lived.rng.random() < chance * (1.6 if lived.ability(user).answers < 0.86 else 0.7):
                    lost[item] = (max(2, item.weight // lived.rng.choice((2, 3))), notes[code])
            moment = at(day, lived.rng.randint(9, 17), lived.rng.randint(0, 59))
            quality.record_observation(
                user=user,
                inspector=inspectors[number % 2],
                checklist=checklist,
                channel=channels.get(post, Observation.Channel.CALL),
                contact=f"{day:%y%m%d}-{lived.rng.randint(1000, 9999)}",
                contact_at=moment,
                lost=lost,
                praise="" if lost else "问候、倾听、复述、收尾都到位。",
                now=moment + timedelta(days=1),
            )
    start = lived.today - timedelta(days=60)
    quality.record_violation(
        user=lived.people["100043"],
        grade=Violation.Grade.WARNING,
        facts="未按规定核验身份即告知客户账单明细，经核实属实。",
        valid_from=start,
        valid_to=start + timedelta(days=180),
        by=lived.people["100002"],
        now=at(start, 16),
    )


def appraise(lived: "History") -> None:
    """The last four full quarters, by the manager over the unit."""
    first = date(lived.today.year, (lived.today.month - 1) // 3 * 3 + 1, 1)
    quarters = [months_before(first, months) for months in (12, 9, 6, 3)]
    words = {
        4: "业绩突出，主动帮带新人。",
        3: "完成各项指标，服务稳定。",
        2: "指标有波动，情绪安抚需加强。",
        1: "多项指标未达标，须限期改进。",
    }
    for user in lived.organisation.by_level("junior") + lived.organisation.by_level("intermediate"):
        unit = user.employments.order_by("-valid_from").values_list("unit__code", flat=True).first()
        superior = lived.people[MANAGERS["HF"] if unit.startswith("HF") else MANAGERS[unit]]
        if superior == lived.people["100014"] or superior == lived.people["100015"]:
            superior = lived.people["100007"]
        for quarter in quarters:
            if lived.hired(user) >= quarter:
                continue
            good = lived.ability(user).answers
            rating = 4 if good > 0.95 else 3 if good > 0.86 else lived.rng.choice((2, 2, 1, 3))
            day = months_before(quarter, -3) + timedelta(days=5)
            if day < lived.today:
                quality.appraise(
                    user=user,
                    quarter=quarter,
                    rating=Appraisal.Rating(rating),
                    comment=words[rating],
                    by=superior,
                    now=at(day, 15),
                )
