"""What is taught and asked: topics, 260 questions, the courses, passages, standards, exams, kinds of certificate."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from academy.demo import catalogue
from academy.demo.catalogue import CONTENT
from academy.demo.organisation import Organisation
from certificates.models import CertificateKind
from courses.models import CoursePage
from exams import services as exams
from exams.models import Exam, ExamPart, Passage, Question, TypingStandard
from exams.typing import services as typing
from topics.models import Strand, Topic

STRANDS = [("business", "业务知识"), ("skills", "服务技能"), ("etiquette", "服务礼仪与职业素养")]
TOPICS = {
    "business": (
        "b-scope 业务范围与服务渠道; b-tariff 套餐与资费; b-billing 账单与计费查询; b-roaming 国际漫游; b-broadband 宽带装维; "
        "b-number 实名入网与号码管理; b-refund 退费与费用争议; b-faults 网络故障受理; b-orders 工单系统操作; b-kb 知识库使用与维护"
    ),
    "skills": (
        "s-listening 倾听与提问; s-summing 需求归纳与复述; s-complaints 投诉处理流程; s-emotion 情绪安抚; s-escalation 升级与移交; "
        "s-followup 客户回访; s-negotiation 协商与解决方案; s-lookup 快速准确查询; s-record 通话记录与工单书写; s-coaching 辅导与现场管理"
    ),
    "etiquette": (
        "e-greeting 三声服务; e-phone 电话接听规范; e-language 普通话与服务用语; e-taboo 服务禁语; e-appearance 仪容仪表; "
        "e-counter 柜台接待; e-first 首问负责; e-once 一次性告知; e-privacy 客户信息保密; e-team 团队协作与职业责任"
    ),
}
# Topics that are part of another.
PARTS = {
    "b-roaming": "b-tariff",
    "b-refund": "b-billing",
    "b-kb": "b-orders",
    "s-emotion": "s-complaints",
    "s-escalation": "s-complaints",
    "s-followup": "s-complaints",
    "e-greeting": "e-phone",
    "e-taboo": "e-language",
}
# The onboarding path: course and days after the hire.
STANDARDS = [
    ("junior", "初级工汉字录入", "junior", 30, 10),
    ("intermediate", "中级工汉字录入", "intermediate", 50, 10),
    ("junior-monthly", "月度考核汉字录入（初级）", "junior", 30, 5),
    ("intermediate-monthly", "月度考核汉字录入（中级）", "intermediate", 50, 5),
]
# code, name, level, minutes, pass mark, questions a topic (junior topics / all), standard
EXAMS = [
    ("level-junior", "初级工等级考试", "junior", 60, 80, 40, "junior"),
    ("level-intermediate", "中级工等级考试", "intermediate", 60, 80, 40, "intermediate"),
    ("level-senior", "高级工等级考试", "senior", 90, 85, 40, None),
    ("monthly-junior", "初级工月度考核", "junior", 30, 80, 20, "junior-monthly"),
    ("monthly-intermediate", "中级工月度考核", "intermediate", 30, 80, 20, "intermediate-monthly"),
]
CERTIFICATES = [
    (
        "junior",
        "客户服务初级工等级证书",
        "YQ-CJ",
        "level-junior",
        12,
        "经考核，业务知识与汉字录入达到客户服务初级工标准，准予上岗受理咨询、查询与下单业务。",
    ),
    (
        "intermediate",
        "客户服务中级工等级证书",
        "YQ-ZJ",
        "level-intermediate",
        18,
        "经考核，业务知识与汉字录入达到客户服务中级工标准，准予受理投诉、一般资费争议与账单核查业务。",
    ),
    (
        "senior",
        "客户服务高级工等级证书",
        "YQ-GJ",
        "level-senior",
        24,
        "经考核，达到客户服务高级工标准，准予承担升级投诉处理、现场管理与员工辅导工作。",
    ),
]


@dataclass
class Teaching:
    """What the history chapter looks up."""

    topics: dict[str, Topic] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    courses: dict[str, CoursePage] = field(default_factory=dict)
    standards: dict[str, TypingStandard] = field(default_factory=dict)
    exams: dict[str, Exam] = field(default_factory=dict)
    kinds: dict[str, CertificateKind] = field(default_factory=dict)
    passages: list[Passage] = field(default_factory=list)


def build(organisation: Organisation, *, now: datetime) -> Teaching:
    """Everything of this chapter, dated `now` (two years before today)."""
    made = Teaching()
    trainer, examiner = organisation.people["100003"], organisation.people["100004"]
    for order, (code, name) in enumerate(STRANDS):
        strand = Strand.objects.create(code=code, name=name, order=order)
        for place, words in enumerate(TOPICS[code].split("; ")):
            topic, title = words.split(" ")
            made.topics[topic] = Topic.objects.create(strand=strand, code=topic, name=title, order=place)
    for part, whole in PARTS.items():
        topic = made.topics[part]
        topic.parent = made.topics[whole]
        topic.save(update_fields=["parent"])
    for name in (*(code for code, _name in STRANDS), "kinds"):
        for row in catalogue.toml(CONTENT / "questions" / f"{name}.toml")["question"]:
            content, key = _question(row)
            made.questions[row["code"]] = exams.add_question(
                code=row["code"],
                topics=[made.topics[row["topic"]]],
                level=organisation.levels[row["level"]],
                kind=row["kind"],
                content=content,
                key=key,
                points=row["points"],
                difficulty=row["difficulty"],
                explanation=row.get("explanation", ""),
                source=row.get("source", ""),
                author=trainer,
                now=now,
                reviewer=examiner,
                case=made.questions.get(row.get("in", "")),
                place=int(row["code"].rpartition("-")[2]) if "in" in row else 0,
            )
    made.courses = catalogue.build(made.topics, organisation, now=now)
    for code, name, level, threshold, minutes in STANDARDS:
        made.standards[code] = typing.create_standard(
            code=code,
            name=name,
            level=organisation.levels[level],
            threshold=threshold,
            gate=95,
            minutes=minutes,
            by=examiner,
            now=now,
        )
    for path in sorted((CONTENT / "passages").glob("*.txt")):
        title, _, text = path.read_text(encoding="utf-8").partition("\n")
        use = Passage.Use.PRACTICE if path.stem.startswith("09") else Passage.Use.EXAM
        made.passages.append(
            typing.publish_passage(
                code=path.stem, title=title.removeprefix("# ").strip(), text=text.strip(), use=use, by=examiner, now=now
            )
        )
    for code, name, level, minutes, mark, size, standard in EXAMS:
        made.exams[code] = _exam(made, organisation, code, name, level, minutes, mark, size, standard, examiner, now)
    for code, name, prefix, exam, months, statement in CERTIFICATES:
        made.kinds[code] = CertificateKind.objects.create(
            code=code,
            name=name,
            prefix=prefix,
            exam=made.exams[exam],
            level=organisation.levels[code],
            valid_months=months,
            statement=statement,
        )
    return made


def _question(row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Content and key of a question in the words of QuestionVersion."""
    content: dict[str, Any] = {"stem": row["stem"]}
    match row["kind"]:
        case "single" | "multiple":
            key = {"correct": row["correct"], "scoring": row.get("scoring", "all")}
            return content | {"options": row["options"]}, key
        case "true_false":
            return content, {"answer": row["answer"]}
        case "numeric":
            return content | {"unit": row["unit"]}, {"value": str(row["value"]), "tolerance": str(row["tolerance"])}
        case "short_text":
            return content, {"accepted": row["accepted"]}
        case "ordering":
            key = {"sequence": list(range(len(row["items"]))), "scoring": row["scoring"]}
            return content | {"options": row["items"]}, key
        case "matching":
            prompts, answers = zip(*row["pairs"], strict=True)
            key = {"pairs": list(range(len(answers))), "scoring": row["scoring"]}
            return content | {"prompts": list(prompts), "options": [*answers, *row["others"]]}, key
        case "cloze":
            gaps, keys = zip(*map(_gap, row["gaps"]), strict=True)
            return content | {"gaps": list(gaps)}, {"gaps": list(keys), "scoring": row["scoring"]}
        case _:
            asked = {name: row[name] for name in ("words", "accepts", "minutes") if name in row}
            rubric = [_criterion(line) for line in row.get("rubric", [])]
            return content | asked, {"rubric": rubric, "model": row.get("model", "")}


