"""Moodle XML, read element by element. `<academy>` in a question carries what Moodle's own elements do not say.

Moodle passes over elements it does not know, so an exported file opens there too; recordings and face-to-face tasks are
essays then. Nothing is read but the file: document types, entities and external references are refused.
"""

import html
import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _

from exams import grading
from exams.formats import moodle_cloze, rows, texts
from exams.formats.moodle_tree import Node, questions
from exams.formats.rows import Kind, Output, Row, Unreadable

_TAG = re.compile(r"<[^<>]*>")


def read(file: IO[bytes]) -> Iterator[tuple[str, Row | str]]:
    """Every question with its place, or why it cannot be read. Raises Refused for a file that is broken or hostile."""
    category, number = "", 0
    for node in questions(texts.pieces(file)):
        if node.attributes.get("type") == "category":
            category = node.text("category", "text").rstrip("/").rpartition("/")[2]
            continue
        number += 1
        place = _("question %(number)s") % {"number": number}
        try:
            yield place, _completed(node, category)
        except Unreadable as error:
            yield place, str(error)


def _completed(node: Node, category: str) -> Row:
    ours = node.child("academy")
    return rows.completed(parse(node, category), rows.from_json(ours.own()) if ours is not None else {})


def parse(node: Node, category: str = "") -> Row:
    """One question in Moodle's own elements. Raises Unreadable."""
    kind = node.attributes.get("type", "")
    reader = _READERS.get(kind)
    if reader is None:
        raise Unreadable(_("Questions of Moodle's kind “%(kind)s” cannot be taken.") % {"kind": kind[:40]})
    if _has_files(node):
        raise Unreadable(_("It has embedded files. Add the pictures or recordings in the editor instead."))
    ours, content, key, notes = reader(node)
    named = tuple(word for word in (tag.text("text") for tags in node.all("tags") for tag in tags.all("tag")) if word)
    general = _plain(node.child("generalfeedback"))
    grade = node.text("defaultgrade")
    return Row(
        code=node.text("idnumber") or node.text("name", "text"),
        kind=ours,
        content=content if "stem" in content else {"stem": _markup(node.child("questiontext")), **content},
        key=key,
        topics=named or ((category,) if category else ()),
        points=rows.whole_points(grade) if grade and ours != Kind.CASE else 2,
        explanation="\n".join([general, *notes] if general else notes),
    )


def _has_files(node: Node) -> bool:
    return any(child.tag == "file" or _has_files(child) for child in node.children)


def _markup(node: Node | None) -> str:
    """The text of an element as HTML."""
    if node is None:
        return ""
    text = node.text("text")
    if node.attributes.get("format") in ("plain_text", "markdown"):
        return html.escape(text, quote=False).replace("\n", "<br>")
    return text.replace("\n", "<br>") if node.attributes.get("format") == "moodle_auto_format" else text


def _plain(node: Node | None) -> str:
    if node is None:
        return ""
    text = node.text("text")
    return text if node.attributes.get("format") == "plain_text" else html.unescape(_TAG.sub("", text)).strip()


Read = tuple[str, dict[str, Any], dict[str, Any], list[str]]
"""Kind, content, key, and the feedback of single answers as lines of the explanation."""


def _fraction(answer: Node) -> float:
    try:
        return float(answer.attributes.get("fraction", "0"))
    except ValueError as error:
        raise Unreadable(_("The fraction of an answer is no number.")) from error


def _notes(answers: list[Node]) -> list[str]:
    found = [(_plain(answer), _plain(answer.child("feedback"))) for answer in answers]
    return [f"{answer}: {note}" for answer, note in found if note]


def _choice(node: Node) -> Read:
    answers = node.all("answer")
    single = node.text("single").casefold() in ("true", "1", "")
    options, weights = [_markup(answer) for answer in answers], [_fraction(answer) for answer in answers]
    kind, content, key = rows.weighed(options, weights, single)
    return kind, content, key, _notes(answers)


def _true_false(node: Node) -> Read:
    right = [answer.text("text").casefold() for answer in node.all("answer") if _fraction(answer) > 0]
    if right not in (["true"], ["false"]):
        raise Unreadable(_("Say whether the statement is true or false."))
    notes = [_plain(answer.child("feedback")) for answer in node.all("answer")]
    return Kind.TRUE_FALSE, {}, {"answer": right == ["true"]}, [note for note in notes if note]


