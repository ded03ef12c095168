"""Spreadsheets in and out: .xlsx and .csv read as text without trust, .xlsx written without a formula.

Reading keeps what people typed: leading zeros of text cells stay, a whole number has no ".0", a date cell becomes
2026-11-22. Only the first sheet is read. Everything that cannot be read is refused in one sentence naming the place.
"""

import csv
import io
import re
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import IO, Any
from xml.parsers import expat

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ground.errors import Refused

MEBIBYTE = 1024 * 1024
LIMIT_BYTES = 10 * MEBIBYTE
LIMIT_INFLATED = 200 * MEBIBYTE
LIMIT_CELL = 32_767
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMED_AT_MOST = 5


@dataclass(frozen=True)
class Row:
    """One row: its number as the spreadsheet shows it, and the text of each column by key."""

    number: int
    values: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """The rows under the headings, empty ones left out."""

    rows: list[Row] = field(default_factory=list)


def read(
    file: Any,
    *,
    columns: Mapping[str, Sequence[str | Promise]],
    optional: Collection[str] = (),
    limit_rows: int = 20_000,
    limit_bytes: int = LIMIT_BYTES,
) -> Sheet:
    """Reads an uploaded file (or path, or bytes).

    `columns` maps each key to the headings that mean it; those in `optional` may be missing and read as "". Raises Refused
    when the file is no spreadsheet, too large, encrypted or broken, has too many rows, lacks a column, has one twice or
    one that nobody knows, or holds formulas.
    """
    content = _content(file, limit_bytes)
    if content.startswith(b"PK"):
        lines = _workbook_lines(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            _("The file is protected by a password or of the old .xls kind. Save it as .xlsx without a password."),
            code="encrypted_or_old",
        )
    else:
        lines = _text_lines(content)
    return _sheet(lines, columns, optional, limit_rows)


def _content(file: Any, limit_bytes: int) -> bytes:
    if isinstance(file, bytes):
        content = file
    elif hasattr(file, "read"):
        content = file.read(limit_bytes + 1)
    else:
        with open(file, "rb") as handle:
            content = handle.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        megabytes = limit_bytes // MEBIBYTE
        raise Refused(
            _("The file is larger than %(limit)s MB. Split it into parts.") % {"limit": megabytes}, code="too_large"
        )
    if not content.strip():
        raise Refused(_("The file is empty."), code="empty")
    return content


# From lines to rows by key.

Line = tuple[int, list[str]]


def _sheet(
    lines: Iterator[Line], columns: Mapping[str, Sequence[str | Promise]], optional: Collection[str], limit_rows: int
) -> Sheet:
    first = next(lines, None)
    if first is None:
        raise Refused(_("The file is empty."), code="empty")
    keys = _keys(first[1], columns, optional)
    rows = []
    for number, texts in lines:
        if len(rows) >= limit_rows:
            raise Refused(
                _("The file has more than %(limit)s rows. Split it into parts.") % {"limit": limit_rows},
                code="too_many_rows",
            )
        values = dict.fromkeys(columns, "")
        for place, text in enumerate(texts):
            key = keys[place] if place < len(keys) else None
            if key is not None:
                values[key] = text
            elif text:
                raise Refused(
                    _("Row %(row)s has a value under no heading: “%(value)s”.")
                    % {"row": number, "value": _short(text)},
                    code="value_without_heading",
                )
        rows.append(Row(number, values))
    return Sheet(rows)


def _keys(
    headings: Sequence[str], columns: Mapping[str, Sequence[str | Promise]], optional: Collection[str]
) -> list[str | None]:
    meaning = {_plain(str(name)): key for key, names in columns.items() for name in names}
    keys: list[str | None] = [meaning.get(_plain(heading)) for heading in headings]
    unknown = [heading for heading, key in zip(headings, keys, strict=True) if heading and key is None]
    if unknown:
        raise Refused(
            _("Nobody knows these columns: %(columns)s. Allowed are: %(allowed)s.")
            % {"columns": _listed(unknown), "allowed": _listed([str(names[0]) for names in columns.values()], 40)},
            code="unknown_columns",
        )
    known = [key for key in keys if key is not None]
    twice = [str(columns[key][0]) for key in columns if known.count(key) > 1]
    if twice:
        raise Refused(_("These columns stand twice: %(columns)s.") % {"columns": _listed(twice)}, code="columns_twice")
    missing = [str(names[0]) for key, names in columns.items() if key not in known and key not in optional]
    if missing:
        raise Refused(
            _("These columns are missing: %(columns)s. The first row must hold the headings.")
            % {"columns": _listed(missing, 40)},
            code="missing_columns",
        )
    return keys


