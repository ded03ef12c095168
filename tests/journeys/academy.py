"""A small academy for journeys: one team, its onboarding course, its exam with a typing test, its ladder and its weak topic."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from certificates.models import CertificateKind
from courses import services as courses
from courses.models import CoursePage
from exams import services as exams
from exams.grading import as_shown
from exams.models import Candidacy, Exam, Sitting
from exams.queries import asked
from people.models import Level, Role, Unit, User
from plans import services as plans
from plans.models import AnnualPlan
from promotions import services as promotions
from promotions.models import Case
from tests import factories
from tests.courses import build
from tests.typing import scenes
from topics.models import Topic

PASSWORD = "yunqiao-2026"
WEAK = "情绪安抚"
EXAM = "初级工等级考试"
CERTIFICATE = "客户服务初级工等级证书"
LESSONS = ["先听完，再复述", "答应的事，按时回访"]

# code, topic, kind, stem, options and the right one of them; (True, False) for a statement; a number with its unit.
QUESTIONS = [
    (
        "complaint-1",
        "complaints",
        "single",
        "客户情绪激动时，第一步做什么？",
        ["让客户把话讲完", "打断客户", "转接同事"],
        0,
    ),
    (
        "complaint-2",
        "complaints",
        "single",
        "投诉受理后，由谁负责跟进到底？",
        ["下一个班次", "首位受理的人", "客户本人"],
        1,
    ),
    ("complaint-3", "complaints", "true_false", "投诉应在五天内答复客户。", None, True),
    ("complaint-4", "complaints", "true_false", "客户满意之前，可以先关闭工单。", None, False),
    ("complaint-5", "complaints", "numeric", "处理后几小时内回访客户？", "小时", "72"),
    ("complaint-6", "complaints", "numeric", "回访率要求达到百分之几？", "%", "100"),
    ("emotion-1", "emotion", "single", "客户哭诉时，先说哪一句？", ["我理解您的心情", "请您冷静", "这不归我管"], 0),
    ("emotion-2", "emotion", "single", "客户高声责骂时，语速应当怎样？", ["比客户更快", "平稳放慢", "沉默不语"], 1),
    ("emotion-3", "emotion", "true_false", "安抚之前不急着讲政策。", None, True),
    ("emotion-4", "emotion", "true_false", "可以用“您听我说完”打断客户。", None, False),
    ("emotion-5", "emotion", "true_false", "道歉并不等于承认违约。", None, True),
    ("emotion-6", "emotion", "numeric", "通话结束前重点复述几遍？", "遍", "1"),
]
# What the candidate knows: {question: what to choose, say or write}.
RIGHT = {stem: more[right] if kind == "single" else right for _code, _topic, kind, stem, more, right in QUESTIONS}


@dataclass
class Academy:
    """Who is there and what is ready for the new hire."""

    now: datetime
    team: Unit
    junior: Level
    weak: Topic
    course: CoursePage
    exam: Exam
    sitting: Sitting
    newcomer: User
    colleagues: list[User]
    trainer: User
    manager: User
    personnel: User
    second: User
    examiner: User
    panel: list[User]

    def candidacy_of(self, person: User) -> Candidacy:
        return Candidacy.objects.get(sitting=self.sitting, user=person)


def found(now: datetime) -> Academy:
    """Everything up to the new hire's second day: the course waits until next week, the sitting stays open a little longer."""
    today = timezone.localdate(now)
    company = factories.company()
    team = factories.unit("热线一班", company)
    junior = factories.level("junior")
    complaints, emotion = factories.topic(), factories.topic("s-emotion", WEAK)
    trainer = factories.with_role(Role.TRAINER, name="周敏", password=PASSWORD)
    course = _course(junior, emotion)
    exam = _exam(junior, {"complaints": complaints, "emotion": emotion}, now)
    CertificateKind.objects.create(code="junior", name=CERTIFICATE, prefix="YQ-CJ", exam=exam, level=junior)
    colleagues = [factories.person(name, at=team) for name in ("魏红", "贺强", "顾婷")]
    _answer_the_weak_topic_wrongly(exam, colleagues, now - timedelta(days=3))
    newcomer = factories.person("林晓雨", at=team, on=today - timedelta(days=1), password=PASSWORD)
    made = Academy(
        now=now,
        team=team,
        junior=junior,
        weak=emotion,
        course=course,
        exam=exam,
        sitting=_sitting(exam, [newcomer], now),
        newcomer=newcomer,
        colleagues=colleagues,
        trainer=trainer,
        manager=factories.with_role(Role.MANAGER, over=team, name="陈班长", password=PASSWORD),
        personnel=factories.with_role(Role.PERSONNEL, name="何静", password=PASSWORD),
        second=factories.with_role(Role.PERSONNEL, name="钱文彬", password=PASSWORD),
        examiner=factories.with_role(Role.EXAMINER, name="陈国栋", password=PASSWORD),
        panel=[factories.with_role(Role.PANEL, name=name, password=PASSWORD) for name in ("唐志远", "郑海燕")],
    )
    promotions.write_rule(
        to_level=junior,
        from_level=None,
        requirements=[
            {"kind": "certificate", "kind_code": "junior"},
            {"kind": "courses", "level": "junior", "count": 1},
        ],
        by=None,
        now=now,
    )
    return made