def _all_or_nothing(answers: list[Node]) -> list[Node]:
    if any(0 < _fraction(answer) < 99.9 for answer in answers):
        raise Unreadable(_("An answer that earns a part of the points cannot be taken; give all or leave it out."))
    return [answer for answer in answers if _fraction(answer) >= 99.9]


def _numeric(node: Node) -> Read:
    right = _all_or_nothing(node.all("answer"))
    if len(right) != 1:
        raise Unreadable(_("A numerical question has one right number, with a tolerance or a range."))
    units = [unit for units in node.all("units") for unit in units.all("unit")]
    if len(units) > 1:
        raise Unreadable(_("A numerical question has at most one unit."))
    content = {"unit": units[0].text("unit_name") if units else ""}
    key = {"value": right[0].text("text"), "tolerance": right[0].text("tolerance") or "0"}
    if grading.number(key["value"]) is None:
        raise Unreadable(_("The key needs a number, and a tolerance that is not negative."))
    return Kind.NUMERIC, content, key, _notes(right)


def _short(node: Node) -> Read:
    right = _all_or_nothing(node.all("answer"))
    return Kind.SHORT_TEXT, {}, {"accepted": [answer.text("text") for answer in right]}, _notes(right)


def _matching(node: Node) -> Read:
    prompts, options, pairs = [], [], []
    for pair in node.all("subquestion"):
        prompt, option = _markup(pair), pair.text("answer", "text")
        if option not in options:
            options.append(option)
        if prompt:
            prompts.append(prompt)
            pairs.append(options.index(option))
    return Kind.MATCHING, {"prompts": prompts, "options": options}, {"pairs": pairs, "scoring": "part"}, []


def _ordering(node: Node) -> Read:
    options = [_markup(answer) for answer in node.all("answer")]
    scoring = "all" if node.text("gradingtype") in ("ALL_OR_NOTHING", "-1") else "part"
    return Kind.ORDERING, {"options": options}, {"sequence": list(range(len(options))), "scoring": scoring}, []


def _cloze(node: Node) -> Read:
    stem, content, key = moodle_cloze.read(_markup(node.child("questiontext")))
    return Kind.CLOZE, {"stem": stem, "gaps": content}, {"gaps": key, "scoring": "part"}, []


def _essay(node: Node) -> Read:
    words = node.text("maxwordlimit")
    model = _plain(node.child("graderinfo"))
    content = {"words": int(words) if words.isdecimal() and len(words) < 6 and int(words) else None}
    return Kind.ESSAY, content, {"rubric": [], "model": model}, []


def _description(_node: Node) -> Read:
    return Kind.CASE, {}, {}, []


_READERS = {
    "multichoice": _choice,
    "truefalse": _true_false,
    "numerical": _numeric,
    "shortanswer": _short,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "multianswer": _cloze,
    "essay": _essay,
    "description": _description,
}