def _plain(heading: str) -> str:
    """A heading without what people vary: width, case, spaces, a star for required."""
    return re.sub(r"[\s*_]+", "", unicodedata.normalize("NFKC", heading)).casefold()


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}…"


def _listed(names: Sequence[str], at_most: int = NAMED_AT_MOST) -> str:
    # Translators: stands between the names of a list.
    words = _(", ").join(_short(name) for name in names[:at_most])
    return f"{words} …" if len(names) > at_most else words


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip().strip("\u3000\ufeff").strip()


def _refuse_formulas(cells: Sequence[str]) -> None:
    raise Refused(
        ngettext(
            "Formulas are not read. Paste the value instead in cell %(cells)s.",
            "Formulas are not read. Paste the values instead in cells %(cells)s.",
            len(cells),
        )
        % {"cells": _listed(cells, 20)},
        code="formulas",
    )


# Text files.


def _text_lines(content: bytes) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text := _decoded(content), newline=""), delimiter=_delimiter(text), strict=True)
    formulas = []
    found: list[Line] = []
    try:
        for texts in reader:
            cleaned = [_clean(part) for part in texts]
            formulas += [f"{_letters(place)}{reader.line_num}" for place, t in enumerate(cleaned) if t.startswith("=")]
            if any(cleaned):
                found.append((reader.line_num, cleaned))
    except csv.Error as error:
        raise Refused(
            _("Line %(line)s is not proper CSV: look for a quotation mark without its pair.")
            % {"line": reader.line_num},
            code="broken_csv",
        ) from error
    if formulas:
        _refuse_formulas(formulas)
    return iter(found)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in content:
        encodings = []
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text[:10_000]):
            return text
    raise Refused(_("The file is not a spreadsheet. Save it as .xlsx or .csv."), code="not_a_spreadsheet")


def _delimiter(text: str) -> str:
    heading = text.lstrip().split("\n", 1)[0]
    return max(",\t;", key=heading.count)


# Workbooks.


def _workbook_lines(content: bytes) -> Iterator[Line]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _Workbook(archive).lines()
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, IndexError, NotImplementedError) as error:
        raise Refused(_("The file is broken. Open it, save it as .xlsx again and retry."), code="broken") from error
    except RuntimeError as error:  # zipfile's word for an encrypted member
        raise Refused(_("The file is protected by a password. Save it without one."), code="encrypted") from error
    except expat.ExpatError as error:
        raise Refused(_("The file is broken. Open it, save it as .xlsx again and retry."), code="broken") from error


