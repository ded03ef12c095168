"""Inert rows and short cuts for exam tests; every state is reached through the services."""

import hashlib
import io
from datetime import timedelta
from itertools import count

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from exams import services
from exams.grading import as_shown
from exams.models import AnswerFile, Candidacy
from tests import factories

_numbers = count(1)
RUBRIC = [
    {"name": "倾听", "levels": [{"points": 3, "text": "听完再说"}, {"points": 0, "text": "打断"}]},
    {
        "name": "方案",
        "levels": [{"points": 3, "text": "可行"}, {"points": 1, "text": "含糊"}, {"points": 0, "text": "没有"}],
    },
]
NEWER_KINDS = {
    "ordering": (
        {"stem": "投诉怎样处理？", "options": ["听完", "记录", "复述", "协商"]},
        {"sequence": [0, 1, 2, 3], "scoring": "part"},
    ),
    "matching": (
        {"stem": "什么时候说什么？", "prompts": ["见面", "离开"], "options": ["您好", "请慢走", "不知道"]},
        {"pairs": [0, 1], "scoring": "part"},
    ),
    "cloze": (
        {"stem": "铃响[[1]]内接听，[[2]]小时内回访。", "gaps": [{}, {"options": ["24", "48", "72"]}]},
        {"gaps": [{"accepted": ["三声", "3声"]}, {"correct": 2}], "scoring": "part"},
    ),
    "case": ({"stem": "客户第三次来电。"}, {}),
    "essay": ({"stem": "写一封答复。", "words": 200}, {"rubric": RUBRIC, "model": "尊敬的客户"}),
    "file": ({"stem": "录一段开场白。", "accepts": "audio"}, {"rubric": RUBRIC, "model": ""}),
    "task": ({"stem": "接待一位投诉客户。", "minutes": 8}, {"rubric": RUBRIC, "model": ""}),
}


def question(topic=None, kind="single", *, now=factories.START, live=True, reviewer=None, **more):
    content, key = {
        "single": ({"stem": "先做什么？", "options": ["听完", "打断", "挂断", "转接"]}, {"correct": [0]}),
        "multiple": ({"stem": "哪些正确？", "options": ["甲", "乙", "丙", "丁"]}, {"correct": [0, 2]}),
        "true_false": ({"stem": "铃响三声内接听。"}, {"answer": True}),
        "numeric": ({"stem": "几小时内回访？", "unit": "小时"}, {"value": "72", "tolerance": "0"}),
        "short_text": ({"stem": "铃响几声内接听？"}, {"accepted": ["三声", "3声"]}),
        **NEWER_KINDS,
    }.get(kind, ({}, {}))
    more.setdefault("explanation", "答案解析密文")
    more.setdefault("source", "依据条款密文")
    return services.add_question(
        code=f"q-{next(_numbers)}",
        topics=[topic or factories.topic()],
        level=None,
        kind=kind,
        content=more.pop("content", content),
        key=more.pop("key", key),
        author=more.pop("author", None),
        now=now,
        reviewer=(reviewer or factories.examiner()) if live else None,
        **more,
    )


def png(size=8):
    """A small picture, another one for each size."""
    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (size, size), "#0d6b5e").save(target, "PNG")
    return target.getvalue()


def exam(*, parts=1, kinds=("single", "multiple", "true_false", "numeric", "short_text"), now=factories.START, **more):
    """A published exam: each part asks one question of each kind, 2 points each, 30 minutes, 60 percent."""
    topic = factories.topic()
    for kind in kinds:
        for _copy in range(2):
            question(topic, kind)
    rows = [{"topic": topic, "kind": kind, "count": 1, "points": 2} for kind in kinds]
    given = {"kind": "paper", "minutes": 30, "pass_percent": 60, "tries": 2, **more}
    made = services.create_exam(
        code=f"exam-{next(_numbers)}",
        name="初级工业务考试",
        level=None,
        parts=[{**given, "title": f"第 {number} 部分", "blueprint": rows} for number in range(1, parts + 1)],
        now=now,
        by=None,
    )
    return services.publish_exam(exam=made, by=None, now=now)


def sitting(exam_=None, *people, now, hours=4, by=None):
    return services.open_sitting(
        exam=exam_ or exam(),
        name="十一月月度考核",
        opens_at=now,
        closes_at=now + timedelta(hours=hours),
        audience={"people": [person.pk for person in people]},
        by=by,
        now=now,
    )


