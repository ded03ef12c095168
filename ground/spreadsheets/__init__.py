"""Spreadsheets in and out: .xlsx and .csv read as text without trust, .xlsx written without a formula.

Reading keeps what people typed: leading zeros of text cells stay, a whole number has no ".0", a date cell becomes
2026-11-22. Only the first sheet is read. Everything that cannot be read is refused in one sentence naming the place.
"""

from ground.spreadsheets.cells import MEBIBYTE, NAMED_AT_MOST, Line
from ground.spreadsheets.reading import LIMIT_BYTES, Row, Sheet, read
from ground.spreadsheets.workbooks import LIMIT_INFLATED
from ground.spreadsheets.writing import LIMIT_CELL, XLSX, Happened, response, write

__all__ = [
    "LIMIT_BYTES",
    "LIMIT_CELL",
    "LIMIT_INFLATED",
    "MEBIBYTE",
    "NAMED_AT_MOST",
    "XLSX",
    "Happened",
    "Line",
    "Row",
    "Sheet",
    "read",
    "response",
    "write",
]
