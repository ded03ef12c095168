"""A plan as a list and as a spreadsheet."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ground.tables import Column, Table
from plans.progress import Progress
from plans.queries import ItemRow

WORDS = {
    Progress.PLANNED: _("planned"),
    Progress.SCHEDULED: _("arranged"),
    Progress.HELD: _("held, attendance open"),
    Progress.DONE: _("done"),
    Progress.LATE: _("late"),
    Progress.CANCELLED: _("cancelled"),
}
BADGES = {
    Progress.PLANNED: "plain",
    Progress.SCHEDULED: "ok",
    Progress.HELD: "due",
    Progress.DONE: "ok",
    Progress.LATE: "late",
    Progress.CANCELLED: "plain",
}


def _percent(row: ItemRow) -> str | None:
    return None if row.share is None else f"{row.share}%"


class ItemTable(Table):
    """The items of a plan with what became of them."""

    name = "training-plan"
    title = _("Training plan")
    empty_title = _("Nothing is planned for your units")
    empty_text = _("Items of the approved plan for your units appear here with their day and what became of them.")
    default_order = "month"
    columns = [
        Column(
            "content",
            pgettext_lazy("of a training", "Content"),
            order=("content",),
            value=lambda row: row.item.content,
            url=lambda row: reverse("plans:item", args=[row.item.pk]),
            width=36,
        ),
        Column(
            "month",
            _("Month"),
            order=("month",),
            value=lambda row: date_format(row.item.month, "YEAR_MONTH_FORMAT"),
            key=lambda row: row.item.month,
        ),
        Column(
            "unit", _("Unit"), order=("unit",), value=lambda row: row.item.unit.name, key=lambda row: row.item.unit.path
        ),
        Column("topic", _("Topic"), order=("topic",), value=lambda row: row.item.topic.name),
        Column("method", _("How"), order=("method",), value=lambda row: row.item.get_method_display()),
        Column("teacher", _("Who teaches"), order=("teacher",), value=lambda row: row.item.teacher),
        Column(
            "state",
            _("State"),
            order=("state",),
            value=lambda row: WORDS[row.state],
            badge=lambda row: BADGES[row.state],
            key=lambda row: list(WORDS).index(row.state),
        ),
        Column("day", _("Day"), value=lambda row: row.item.session.starts_at if row.item.session else None),
        Column("seats", _("People"), order=("seats",), value=lambda row: row.facts.seats or None, numeric=True),
        Column("share", _("Reached"), order=("share",), value=_percent, key=lambda row: row.share, numeric=True),
    ]