def candidacy(*, now, person=None, **more):
    person = person or factories.person()
    return Candidacy.objects.get(sitting=sitting(exam(**more), person, now=now), user=person)


def part(candidacy_, order=0):
    return candidacy_.sitting.exam.parts.order_by("order")[order]


def started(*, now, **more):
    invited = candidacy(now=now, **more)
    return services.start_attempt(candidacy=invited, part=part(invited), now=now)


RIGHT = {
    "single": {"chosen": [0]},
    "multiple": {"chosen": [2, 0]},
    "true_false": {"answer": True},
    "numeric": {"text": "７２小时"},
    "short_text": {"text": " ３声。"},
    "ordering": {"sequence": [0, 1, 2, 3]},
    "matching": {"pairs": [0, 1]},
    "cloze": {"gaps": ["三声", 2]},
}


def answers(attempt, right=5, seq=1):
    """The first `right` positions answered rightly, nothing else."""
    from exams.queries import asked

    return [
        {
            "position": question.position,
            "seq": seq,
            "answer": as_shown(RIGHT[question.kind], question.order),
            "marked": False,
        }
        for question in asked(attempt)[:right]
    ]


def answer(attempt, right=5, *, now, seq=1):
    return services.save_responses(
        attempt_id=attempt.pk, generation=attempt.generation, answers=answers(attempt, right, seq), now=now
    )


def taken(*, now, right=5, **more):
    attempt = started(now=now, **more)
    answer(attempt, right, now=now)
    return services.submit(attempt=attempt, now=now + timedelta(minutes=10))


ESSAY_RUBRIC = [
    {
        "name": "内容",
        "levels": [{"points": 0, "text": "没有"}, {"points": 3, "text": "部分"}, {"points": 6, "text": "完整"}],
    },
    {"name": "语言", "levels": [{"points": 0, "text": "混乱"}, {"points": 4, "text": "清楚"}]},
]


def written(kind="essay", *, rubric=None, topic=None, points=10, **more):
    """A question that people mark: an essay, a file, a face-to-face task."""
    content = {
        "essay": {"stem": "如何安抚激动的客户？", "words": None},
        "file": {"stem": "录一段接听。", "accepts": "audio"},
        "task": {"stem": "现场处理一次投诉。", "minutes": None},
    }[kind]
    key = {"rubric": ESSAY_RUBRIC if rubric is None else rubric, "model": "先听完，再道歉。"}
    return question(topic, kind, content=content, key=key, points=points, **more)


def mixed(*people, now, part=None, kinds=("essay",), closed=1, hours=4, **rules):
    """A sitting of an exam with one fixed part: `closed` single choices of 2 points, then questions that people mark, 10 each."""
    topic = factories.topic()
    fixed = [{"question": question(topic)} for _copy in range(closed)]
    fixed += [{"question": written(kind, topic=topic)} for kind in kinds]
    given = {"kind": "paper", "title": "综合卷", "minutes": 30, "pass_percent": 60, "tries": 1, "fixed": fixed}
    made = services.create_exam(
        code=f"exam-{next(_numbers)}",
        name="高级工考试",
        level=None,
        parts=[given | (part or {})],
        now=now,
        by=None,
        **rules,
    )
    made = services.publish_exam(exam=made, by=None, now=now)
    return sitting(made, *people, now=now, hours=hours)


def written_by(person, sitting_, *, now, text="先安抚，再核实。", right=True):
    """The person's attempt, handed in: single choices right or wrong, everything else answered with the text."""
    from exams.queries import asked

    candidacy_ = Candidacy.objects.get(sitting=sitting_, user=person)
    attempt = services.start_attempt(candidacy=candidacy_, part=part(candidacy_), now=now)
    given = []
    for question_ in asked(attempt):
        shown = as_shown({"chosen": [0 if right else 1]}, question_.order) if question_.kind == "single" else None
        given.append({"position": question_.position, "seq": 1, "answer": shown or {"text": text}})
    services.save_responses(attempt_id=attempt.pk, generation=attempt.generation, answers=given, now=now)
    return services.submit(attempt=attempt, now=now + timedelta(minutes=5))


def answer_file(attempt, *, now, content=b"%PDF-1.7 answer", position=1):
    """A file kept for an answer, as the service keeps one of a question that asks for it."""
    stored = storages["private"].save(f"answers/{attempt.pk}/{position}.pdf", ContentFile(content))
    return AnswerFile.objects.create(
        attempt=attempt,
        position=position,
        name="录音.pdf",
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        stored=stored,
        uploaded_at=now,
    )
