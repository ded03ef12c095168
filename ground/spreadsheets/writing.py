"""Writing a workbook row by row, and sending it as a download."""

import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

LIMIT_CELL = 32_767


@dataclass(frozen=True)
class Happened:
    """A day with the word for what happened on it: a real date that reads “Completed 2026-11-22”."""

    word: str
    day: date

    @property
    def number_format(self) -> str:
        """The format that shows the word before the day."""
        return '"{}" yyyy-mm-dd'.format(self.word.replace('"', ""))

    def __str__(self) -> str:
        return f"{self.word} {self.day.isoformat()}"


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    worded: dict[str, Any] = {}
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
            elif isinstance(value, Happened):
                if value.number_format not in worded:
                    worded[value.number_format] = book.add_format({"num_format": value.number_format, "align": "left"})
                sheet.write_datetime(number, place, value.day, worded[value.number_format])
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