def _course(level: Level, topic: Topic) -> CoursePage:
    course = build.course("客户投诉处理", lessons=0, level=level, summary="听懂客户，把答应的事做完。", minutes=20)
    course.topics.add(topic)
    course.save_revision().publish()
    for title in LESSONS:
        build.lesson(course, title)
    course = CoursePage.objects.get(pk=course.pk)
    build.onboarding(course, days=5)
    return course


def _exam(level: Level, topics: dict[str, Topic], now: datetime) -> Exam:
    """A paper of six questions, three a topic, and a typing test of one minute at 30 characters a minute."""
    for code, topic, kind, stem, more, right in QUESTIONS:
        content, key = {
            "single": ({"stem": stem, "options": more}, {"correct": [right]}),
            "true_false": ({"stem": stem}, {"answer": right}),
            "numeric": ({"stem": stem, "unit": more}, {"value": right, "tolerance": "0"}),
        }[kind]
        exams.add_question(
            code=code,
            topics=[topics[topic]],
            level=level,
            kind=kind,
            content=content,
            key=key,
            points=1,
            difficulty=2,
            explanation="见服务规范。",
            source="服务规范",
            author=None,
            now=now,
            reviewer=factories.examiner(),
        )
    scenes.passage(now)
    rows = [{"topic": topic, "kind": "", "difficulty": None, "count": 3, "points": 10} for topic in topics.values()]
    paper = {"kind": "paper", "title": "业务笔试", "minutes": 30, "pass_percent": 60, "tries": 1, "blueprint": rows}
    standard = scenes.standard(now, threshold=30, minutes=1)
    typing = {"kind": "typing", "title": "汉字录入", "tries": 2, "standard": standard}
    exam = exams.create_exam(code="level-junior", name=EXAM, level=level, parts=[paper, typing], now=now, by=None)
    return exams.publish_exam(exam=exam, by=None, now=now)


def _sitting(exam: Exam, people: list[User], now: datetime) -> Sitting:
    return exams.open_sitting(
        exam=exam,
        name="本月初级工考试",
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(days=9),
        place="三楼考试室",
        audience={"people": [person.pk for person in people]},
        by=None,
        now=now,
    )


