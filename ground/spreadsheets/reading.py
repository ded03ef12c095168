"""Reading an uploaded file: from lines to rows by key, every fault refused with its place."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ground.errors import Refused
from ground.spreadsheets.cells import MEBIBYTE, Line, listed, short
from ground.spreadsheets.text_files import text_lines
from ground.spreadsheets.workbooks import workbook_lines

LIMIT_BYTES = 10 * MEBIBYTE


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
        lines = workbook_lines(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            _("The file is protected by a password or of the old .xls kind. Save it as .xlsx without a password."),
            code="encrypted_or_old",
        )
    else:
        lines = text_lines(content)
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
                    _("Row %(row)s has a value under no heading: “%(value)s”.") % {"row": number, "value": short(text)},
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
            % {"columns": listed(unknown), "allowed": listed([str(names[0]) for names in columns.values()], 40)},
            code="unknown_columns",
        )
    known = [key for key in keys if key is not None]
    twice = [str(columns[key][0]) for key in columns if known.count(key) > 1]
    if twice:
        raise Refused(_("These columns stand twice: %(columns)s.") % {"columns": listed(twice)}, code="columns_twice")
    missing = [str(names[0]) for key, names in columns.items() if key not in known and key not in optional]
    if missing:
        raise Refused(
            _("These columns are missing: %(columns)s. The first row must hold the headings.")
            % {"columns": listed(missing, 40)},
            code="missing_columns",
        )
    return keys


def _plain(heading: str) -> str:
    """A heading without what people vary: width, case, spaces, a star for required."""
    return re.sub(r"[\s*_]+", "", unicodedata.normalize("NFKC", heading)).casefold()
