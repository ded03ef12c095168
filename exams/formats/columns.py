"""The words of the question workbook: headings, kinds and answers, in the languages that people write them."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exams.formats.rows import Kind

LETTERS = "ABCDEFGH"
COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("编号", "Code", "編號", "题号", "試題編號", "试题编号"),
    "kind": ("题型", "Kind", "題型", "类型", "Type"),
    "topics": ("知识点", "Topics", "知識點", "主题", "Topic"),
    "level": ("等级", "Level", "等級", "级别", "適用等級"),
    "points": ("分值", "Points", "分數", "分数"),
    "difficulty": ("难度", "Difficulty", "難度"),
    "stem": ("题干", "Question", "題幹", "题目", "题面", "試題內容"),
    **{letter: (f"选项{letter}", f"Option {letter}", f"選項{letter}", letter) for letter in LETTERS},
    "options": ("选项", "Options", "選項"),
    "prompts": ("匹配项", "Prompts", "匹配項", "配对项"),
    "answer": ("答案", "Answer", "正確答案", "正确答案"),
    "scoring": ("计分方式", "Scoring", "計分方式"),
    "unit": ("单位", "Unit", "單位"),
    "tolerance": ("误差", "Tolerance", "誤差", "允许误差"),
    "limit": ("限制", "Limit", "字数时长"),
    "rubric": ("评分标准", "Rubric", "評分標準"),
    "explanation": ("解析", "Explanation", "答案解析"),
    "source": ("依据", "Source", "依據", "出处", "依据条款"),
    "case": ("所属案例", "Case", "所屬案例", "案例编号"),
    "place": ("案例内顺序", "Place in the case", "案例內順序"),
    "more": ("附加数据", "Further data", "附加資料"),
}
NEEDED = ("kind", "stem")
OPTIONAL = [name for name in COLUMNS if name not in NEEDED]
WIDTHS = {"stem": 48, "options": 30, "explanation": 36, "answer": 16, "code": 14, "source": 24, "prompts": 24}

_KINDS: dict[str, tuple[str, ...]] = {
    Kind.SINGLE: ("单选题", "single choice", "單選題", "单选", "single"),
    Kind.MULTIPLE: ("多选题", "multiple choice", "多選題", "多选", "multiple"),
    Kind.TRUE_FALSE: ("判断题", "true or false", "判斷題", "判断", "true_false", "true/false"),
    Kind.NUMERIC: ("数值题", "numerical answer", "數值題", "计算题", "numeric"),
    Kind.SHORT_TEXT: ("简答题", "short text", "簡答題", "填空题", "填空", "short_text"),
    Kind.ORDERING: ("排序题", "ordering", "排序題", "排序"),
    Kind.MATCHING: ("匹配题", "matching", "匹配題", "配对题", "连线题"),
    Kind.CLOZE: ("选词填空题", "gap text", "選詞填空題", "完形填空", "完形填空题", "cloze"),
    Kind.CASE: ("案例题", "case study", "案例題", "案例分析题", "案例", "case"),
    Kind.ESSAY: ("论述题", "essay", "論述題", "问答题", "作文"),
    Kind.FILE: ("录音或文档题", "recording or document", "錄音或文件題", "录音题", "文档题", "file"),
    Kind.TASK: ("现场任务", "face-to-face task", "現場任務", "实操题", "面对面任务", "task"),
}
_TRUTHS = {"true": ("对", "true", "對", "正确", "正確", "√", "✓", "t", "是", "yes", "y", "1"),
           "false": ("错", "false", "錯", "错误", "錯誤", "×", "✗", "x", "f", "否", "no", "n", "0")}  # fmt: skip
_SCORINGS = {
    "all": ("全对得分", "all or nothing", "全對得分", "all"),
    "minus": ("选错扣分", "right minus wrong", "選錯扣分", "minus"),
    "part": ("按项得分", "each part counts", "按項得分", "part"),
}
_ACCEPTS = {
    "audio": ("录音", "audio", "錄音", "音频"),
    "document": ("文档", "document", "文件", "文檔"),
}
_DIFFICULTIES = {
    "1": ("易", "easy", "简单", "1"),
    "2": ("中", "medium", "中等", "2"),
    "3": ("难", "hard", "難", "困难", "3"),
}


def _place() -> int:
    language = (get_language() or "").lower()
    return {"zh-hant": 2, "zh-tw": 2, "zh-hk": 2}.get(language, 0 if language.startswith("zh") else 1)


def headings() -> list[str]:
    """The headings in the language now active."""
    place = _place()
    return [names[place] for names in COLUMNS.values()]


def _meant(words: dict[str, tuple[str, ...]], text: str) -> str | None:
    plain = text.strip().casefold()
    return next((meaning for meaning, names in words.items() if plain in names), None)


def _word(words: dict[str, tuple[str, ...]], meaning: str) -> str:
    names, place = words[meaning], _place()
    return names[place] if place < len(names) else names[0]


def kind_of(text: str) -> str | None:
    """The kind that a word in the column means."""
    return _meant(_KINDS, text)


def kind_word(kind: str) -> str:
    """How a kind is written in the language now active."""
    return _word(_KINDS, kind)


def truth_of(text: str) -> bool | None:
    """Whether a word says true or false."""
    return {"true": True, "false": False, None: None}[_meant(_TRUTHS, text)]


def truth_word(truth: bool) -> str:
    """True or false as the answer of a statement."""
    return _word(_TRUTHS, "true" if truth else "false")


def scoring_of(text: str) -> str | None:
    """How parts of an answer count."""
    return _meant(_SCORINGS, text)


def scoring_word(scoring: str) -> str:
    """How parts of an answer count, in words."""
    return _word(_SCORINGS, scoring) if scoring in _SCORINGS else ""


def accepts_of(text: str) -> str | None:
    """What may be handed in."""
    return _meant(_ACCEPTS, text)


def accepts_word(accepts: str) -> str:
    """What may be handed in, in words."""
    return _word(_ACCEPTS, accepts) if accepts in _ACCEPTS else ""


def difficulty_of(text: str) -> int | None:
    """1, 2 or 3 for a figure or a word."""
    found = _meant(_DIFFICULTIES, text)
    return int(found) if found else None


def help_notes() -> list[str]:
    """How to fill in the workbook, a sentence a line."""
    return [
        _("One row a question. The columns may stand in any order; those you do not need may be left out."),
        _("Code: the name of the question. A code that exists already gets new words; without one, a code is made."),
        _("Kind: one of %(kinds)s.") % {"kinds": _(", ").join(kind_word(kind) for kind in _KINDS)},
        _("Topics: codes or names of topics, one a line. Level: a code or name, or empty."),
        _("Options: in the columns A to H, or all in the column “Options”, one a line."),
        _("Answer of a choice: the letters of the right options, such as AC."),
        _("Answer of a statement: true or false. Of a number: the number, with unit and tolerance in their columns."),
        _("Answer of a short text: every accepted answer, one a line."),
        _("Ordering: the letters in the right order, such as CABD; empty when the options stand in the right order."),
        _("Matching: what is to be matched in “Prompts”, one a line; the answer is a letter for each, such as BAC."),
        _(
            "Gap text: [[1]], [[2]] in the question; the answer has a line for each gap: accepted answers parted by “|”."
        ),
        _(
            "A gap with options to choose from: a star before the right one, such as *within 24 hours | within 72 hours."
        ),
        _("Case study: the story alone. Its questions are rows of their own that name its code under “Case”."),
        _("Rubric of an essay, recording or task: a line for each criterion, such as Tone: 2 = friendly | 0 = rude."),
        _("Limit: words of an essay, minutes of a task, or whether a recording or a document is handed in."),
        _("Scoring: %(words)s.") % {"words": _(", ").join(scoring_word(scoring) for scoring in _SCORINGS)},
        _("The last column is written by exports for what the others cannot say. Leave it empty in new rows."),
    ]
