"""The lists of quality."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ground.tables import Column, Filter, Table
from people.models import User
from people.policy import today, units_in_reach
from people.queries import named_like
from quality import policy, queries, scoring
from quality.forms import QUARTERS_BACK
from quality.models import Appraisal, Observation, QualitySettings, Violation

MONTHS_BACK = 12


def of_person(rows: QuerySet, words: str) -> QuerySet:
    """Rows whose person is found by characters, pinyin, initials or number."""
    return rows.filter(named_like(words, "user__"))


def _units(*roles: str) -> Any:
    def choices(request: HttpRequest) -> Sequence[tuple[str, str]]:
        units = units_in_reach(request, *roles, reads=True).order_by("path")
        return [(unit.path, "　" * (unit.depth - 1) + unit.name) for unit in units]

    return choices


def _months(request: HttpRequest) -> Sequence[tuple[str, str]]:
    first = today(request).replace(day=1)
    months = [scoring.months_before(first, back) for back in range(MONTHS_BACK)]
    return [(f"{month:%Y-%m}", date_format(month, "YEAR_MONTH_FORMAT")) for month in months]


def _in_month(rows: QuerySet, value: str) -> QuerySet:
    year, month = map(int, value.split("-"))
    first = date(year, month, 1)
    return rows.filter(
        contact_at__gte=queries.midnight(first), contact_at__lt=queries.midnight(scoring.months_before(first, -1))
    )


def _inspectors(request: HttpRequest) -> Sequence[tuple[int, str]]:
    found = User.objects.filter(pk__in=Observation.objects.values("inspector"))
    return [(user.pk, user.name) for user in found]


class ObservationTable(Table):
    """Contacts that were reviewed, newest first."""

    name = "observations"
    title = _("Observations")
    empty_title = _("No observation found")
    empty_text = _("Reviewed contacts of the people in your reach appear here. Show all, or record the first one.")
    search = staticmethod(of_person)
    default_order = "-contact_at"
    columns = [
        Column(
            "name",
            _("Staff member"),
            order=("user__name_sort",),
            value=lambda row: row.user.name,
            url=lambda row: reverse("quality:observation", args=[row.pk]),
        ),
        Column("number", _("Employee number"), order=("user__employee_no",), value=lambda row: row.user.employee_no),
        Column("unit", _("Unit"), order=("unit_path",), value=lambda row: row.unit_name),
        Column("contact_at", _("Contact"), order=("contact_at",), value=lambda row: row.contact_at),
        Column("channel", _("Channel"), order=("channel",), value=lambda row: row.get_channel_display()),
        Column("score", _("Score of 100"), order=("score",), value=lambda row: row.score, numeric=True),
        Column(
            "target",
            _("Against the target"),
            value=lambda row: _("reached") if row.score >= row.target else _("below"),
            badge=lambda row: "ok" if row.score >= row.target else "due",
        ),
        Column("findings", _("Findings"), order=("found",), value=lambda row: row.found, numeric=True),
        Column("inspector", _("Inspector"), order=("inspector__name_sort",), value=lambda row: row.inspector.name),
    ]
    filters = [
        Filter(
            "unit",
            _("Unit"),
            choices=_units(*policy.READS_OBSERVATIONS),
            apply=lambda rows, value: rows.filter(unit_path__startswith=value),
        ),
        Filter("month", _("Month"), choices=_months, apply=_in_month),
        Filter(
            "channel",
            _("Channel"),
            choices=lambda request: Observation.Channel.choices,
            apply=lambda rows, value: rows.filter(channel=value),
        ),
        Filter(
            "inspector",
            _("Inspector"),
            choices=_inspectors,
            apply=lambda rows, value: rows.filter(inspector_id=int(value)),
        ),
    ]

    def __init__(self, request: HttpRequest, rows: QuerySet[Observation]) -> None:
        self.target = QualitySettings.load().target
        super().__init__(request, rows.annotate(target=Value(self.target)))


RATING_BADGES = {4: "ok", 3: "ok", 2: "due", 1: "late"}


class AppraisalTable(Table):
    """Appraisals in reach. Confidential."""

    name = "appraisals"
    title = _("Appraisals")
    empty_title = _("No appraisal found")
    empty_text = _("Superiors appraise their people once a quarter; the appraisals appear here.")
    search = staticmethod(of_person)
    default_order = "-quarter"
    columns = [
        Column("name", _("Staff member"), order=("user__name_sort",), value=lambda row: row.user.name),
        Column("number", _("Employee number"), order=("user__employee_no",), value=lambda row: row.user.employee_no),
        Column("quarter", _("Quarter"), order=("quarter",), value=lambda row: queries.quarter_name(row.quarter)),
        Column(
            "rating",
            _("Rating"),
            order=("rating",),
            value=lambda row: row.get_rating_display(),
            badge=lambda row: RATING_BADGES[row.rating],
        ),
        Column("comment", pgettext_lazy("appraisal", "Comment"), value=lambda row: row.comment, width=50),
        Column("by", _("By"), order=("by__name_sort",), value=lambda row: row.by.name),
        Column("at", _("Entered"), order=("at",), value=lambda row: row.at),
    ]
    filters = [
        Filter(
            "quarter",
            _("Quarter"),
            choices=lambda request: [
                (day.isoformat(), queries.quarter_name(day))
                for day in scoring.quarters_up_to(today(request), QUARTERS_BACK)
            ],
            apply=lambda rows, value: rows.filter(quarter=date.fromisoformat(value)),
        ),
        Filter(
            "rating",
            _("Rating"),
            choices=lambda request: Appraisal.Rating.choices,
            apply=lambda rows, value: rows.filter(rating=int(value)),
        ),
    ]


class ViolationTable(Table):
    """Violations in reach, the newest first."""

    name = "violations"
    title = _("Violations")
    empty_title = _("No violation on record")
    empty_text = _("Violations that personnel records appear here until long after they have ended.")
    search = staticmethod(of_person)
    default_order = "-valid_from"
    columns = [
        Column("name", _("Staff member"), order=("user__name_sort",), value=lambda row: row.user.name),
        Column("number", _("Employee number"), order=("user__employee_no",), value=lambda row: row.user.employee_no),
        Column(
            "grade",
            _("Grade"),
            order=("grade",),
            value=lambda row: row.get_grade_display(),
            badge=lambda row: "due" if row.grade == Violation.Grade.WARNING else "late",
        ),
        Column("facts", _("Facts"), value=lambda row: row.facts, width=60),
        Column("valid_from", _("From"), order=("valid_from",), value=lambda row: row.valid_from),
        Column("valid_to", _("Until (not included)"), order=("valid_to",), value=lambda row: row.valid_to),
        Column("by", _("Recorded by"), order=("by__name_sort",), value=lambda row: row.by.name),
    ]
    filters = [
        Filter(
            "grade",
            _("Grade"),
            choices=lambda request: Violation.Grade.choices,
            apply=lambda rows, value: rows.filter(grade=value),
        ),
        Filter(
            "state",
            _("In force"),
            choices=lambda request: [
                (f"now:{today(request).isoformat()}", _("in force today")),
                (f"over:{today(request).isoformat()}", _("over")),
            ],
            apply=lambda rows, value: rows.filter(_in_force(value)),
        ),
    ]


def _in_force(value: str) -> Q:
    word, day = value.split(":")
    now = Q(valid_from__lte=day, valid_to__gt=day)
    return now if word == "now" else Q(valid_to__lte=day)
