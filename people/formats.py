"""The staff list as a file: which columns it has, and what is wrong with every bad row.

Pure checking: `check` gets the rows as text and what is known about units, posts, levels and people; it asks no database.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from ground import spreadsheets

# The headings of the template come first; every other word in the list is accepted too.
COLUMNS: dict[str, tuple[str, ...]] = {
    "employee_no": ("工号", "员工编号", "employee number", "employee no", "employee no.", "number"),
    "name": ("姓名", "name"),
    "unit": ("部门", "班组", "单位", "unit", "department"),
    "post": ("岗位", "post", "position"),
    "level": ("等级", "级别", "level"),
    "hired": ("入职日期", "入职时间", "hired", "hire date", "hired on"),
    "manager": ("上级工号", "直接上级工号", "manager", "manager number", "manager employee number"),
    "email": ("邮箱", "电子邮箱", "e-mail", "email"),
    "phone": ("电话", "手机", "telephone", "phone"),
}
OPTIONAL = ("level", "manager", "email", "phone")
LIMIT_ROWS = 50_000
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
PHONE = re.compile(r"[0-9+()（） -]*")
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?: 00:00(?::00)?)?")
EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True)
class Line:
    """One row of the file: its number as the spreadsheet shows it, and its cells as text."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "").strip()


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be taken, as a sentence; `row` 0 means the whole file."""

    row: int
    sentence: str
    employee_no: str = ""

    def __str__(self) -> str:
        return _("Row %(row)s: %(sentence)s") % {"row": self.row, "sentence": self.sentence}


@dataclass(frozen=True)
class KnownUnit:
    """A unit with its materialised path and its names from the root down."""

    pk: int
    code: str
    names: tuple[str, ...]
    reachable: bool


@dataclass(frozen=True)
class KnownLevel:
    """A level with its rank."""

    pk: int
    code: str
    name: str
    rank: int


@dataclass(frozen=True)
class KnownPost:
    """A post with the rank it needs, 0 for none."""

    pk: int
    code: str
    name: str
    least_rank: int
    least_name: str = ""


@dataclass(frozen=True)
class KnownPerson:
    """Somebody already on record. Changes take effect on `effective`: the chosen day, or the first day of somebody yet to
    begin; `row` is what is in force then, None when nothing is."""

    pk: int
    employee_no: str
    name: str
    email: str
    phone: str
    hired: date | None
    effective: date
    row: tuple[int, int, int | None, int | None] | None
    later: bool
    reachable: bool


@dataclass(frozen=True)
class Known:
    """What the file is checked against."""

    units: Sequence[KnownUnit]
    posts: Sequence[KnownPost]
    levels: Sequence[KnownLevel]
    people: Mapping[str, KnownPerson]
    own_number: str = ""


@dataclass(frozen=True)
class Entry:
    """A row that is right, resolved: what the person's record shall say."""

    row: int
    employee_no: str
    name: str
    unit: int
    post: int
    level: int | None
    hired: date | None
    manager: str
    email: str
    phone: str


@dataclass
class Checked:
    """Every fault, and the entries by what they do; nothing may be written while there is a fault."""

    faults: list[Fault] = field(default_factory=list)
    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    unchanged: int = 0

    @property
    def total(self) -> int:
        return len(self.new) + len(self.changed) + self.unchanged


def parse_day(text: str) -> date | None:
    """A day written 2026-01-05, 2026/1/5, 2026.1.5, 2026年1月5日 or 20260105; None for anything else."""
    found = DAY.fullmatch(text) or EIGHT_DIGITS.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def check(lines: Sequence[Line], known: Known, on: date) -> Checked:
    """Says of every line whether it is new, a change from the day `on`, as on record, or wrong and why."""
    checked = Checked()
    if not lines:
        checked.faults.append(Fault(0, _("The file has no rows below the headings.")))
    reader = _Reader(lines, known, on)
    for line in lines:
        sentences, entry = reader.read(line)
        checked.faults += [Fault(line.number, sentence, line["employee_no"]) for sentence in sentences]
        if entry is None:
            continue
        person = known.people.get(entry.employee_no)
        if person is None:
            checked.new.append(entry)
        elif differs(entry, person, known):
            checked.changed.append(entry)
        else:
            checked.unchanged += 1
    return checked