class _Workbook:
    """The parts of an .xlsx that carry values; never more than LIMIT_INFLATED bytes of them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = {name.lower(): name for name in archive.namelist()}
        self.inflated = 0
        if sum(part.file_size for part in archive.infolist()) > LIMIT_INFLATED:
            self._refuse_bomb()
        if "xl/workbook.xml" not in self.names:
            raise Refused(_("The file is not a spreadsheet. Save it as .xlsx or .csv."), code="not_a_spreadsheet")
        if any(name.startswith("xl/vbaproject") for name in self.names):
            raise Refused(_("The file holds macros. Save it as .xlsx without macros."), code="macros")
        self.epoch = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone

    def _refuse_bomb(self) -> None:
        raise Refused(
            _("The file unpacks to more than %(limit)s MB and was not read.") % {"limit": LIMIT_INFLATED // MEBIBYTE},
            code="inflates_too_far",
        )

    def _parse(
        self, name: str, start: Callable[[str, dict], None], end: Callable[[str], None], text: Callable[[str], None]
    ) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.CharacterDataHandler = text

        def root(tag: str, attributes: dict) -> None:
            # A million empty rows are two million calls: a prefix is cut off only in files that use one.
            plain = ":" not in tag
            parser.StartElementHandler = start if plain else lambda tag, found: start(tag.rpartition(":")[2], found)
            parser.EndElementHandler = end if plain else lambda tag: end(tag.rpartition(":")[2])
            parser.StartElementHandler(tag, attributes)

        parser.StartElementHandler = root
        parser.StartDoctypeDeclHandler = _no_doctype
        with self.archive.open(self.names[name.lower()]) as part:
            while chunk := part.read(256 * 1024):
                self.inflated += len(chunk)
                if self.inflated > LIMIT_INFLATED:
                    self._refuse_bomb()
                parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def lines(self) -> Iterator[Line]:
        sheet = self._first_sheet()
        strings = self._strings() if "xl/sharedstrings.xml" in self.names else []
        dates = self._date_styles() if "xl/styles.xml" in self.names else set()
        reader = _SheetReader(strings, dates, self.epoch)
        self._parse(sheet, reader.start, reader.end, reader.text)
        if reader.formulas:
            _refuse_formulas(reader.formulas)
        return iter(reader.lines)

    def _first_sheet(self) -> str:
        sheets: list[str] = []
        targets: dict[str, str] = {}

        def workbook(tag: str, attributes: dict) -> None:
            if tag == "sheet":
                sheets.extend(value for name, value in attributes.items() if name.rpartition(":")[2] == "id")
            if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self.epoch = datetime(1904, 1, 1)  # noqa: DTZ001 - see above

        def relations(tag: str, attributes: dict) -> None:
            if tag == "Relationship":
                targets[attributes["Id"]] = attributes["Target"]

        self._parse("xl/workbook.xml", workbook, _nothing, _nothing)
        self._parse("xl/_rels/workbook.xml.rels", relations, _nothing, _nothing)
        target = targets[sheets[0]]
        return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)

    def _strings(self) -> list[str]:
        strings: list[str] = []
        parts: list[str] = []
        inside = {"t": False, "rPh": False}

        def start(tag: str, attributes: dict) -> None:
            if tag == "si":
                parts.clear()
            if tag in inside:
                inside[tag] = True

        def end(tag: str) -> None:
            if tag in inside:
                inside[tag] = False
            if tag == "si":
                strings.append("".join(parts))

        def text(words: str) -> None:
            if inside["t"] and not inside["rPh"]:
                parts.append(words)

        self._parse("xl/sharedStrings.xml", start, end, text)
        return strings

    def _date_styles(self) -> set[int]:
        formats: list[int] = []
        custom: dict[int, str] = {}
        inside = {"cellXfs": False}

        def start(tag: str, attributes: dict) -> None:
            if tag == "cellXfs":
                inside[tag] = True
            elif tag == "numFmt":
                custom[int(attributes["numFmtId"])] = attributes["formatCode"]
            elif tag == "xf" and inside["cellXfs"]:
                formats.append(int(attributes.get("numFmtId", 0)))

        def end(tag: str) -> None:
            if tag == "cellXfs":
                inside[tag] = False

        self._parse("xl/styles.xml", start, end, _nothing)
        return {place for place, number in enumerate(formats) if _is_date(number, custom.get(number, ""))}


def _nothing(*_anything: Any) -> None:
    return None


def _no_doctype(*_declaration: Any) -> None:
    raise Refused(_("The file is broken. Open it, save it as .xlsx again and retry."), code="broken")


def _is_date(number: int, code: str) -> bool:
    if code:
        bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code)
        return bool(re.search(r"[ymdhs年月日]", bare, re.IGNORECASE)) and "General" not in bare
    return 14 <= number <= 22 or 27 <= number <= 36 or 45 <= number <= 47 or 50 <= number <= 58


class _SheetReader:
    """Turns the events of one sheet into lines; empty rows leave no trace, however many there are."""

    def __init__(self, strings: list[str], dates: set[int], epoch: datetime) -> None:
        self.strings, self.dates, self.epoch = strings, dates, epoch
        self.lines: list[Line] = []
        self.formulas: list[str] = []
        self.number = 0
        self.place = -1
        self.cells: dict[int, str] = {}
        self.kind, self.style = "", 0
        self.parts: list[str] = []
        self.reading = False

    def start(self, tag: str, attributes: dict) -> None:
        if tag == "row":
            self.number = int(attributes.get("r", self.number + 1))
            self.place = -1
        elif tag == "c":
            reference = attributes.get("r")
            self.place = _column(reference) if reference else self.place + 1
            self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", 0))
            self.parts = []
        elif tag in ("v", "t"):
            self.reading = True
        elif tag == "f" and len(self.formulas) < 21:
            self.formulas.append(f"{_letters(self.place)}{self.number}")

    def text(self, words: str) -> None:
        if self.reading:
            self.parts.append(words)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.reading = False
        elif tag == "c" and self.parts:
            value = _clean(self._value("".join(self.parts)))
            if value:
                self.cells[self.place] = value
        elif tag == "row" and self.cells:
            width = max(self.cells) + 1
            self.lines.append((self.number, [self.cells.get(place, "") for place in range(width)]))
            self.cells = {}

    def _value(self, raw: str) -> str:
        if self.kind == "s":
            return _unescaped(self.strings[int(raw)])
        if self.kind in ("str", "inlineStr", "e", "d"):
            return _unescaped(raw)
        if self.kind == "b":
            return "TRUE" if raw.strip() == "1" else "FALSE"
        if self.style in self.dates:
            return self._day(float(raw))
        return _figure(raw.strip())

    def _day(self, serial: float) -> str:
        try:
            moment = self.epoch + timedelta(seconds=round(serial * 86_400))
        except OverflowError:
            return _figure(str(serial))
        if serial < 1:
            return moment.strftime("%H:%M")
        if serial == int(serial):
            return moment.date().isoformat()
        return moment.isoformat(sep=" ", timespec="minutes")


def _figure(raw: str) -> str:
    """A number as it was typed: 12 for 12.0, 0.1 for 0.1000000000000001."""
    number = float(raw)
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return format(Decimal(f"{number:.15g}"), "f")


def _unescaped(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _column(reference: str) -> int:
    """0 for A1, 27 for AB3. Raises ValueError for what no spreadsheet has."""
    place = 0
    for letter in reference:
        if not letter.isalpha():
            break
        place = place * 26 + ord(letter.upper()) - 64
    if not 1 <= place <= 16_384:
        raise ValueError(reference)
    return place - 1


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# Out.


def write(
    *,
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    widths: Sequence[int] = (),
    notes: Sequence[str] = (),
) -> IO[bytes]:
    """A workbook with one sheet, written row by row; a text is always a text, never a formula or a link.

    `notes` become a second sheet, such as how to fill in a template. Returns an open file at its beginning.
    """
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book = xlsxwriter.Workbook(
        target,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    bold = book.add_format({"bold": True, "bottom": 1})
    plain = book.add_format({"num_format": "@"})
    day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or "1")
    sheet.freeze_panes(1, 0)
    for place in range(len(headings)):
        sheet.set_column(place, place, widths[place] if place < len(widths) else 18)
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, bold)
    for number, values in enumerate(rows, start=1):
        for place, value in enumerate(values):
            if value is None or value == "":
                continue
            if isinstance(value, bool):
                sheet.write_boolean(number, place, value)
            elif isinstance(value, int | float | Decimal):
                sheet.write_number(number, place, value)
            elif isinstance(value, datetime):
                local = timezone.localtime(value) if timezone.is_aware(value) else value
                sheet.write_datetime(number, place, local.replace(tzinfo=None), moment)
            elif isinstance(value, date):
                sheet.write_datetime(number, place, value, day)
            else:
                sheet.write_string(number, place, str(value)[:LIMIT_CELL], plain)
    if notes:
        second = book.add_worksheet(_("Notes")[:31])
        second.set_column(0, 0, 80)
        for number, note in enumerate(notes):
            second.write_string(number, 0, str(note)[:LIMIT_CELL])
    book.close()
    target.seek(0)
    return target


def response(content: IO[bytes], *, filename: str) -> FileResponse:
    """A workbook as a download that no proxy keeps."""
    answer = FileResponse(content, as_attachment=True, filename=filename, content_type=XLSX)
    answer["Cache-Control"] = "private, no-store"
    return answer