def _gap(words: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A gap that is typed, or chosen where one of the words has a star."""
    plain = [word.removeprefix("*") for word in words]
    if plain == words:
        return {}, {"accepted": words}
    return {"options": plain}, {"correct": next(place for place, word in enumerate(words) if word.startswith("*"))}


def _criterion(line: str) -> dict[str, Any]:
    """A criterion of a rubric from `name | 3 text | 0 text`."""
    name, *levels = (cell.strip() for cell in line.split("|"))
    pairs = [level.partition(" ") for level in levels]
    return {"name": name, "levels": [{"points": int(points), "text": text} for points, _space, text in pairs]}


def _exam(
    made: Teaching,
    organisation: Organisation,
    code: str,
    name: str,
    level: str,
    minutes: int,
    mark: int,
    size: int,
    standard: str | None,
    by: Any,
    now: datetime,
) -> Exam:
    """An exam whose paper takes its questions evenly from the topics."""
    topics = list(made.topics.values())
    # Twenty topics of two questions, or of one: the junior paper leaves the specialist topics out.
    if level == "junior":
        special = {
            "b-roaming",
            "b-refund",
            "b-kb",
            "s-escalation",
            "s-negotiation",
            "s-coaching",
            "e-appearance",
            "e-counter",
            "e-team",
            "b-faults",
        }
        topics = [topic for topic in topics if topic.code not in special]
    else:
        left_out = {
            "e-appearance",
            "e-greeting",
            "b-scope",
            "s-lookup",
            "e-phone",
            "e-language",
            "s-listening",
            "b-kb",
            "e-counter",
            "s-record",
        }
        topics = [topic for topic in topics if topic.code not in left_out]
    parts: list[dict[str, Any]] = [
        {
            "kind": ExamPart.Kind.PAPER,
            "title": "业务笔试",
            "minutes": minutes,
            "pass_percent": mark,
            "tries": 1,
            "blueprint": [
                {
                    "topic": topic,
                    "kind": "",
                    "difficulty": None,
                    "count": size // len(topics),
                    "points": 100 // size or 1,
                }
                for topic in topics
            ],
        }
    ]
    if standard:
        parts.append(
            {"kind": ExamPart.Kind.TYPING, "title": "汉字录入", "tries": 2, "standard": made.standards[standard]}
        )
    exam = exams.create_exam(
        code=code,
        name=name,
        level=organisation.levels[level],
        description="笔试题目由题库按知识点随机抽取；汉字录入由服务器计分，任何输入法都可以。"
        if standard
        else "笔试题目由题库按知识点随机抽取，覆盖全部岗位的业务与服务规范。",
        parts=parts,
        now=now,
        by=by,
    )
    return exams.publish_exam(exam=exam, by=by, now=now)
