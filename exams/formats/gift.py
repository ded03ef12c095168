"""GIFT, Moodle's text format. Each question stands in a paragraph; `// academy {...}` above it carries what GIFT cannot say.

Single and multiple choice (with weights), true/false, numbers with a tolerance or a range, short text, matching, essays
and plain text (a case) are GIFT's own; ordering, gap texts, recordings and tasks stand there as an essay for other
readers, with their real content carried. https://docs.moodle.org/en/GIFT_format
"""

import html
import re
import tempfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _

from exams import grading
from exams.formats import rows, texts
from exams.formats.rows import Kind, Output, Row, Unreadable

OURS = "// academy "
_MARKED = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"%(-?[0-9]{1,3}(?:\.[0-9]{1,10})?)%")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TRUTH = re.compile(r"(TRUE|T|FALSE|F)\s*(?=#|$)", re.IGNORECASE)
_SPECIAL = re.compile(r"[\\~=#{}:]")


def read(file: IO[bytes]) -> Iterator[tuple[str, Row | str]]:
    """Every question with its place, or the sentence that says why it cannot be read. Raises Refused for what is no text."""
    category = ""
    number = 0
    for lines in _paragraphs(file):
        extra: Any = {}
        words: list[str] = []
        fault = ""
        for line in lines:
            if line.startswith(OURS):
                try:
                    extra = rows.from_json(line[len(OURS) :])
                except Unreadable as error:
                    fault = str(error)
            elif line.lstrip().startswith("$CATEGORY:"):
                category = line.partition(":")[2].strip().rstrip("/").rpartition("/")[2]
            elif not line.lstrip().startswith("//"):
                words.append(line)
        text = "\n".join(words).strip()
        if not text and not fault:
            continue
        number += 1
        place = _("question %(number)s") % {"number": number}
        try:
            if fault:
                raise Unreadable(fault)
            yield place, rows.completed(parse(text, category), extra)
        except Unreadable as error:
            yield place, str(error)


def _paragraphs(file: IO[bytes]) -> Iterator[list[str]]:
    """Lines between empty ones. A paragraph that is too long is cut, so that its question is refused, not kept in memory."""
    lines: list[str] = []
    rest, size = "", 0
    for piece in texts.pieces(file):
        *ended, rest = (rest + piece).split("\n")
        for line in ended:
            if line.strip():
                size += len(line)
                if size <= rows.LIMIT_QUESTION + texts.PIECE:
                    lines.append(line)
            elif lines:
                yield lines
                lines, size = [], 0
        if len(rest) > rows.LIMIT_QUESTION:
            lines.append(rest)
            rest, size = "", size + len(rest)
    if rest.strip():
        lines.append(rest)
    if lines:
        yield lines


def parse(text: str, category: str = "") -> Row:
    """One question in GIFT's own words. Raises Unreadable."""
    if len(text) > rows.LIMIT_QUESTION:
        raise Unreadable(
            _("The question is longer than %(limit)s characters. Is an empty line between questions missing?")
            % {"limit": rows.LIMIT_QUESTION}
        )
    code = ""
    if text.startswith("::"):
        end = _find(text, "::", 2)
        if end < 0:
            raise Unreadable(_("The title has no closing “::”."))
        code, text = _plain(text[2:end]).strip(), text[end + 2 :]
    marked = _MARKED.match(text)
    markup = marked[1] if marked else "moodle"
    text = text[marked.end() :] if marked else text
    topics = (category,) if category else ()
    opening, closing = _find(text, "{"), _find(text, "}")
    if opening < 0:
        if closing >= 0:
            raise Unreadable(_("A closing brace “}” has no opening one. Write “\\}” for the character itself."))
        return Row(code, Kind.CASE, {"stem": _markup(text, markup)}, {}, topics)
    if closing < opening:
        raise Unreadable(_("The braces around the answers do not match. Write “\\{” for the character itself."))
    if _find(text, "{", opening + 1) >= 0 or _find(text, "}", closing + 1) >= 0:
        raise Unreadable(_("The question has more than one pair of braces. Write “\\{” for the character itself."))
    after = text[closing + 1 :].strip()
    stem = f"{text[:opening]} _____ {after}" if after else text[:opening]
    answers = text[opening + 1 : closing].strip()
    split = _find(answers, "####")
    general = _plain_text(answers[split + 4 :], markup) if split >= 0 else ""
    kind, content, key, notes = _answers(answers[:split].strip() if split >= 0 else answers, markup)
    explanation = "\n".join([general, *notes] if general else notes)
    return Row(code, kind, {"stem": _markup(stem, markup), **content}, key, topics, explanation=explanation)


