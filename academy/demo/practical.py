"""The practical exam: an essay that people mark and a face-to-face part, one sitting to be released by hand, one request to mark again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from academy.demo.history import at
from exams import queries
from exams import services as exams
from exams.grading import as_shown
from exams.models import Attempt, Candidacy, Exam, ExamPart, Question, Sitting
from people.models import Role, Unit, User
from people.services import assign_role
from topics.models import Topic

CONTENT = {
    "name": "回应的内容",
    "levels": [
        {"points": 0, "text": "没有回应客户的诉求"},
        {"points": 3, "text": "回应了诉求，但没有说明原因或时限"},
        {"points": 6, "text": "回应诉求，说明原因、办法和时限"},
    ],
}
TONE = {
    "name": "语气与措辞",
    "levels": [
        {"points": 0, "text": "生硬、推诿，或使用服务禁语"},
        {"points": 2, "text": "礼貌，但缺少安抚"},
        {"points": 4, "text": "先安抚再说明，措辞得体"},
    ],
}
HANDLING = {
    "name": "处理过程",
    "levels": [
        {"points": 0, "text": "没有核实，直接答复"},
        {"points": 4, "text": "核实了情况，漏掉一两个要点"},
        {"points": 6, "text": "核实身份和事实，归纳诉求，给出方案并确认"},
    ],
}
ESSAY = {
    "kind": "essay",
    "content": {
        "stem": "<p>客户来信：宽带报修三天没有人上门，要求退还当月费用。请写一封 150 字左右的回复。</p>",
        "words": 150,
    },
    "key": {
        "rubric": [CONTENT, TONE],
        "model": "先为耽误使用致歉；说明已催办并约定上门时间；按规定退还停用期间的费用；留下联系方式并承诺回访。",
    },
    "points": 10,
}
TASK = {
    "kind": "task",
    "content": {"stem": "<p>考官扮演一位来电客户：流量费突增，情绪激动，要求立即退费。请现场受理。</p>", "minutes": 8},
    "key": {
        "rubric": [HANDLING, TONE],
        "model": "让客户说完；复述诉求；核对套餐和详单；解释计费；提出可行方案；确认客户是否接受。",
    },
    "points": 10,
}
CHOICE = {
    "kind": "single",
    "content": {
        "stem": "<p>客户情绪激动、语速很快时，先做什么？</p>",
        "options": ["让客户说完，再复述要点", "请客户冷静后再打来", "直接说明公司规定", "马上转给班长"],
    },
    "key": {"correct": [0]},
    "points": 2,
}
DRAFTS: dict[str, dict[str, Any]] = {
    "d-refund-time": {
        "kind": "single",
        "content": {
            "stem": "退费申请受理后，应当在几个工作日内告知客户处理结果？",
            "options": ["1 个工作日", "3 个工作日", "7 个工作日", "15 个工作日"],
        },
        "key": {"correct": [1]},
        "explanation": "受理时就要把时限告诉客户，到期没有结果也要主动回电说明。",
        "source": "《投诉处理规范》第 9 条",
    },
    "d-angry-call": {
        "kind": "multiple",
        "content": {
            "stem": "客户在电话里情绪激动，下列哪些做法是合适的？",
            "options": [
                "先让客户把话说完",
                "用自己的话复述客户的要求",
                "提醒客户注意说话的态度",
                "说明接下来的处理步骤和时限",
            ],
        },
        "key": {"correct": [0, 1, 3]},
        "explanation": "先接住情绪，再谈事情；评价客户的态度只会让矛盾升级。",
        "source": "《服务用语规范》第 4 条",
    },
    "d-callback": {
        "kind": "true_false",
        "content": {"stem": "投诉处理完毕后，只要工单已经关闭，就不必再回访客户。"},
        "key": {"answer": False},
        "explanation": "关闭工单不等于客户满意，回访确认后才算办结。",
        "source": "《投诉处理规范》第 12 条",
    },
}
LETTERS = [
    "您好，非常抱歉宽带故障给您带来不便。我们已联系装维班，今天下午四点前上门处理，修复后我会回访。停用三天的费用会在下月账单中退还。如有问题请随时联系我们。",
    "您好，您的情况已经知道了，师傅会尽快上门，费用的事情修好以后再说。",
    "尊敬的客户：对不起让您久等。经查，故障原因是小区交接箱损坏，正在抢修，预计明天上午恢复。按规定退还停用期间的费用，工单号已发到您的手机。",
    "请您耐心等待，装维人员比较忙。",
    "您好，为这次不愉快的体验向您道歉。上门时间约在今晚七点，若有变化提前电话告知。停用期间费用全额退还，处理完成后请您评价。",
]


@dataclass
class Practical:
    """Lives the practical exam up to `now`."""

    people: dict[str, User]
    juniors: list[User]
    topic: Topic
    now: datetime

    def live(self) -> None:
        """Last month's sitting with a request to mark again, this week's that waits for markers, today's face to face."""
        self.trainer, self.examiner, self.second = (self.people[number] for number in ("100003", "100004", "100009"))
        self._second_examiner()
        learners = [*self.juniors[:4], self.people["100031"]]
        today = timezone.localdate(self.now)
        made = self.now - timedelta(days=60)
        self.questions = {
            code: self._question(code, row, made)
            for code, row in (("p-letter", ESSAY), ("p-call", TASK), ("p-calm", CHOICE))
        }
        for code, row in DRAFTS.items():
            exams.add_question(
                code=code, topics=[self.topic], level=None, author=self.trainer, now=self.now - timedelta(days=2), **row
            )
        letter = self._exam("practical-letter", "投诉回复写作考核", ["p-calm", "p-letter"], ExamPart.Kind.PAPER, made)
        call = self._exam("practical-call", "现场受理考核", ["p-call"], ExamPart.Kind.RUBRIC, made)
        self._past(letter, learners[:3], at(today - timedelta(days=30), 9))
        self._waiting(letter, learners, at(today - timedelta(days=2), 9))
        self._sitting(call, "现场受理考核（本周）", learners, at(today - timedelta(days=1), 8), days=6)

    def _second_examiner(self) -> None:
        """A request to mark again is answered by somebody who has not marked."""
        began = timezone.localdate(self.now) - timedelta(days=90)
        assign_role(
            user=self.second,
            role=Role.EXAMINER,
            unit=Unit.get_first_root_node(),
            valid_from=began,
            now=at(began, 9),
            by=self.people["100001"],
        )

    def _question(self, code: str, row: dict[str, Any], now: datetime) -> Question:
        return exams.add_question(
            code=code, topics=[self.topic], level=None, author=self.trainer, reviewer=self.examiner, now=now, **row
        )

    def _exam(self, code: str, name: str, questions: list[str], kind: str, now: datetime) -> Exam:
        fixed = [{"question": self.questions[code]} for code in questions]
        part = {"kind": kind, "title": name, "minutes": 40, "pass_percent": 60, "tries": 1, "fixed": fixed}
        release = Exam.Release.BY_HAND if kind == ExamPart.Kind.PAPER else Exam.Release.AT_ONCE
        exam = exams.create_exam(
            code=code, name=name, level=None, parts=[part], by=self.examiner, now=now, release=release
        )
        return exams.publish_exam(exam=exam, by=self.examiner, now=now)

    def _sitting(self, exam: Exam, name: str, users: list[User], opens: datetime, *, days: int = 0) -> Sitting:
        return exams.open_sitting(
            exam=exam,
            name=name,
            opens_at=opens,
            closes_at=opens + timedelta(days=days, hours=9),
            place="三楼考试室",
            audience={"people": [user.pk for user in users]},
            by=self.examiner,
            now=opens - timedelta(days=5),
        )

    def _write(self, sitting: Sitting) -> list[Attempt]:
        attempts = []
        for place, candidacy in enumerate(Candidacy.objects.filter(sitting=sitting).order_by("user__employee_no")):
            began = sitting.opens_at + timedelta(minutes=5 + place)
            attempt = exams.start_attempt(candidacy=candidacy, part=sitting.exam.parts.get(), now=began)
            answers = []
            for asked in queries.asked(attempt):
                answer = {"text": LETTERS[place % len(LETTERS)]}
                if asked.kind == "single":
                    answer = as_shown({"chosen": [0 if place % 3 else 2]}, asked.order)
                answers.append({"position": asked.position, "seq": 1, "answer": answer, "spent_ms": 90_000})
            end = began + timedelta(minutes=20)
            exams.save_responses(attempt_id=attempt.pk, generation=attempt.generation, answers=answers, now=end)
            attempts.append(exams.submit(attempt=attempt, now=end))
        return attempts

    def _past(self, exam: Exam, users: list[User], opens: datetime) -> None:
        sitting = self._sitting(exam, f"{exam.name}（上月）", users, opens)
        attempts = self._write(sitting)
        moment = sitting.closes_at + timedelta(hours=1)
        for attempt, picks, comment in zip(
            attempts,
            (["6", "2"], ["0", "2"], ["6", "4"]),
            ("原因和时限都写清楚了，开头可以先安抚。", "没有回应退费的诉求。", "内容完整，语气得体。"),
            strict=False,
        ):
            exams.mark_answer(attempt=attempt, position=2, picks=picks, comment=comment, by=self.second, now=moment)
        exams.release(sitting=sitting, by=self.examiner, now=moment + timedelta(hours=1))
        exams.ask_remark(
            attempt=attempts[1],
            position=2,
            reason="我写了“费用的事情修好以后再说”，这是对退费诉求的回应，请再看一次。",
            by=attempts[1].candidacy.user,
            now=moment + timedelta(days=1),
        )

    def _waiting(self, exam: Exam, users: list[User], opens: datetime) -> None:
        sitting = self._sitting(exam, f"{exam.name}（本月）", users, opens)
        first = self._write(sitting)[0]
        exams.mark_answer(
            attempt=first,
            position=2,
            picks=["6", "4"],
            comment="回应完整，语气得体。",
            by=self.examiner,
            now=sitting.closes_at + timedelta(hours=1),
        )