def _answer_the_weak_topic_wrongly(exam: Exam, people: list[User], now: datetime) -> None:
    """In an earlier sitting, whose paper everybody hands in with every question of the weak topic wrong."""
    sitting = _sitting(exam, people, now)
    for person in people:
        candidacy = Candidacy.objects.get(sitting=sitting, user=person)
        paper = exams.start_attempt(candidacy=candidacy, part=exam.parts.order_by("order")[0], now=now)
        answers = [
            {"position": question.position, "seq": 1, "answer": _colleagues_answer(question), "marked": False}
            for question in asked(paper)
        ]
        exams.save_responses(attempt_id=paper.pk, generation=paper.generation, answers=answers, now=now)
        exams.submit(attempt=paper, now=now + timedelta(minutes=10))


def answer(question, *, rightly: bool) -> dict:
    """An answer as the service keeps it."""
    _code, _topic, kind, _stem, more, right = next(row for row in QUESTIONS if row[3] == question.stem)
    if kind == "single":
        return as_shown({"chosen": [right if rightly else (right + 1) % len(more)]}, question.order)
    if kind == "true_false":
        return {"answer": right if rightly else not right}
    return {"text": right if rightly else "3"}


def _colleagues_answer(question) -> dict:
    row = next(row for row in QUESTIONS if row[3] == question.stem)
    return answer(question, rightly=row[1] != "emotion")


# What the journeys that begin later have behind them, done through the services.


def sit(house: Academy, person: User) -> Candidacy:
    """Within the last hour the person has handed in a right paper and typed 80 characters in the minute."""
    candidacy = house.candidacy_of(person)
    paper, typing = house.exam.parts.order_by("order")
    begun = house.now - timedelta(minutes=50)
    attempt = exams.start_attempt(candidacy=candidacy, part=paper, now=begun)
    answers = [
        {"position": question.position, "seq": 1, "answer": answer(question, rightly=True), "marked": False}
        for question in asked(attempt)
    ]
    exams.save_responses(attempt_id=attempt.pk, generation=attempt.generation, answers=answers, now=begun)
    exams.submit(attempt=attempt, now=begun + timedelta(minutes=10))
    attempt = exams.start_attempt(candidacy=candidacy, part=typing, now=begun + timedelta(minutes=12))
    text = "".join(attempt.typing.text.split())[:80]
    scenes.Browser(attempt).type(text, per_minute=90)
    exams.submit(attempt=attempt, now=begun + timedelta(minutes=13))
    return candidacy


def learn(house: Academy, person: User) -> None:
    """The person completes the course."""
    enrolment = courses.enrol(user=person, course=house.course, now=house.now)
    for lesson in build.lessons(house.course):
        courses.complete_lesson(enrolment=enrolment, lesson=lesson, now=house.now)


def plan(house: Academy) -> AnnualPlan:
    """A draft with one item that answers the need of the weak topic."""
    today = timezone.localdate(house.now)
    needs = plans.find_needs(year=today.year, now=house.now)
    draft = plans.draft_plan(year=today.year, name="本年度培训计划", by=house.personnel, now=house.now)
    plans.add_item(
        plan=draft,
        topic=house.weak,
        unit=house.team,
        content="情绪安抚六步法",
        method="lecture",
        month=today.replace(month=12, day=1),
        instructor=house.trainer,
        needs=needs[:1],
        by=house.personnel,
        now=house.now,
    )
    return draft


def case_before_the_panel(house: Academy) -> Case:
    """The new hire, proposed by the manager, voted for by one of the panel of two."""
    today = timezone.localdate(house.now)
    review = promotions.open_round(
        name="本年度晋升评审",
        year=today.year,
        nominate_until=today,
        effective_on=today + timedelta(days=7),
        panel=house.panel,
        by=house.personnel,
        now=house.now,
    )
    case = promotions.propose(
        round=review,
        user=house.newcomer,
        by=house.manager,
        justification="学得快，服务耐心。",
        exceptional=False,
        now=house.now,
    )
    promotions.bring_to_panel(round=review, by=house.personnel, now=house.now)
    promotions.vote(case=case, member=house.panel[0], choice="for", reason="业务扎实。", now=house.now)
    return case
