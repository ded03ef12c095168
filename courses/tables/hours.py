"""Hours of training: of people, and of units with all below them."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses import queries
from courses.policy import OVERSEERS
from courses.tables.person import person_columns
from ground.tables import Column, Filter, Table
from people.models import Employment, Unit, User
from people.policy import reach, today, units_in_reach
from people.queries import indented, staff_rows

YEARS = 5
UNITS = 40
"""Up to so many units are shown at once; of more, the topmost and those right below them, which lead further down."""


@dataclass(frozen=True)
class PersonHours:
    """A person's row of employment with the minutes of the year."""

    job: Employment
    minutes: queries.Minutes


@dataclass(frozen=True)
class UnitHours:
    """A unit with the people in it and below, and their minutes together. `url` shows its people only."""

    unit: Unit
    depth: int
    people: int
    minutes: int
    url: str

    @property
    def steps(self) -> range:
        """As many steps as the unit stands in from the left."""
        return range(self.depth)

    @property
    def hours(self) -> float:
        return _hours(self.minutes)

    @property
    def average(self) -> float:
        """Hours a head."""
        return round(self.minutes / 60 / self.people, 1) if self.people else 0.0


def _hours(minutes: int) -> float:
    return round(minutes / 60, 1)


def _words(row: PersonHours) -> str:
    return f"{row.job.user.name_search} {row.job.user.employee_no}"


class HoursTable(Table):
    """The people within reach with their hours of a year, this one unless the address says another."""

    name = "training-hours"
    title = _("Hours of training")
    default_order = "-total"
    search = staticmethod(
        lambda rows, words: [row for row in rows if all(word in _words(row) for word in words.lower().split())]
    )
    empty_title = _("Nobody within your reach")
    empty_text = _("People appear here as soon as they work in a unit within your reach.")

    def __init__(self, request: HttpRequest) -> None:
        on = today(request)
        super().__init__(request, [])
        self.filters = [
            Filter(
                "year",
                _("Year"),
                choices=lambda _request: [(str(on.year - back), str(on.year - back)) for back in range(YEARS)],
                apply=lambda rows, _value: rows,
                default=str(on.year),
            ),
            Filter(
                "unit",
                _("Unit"),
                choices=lambda request: indented(units_in_reach(request, *OVERSEERS, reads=True)),
                apply=lambda rows, _value: rows,
            ),
        ]
        chosen = {field.name: field.selected for field in self.filter_fields}
        self.year = int(chosen["year"])
        self.chosen = Unit.objects.get(pk=chosen["unit"]) if chosen["unit"] else None
        rows = staff_rows(reach(request, *OVERSEERS, reads=True), on).filter(user__is_active=True)
        if self.chosen:
            rows = rows.filter(unit__path__startswith=self.chosen.path)
        # Thousands of people are summed up: no more of each than what is shown.
        jobs = list(rows.select_related(None).select_related("user", "unit").defer("user__password"))
        people = User.objects.filter(pk__in=rows.order_by().values("user"))
        minutes = queries.minutes_by_person(people, date(self.year, 1, 1), date(self.year, 12, 31))
        none = queries.Minutes()
        self.all_rows = [PersonHours(job, minutes.get(job.user_id, none)) for job in jobs]
        self.columns = [
            *person_columns(
                lambda row: f"{reverse('courses:record_of', args=[row.job.user_id])}?year={self.year}",
                of=lambda row: row.job.user,
            ),
            Column("unit", _("Unit"), value=lambda row: row.job.unit.name, order=("unit",), nowrap=True),
            *[
                Column(
                    name,
                    label,
                    value=lambda row, name=name: _hours(getattr(row.minutes, name)),
                    order=(name,),
                    numeric=True,
                )
                for name, label in (
                    ("courses", _("Courses (hours)")),
                    ("sessions", _("Class sessions (hours)")),
                    ("external", _("External courses (hours)")),
                    ("total", _("Together (hours)")),
                )
            ],
        ]

    @property
    def units(self) -> list[UnitHours]:
        """The units of these people down the tree, each with all below it: the one chosen, or all within reach."""
        sums: dict[str, list[int]] = {}
        step = Unit.steplen
        for row in self.all_rows:
            path = row.job.unit.path
            for end in range(step, len(path) + 1, step):
                held = sums.setdefault(path[:end], [0, 0])
                held[0] += 1
                held[1] += row.minutes.total
        # Of what lies above the one chosen, only a part of the people is known here.
        within = self.chosen.path if self.chosen else ""
        known = units_in_reach(self.request, *OVERSEERS, reads=True).filter(path__startswith=within).order_by("path")
        units = [unit for unit in known if unit.path in sums]
        top = min((unit.depth for unit in units), default=1)
        if len(units) > UNITS:
            units = [unit for unit in units if unit.depth <= top + 1]
        return [
            UnitHours(
                unit=unit,
                depth=unit.depth - top,
                people=sums[unit.path][0],
                minutes=sums[unit.path][1],
                url=self.address(unit=str(unit.pk), page=None),
            )
            for unit in units
        ]