Answers = tuple[str, dict[str, Any], dict[str, Any], list[str]]
"""Kind, content without its stem, key, and the feedback of single answers as lines of the explanation."""


def _answers(text: str, markup: str) -> Answers:
    truth = _TRUTH.match(text)
    if not text:
        return Kind.ESSAY, {"words": None}, {"rubric": [], "model": ""}, []
    if truth:
        notes = [_plain_text(part, markup) for _mark, part in _split(text[truth.end() :], "#")]
        return Kind.TRUE_FALSE, {}, {"answer": truth[1].upper()[0] == "T"}, [note for note in notes if note]
    if text.startswith("#"):
        return _numeric(text[1:].strip(), markup)
    parts = _split(text, "=~")
    if parts[0][1].strip() or len(parts) == 1:
        raise Unreadable(_("Every answer in braces begins with “=” or “~”."))
    parts = parts[1:]
    if all(mark == "=" for mark, _body in parts):
        if all(_find(body, "->") >= 0 for _mark, body in parts):
            return _matching([body for _mark, body in parts], markup)
        return _short(parts, markup)
    return _choice(parts, markup)


def _choice(parts: list[tuple[str, str]], markup: str) -> Answers:
    options, weights, notes = [], [], []
    for mark, body in parts:
        weight, answer, note = _weighted(body, 100.0 if mark == "=" else 0.0)
        options.append(_markup(answer, markup))
        weights.append(weight)
        if note:
            notes.append(f"{_plain_text(answer, markup)}: {_plain_text(note, markup)}")
    kind, content, key = rows.weighed(options, weights, single=any(mark == "=" for mark, _body in parts))
    return kind, content, key, notes


def _short(parts: list[tuple[str, str]], markup: str) -> Answers:
    accepted, notes = [], []
    for _mark, body in parts:
        weight, answer, note = _weighted(body, 100.0)
        if weight < 99.9:
            raise Unreadable(_("An answer that earns a part of the points cannot be taken; give all or leave it out."))
        accepted.append(_plain(answer).strip())
        if note:
            notes.append(f"{accepted[-1]}: {_plain_text(note, markup)}")
    return Kind.SHORT_TEXT, {}, {"accepted": accepted}, notes


def _matching(bodies: list[str], markup: str) -> Answers:
    prompts, options, pairs = [], [], []
    for body in bodies:
        middle = _find(body, "->")
        prompt, option = _markup(body[:middle], markup), _markup(body[middle + 2 :], markup)
        if option not in options:
            options.append(option)
        if prompt:
            prompts.append(prompt)
            pairs.append(options.index(option))
    return Kind.MATCHING, {"prompts": prompts, "options": options}, {"pairs": pairs, "scoring": "part"}, []


def _numeric(text: str, markup: str) -> Answers:
    parts = _split(text, "=")
    bodies = [body for _mark, body in parts if body.strip()]
    if len(bodies) != 1:
        raise Unreadable(_("A numerical question has one right number, with a tolerance or a range."))
    weight, answer, note = _weighted(bodies[0], 100.0)
    if weight < 99.9:
        raise Unreadable(_("An answer that earns a part of the points cannot be taken; give all or leave it out."))
    notes = [_plain_text(note, markup)] if note else []
    least, dots, most = answer.partition("..")
    if dots:
        low, high = grading.number(least), grading.number(most)
        if low is None or high is None or high < low:
            raise Unreadable(_("The range of a numerical answer is written like 70..74."))
        return Kind.NUMERIC, {"unit": ""}, _middle(low, high), notes
    value, _colon, tolerance = answer.partition(":")
    return (
        Kind.NUMERIC,
        {"unit": ""},
        {"value": _plain(value).strip(), "tolerance": _plain(tolerance).strip() or "0"},
        notes,
    )


def _middle(low: Decimal, high: Decimal) -> dict[str, str]:
    return {"value": f"{(low + high) / 2:f}", "tolerance": f"{(high - low) / 2:f}"}


def _weighted(body: str, weight: float) -> tuple[float, str, str]:
    """The percentage, the answer and its feedback."""
    body = body.strip()
    found = _WEIGHT.match(body)
    if found:
        weight, body = float(found[1]), body[found.end() :]
    split = _find(body, "#")
    return (weight, body, "") if split < 0 else (weight, body[:split], body[split + 1 :])


