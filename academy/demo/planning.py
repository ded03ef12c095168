"""What follows from it all: needs, this year's plan under way, next year's draft, a promotion round before the panel."""

from datetime import date, datetime, timedelta
from typing import Any

from academy.demo.history import History, at
from academy.demo.organisation import months_before
from courses import services as courses
from courses.models import Attendance, ClassSession
from ground.errors import Refused
from people.models import User
from plans import services as plans
from plans.models import AnnualPlan, Need, PlanItem
from promotions import queries as ladder
from promotions import services as promotions
from promotions.models import Case, Decision, ReviewRound, Vote

# month, topic, unit, content, method, who teaches (number, name of a firm, or code of a course)
ITEMS = [
    (1, "e-phone", "RX", "电话接听规范与三声服务复训", "lecture", "100003"),
    (2, "b-billing", "RX", "账单结构与套餐外费用讲解", "lecture", "100018"),
    (3, "e-once", "YY", "柜台一次性告知情景演练", "coaching", "100014"),
    (4, "s-complaints", "RX", "投诉处理流程与时限", "lecture", "100003"),
    (5, "e-privacy", "YQ", "客户信息保密与责任", "self_study", "privacy-and-first-asked"),
    (6, "s-emotion", "RX2", "情绪安抚现场辅导", "coaching", "100012"),
    (7, "b-faults", "RX", "汛期网络故障受理与快报", "lecture", "100019"),
    (8, "s-followup", "HF1", "回访话术与满意度判断", "coaching", "100016"),
    (9, "s-coaching", "YQ", "班组长辅导技巧", "external", "江南服务管理学院"),
    (10, "b-tariff", "YQ", "新资费政策宣讲", "lecture", "100018"),
    (11, "s-summing", "RX", "从需求到方案", "self_study", "need-to-solution"),
    (12, "e-counter", "YY", "节前柜台接待与分流", "lecture", "100015"),
]
RULES: list[tuple[str | None, str, list[dict[str, Any]]]] = [
    (
        None,
        "junior",
        [
            {"kind": "certificate", "kind_code": "junior"},
            {"kind": "courses", "level": "junior", "count": 3},
            {"kind": "typing", "speed": 30, "accuracy": 95},
        ],
    ),
    (
        "junior",
        "intermediate",
        [
            {"kind": "certificate", "kind_code": "junior"},
            {"kind": "exam", "exam": "monthly-junior", "score": 80},
            {"kind": "quality", "average": 90, "days": 180, "least": 15},
            {"kind": "typing", "speed": 50, "accuracy": 95},
            {"kind": "courses", "level": "intermediate", "count": 2},
            {"kind": "months_in_level", "months": 12},
            {"kind": "no_violation"},
        ],
    ),
    (
        "intermediate",
        "senior",
        [
            {"kind": "certificate", "kind_code": "intermediate"},
            {"kind": "exam", "exam": "level-senior", "score": 85},
            {"kind": "quality", "average": 92, "days": 180, "least": 15},
            {"kind": "appraisals", "rating": 3, "count": 3},
            {"kind": "courses", "level": "senior", "count": 2},
            {"kind": "months_in_level", "months": 24},
            {"kind": "no_violation"},
        ],
    ),
]


def plan_and_review(lived: History) -> None:
    """The last chapter."""
    _plan(lived)
    _review(lived)


def _plan(lived: History) -> None:
    """This year's plan, approved by another person and carried out so far; next year's in draft with what was found."""
    writer, approver = lived.people["100002"], lived.people["100010"]
    year = lived.today.year
    start = at(date(year - 1, 12, 8), 10)
    plan = plans.draft_plan(year=year, name=f"{year} 年度培训计划", by=writer, now=start)
    items = [_item(lived, plan, row, writer, start) for row in ITEMS]
    plans.propose_plan(plan=plan, by=writer, now=start + timedelta(days=3))
    plans.approve_plan(plan=plan, by=approver, now=start + timedelta(days=9))
    for item, row in zip(items, ITEMS, strict=True):
        _carry_out(lived, item, row, writer)
    moment = lived.now - timedelta(days=2)
    plans.find_needs(year=lived.today.year, now=moment)
    for number, topic, text in (
        ("100034", "s-negotiation", "客户要求退赔时怎么谈，希望有案例练习。"),
        ("100049", "e-counter", "想学引导台分流。"),
    ):
        plans.add_wish(user=lived.people[number], topic=lived.teaching.topics[topic], text=text, now=moment)
    draft = plans.draft_plan(year=year + 1, name=f"{year + 1} 年度培训计划", by=writer, now=moment)
    # The most pressing need of each of two sources is answered already; the rest waits in the inbox.
    for source in (Need.Source.QUALITY, Need.Source.WISH):
        need = Need.objects.filter(source=source, state=Need.State.OPEN).select_related("topic", "unit").first()
        if need is not None:
            plans.add_item(
                plan=draft,
                topic=need.topic,
                unit=need.unit,
                content=f"{need.topic.name}专题辅导",
                method=PlanItem.Method.COACHING,
                month=date(year + 1, 2, 1),
                instructor=lived.trainer,
                needs=[need],
                by=writer,
                now=lived.now - timedelta(days=1),
            )


