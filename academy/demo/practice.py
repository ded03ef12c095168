"""The newcomer practises five minutes on most days of two weeks; people say what two of their courses were like."""

import random
from datetime import timedelta
from typing import Any

from academy.demo.history import NEWCOMER, History, at
from courses import queries as course_queries
from courses import services as courses
from courses.models import Completion
from exams.models import Question, QuestionVersion
from people.models import User

SEED = 20240612
# Days before today on which the newcomer practised, and how likely an answer was right.
DAYS = (13, 12, 10, 9, 7, 6, 4, 3, 1)
KNOWS = 0.7
# Course, how many of those who completed it spoke, and what some of them said with how many stars.
SAID = [
    (
        "need-to-solution",
        12,
        [
            (5, "对话案例跟我们每天接的电话一样，学完当天就用上了。"),
            (4, "复述四要素很好记，希望再多几段录音。"),
            (5, ""),
            (4, ""),
            (3, "第三课有点长，午休时间学不完，能不能拆成两课？"),
            (5, "“先听完再开口”这一句，我贴在屏幕边上了。"),
            (4, ""),
            (2, "资费部分和新政策对不上，请更新。"),
            (4, "小测之后的解析讲得清楚。"),
        ],
    ),
    ("coaching-and-floor", 3, [(5, "带教话术很实用。"), (4, ""), (4, "希望有一次面授演练。")]),
]


def practise(lived: History) -> None:
    """The answers of the newcomer, then the feedback."""
    rng, user = random.Random(SEED), lived.people[NEWCOMER]
    for back in DAYS:
        _five_minutes(user, lived, back, rng)
    for code, people, said in SAID:
        rows = Completion.objects.filter(course=lived.teaching.courses[code]).select_related("enrolment")
        for place, row in enumerate(rows.order_by("completed_at", "pk")[:people]):
            stars, words = said[place % len(said)] if place < len(said) else (said[place % len(said)][0], "")
            now = min(row.completed_at + timedelta(hours=20), lived.now)
            courses.give_feedback(enrolment=row.enrolment, stars=stars, words=words, now=now)


def _five_minutes(user: User, lived: History, back: int, rng: random.Random) -> None:
    moment = at(lived.today - timedelta(days=back), 12)
    codes = [question.check.code for question in course_queries.daily(user, moment).questions]
    versions = {row.code: row.current for row in Question.objects.filter(code__in=codes).select_related("current")}
    for place, code in enumerate(codes, 1):
        answer = _answer(versions[code], right=rng.random() < KNOWS)
        courses.answer_daily(user=user, code=code, answer=answer, now=moment + timedelta(seconds=40 * place))


def _answer(version: QuestionVersion, *, right: bool) -> dict[str, Any]:
    """The answer that the key asks for, or another one."""
    key = version.key
    if "correct" in key:
        wrong = [index for index in range(len(version.content["options"])) if index not in key["correct"]]
        return {"chosen": key["correct"] if right else wrong[:1]}
    if "answer" in key:
        return {"answer": key["answer"] is right}
    return {"text": (key.get("value") or key["accepted"][0]) if right else "不知道"}
