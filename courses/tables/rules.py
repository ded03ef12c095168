"""Rules that keep working, and leave."""

from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses import queries
from courses.models import AssignmentRule
from courses.tables.person import person_columns
from ground.tables import Column, Filter, Rows, Table
from people.queries import named_like

DUE = {
    AssignmentRule.Due.HIRE: _("%(days)s days after the hire"),
    AssignmentRule.Due.ASSIGNMENT: _("%(days)s days after the assignment"),
    AssignmentRule.Due.MOVE: _("%(days)s days after the move"),
    AssignmentRule.Due.EXPIRY: _("%(days)s days before the completion expires"),
}


def due_words(rule: AssignmentRule) -> str:
    """When the course of a rule is due, such as "30 days after the hire"."""
    if rule.due == AssignmentRule.Due.DAY:
        return queries.day(rule.due_on)
    return str(DUE[rule.due]) % {"days": rule.days}


class RuleTable(Table):
    """Rules with what came of them."""

    name = "rules"
    title = _("Rules that keep working")
    default_order = "state"
    search = staticmethod(lambda rows, words: rows.filter(name__icontains=words))
    empty_title = _("No rules yet")
    empty_text = _("A rule assigns a course to everybody it means, as people come and move.")
    columns = [
        Column(
            "name",
            _("Rule"),
            value=lambda row: row.name,
            order=("name",),
            url=lambda row: reverse("courses:rule", args=[row.pk]),
            width=30,
        ),
        Column("course", _("Course"), value=lambda row: row.course.title, order=("course__title",), width=30),
        Column("due", _("Due"), value=due_words),
        Column("waiting", _("To do"), value=lambda row: row.waiting, order=("waiting",), numeric=True),
        Column("finished", _("Completed"), value=lambda row: row.finished, order=("finished",), numeric=True),
        Column("by", _("Made by"), value=lambda row: row.made_by.name, order=("made_by__name_sort",)),
        Column(
            "state",
            _("State"),
            value=lambda row: gettext("has ended") if row.ended_at else gettext("works"),
            badge=lambda row: "plain" if row.ended_at else "ok",
            order=("-ended_at", "name"),
        ),
    ]


class MeantTable(Table):
    """Whom a rule means, why, and when the course would be due for each."""

    name = "meant"
    title = _("Whom it means")
    default_order = "name"
    empty_title = _("It means nobody now")
    empty_text = _("Whoever comes to fit the rule later is assigned then.")
    HAS = {
        "": _("is assigned"),
        "assigned": _("has it to do already"),
        "completed": _("has completed it"),
        "exempt": _("is exempt"),
        "off": _("was let off by a person"),
        "not_yet": _("not yet: its day has not come"),
    }
    columns = [
        *person_columns(),
        Column("unit", _("Unit"), value=lambda row: row.job.unit.name, order=("unit",)),
        Column("post", _("Post"), value=lambda row: row.job.post.name, order=("post",)),
        Column("level", _("Level"), value=lambda row: row.job.level.name if row.job.level else "", order=("level",)),
        Column(
            "due",
            _("Due"),
            value=lambda row: row.due.on if row.due and not row.has else None,
            order=("due",),
            key=lambda row: row.due.on if row.due and not row.has else date.max,
        ),
        Column(
            "has",
            _("What comes of it"),
            value=lambda row: str(MeantTable.HAS[row.has]),
            badge=lambda row: "plain" if row.has else "ok",
            order=("has",),
        ),
    ]


class LeaveTable(Table):
    """Who is away."""

    name = "leave"
    title = _("Leave")
    default_order = "-from"
    search = staticmethod(lambda rows, words: rows.filter(named_like(words, "user__")))
    empty_title = _("Nobody is entered as away")
    empty_text = _("While somebody is away nothing becomes due: due days move by the days of leave.")
    columns = [
        *person_columns(lambda row: reverse("courses:leave", args=[row.pk])),
        Column("from", _("First day"), value=lambda row: row.starts_on, order=("starts_on",)),
        Column("until", _("Last day"), value=lambda row: row.ends_on, order=("ends_on",)),
        Column("reason", _("Reason"), value=lambda row: row.reason, width=40),
        Column("by", _("Entered by"), value=lambda row: row.granted_by.name, order=("granted_by__name_sort",)),
        Column(
            "state",
            _("State"),
            value=lambda row: gettext("taken back") if row.withdrawn_at else "",
            badge=lambda row: "plain" if row.withdrawn_at else None,
        ),
    ]

    def __init__(self, request: HttpRequest, rows: Rows, on: date) -> None:
        super().__init__(request, rows)
        self.filters = [
            Filter(
                "when",
                _("When"),
                choices=lambda _request: [("now", gettext("away now")), ("later", gettext("still to come"))],
                apply=lambda found, value: found.filter(withdrawn_at__isnull=True).filter(
                    **({"starts_on__lte": on, "ends_on__gte": on} if value == "now" else {"starts_on__gt": on})
                ),
            )
        ]