def _item(lived: History, plan: AnnualPlan, row: tuple[Any, ...], by: User, now: datetime) -> PlanItem:
    month, topic, unit, content, method, teacher = row
    who: dict[str, Any] = {"instructor": lived.people[teacher]} if teacher in lived.people else {}
    if method == "external":
        who = {"external_teacher": teacher}
    elif method == "self_study":
        who = {"course": lived.teaching.courses[teacher]}
    return plans.add_item(
        plan=plan,
        topic=lived.teaching.topics[topic],
        unit=lived.organisation.units[unit],
        content=content,
        method=method,
        month=date(plan.year, month, 1),
        by=by,
        now=now,
        **who,
    )


def _carry_out(lived: History, item: PlanItem, row: tuple[Any, ...], by: User) -> None:
    """Everything up to this month is arranged; sessions that lie behind have their attendance."""
    day = date(item.plan.year, row[0], 16)
    if day > lived.today + timedelta(days=20) or item.method == PlanItem.Method.EXTERNAL:
        return
    now = at(day - timedelta(days=12), 9)
    try:
        made = plans.schedule_item(
            item=item, by=by, now=min(now, lived.now), starts_at=at(day, 14), ends_at=at(day, 16), place="三楼培训室"
        )
    except Refused:
        return  # nobody is left to be trained: everybody has finished the course
    if isinstance(made, list) and day < lived.today:
        for assignment in made:
            if lived.rng.random() < 0.93:
                lived.read(assignment.user, row[5], day - timedelta(days=lived.rng.randint(0, 8)))
    if isinstance(made, ClassSession) and made.ends_at < lived.now:
        for attendance in made.attendances.select_related("user"):
            came = lived.rng.random() < 0.88
            courses.note_attendance(
                session=made,
                user=attendance.user,
                by=lived.trainer if attendance.user != lived.trainer else by,
                state=Attendance.State.ATTENDED if came else Attendance.State.ABSENT,
                now=made.ends_at,
            )


def _review(lived: History) -> None:
    """The rules of the ladder, and this year's round: proposed, dossiers frozen, the panel is voting."""
    people, levels = lived.people, lived.organisation.levels
    steward = people["100002"]
    long_ago = at(months_before(lived.today, 23), 9)
    for origin, target, requirements in RULES:
        promotions.write_rule(
            to_level=levels[target],
            from_level=levels.get(origin or ""),
            requirements=requirements,
            by=None,
            now=long_ago,
        )
    opened = lived.now - timedelta(days=40)
    panel = [people[number] for number in ("100009", "100007", "100011", "100003")]
    effective = (lived.today.replace(day=28) + timedelta(days=7)).replace(day=1)
    review = promotions.open_round(
        name=f"{lived.today.year} 年度晋升评审",
        year=lived.today.year,
        nominate_until=lived.today - timedelta(days=12),
        effective_on=effective,
        panel=panel,
        by=steward,
        now=opened,
    )
    cases = _propose(lived, review, opened + timedelta(days=10))
    promotions.bring_to_panel(round=review, by=steward, now=lived.now - timedelta(days=10))
    for case in cases[:2]:
        for member, choice, reason in (
            (panel[0], Vote.Choice.FOR, "业务扎实，质检成绩稳定，同意晋升。"),
            (panel[2], Vote.Choice.FOR, "带新人主动，同意。"),
            (panel[3], Vote.Choice.ABSTAIN, "本人授课，回避评价。"),
        ):
            if case is not cases[0] and member == panel[0]:
                continue
            promotions.vote(
                case=case,
                member=member,
                choice=choice,
                reason=reason,
                now=lived.now - timedelta(days=lived.rng.randint(2, 8)),
            )
    if cases:
        promotions.decide(
            case=cases[0],
            outcome=Decision.Outcome.PROMOTE,
            by=steward,
            now=lived.now - timedelta(days=1),
            reason="各项要求均已达到，评审组多数同意。",
        )


def _propose(lived: History, review: ReviewRound, now: datetime) -> list[Case]:
    """The best juniors by requirements met, each proposed by the manager over them; one exceptionally."""
    day = now.date()
    juniors = [user for user in lived.organisation.by_level("junior") if user.employee_no != "100043"]
    rows = [(sum(row["met"] for row in ladder.way_to_next_level(user, day)), user) for user in juniors]
    rows.sort(key=lambda row: (-row[0], row[1].employee_no))
    cases: list[Case] = []
    exceptional = 0
    for _met, user in rows:
        if len(cases) >= 5 or (exceptional and len(cases) >= 4):
            break
        unit = user.employments.order_by("-valid_from").values_list("unit__code", flat=True).first()
        manager = lived.people[{"RX": "100006", "YY": "100007", "HF": "100009"}[unit[:2]]]
        for odd, words in (
            (False, ""),
            (True, "提名时尚差一项要求，但全年无投诉，带教三名新人，现场处理群障得力，建议破格申报。"),
        ):
            if odd and exceptional:
                continue
            try:
                cases.append(
                    promotions.propose(
                        round=review, user=user, by=manager, justification=words, exceptional=odd, now=now
                    )
                )
            except Refused:
                continue
            exceptional += odd
            break
    return cases
