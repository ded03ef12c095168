"""People against courses."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from courses import queries
from courses.models import CoursePage
from courses.policy import OVERSEERS
from courses.tables.person import person_columns
from ground.spreadsheets import Happened
from ground.tables import Column, Filter, Table
from people.models import Employment, Level, Post, Unit
from people.policy import reach, today, units_in_reach
from people.queries import indented, named_like, staff_rows

AT_ONCE = 500
"""People whose cells are in memory at the same time while the spreadsheet is written."""


class MatrixTable(Table):
    """The people within reach against the published courses. Rows are standing rows of employment; who has left is gone."""

    name = "training-matrix"
    title = _("Training matrix")
    default_order = "name"
    page_size = 40
    search = staticmethod(lambda rows, words: rows.filter(named_like(words, "user__")))
    empty_title = _("Nobody within your reach")
    empty_text = _("People appear here as soon as they work in a unit within your reach.")

    def __init__(self, request: HttpRequest) -> None:
        self.on: date = today(request)
        rows = staff_rows(reach(request, *OVERSEERS, reads=True), self.on)
        on_staff = Q(valid_to__isnull=True) | Q(valid_to__gt=self.on) | Q(goes_on=True)
        super().__init__(request, rows.filter(on_staff, user__is_active=True))
        self.published = list(queries.live_courses())
        self.filters = [
            Filter(
                "unit",
                _("Unit"),
                choices=lambda request: indented(units_in_reach(request, *OVERSEERS, reads=True)),
                apply=lambda rows, value: rows.filter(unit__path__startswith=Unit.objects.get(pk=value).path),
            ),
            Filter(
                "post",
                _("Post"),
                choices=lambda _request: list(Post.objects.values_list("pk", "name")),
                apply=lambda rows, value: rows.filter(post=value),
            ),
            Filter(
                "level",
                _("Level"),
                choices=lambda _request: list(Level.objects.values_list("pk", "name")),
                apply=lambda rows, value: rows.filter(level=value),
            ),
            # These two choose the columns, not the rows.
            Filter("strand", _("Strand"), choices=self._strands, apply=lambda rows, _value: rows),
            Filter("course", _("Course"), choices=self._titles, apply=lambda rows, _value: rows),
            Filter("state", _("State"), choices=lambda _request: list(queries.STATES.items()), apply=self._in_state),
        ]
        self.columns = [
            *person_columns(),
            Column("unit", _("Unit"), value=lambda row: row.unit.name, order=("unit__path",)),
            *[
                Column(f"course-{course.pk}", course.title, value=lambda row, pk=course.pk: self._text(row, pk))
                for course in self.courses
            ],
        ]

    def _strands(self, _request: HttpRequest) -> Sequence[tuple[int, str]]:
        return list({course.strand_id: course.strand.name for course in self.published}.items())

    def _titles(self, _request: HttpRequest) -> Sequence[tuple[int, str]]:
        return [(course.pk, course.title) for course in self.published]

    def _in_state(self, rows: QuerySet[Employment], value: str) -> QuerySet[Employment]:
        return queries.in_state(rows, self.courses, value, self.on)

    @cached_property
    def courses(self) -> list[CoursePage]:
        """The columns: every published course, or those of the strand or the one that is asked for."""
        chosen = {field.name: field.selected for field in self.filter_fields}
        return [
            course
            for course in self.published
            if chosen["strand"] in ("", str(course.strand_id)) and chosen["course"] in ("", str(course.pk))
        ]

    @cached_property
    def cells(self) -> dict[tuple[int, int], queries.Cell]:
        """The cells of this page's people."""
        return queries.matrix([row.user_id for row in self.page.object_list], self.courses, self.on)

    def _text(self, row: Employment, course: int) -> str:
        return _words(self.cells.get((row.user_id, course)))

    @property
    def lines(self) -> list[tuple[Employment, list[queries.Cell | None]]]:
        """Each person of the page with the cells in the order of the courses."""
        return [
            (row, [self.cells.get((row.user_id, course.pk)) for course in self.courses])
            for row in self.page.object_list
        ]

    def _exported(self) -> Iterator[list[Any]]:
        rows = self.found.iterator(chunk_size=AT_ONCE)
        while portion := list(islice(rows, AT_ONCE)):
            cells = queries.matrix([row.user_id for row in portion], self.courses, self.on)
            for row in portion:
                states = [_dated(cells.get((row.user_id, course.pk))) for course in self.courses]
                yield [row.user.name, row.user.employee_no, row.unit.name, *states]


def _dated(cell: queries.Cell | None) -> Happened | str:
    """The cell as a spreadsheet keeps it: a real date that shows the state."""
    if cell is None:
        return ""
    return Happened(cell.word, cell.day) if cell.day else cell.word


def _words(cell: queries.Cell | None) -> str:
    if cell is None:
        return ""
    return f"{cell.word} {cell.day.isoformat()}" if cell.day else cell.word