def _find(text: str, mark: str, start: int = 0) -> int:
    """Where a mark stands without a backslash before it, or -1. One pass, however many there are."""
    found = text.find(mark, start)
    while found > 0:
        slashes = found
        while slashes > 0 and text[slashes - 1] == "\\":
            slashes -= 1
        if (found - slashes) % 2 == 0:
            return found
        found = text.find(mark, found + 1)
    return found


def _split(text: str, marks: str) -> list[tuple[str, str]]:
    """The text cut before each mark that no backslash precedes; the first part has no mark."""
    parts: list[tuple[str, str]] = []
    mark, begun, place = "", 0, 0
    while place < len(text):
        if text[place] == "\\":
            place += 2
            continue
        if text[place] in marks:
            parts.append((mark, text[begun:place]))
            mark, begun = text[place], place + 1
        place += 1
    return [*parts, (mark, text[begun:])]


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def _markup(text: str, markup: str) -> str:
    """Text in one of GIFT's four formats as HTML."""
    marked = _MARKED.match(text)
    if marked:
        markup, text = marked[1], text[marked.end() :]
    text = _plain(text).strip()
    if markup in ("plain", "markdown"):
        text = html.escape(text, quote=False)
    return text if markup == "html" else text.replace("\n", "<br>")


def _plain_text(text: str, markup: str) -> str:
    """A feedback, which we keep without markup."""
    marked = _MARKED.match(text)
    if marked:
        markup, text = marked[1], text[marked.end() :]
    text = _plain(text).strip()
    return text if markup in ("plain", "markdown") else html.unescape(re.sub(r"<[^<>]*>", "", text))


def write(asked: Iterable[Row], output: Output) -> IO[bytes]:
    """The questions as a file at its beginning; what cannot be written is a fault of the output."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked closes it
    category = None
    for row in asked:
        if output.unwritable(row):
            continue
        first = rows.category_of(row)
        if first != category:
            category = first
            target.write(f"$CATEGORY: {category}\n\n".encode())
        target.write(_question(row, category).encode())
        output.written += 1
    target.seek(0)
    return target


def _question(row: Row, category: str) -> str:
    try:
        text = _words(row)
        plain = parse(text, category)
    except (Unreadable, IndexError, ValueError):
        text = f"::{_escaped(row.code)}::[html]{_escaped(row.content.get('stem', ''))} {{}}"
        plain = parse(text, category)
    extra = rows.carried(row, plain)
    return (f"{OURS}{rows.to_json(extra)}\n" if extra else "") + text + "\n\n"


def _words(row: Row) -> str:
    head = f"::{_escaped(row.code)}::[html]{_escaped(row.content.get('stem', ''))}"
    if row.kind == Kind.CASE:
        return head
    lines = _lines(row)
    if row.explanation:
        lines.append(f"####[plain]{_escaped(row.explanation)}")
    if row.kind in (Kind.TRUE_FALSE, Kind.NUMERIC) or len(lines) < 2:
        return f"{head} {{{''.join(lines)}}}"
    return "\n".join([f"{head} {{", *(f"\t{line}" for line in lines), "}"])


def _lines(row: Row) -> list[str]:
    key, options = row.key, [_escaped(option) for option in row.content.get("options", [])]
    correct = key.get("correct", [])
    if row.kind == Kind.SINGLE:
        return [("=" if place in correct else "~") + option for place, option in enumerate(options)]
    if row.kind == Kind.MULTIPLE and correct:
        right, wrong = rows.share(len(correct)), "0"
        if key.get("scoring") == "minus":
            wrong = f"-{right}"
        return [f"~%{right if place in correct else wrong}%{option}" for place, option in enumerate(options)]
    if row.kind == Kind.TRUE_FALSE:
        return ["TRUE" if key.get("answer") else "FALSE"]
    if row.kind == Kind.NUMERIC:
        return [f"#{_escaped(key.get('value', ''))}:{_escaped(key.get('tolerance', '0'))}"]
    if row.kind == Kind.SHORT_TEXT:
        return [f"={_escaped(text)}" for text in key.get("accepted", [])]
    if row.kind == Kind.MATCHING:
        pairs = key.get("pairs", [])
        prompts = [_escaped(prompt) for prompt in row.content.get("prompts", [])]
        unused = [option for place, option in enumerate(options) if place not in pairs]
        return [
            *(f"={prompt} -> {options[pair]}" for prompt, pair in zip(prompts, pairs, strict=True)),
            *(f"= -> {option}" for option in unused),
        ]
    return []


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text).replace("\n", "\\n")
