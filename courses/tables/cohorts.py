"""New hires by week, and the people of one week."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses import queries
from courses.policy import OVERSEERS
from courses.tables.person import person_columns
from ground.tables import Column, Filter, Table
from people.models import Employment, Unit, User
from people.policy import below, staff_in_reach, today, units_in_reach
from people.queries import indented

STATES = {
    "in_time": _("finished in time"),
    "after": _("finished late"),
    "going": _("on the way"),
    "waiting": _("not begun"),
    "late": pgettext_lazy("onboarding", "late"),
    "left": _("left on the way"),
    "none": _("without a path"),
}
BADGES = {"in_time": "ok", "after": "ok", "late": "late", "waiting": "due"}


def _share(span: int) -> Column:
    return Column(
        f"day{span}",
        _("Done by day %(day)s (%%)") % {"day": span},
        value=lambda row: row.share(span),
        order=(f"day{span}",),
        numeric=True,
    )


class NewPeopleTable(Table):
    """New hires within reach, of the unit in the address with all below it."""

    def __init__(self, request: HttpRequest) -> None:
        self.on: date = today(request)
        super().__init__(request, [])
        self.filters = [
            Filter(
                "unit",
                _("Unit"),
                choices=lambda request: indented(units_in_reach(request, *OVERSEERS, reads=True)),
                apply=lambda rows, _value: rows,
            )
        ]

    @property
    def unit(self) -> str:
        """The unit asked for, as it stands in the address; empty for all."""
        return self.filter_fields[0].selected

    @property
    def people(self) -> QuerySet[User]:
        people = staff_in_reach(self.request, *OVERSEERS, reads=True)
        if not self.unit:
            return people
        staff = Employment.objects.standing(self.on).filter(below([Unit.objects.get(pk=self.unit).path], "unit__path"))
        return people.filter(pk__in=staff.values("user"))


class CohortTable(NewPeopleTable):
    """The weeks of the last half year in which somebody began."""

    name = "cohorts"
    title = _("New hires by week")
    default_order = "-week"
    page_size = 60
    empty_title = _("Nobody began within the last half year")
    empty_text = _("New hires appear here in the week of their first day.")

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.all_rows = queries.cohorts(self.people, self.on)
        kept = f"?unit={self.unit}" if self.unit else ""
        # Whoever has no path is counted only where there is somebody, so that the figures of a week add up.
        shown = [state for state in STATES if state != "none" or any(row.count(state) for row in self.all_rows)]
        self.columns = [
            Column(
                "week",
                _("Week from"),
                value=lambda row: row.week,
                order=("week",),
                url=lambda row: reverse("courses:cohort", args=[row.week.isoformat()]) + kept,
                nowrap=True,
            ),
            Column("hired", _("People hired"), value=lambda row: len(row.people), order=("hired",), numeric=True),
            *[
                Column(
                    state,
                    STATES[state],
                    value=lambda row, state=state: row.count(state),
                    order=(state,),
                    numeric=True,
                    width=12,
                )
                for state in shown
            ],
            Column("days", _("Median days"), value=lambda row: row.median_days, order=("days",), numeric=True),
            *[_share(span) for span in queries.SPANS],
        ]


class NewcomerTable(NewPeopleTable):
    """The people of the week that begins on a Monday."""

    name = "newcomers"
    title = _("New hires of the week")
    default_order = "name"
    page_size = 200
    empty_title = _("Nobody began in this week")
    empty_text = _("Choose another week.")

    def __init__(self, request: HttpRequest, week: date) -> None:
        super().__init__(request)
        on = self.on
        self.all_rows = queries.newcomers(self.people, week, week + timedelta(days=6), on)
        self.columns = [
            *person_columns(lambda row: reverse("courses:record_of", args=[row.user.pk])),
            Column("unit", _("Unit"), value=lambda row: row.job.unit.name, order=("unit",)),
            Column("hired", _("First day"), value=lambda row: row.hired, order=("hired",)),
            Column("done", _("Courses done"), value=lambda row: f"{row.done} / {row.total}", numeric=True),
            Column("days", _("Days to finish"), value=lambda row: row.days, order=("days",), numeric=True),
            Column(
                "state",
                _("State"),
                value=lambda row: str(STATES[row.state(on)]),
                badge=lambda row: BADGES.get(row.state(on), "plain"),
                order=("state",),
            ),
        ]
