"""The form of a question as its author writes it: every kind in plain fields, read back as they were written."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from exams import queries
from exams.models import Question, QuestionVersion
from topics.models import Topic

Kind = QuestionVersion.Kind
CHOICES = (Kind.SINGLE, Kind.MULTIPLE)
_LEVEL = re.compile(r"(\d{1,3})\s*(.*)", re.DOTALL)


def _for(*kinds: str, widget: type[forms.Widget] = forms.TextInput, **attributes: Any) -> forms.Widget:
    """A widget that the script of the editor shows only for these kinds."""
    return widget({**attributes, "data-kinds": " ".join(kinds)})


def _lines(rows: int, *kinds: str) -> forms.Widget:
    return _for(*kinds, widget=forms.Textarea, rows=rows)


class CaseField(forms.ModelChoiceField):
    """A case study, by its code and its first words."""

    def label_from_instance(self, case: Question) -> str:
        return f"{case.code} · {Truncator(queries.stem_of(case.newest)).chars(40)}"


class QuestionForm(WagtailAdminModelForm):
    """A question as its author writes it: options one a line, a star before the right ones."""

    topics = forms.ModelMultipleChoiceField(
        Topic.objects.select_related("strand"), label=_("Topics"), help_text=_("What the question tests.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    case = CaseField(
        Question.objects.filter(Q(current__kind=Kind.CASE) | Q(draft__kind=Kind.CASE)).select_related(
            "current", "draft"
        ),
        label=_("Case study"),
        required=False,
        help_text=_("Only for a question that belongs to a case; it is asked together with the case."),
    )
    place = forms.IntegerField(label=_("Place in the case"), min_value=0, max_value=99, initial=0, required=False)
    stem = forms.CharField(
        label=_("Question"),
        widget=forms.Textarea(
            {
                "rows": 6,
                "data-media": reverse_lazy("exams:media_list"),
                "data-insert": _("Insert a picture or a recording"),
                "data-failed": _("The file could not be sent. Check the connection and try again."),
            }
        ),
        max_length=20_000,
        help_text=_(
            "Simple markup is kept: <p>, <b>, <i>, <ul>, <ol>, <li>, <sub>, <sup>. In a gap text, [[1]], [[2]] … mark the "
            "gaps."
        ),
    )
    options = forms.CharField(
        label=_("Options"),
        required=False,
        widget=_lines(6, Kind.SINGLE, Kind.MULTIPLE),
        help_text=_("For choices: one option a line, * before each right one."),
    )
    sequence = forms.CharField(
        label=_("Items in the right order"),
        required=False,
        widget=_lines(6, Kind.ORDERING),
        help_text=_("For ordering: one item a line, in the right order. Candidates see them shuffled."),
    )
    pairs = forms.CharField(
        label=_("Pairs"),
        required=False,
        widget=_lines(6, Kind.MATCHING),
        help_text=_(
            "For matching: “prompt | answer”, one pair a line. A line that begins with | is one more, wrong answer."
        ),
    )
    gaps = forms.CharField(
        label=_("Gaps"),
        required=False,
        widget=_lines(4, Kind.CLOZE),
        help_text=_(
            "For a gap text: one gap a line, in the order of their numbers. “三声 | 3声” accepts what is typed; “*24 | 48 | 72” "
            "is chosen from a list, * before the right one."
        ),
    )
    scoring = forms.ChoiceField(
        label=_("Points are given"),
        required=False,
        widget=_for(Kind.MULTIPLE, Kind.ORDERING, Kind.MATCHING, Kind.CLOZE, widget=forms.Select),
        choices=[
            ("all", _("only when all is right")),
            ("part", _("in part, for ordering, matching and gaps: the share that is right")),
            ("minus", _("in part, for multiple choice: right choices minus wrong ones")),
        ],
    )
    truth = forms.ChoiceField(
        label=_("True or false"),
        required=False,
        widget=_for(Kind.TRUE_FALSE, widget=forms.Select),
        choices=[("", "–"), ("true", _("The statement is true")), ("false", _("The statement is false"))],
    )
    value = forms.CharField(label=_("Right number"), required=False, max_length=40, widget=_for(Kind.NUMERIC))
    tolerance = forms.CharField(label=_("Tolerance"), required=False, max_length=40, widget=_for(Kind.NUMERIC))
    unit = forms.CharField(label=_("Unit of the number"), required=False, max_length=20, widget=_for(Kind.NUMERIC))
    accepted = forms.CharField(
        label=_("Accepted answers"),
        required=False,
        widget=_lines(3, Kind.SHORT_TEXT),
        help_text=_("For short text: one a line. Width, case, spaces and punctuation do not matter."),
    )
    words = forms.IntegerField(
        label=_("Length, characters"),
        required=False,
        min_value=1,
        max_value=5000,
        widget=_for(Kind.ESSAY, widget=forms.NumberInput),
        help_text=_("For an essay: about how long the answer should be. Empty: not said."),
    )
    accepts = forms.ChoiceField(
        label=_("What is handed in"),
        required=False,
        widget=_for(Kind.FILE, widget=forms.Select),
        choices=[("audio", _("a recording")), ("document", _("a document"))],
    )
    minutes = forms.IntegerField(
        label=_("Minutes of the task"),
        required=False,
        min_value=1,
        max_value=240,
        widget=_for(Kind.TASK, widget=forms.NumberInput),
    )
    rubric = forms.CharField(
        label=_("Rubric"),
        required=False,
        widget=_lines(6, Kind.ESSAY, Kind.FILE, Kind.TASK),
        help_text=_("One criterion a line, its levels with their points: “准确 | 3 完整准确 | 2 基本准确 | 0 错误”."),
    )
    model = forms.CharField(
        label=_("Model answer"),
        required=False,
        widget=_lines(5, Kind.ESSAY, Kind.FILE, Kind.TASK),
        help_text=_("For the markers, and for candidates when the results are released."),
    )
    points = forms.IntegerField(label=_("Points"), min_value=1, max_value=100, initial=2)
    difficulty = forms.TypedChoiceField(
        label=_("Difficulty"), coerce=int, choices=[(1, _("easy")), (2, _("medium")), (3, _("hard"))], initial=2
    )
    explanation = forms.CharField(
        label=_("Explanation"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Why, and what to do. Shown after the sitting has closed."),
    )
    source = forms.CharField(label=_("Source rule"), required=False, max_length=200)

    class Media:
        js = ["academy/elements/question-editor.js"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.newest:
            self.fields["code"].disabled = self.fields["case"].disabled = True
            self.initial |= words_of(self.instance)

    def written(self) -> dict[str, Any]:
        """What the services take."""
        given = self.cleaned_data
        content, key = _WRITTEN[given["kind"]](given)
        stem = given["stem"].strip()
        content["stem"] = stem if _has_blocks(stem) else stem.replace("\r\n", "\n").replace("\n", "<br>")
        plain = ("topics", "level", "kind", "points", "difficulty", "explanation", "source")
        return {name: given[name] for name in plain} | {
            "content": content,
            "key": key,
            "place": given["place"] or 0,
        }


def _has_blocks(markup: str) -> bool:
    """Whether the markup says itself where its paragraphs are."""
    return any(tag in markup for tag in ("<p", "<ul", "<ol"))


def _split(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.replace("｜", "|").split("|")]


def _starred(cells: list[str]) -> tuple[list[str], list[int]]:
    """What is written without its stars, and which have one."""
    plain = [cell.lstrip("*＊").strip() for cell in cells]
    return plain, [place for place, cell in enumerate(cells) if cell[:1] in ("*", "＊")]


Words = tuple[dict[str, Any], dict[str, Any]]


def _choice(given: dict[str, Any]) -> Words:
    options, correct = _starred(_split(given["options"]))
    return {"options": options}, {"correct": correct}


def _multiple(given: dict[str, Any]) -> Words:
    content, key = _choice(given)
    return content, {**key, "scoring": _scoring(given, "minus")}


def _scoring(given: dict[str, Any], other: str) -> str:
    """All or nothing, unless a share was chosen: the one that the kind knows."""
    return "all" if given["scoring"] in ("all", "") else other


def _true_false(given: dict[str, Any]) -> Words:
    return {}, {"answer": {"true": True, "false": False}.get(given["truth"])}


def _numeric(given: dict[str, Any]) -> Words:
    return {"unit": given["unit"]}, {"value": given["value"], "tolerance": given["tolerance"]}


def _short_text(given: dict[str, Any]) -> Words:
    return {}, {"accepted": _split(given["accepted"])}


def _ordering(given: dict[str, Any]) -> Words:
    items = _split(given["sequence"])
    return {"options": items}, {"sequence": list(range(len(items))), "scoring": _scoring(given, "part")}


def _matching(given: dict[str, Any]) -> Words:
    """Pairs line by line; an answer written twice is one option."""
    prompts: list[str] = []
    options: list[str] = []
    pairs: list[int | None] = []
    for line in _split(given["pairs"]):
        prompt, answer = [*_cells(line), ""][:2]
        if answer and answer not in options:
            options.append(answer)
        if prompt:
            prompts.append(prompt)
            pairs.append(options.index(answer) if answer else None)
    return {"prompts": prompts, "options": options}, {"pairs": pairs, "scoring": _scoring(given, "part")}


def _cloze(given: dict[str, Any]) -> Words:
    gaps, keys = [], []
    for line in _split(given["gaps"]):
        options, correct = _starred(_cells(line))
        gaps.append({"options": options} if correct else {})
        keys.append({"correct": correct[0] if len(correct) == 1 else None} if correct else {"accepted": options})
    return {"gaps": gaps}, {"gaps": keys, "scoring": _scoring(given, "part")}


def _case(given: dict[str, Any]) -> Words:
    return {}, {}


def _essay(given: dict[str, Any]) -> Words:
    return {"words": given["words"]}, _rubric(given)


def _file(given: dict[str, Any]) -> Words:
    return {"accepts": given["accepts"]}, _rubric(given)


def _task(given: dict[str, Any]) -> Words:
    return {"minutes": given["minutes"]}, _rubric(given)


def _rubric(given: dict[str, Any]) -> dict[str, Any]:
    criteria = []
    for line in _split(given["rubric"]):
        name, *levels = _cells(line)
        found = [_LEVEL.fullmatch(level) for level in levels if level]
        shaped = [{"points": int(level[1]), "text": level[2]} if level else {"points": None} for level in found]
        criteria.append({"name": name, "levels": shaped})
    return {"rubric": criteria, "model": given["model"]}


_WRITTEN: dict[str, Callable[[dict[str, Any]], Words]] = {
    Kind.SINGLE: _choice,
    Kind.MULTIPLE: _multiple,
    Kind.TRUE_FALSE: _true_false,
    Kind.NUMERIC: _numeric,
    Kind.SHORT_TEXT: _short_text,
    Kind.ORDERING: _ordering,
    Kind.MATCHING: _matching,
    Kind.CLOZE: _cloze,
    Kind.CASE: _case,
    Kind.ESSAY: _essay,
    Kind.FILE: _file,
    Kind.TASK: _task,
}


def words_of(question: Question) -> dict[str, Any]:
    """The newest version as the form shows it."""
    version = question.newest
    content, key, kind = version.content, version.key, version.kind
    options = [" ".join(option.split()) for option in content.get("options", [])]
    stem = content["stem"]
    return {
        "topics": list(question.topics.all()),
        "case": question.case_id,
        "place": question.place,
        "kind": kind,
        "stem": stem if _has_blocks(stem) else stem.replace("<br>", "\n"),
        "options": "\n".join(_star(options, key.get("correct", []))) if kind in CHOICES else "",
        "sequence": "\n".join(options[index] for index in key.get("sequence", [])),
        "pairs": "\n".join(_pairs(content, options, key)) if kind == Kind.MATCHING else "",
        "gaps": "\n".join(_gaps(content, key)) if kind == Kind.CLOZE else "",
        "scoring": key.get("scoring", "all"),
        "truth": {True: "true", False: "false"}.get(key.get("answer"), ""),
        "value": key.get("value", ""),
        "tolerance": key.get("tolerance", ""),
        "unit": content.get("unit", ""),
        "accepted": "\n".join(key.get("accepted", [])),
        "words": content.get("words"),
        "accepts": content.get("accepts", "audio"),
        "minutes": content.get("minutes"),
        "rubric": "\n".join(_criterion(criterion) for criterion in key.get("rubric", [])),
        "model": key.get("model", ""),
        "points": version.points,
        "difficulty": version.difficulty,
        "explanation": version.explanation,
        "source": version.source,
    }


def _star(options: list[str], correct: list[int]) -> list[str]:
    return [("* " if place in correct else "") + option for place, option in enumerate(options)]


def _pairs(content: dict[str, Any], options: list[str], key: dict[str, Any]) -> list[str]:
    used = set(key["pairs"])
    lines = [f"{prompt} | {options[index]}" for prompt, index in zip(content["prompts"], key["pairs"], strict=True)]
    return lines + [f"| {option}" for place, option in enumerate(options) if place not in used]


def _gaps(content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    return [
        " | ".join(_star(gap["options"], [right["correct"]]) if gap else right["accepted"])
        for gap, right in zip(content["gaps"], key["gaps"], strict=True)
    ]


def _criterion(criterion: dict[str, Any]) -> str:
    levels = [f"{level['points']} {level['text']}".strip() for level in criterion["levels"]]
    return " | ".join([criterion["name"], *levels])