def write(asked: Iterable[Row], output: Output) -> IO[bytes]:
    """The questions as a file at its beginning; what cannot be written is a fault of the output."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked closes it
    target.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
    category = None
    for row in asked:
        if output.unwritable(row):
            continue
        first = rows.category_of(row)
        if first != category:
            category = first
            target.write(f'<question type="category"><category>{_text(category)}</category></question>\n'.encode())
        target.write(_question(row, category).encode())
        output.written += 1
    target.write(b"</quiz>\n")
    target.seek(0)
    return target


def _question(row: Row, category: str) -> str:
    elements = _elements(row)
    try:
        plain = _again(elements, category)
    except Unreadable:
        elements = _common(row, "essay", row.content.get("stem", ""))
        plain = _again(elements, category)
    extra = rows.carried(row, plain)
    ours = f"<academy>{escape(rows.to_json(extra))}</academy>" if extra else ""
    return f"{elements}{ours}</question>\n"


def _again(elements: str, category: str) -> Row:
    (node,) = questions([f"<quiz>{elements}</question></quiz>"])
    return parse(node, category)


def _text(text: str) -> str:
    return f"<text>{escape(text)}</text>"


def _common(row: Row, kind: str, stem: str) -> str:
    tags = "".join(f"<tag>{_text(topic)}</tag>" for topic in row.topics)
    return (
        f"<question type={quoteattr(kind)}><name>{_text(row.code)}</name>"
        f'<questiontext format="html">{_text(stem)}</questiontext>'
        f'<generalfeedback format="plain_text">{_text(row.explanation)}</generalfeedback>'
        f"<defaultgrade>{row.points}</defaultgrade><idnumber>{escape(row.code)}</idnumber><tags>{tags}</tags>"
    )


def _elements(row: Row) -> str:
    """The question but for what closes it."""
    kind, answers, stem = _in_moodle(row)
    return _common(row, kind, stem) + answers


def _answer(text: str, fraction: str, inside: str = "", markup: str = "html") -> str:
    return f'<answer fraction="{fraction}" format="{markup}">{_text(text)}{inside}</answer>'


def _in_moodle(row: Row) -> tuple[str, str, str]:
    """Moodle's kind, its elements for the answers, and the stem."""
    content, key, stem = row.content, row.key, row.content.get("stem", "")
    options, correct = content.get("options", []), key.get("correct", [])
    if row.kind == Kind.SINGLE:
        answers = [_answer(option, "100" if place in correct else "0") for place, option in enumerate(options)]
        return "multichoice", f"<single>true</single>{''.join(answers)}", stem
    if row.kind == Kind.MULTIPLE and correct:
        right = rows.share(len(correct))
        wrong = f"-{right}" if key.get("scoring") == "minus" else "0"
        answers = [_answer(option, right if place in correct else wrong) for place, option in enumerate(options)]
        return "multichoice", f"<single>false</single>{''.join(answers)}", stem
    if row.kind == Kind.TRUE_FALSE:
        answers = [
            _answer(word, "100" if (word == "true") == key.get("answer") else "0", "", "moodle_auto_format")
            for word in ("true", "false")
        ]
        return "truefalse", "".join(answers), stem
    if row.kind == Kind.NUMERIC:
        tolerance = f"<tolerance>{escape(key.get('tolerance', '0'))}</tolerance>"
        unit = content.get("unit", "")
        units = f"<units><unit><multiplier>1</multiplier><unit_name>{escape(unit)}</unit_name></unit></units>"
        return "numerical", _answer(key.get("value", ""), "100", tolerance) + (units if unit else ""), stem
    if row.kind == Kind.SHORT_TEXT:
        accepted = [_answer(text, "100", "", "plain_text") for text in key.get("accepted", [])]
        return "shortanswer", f"<usecase>0</usecase>{''.join(accepted)}", stem
    if row.kind == Kind.MATCHING:
        return "matching", _pairs(content, key), stem
    if row.kind == Kind.ORDERING:
        kept = [options[place] for place in key.get("sequence", []) if place < len(options)]
        grading_type = "ALL_OR_NOTHING" if key.get("scoring") == "all" else "ABSOLUTE_POSITION"
        answers = [_answer(option, str(place)) for place, option in enumerate(kept, start=1)]
        return "ordering", f"<gradingtype>{grading_type}</gradingtype>{''.join(answers)}", stem
    if row.kind == Kind.CLOZE:
        return "cloze", "", moodle_cloze.written(stem, content.get("gaps", []), key.get("gaps", []))
    if row.kind == Kind.CASE:
        return "description", "", stem
    words = f"<maxwordlimit>{content['words']}</maxwordlimit>" if content.get("words") else ""
    attachments = "<attachments>1</attachments>" if row.kind == Kind.FILE else ""
    model = f'<graderinfo format="plain_text">{_text(key.get("model", ""))}</graderinfo>'
    return "essay", words + attachments + model, stem


def _pairs(content: dict[str, Any], key: dict[str, Any]) -> str:
    options, pairs = content.get("options", []), key.get("pairs", [])
    matched = [
        (prompt, options[place])
        for prompt, place in zip(content.get("prompts", []), pairs, strict=False)
        if place < len(options)
    ]
    unused = [("", option) for place, option in enumerate(options) if place not in pairs]
    return "".join(
        f'<subquestion format="html">{_text(prompt)}<answer>{_text(option)}</answer></subquestion>'
        for prompt, option in [*matched, *unused]
    )