def details_of(entry: Entry, person: KnownPerson) -> tuple[str, str, str]:
    """Name, e-mail and telephone after the entry; an empty cell keeps what is on record."""
    return entry.name, entry.email or person.email, entry.phone or person.phone


def row_of(entry: Entry, person: KnownPerson, managers: Mapping[str, int]) -> tuple[int, int, int | None, int | None]:
    """Unit, post, level and manager after the entry; an empty level or manager keeps what is on record."""
    _unit, _post, level, manager = person.row or (0, 0, None, None)
    return entry.unit, entry.post, entry.level or level, managers.get(entry.manager) or manager


def differs(entry: Entry, person: KnownPerson, known: Known) -> bool:
    """Whether the entry says anything that is not yet on record."""
    managers = {entry.manager: known.people[entry.manager].pk} if entry.manager in known.people else {}
    if entry.manager and not managers:
        return True
    details = (person.name, person.email, person.phone)
    return details_of(entry, person) != details or row_of(entry, person, managers) != person.row


class _Reader:
    """Looks words up once for the whole file."""

    def __init__(self, lines: Sequence[Line], known: Known, on: date) -> None:
        self.known, self.on = known, on
        self.first: dict[str, int] = {}
        for line in lines:
            self.first.setdefault(line["employee_no"], line.number)
        self.counts = Counter(line["employee_no"] for line in lines)
        self.units: dict[str, list[KnownUnit]] = {}
        for unit in known.units:
            for word in {unit.code, unit.names[-1], "/".join(unit.names), "/".join(unit.names[1:])} - {""}:
                self.units.setdefault(word.casefold(), []).append(unit)
        self.posts = _by_word(known.posts)
        self.levels = _by_word(known.levels)
        self.level_by_pk = {level.pk: level for level in known.levels}

    def read(self, line: Line) -> tuple[list[str], Entry | None]:
        faults: list[str] = []
        number = self._number(line, faults)
        person = self.known.people.get(number)
        name = self._name(line, faults)
        unit = self._unit(line, faults)
        level = self._level(line, faults)
        post = self._post(line, level, person, faults)
        hired = self._hired(line, person, faults)
        manager = self._manager(line, number, faults)
        email, phone = self._contact(line, faults)
        if person is not None:
            self._standing(person, faults)
        if faults or unit is None or post is None:
            return faults, None
        entry = Entry(
            line.number, number, name, unit.pk, post.pk, level.pk if level else None, hired, manager, email, phone
        )
        if person is not None and person.later and self._moves(entry, person):
            faults.append(_("A later change of this person's employment is already recorded; undo it first."))
            return faults, None
        return faults, entry

    def _moves(self, entry: Entry, person: KnownPerson) -> bool:
        managers = {entry.manager: self.known.people[entry.manager].pk} if entry.manager in self.known.people else {}
        return row_of(entry, person, managers) != person.row or bool(entry.manager and not managers)

    def _number(self, line: Line, faults: list[str]) -> str:
        number = line["employee_no"]
        if not number:
            faults.append(_("The employee number is empty."))
        elif len(number) > 20 or not NUMBER.fullmatch(number):
            faults.append(
                _("The employee number “%(number)s” is malformed: up to 20 letters, digits, hyphens and underscores.")
                % {"number": number[:30]}
            )
        elif self.counts[number] > 1 and self.first[number] != line.number:
            faults.append(
                _("The employee number %(number)s already stands in row %(row)s.")
                % {"number": number, "row": self.first[number]}
            )
        elif number == self.known.own_number:
            faults.append(_("This is your own number: somebody else must import your record."))
        return number

    def _name(self, line: Line, faults: list[str]) -> str:
        name = " ".join(line["name"].split())
        if not name:
            faults.append(_("The name is empty."))
        elif len(name) > 60:
            faults.append(_("The name has %(count)s characters; 60 are allowed.") % {"count": len(name)})
        elif not name.isprintable():
            faults.append(_("The name holds characters that cannot be shown."))
        return name

    def _unit(self, line: Line, faults: list[str]) -> KnownUnit | None:
        word = line["unit"]
        found = self.units.get(re.sub(r"\s*[/>／]\s*", "/", word).casefold(), [])
        if not word:
            faults.append(_("The unit is empty."))
        elif not found:
            faults.append(_("There is no unit “%(unit)s”.") % {"unit": word[:60]})
        elif len(found) > 1:
            faults.append(
                _("Several units are called “%(unit)s”; write the code (%(codes)s) or the path from the top.")
                % {"unit": word, "codes": ", ".join(unit.code for unit in found[:4])}
            )
        elif not found[0].reachable:
            faults.append(_("The unit “%(unit)s” lies outside your reach.") % {"unit": word})
        else:
            return found[0]
        return None

    def _level(self, line: Line, faults: list[str]) -> KnownLevel | None:
        word = line["level"]
        level = self.levels.get(word.casefold())
        if word and level is None:
            faults.append(_("There is no level “%(level)s”.") % {"level": word[:40]})
        return level

    def _post(
        self, line: Line, level: KnownLevel | None, person: KnownPerson | None, faults: list[str]
    ) -> KnownPost | None:
        word = line["post"]
        post = self.posts.get(word.casefold())
        if not word:
            faults.append(_("The post is empty."))
        elif post is None:
            faults.append(_("There is no post “%(post)s”.") % {"post": word[:60]})
        else:
            if level is None and person is not None and person.row is not None and not line["level"]:
                level = self.level_by_pk.get(person.row[2] or 0)
            if (level.rank if level else 0) < post.least_rank and not (line["level"] and level is None):
                faults.append(
                    _("The post %(post)s needs at least the level %(level)s.")
                    % {"post": post.name, "level": post.least_name}
                )
        return post

    def _hired(self, line: Line, person: KnownPerson | None, faults: list[str]) -> date | None:
        word = line["hired"]
        day = parse_day(word)
        if word and day is None:
            faults.append(_("“%(text)s” is not a date; write it like 2026-01-05.") % {"text": word[:30]})
        elif day is not None and not 1950 <= day.year <= 2100:
            faults.append(_("The hire date %(day)s cannot be right.") % {"day": day})
        elif not word and person is None:
            faults.append(_("The hire date is empty."))
        elif day is not None and person is not None and person.hired is not None and day != person.hired:
            faults.append(
                _("The hire date on record is %(day)s; write that or leave the cell empty.") % {"day": person.hired}
            )
        return day

    def _manager(self, line: Line, number: str, faults: list[str]) -> str:
        manager = line["manager"]
        if manager and manager == number:
            faults.append(_("Somebody cannot be their own manager."))
        elif manager and manager not in self.known.people and manager not in self.counts:
            faults.append(_("The manager %(number)s is neither on record nor in the file.") % {"number": manager[:30]})
        return manager

    def _contact(self, line: Line, faults: list[str]) -> tuple[str, str]:
        email, phone = line["email"], line["phone"]
        if email:
            try:
                validate_email(email)
            except ValidationError:
                faults.append(_("“%(text)s” is not an e-mail address.") % {"text": email[:60]})
            else:
                if len(email) > 254:
                    faults.append(_("The e-mail address is too long."))
        if len(phone) > 30 or not PHONE.fullmatch(phone):
            faults.append(_("“%(text)s” is not a telephone number.") % {"text": phone[:40]})
        return email, phone

    def _standing(self, person: KnownPerson, faults: list[str]) -> None:
        if person.row is None:
            faults.append(
                _("%(name)s is not employed on %(day)s; hire them again on their page.")
                % {"name": person.name, "day": self.on}
            )
        elif not person.reachable:
            faults.append(_("%(name)s works in a unit outside your reach.") % {"name": person.name})


def _by_word(rows: Iterable[Any]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for row in rows:
        words[row.name.casefold()] = row
    for row in rows:
        words[row.code.casefold()] = row
    return words


def lines_of(file: Any) -> list[Line]:
    """The rows of an uploaded workbook or CSV file. Raises Refused when it cannot be read as a staff list."""
    sheet = spreadsheets.read(file, columns=COLUMNS, optional=OPTIONAL, limit_rows=LIMIT_ROWS)
    return [Line(row.number, row.values) for row in sheet.rows]
