"""Files in and out: questions in three formats, all in the neutral row; settings of the safe browser."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import IO

from exams.formats import gift, moodle_xml, xlsx
from exams.formats.examples import example_rows
from exams.formats.rows import Fault, Output, Row, Unreadable
from exams.models import BankExchange

Format = BankExchange.Format
READERS: dict[str, Callable[[IO[bytes]], Iterator[tuple[str, Row | str]]]] = {
    Format.XLSX: xlsx.read,
    Format.GIFT: gift.read,
    Format.MOODLE_XML: moodle_xml.read,
}
WRITERS: dict[str, Callable[[Iterable[Row], Output], IO[bytes]]] = {
    Format.XLSX: xlsx.write,
    Format.GIFT: gift.write,
    Format.MOODLE_XML: moodle_xml.write,
}
SUFFIXES = {Format.XLSX: ".xlsx", Format.GIFT: ".gift.txt", Format.MOODLE_XML: ".xml"}
CONTENT_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.GIFT: "text/plain; charset=utf-8",
    Format.MOODLE_XML: "application/xml",
}


def guessed(name: str) -> str:
    """The format that a file's name speaks of, "" for none."""
    known = {".xlsx": Format.XLSX, ".csv": Format.XLSX, ".gift": Format.GIFT, ".txt": Format.GIFT}
    return {**known, ".xml": Format.MOODLE_XML}.get(PurePath(name).suffix.lower(), "")


__all__ = [
    "CONTENT_TYPES",
    "READERS",
    "SUFFIXES",
    "WRITERS",
    "Fault",
    "Output",
    "Row",
    "Unreadable",
    "example_rows",
    "guessed",
]
