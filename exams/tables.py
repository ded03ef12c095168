"""Lists of the examiner's pages."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from exams.models import BankExchange, Exam, Sitting
from ground.tables import Column, Filter, Table


def state_of(sitting: Sitting, now: datetime) -> str:
    """cancelled, coming, open or closed."""
    if sitting.cancelled_at is not None:
        return "cancelled"
    if now < sitting.opens_at:
        return "coming"
    return "open" if now < sitting.closes_at else "closed"


STATES = {
    "cancelled": (_("called off"), "late"),
    "coming": (_("coming"), "due"),
    "open": (_("open"), "ok"),
    "closed": (_("closed"), "plain"),
}


class SittingTable(Table):
    """Sittings, the newest first."""

    name = "sittings"
    title = _("Sittings")
    empty_title = _("No sittings yet")
    empty_text = _("Open a sitting for a published exam and invite the people who are to take it.")
    columns = [
        Column(
            "name",
            _("Sitting"),
            order=("name",),
            value=lambda row: row.name,
            url=lambda row: reverse("exams:sitting", args=[row.pk]),
            width=28,
        ),
        Column("exam", _("Exam"), order=("exam__name",), value=lambda row: row.exam.name),
        Column("state", _("State"), value=lambda row: STATES[row.state][0], badge=lambda row: STATES[row.state][1]),
        Column("opens", _("Opens"), order=("opens_at",), value=lambda row: row.opens_at),
        Column("closes", _("Closes"), order=("closes_at",), value=lambda row: row.closes_at),
        Column("people", _("Candidates"), order=("people",), value=lambda row: row.people, numeric=True),
        Column("done", _("Done"), order=("done",), value=lambda row: row.done, numeric=True),
        Column("passed", _("Passed"), order=("passed",), value=lambda row: row.passed, numeric=True),
    ]
    filters = [
        Filter(
            "exam",
            _("Exam"),
            choices=lambda request: [(exam.pk, exam.name) for exam in Exam.objects.order_by("name")],
            apply=lambda rows, value: rows.filter(exam=value),
        )
    ]
    search = staticmethod(lambda rows, words: rows.filter(name__icontains=words))
    default_order = "-opens"

    @property
    def rows(self) -> list:
        """The rows of the page, each sitting with its state at the request's moment."""
        for sitting in self.page.object_list:
            sitting.state = state_of(sitting, self.request.now)
        return super().rows


EXCHANGE_BADGES = {
    BankExchange.State.CHECKING: "due",
    BankExchange.State.FAULTY: "late",
    BankExchange.State.READY: "due",
    BankExchange.State.WORKING: "due",
    BankExchange.State.DONE: "ok",
    BankExchange.State.FAILED: "late",
}


class ExchangeTable(Table):
    """Imports and exports of questions, the newest first."""

    name = "exchanges"
    title = _("Imports and exports")
    empty_title = _("Nothing imported or exported yet")
    empty_text = _("Choose a file above, or have questions written to one.")
    exports = False
    columns = [
        Column(
            "name",
            _("File"),
            value=lambda row: row.name,
            url=lambda row: reverse("exams:exchange", args=[row.pk]),
            width=28,
        ),
        Column("direction", _("Direction"), value=lambda row: row.get_direction_display()),
        Column("format", _("Format"), value=lambda row: row.get_format_display()),
        Column(
            "state",
            _("State"),
            value=lambda row: row.get_state_display(),
            badge=lambda row: EXCHANGE_BADGES[row.state],
        ),
        Column("total", _("Questions"), order=("total",), value=lambda row: row.total, numeric=True),
        Column("by", _("By"), value=lambda row: str(row.by.name) if row.by else "–"),
        Column("at", _("Asked at"), order=("at", "pk"), value=lambda row: row.at),
    ]
    default_order = "-at"
