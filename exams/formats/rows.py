"""The neutral row: what every format reads and writes, in the shapes of QuestionVersion.

A format says a question in its own words as far as it can. What those words do not say, or would not say again exactly,
is carried beside them as JSON (`carried`), so that what was exported is imported identically.
"""

import json
import re
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.utils.translation import gettext as _

from exams.models import QuestionVersion

Kind = QuestionVersion.Kind
LIMIT_QUESTION = 400_000
"""Characters of one question in a text format; more is no question."""
_TYPES = {"content": dict, "key": dict, "points": int, "difficulty": int, "place": int}
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Row:
    """A question with its words. Topics, level and case are named by code; a reader may give names where it knows no code."""

    code: str
    kind: str
    content: dict[str, Any]
    key: dict[str, Any]
    topics: tuple[str, ...] = ()
    level: str = ""
    points: int = 2
    difficulty: int = 2
    explanation: str = ""
    source: str = ""
    case: str = ""
    place: int = 0


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be taken or written, as a sentence, and where it stands; no place means the whole file."""

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


@dataclass
class Output:
    """What a writer could not say: rows that were left out, with the reason. It fills while rows are written."""

    faults: list[Fault] = field(default_factory=list)
    written: int = 0

    def unwritable(self, row: Row) -> bool:
        """Whether a row holds characters that no file carries; notes the fault."""
        if not unwritable(row):
            return False
        self.faults.append(Fault(row.code, _("It holds control characters that a file cannot carry.")))
        return True


class Unreadable(ValueError):
    """One question cannot be read; the message is a sentence for its author."""


def carried(row: Row, plain: Row) -> dict[str, Any]:
    """What `plain`, the row as a format's own words say it, does not say of `row`: empty when they are the same."""
    extra: dict[str, Any] = {}
    whole: list[str] = []
    for name in (each.name for each in fields(Row)):
        wanted, said = getattr(row, name), getattr(plain, name)
        if wanted == said:
            continue
        if isinstance(wanted, dict) and said.keys() <= wanted.keys():
            wanted = {part: value for part, value in wanted.items() if part not in said or said[part] != value}
        elif isinstance(wanted, dict):
            whole.append(name)
        extra[name] = list(wanted) if isinstance(wanted, tuple) else wanted
    return extra | {"whole": whole} if whole else extra


def completed(plain: Row, extra: Any) -> Row:
    """The row that `plain` and what was carried beside it mean. Raises Unreadable for what `carried` never wrote."""
    if not isinstance(extra, dict):
        raise Unreadable(_damaged())
    whole = extra.get("whole", [])
    if not isinstance(whole, list):
        raise Unreadable(_damaged())
    changes: dict[str, Any] = {}
    for name, value in extra.items():
        if name == "whole":
            continue
        said = getattr(plain, name, None)
        if name == "topics" and isinstance(value, list) and all(isinstance(topic, str) for topic in value):
            changes[name] = tuple(value)
        elif said is None or name == "topics" or type(value) is not _TYPES.get(name, str):
            raise Unreadable(_damaged())
        else:
            changes[name] = {**said, **value} if isinstance(value, dict) and name not in whole else value
    return replace(plain, **changes)


def _damaged() -> str:
    return _("The fields that an export wrote beside the question are damaged. Export it again, or take them out.")


def to_json(extra: Any) -> str:
    """One line of JSON with real characters."""
    return json.dumps(extra, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Any:
    """What a line of JSON says. Raises Unreadable."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_damaged()) from error


def unwritable(row: Row) -> bool:
    """Whether any text of the row holds characters that XML and spreadsheets have no place for."""
    return any(_UNWRITABLE.search(text) for text in _texts(vars(row)))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    return [text for part in value for text in _texts(part)] if isinstance(value, list | tuple) else []


def whole_points(text: str) -> int:
    """Points as a whole number: 2 for "2.0000000". Raises Unreadable for half a point."""
    number = _number(text)
    if number is None or number != int(number):
        raise Unreadable(_("The points “%(points)s” are no whole number.") % {"points": text[:20]})
    return int(number)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e6 else None


def weighed(options: list[str], weights: list[float], single: bool) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Kind, options and key of a choice whose options carry percentages; `single` when one of them is to be chosen.

    Raises Unreadable for weights that our marking does not know.
    """
    content = {"options": options}
    if single:
        right = [place for place, weight in enumerate(weights) if weight >= 99.9]
        if any(0 < weight < 99.9 for weight in weights) or len(right) != 1:
            raise Unreadable(
                _("A single choice needs exactly one option that earns all points; others cannot earn a part of them.")
            )
        return Kind.SINGLE, content, {"correct": right}
    correct = [place for place, weight in enumerate(weights) if weight > 0]
    scoring = "minus" if any(weight < 0 for weight in weights) else "all"
    return Kind.MULTIPLE, content, {"correct": correct, "scoring": scoring}


def as_line(place: str, row: Row, content_hash: str) -> list[Any]:
    """A judged row as it waits in the private store, with the fingerprint of its words."""
    return [place, vars(row), content_hash]


def from_line(line: list[Any]) -> tuple[str, Row, str]:
    """Place, row and fingerprint again."""
    place, values, content_hash = line
    return place, Row(**{**values, "topics": tuple(values["topics"])}), content_hash


def category_of(row: Row) -> str:
    """The category under which a row is written: its first topic, where that is a plain code."""
    return row.topics[0] if row.topics and re.fullmatch(r"[-\w]{1,60}", row.topics[0]) else ""


def share(count: int) -> str:
    """The percentage of one of `count` parts as both formats write it: 33.33333 for three."""
    return f"{100 / count:.5f}".rstrip("0").rstrip(".")
