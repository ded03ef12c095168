"""Who is late."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses import progress, queries
from courses.policy import OVERSEERS
from courses.tables.person import person_columns
from ground.tables import Column, Filter, Rows, Table
from people.models import Employment, Unit
from people.policy import below, units_in_reach
from people.queries import indented, named_like


def _units(request: HttpRequest) -> Sequence[tuple[str, str]]:
    return indented(units_in_reach(request, *OVERSEERS, reads=True))


def _courses(_request: HttpRequest) -> Sequence[tuple[int, str]]:
    return list(queries.live_courses().values_list("pk", "title"))


class LateTable(Table):
    """Assignments that are over and not completed, with their reasons."""

    name = "late"
    title = _("Late assignments")
    default_order = "due"
    search = staticmethod(lambda rows, words: rows.filter(named_like(words, "user__")))
    empty_title = _("Nobody is late")
    empty_text = _("Whoever misses a due date appears here the day after, with the reason for the date.")

    def __init__(self, request: HttpRequest, rows: Rows, on: date) -> None:
        super().__init__(request, rows)
        self.filters = [
            Filter("unit", _("Unit"), choices=_units, apply=self._below),
            Filter("course", _("Course"), choices=_courses, apply=lambda found, value: found.filter(course=value)),
        ]
        self.on = on
        self.columns = [
            *person_columns(lambda row: reverse("courses:assignment", args=[row.pk])),
            Column("unit", _("Unit"), value=lambda row: row.unit_name, order=("unit_name",)),
            Column("course", _("Course"), value=lambda row: row.course.title, order=("course__title",), width=30),
            Column("due", _("Due"), value=lambda row: row.due_on, order=("due_on",), nowrap=True),
            Column(
                "late",
                _("Days late"),
                value=lambda row: -progress.days_left(due_on=row.due_on, on=on),
                order=("-due_on",),
                numeric=True,
            ),
            Column("why", _("Why"), value=queries.why_of, width=50),
        ]

    def _below(self, rows: QuerySet, value: str) -> QuerySet:
        unit = Unit.objects.get(pk=value)
        staff = Employment.objects.current(self.on).filter(below([unit.path], "unit__path"))
        return rows.filter(user__in=staff.values("user"))
