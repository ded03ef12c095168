"""The question workbook: a row a question, in words that authors write by hand.

What the columns cannot say exactly (a ninth option with two lines, say) is carried as JSON in the last one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from exams.formats import columns, rows
from exams.formats.columns import LETTERS
from exams.formats.rows import Fault, Kind, Output, Row, Unreadable
from ground import spreadsheets
from ground.spreadsheets.cells import clean

LIMIT_ROWS = 30_000
LIMIT_BYTES = 50 * spreadsheets.MEBIBYTE
Cells = dict[str, str]


def read(file: IO[bytes]) -> Iterator[tuple[str, Row | str]]:
    """Every row with its place, or why it cannot be read. Raises Refused for what is no workbook with these headings."""
    file.seek(0)
    sheet = spreadsheets.read(
        file,
        columns=columns.COLUMNS,
        optional=columns.OPTIONAL,
        limit_rows=LIMIT_ROWS,
        limit_bytes=LIMIT_BYTES,
    )
    sheet.rows.reverse()
    while sheet.rows:
        # Taken from the list one by one, so that what was judged is not kept.
        line = sheet.rows.pop()
        place = _("row %(number)s") % {"number": line.number}
        try:
            extra = rows.from_json(line.values["more"]) if line.values["more"] else {}
            yield place, rows.completed(parse(line.values), extra)
        except Unreadable as error:
            yield place, str(error)


def parse(cells: Cells) -> Row:
    """One question as its cells say it. Raises Unreadable."""
    kind = columns.kind_of(cells["kind"])
    if kind is None:
        raise Unreadable(
            _("“%(kind)s” is no kind of question.") % {"kind": cells["kind"][:30]}
            if cells["kind"]
            else _("The kind of the question is missing.")
        )
    content, key = _READERS[kind](cells)
    return Row(
        code=cells["code"],
        kind=kind,
        content={"stem": cells["stem"], **content},
        key=key,
        topics=tuple(part for part in re.split(r"\s*[\n,，、;；]\s*", cells["topics"]) if part),
        level=cells["level"],
        points=_whole(cells["points"], 2, _("The points “%(text)s” are no whole number.")),
        difficulty=_difficulty(cells["difficulty"]),
        explanation=cells["explanation"],
        source=cells["source"],
        case=cells["case"],
        place=_whole(cells["place"], 0, _("The place in the case “%(text)s” is no whole number.")),
    )


def _whole(text: str, otherwise: int, sentence: str) -> int:
    if not text:
        return otherwise
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise Unreadable(sentence % {"text": text[:20]})
    return int(text)


def _difficulty(text: str) -> int:
    found = columns.difficulty_of(text) if text else 2
    if found is None:
        raise Unreadable(_("The difficulty “%(text)s” is none of easy, medium and hard.") % {"text": text[:20]})
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _options(cells: Cells) -> list[str]:
    """Options from A to H, or from one cell; a gap between them is a mistake, not an option."""
    single = [cells[letter] for letter in LETTERS]
    while single and not single[-1]:
        single.pop()
    if single and cells["options"]:
        raise Unreadable(_("Write the options either in the columns A to H or in one cell, not in both."))
    if not all(single):
        raise Unreadable(_("An option between others is empty."))
    return single or _lines(cells["options"])


def _letters(text: str, options: list[str]) -> list[int]:
    """The options that letters name: AC, A,C or A、C."""
    found = []
    for letter in unicodedata.normalize("NFKC", text).upper():
        if letter in " ,、;/\n":
            continue
        place = ord(letter) - ord("A")
        if not 0 <= place < len(options):
            raise Unreadable(_("The answer “%(text)s” names an option that does not exist.") % {"text": text[:30]})
        found.append(place)
    return found


def _scoring(cells: Cells, otherwise: str) -> str:
    if not cells["scoring"]:
        return otherwise
    scoring = columns.scoring_of(cells["scoring"])
    if scoring is None:
        raise Unreadable(_("“%(text)s” is no way of scoring.") % {"text": cells["scoring"][:30]})
    return scoring


Read = tuple[dict[str, Any], dict[str, Any]]


def _single(cells: Cells) -> Read:
    options = _options(cells)
    return {"options": options}, {"correct": _letters(cells["answer"], options)}


def _multiple(cells: Cells) -> Read:
    content, key = _single(cells)
    return content, {**key, "scoring": _scoring(cells, "all")}


def _true_false(cells: Cells) -> Read:
    return {}, {"answer": columns.truth_of(cells["answer"])}


def _numeric(cells: Cells) -> Read:
    return {"unit": cells["unit"]}, {"value": cells["answer"], "tolerance": cells["tolerance"] or "0"}


def _short(cells: Cells) -> Read:
    return {}, {"accepted": _lines(cells["answer"])}


def _ordering(cells: Cells) -> Read:
    options = _options(cells)
    sequence = _letters(cells["answer"], options) or list(range(len(options)))
    return {"options": options}, {"sequence": sequence, "scoring": _scoring(cells, "part")}


def _matching(cells: Cells) -> Read:
    options = _options(cells)
    pairs = _letters(cells["answer"], options)
    return {"prompts": _lines(cells["prompts"]), "options": options}, {
        "pairs": pairs,
        "scoring": _scoring(cells, "part"),
    }


def _cloze(cells: Cells) -> Read:
    gaps: list[dict[str, Any]] = []
    keys: list[dict[str, Any]] = []
    for line in _lines(cells["answer"]):
        parts = [part.strip() for part in re.split(r"[|｜]", line) if part.strip()]
        stars = [place for place, part in enumerate(parts) if part[0] in "*＊"]
        if not stars:
            gaps.append({})
            keys.append({"accepted": parts})
            continue
        if len(stars) > 1:
            raise Unreadable(_("A gap with options has exactly one right option."))
        gaps.append({"options": [part.lstrip("*＊").strip() for part in parts]})
        keys.append({"correct": stars[0]})
    return {"gaps": gaps}, {"gaps": keys, "scoring": _scoring(cells, "part")}


def _case(_cells: Cells) -> Read:
    return {}, {}


def _rubric(cells: Cells) -> dict[str, Any]:
    criteria = []
    for line in _lines(cells["rubric"]):
        name, colon, levels = unicodedata.normalize("NFC", line).replace("：", ":", 1).partition(":")
        found = [re.fullmatch(r"\s*([0-9]{1,3})\s*[=＝]\s*(.*?)\s*", part) for part in re.split(r"[|｜]", levels)]
        if not colon or not all(found):
            raise Unreadable(
                _("The criterion “%(line)s” is not written like Tone: 2 = friendly | 0 = rude.") % {"line": line[:60]}
            )
        described = [{"points": int(level[1]), "text": level[2]} for level in found if level]
        criteria.append({"name": name.strip(), "levels": described})
    return {"rubric": criteria, "model": cells["answer"]}


def _limit(cells: Cells) -> int | None:
    found = re.match(r"[0-9]{1,5}", unicodedata.normalize("NFKC", cells["limit"]))
    return int(found[0]) if found else None


def _essay(cells: Cells) -> Read:
    return {"words": _limit(cells)}, _rubric(cells)


def _file(cells: Cells) -> Read:
    accepts = columns.accepts_of(cells["limit"]) if cells["limit"] else "audio"
    if accepts is None:
        raise Unreadable(_("Say in the column “Limit” whether a recording or a document is handed in."))
    return {"accepts": accepts}, _rubric(cells)


def _task(cells: Cells) -> Read:
    return {"minutes": _limit(cells)}, _rubric(cells)


_READERS = {
    Kind.SINGLE: _single,
    Kind.MULTIPLE: _multiple,
    Kind.TRUE_FALSE: _true_false,
    Kind.NUMERIC: _numeric,
    Kind.SHORT_TEXT: _short,
    Kind.ORDERING: _ordering,
    Kind.MATCHING: _matching,
    Kind.CLOZE: _cloze,
    Kind.CASE: _case,
    Kind.ESSAY: _essay,
    Kind.FILE: _file,
    Kind.TASK: _task,
}


def write(asked: Iterable[Row], output: Output, notes: Iterable[str] = ()) -> IO[bytes]:
    """The workbook at its beginning; what cannot be written is a fault of the output."""
    return spreadsheets.write(
        title=_("Questions"),
        headings=columns.headings(),
        rows=_written(asked, output),
        widths=[columns.WIDTHS.get(name, 12) for name in columns.COLUMNS],
        notes=[*columns.help_notes(), *notes],
    )


def _written(asked: Iterable[Row], output: Output) -> Iterator[list[str]]:
    for row in asked:
        if output.unwritable(row):
            continue
        cells = cells_of(row)
        if max(map(len, cells.values())) > spreadsheets.LIMIT_CELL:
            output.faults.append(Fault(row.code, _("It is longer than a cell of a workbook; export it as Moodle XML.")))
            continue
        output.written += 1
        yield list(cells.values())


def cells_of(row: Row) -> Cells:
    """The cells of a row, with what they cannot say in the last one."""
    cells = dict.fromkeys(columns.COLUMNS, "")
    cells |= {
        "code": row.code,
        "kind": columns.kind_word(row.kind),
        "topics": "\n".join(row.topics),
        "level": row.level,
        "points": str(row.points),
        "difficulty": str(row.difficulty),
        "stem": str(row.content.get("stem", "")),
        "explanation": row.explanation,
        "source": row.source,
        "case": row.case,
        "place": str(row.place) if row.place else "",
    }
    try:
        cells |= _answer_cells(row)
    except (IndexError, KeyError, TypeError, ValueError):
        cells |= dict.fromkeys([*LETTERS, "options", "prompts", "answer", "scoring", "unit", "rubric"], "")
    try:
        plain = parse({name: clean(text) for name, text in cells.items()})
    except Unreadable:
        cells = dict.fromkeys(columns.COLUMNS, "") | {"code": row.code, "kind": columns.kind_word(row.kind)}
        cells["stem"] = str(row.content.get("stem", ""))
        plain = parse({name: clean(text) for name, text in cells.items()})
    extra = rows.carried(row, plain)
    cells["more"] = rows.to_json(extra) if extra else ""
    return cells


def _answer_cells(row: Row) -> Cells:
    content, key, cells = row.content, row.key, {}
    options = content.get("options", [])
    if len(options) <= len(LETTERS):
        cells |= dict(zip(LETTERS, options, strict=False))
    else:
        cells["options"] = "\n".join(options)
    places = [*key.get("correct", []), *key.get("sequence", []), *key.get("pairs", [])]
    cells["answer"] = "".join(chr(ord("A") + place) for place in places)
    if row.kind in (Kind.MULTIPLE, Kind.ORDERING, Kind.MATCHING, Kind.CLOZE):
        cells["scoring"] = columns.scoring_word(key.get("scoring", ""))
    if row.kind == Kind.TRUE_FALSE:
        cells["answer"] = columns.truth_word(key["answer"])
    elif row.kind == Kind.NUMERIC:
        cells |= {"answer": key["value"], "tolerance": key["tolerance"], "unit": content.get("unit", "")}
    elif row.kind == Kind.SHORT_TEXT:
        cells["answer"] = "\n".join(key["accepted"])
    elif row.kind == Kind.MATCHING:
        cells["prompts"] = "\n".join(content["prompts"])
    elif row.kind == Kind.CLOZE:
        cells["answer"] = "\n".join(_gap(gap, right) for gap, right in zip(content["gaps"], key["gaps"], strict=True))
    elif row.kind in (Kind.ESSAY, Kind.FILE, Kind.TASK):
        limit = content.get("words") or content.get("minutes") or columns.accepts_word(content.get("accepts", ""))
        cells |= {"answer": key.get("model", ""), "limit": str(limit), "rubric": _rubric_lines(key.get("rubric", []))}
    return cells


def _gap(gap: dict[str, Any], right: dict[str, Any]) -> str:
    if "options" not in gap:
        return " | ".join(right["accepted"])
    return " | ".join(("*" if place == right["correct"] else "") + text for place, text in enumerate(gap["options"]))


def _rubric_lines(rubric: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{each['name']}: " + " | ".join(f"{level['points']} = {level['text']}" for level in each["levels"])
        for each in rubric
    )
