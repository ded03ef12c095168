"""Lines of a text file: its encoding and its delimiter are found out, never asked for."""

import csv
import io
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from ground.errors import Refused
from ground.spreadsheets.cells import Line, clean, column_letters, refuse_formulas


def text_lines(content: bytes) -> Iterator[Line]:
    """The lines that hold anything. Raises Refused for what is no text, no proper CSV, or holds formulas."""
    reader = csv.reader(io.StringIO(text := _decoded(content), newline=""), delimiter=_delimiter(text), strict=True)
    formulas = []
    found: list[Line] = []
    try:
        for texts in reader:
            cleaned = [clean(part) for part in texts]
            formulas += [
                f"{column_letters(place)}{reader.line_num}" for place, t in enumerate(cleaned) if t.startswith("=")
            ]
            if any(cleaned):
                found.append((reader.line_num, cleaned))
    except csv.Error as error:
        raise Refused(
            _("Line %(line)s is not proper CSV: look for a quotation mark without its pair.")
            % {"line": reader.line_num},
            code="broken_csv",
        ) from error
    if formulas:
        refuse_formulas(formulas)
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
