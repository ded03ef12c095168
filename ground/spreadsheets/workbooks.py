"""Lines of the first sheet of an .xlsx, by a parser that trusts neither its size nor its declarations."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from ground.errors import Refused
from ground.spreadsheets.cells import MEBIBYTE, Line, clean, column_letters, refuse_formulas

LIMIT_INFLATED = 200 * MEBIBYTE


def workbook_lines(content: bytes) -> Iterator[Line]:
    """The rows that hold anything. Raises Refused for a file that is broken, encrypted, too large or holds formulas."""
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
            refuse_formulas(reader.formulas)
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
            self.formulas.append(f"{column_letters(self.place)}{self.number}")

    def text(self, words: str) -> None:
        if self.reading:
            self.parts.append(words)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.reading = False
        elif tag == "c" and self.parts:
            value = clean(self._value("".join(self.parts)))
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
