"""Lists of the examiner's pages."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from exams.models import BankExchange, Exam, QuestionVersion, Sitting
from exams.queries import stem_of
from ground.tables import Column, Filter, Table
from people.models import Level
from topics.models import Topic


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
        Column("total", _("Number of questions"), order=("total",), value=lambda row: row.total, numeric=True),
        Column("by", _("Asked for by"), value=lambda row: row.by.name if row.by else None),
        Column("at", _("Asked at"), order=("at", "pk"), value=lambda row: row.at),
    ]
    default_order = "-at"


class WaitingTable(Table):
    """Questions with words that wait for a second person, the oldest first."""

    name = "waiting"
    title = _("Questions waiting for review")
    empty_title = _("Nothing waits for you")
    empty_text = _("Every question of the others has been reviewed. Your own are reviewed by somebody else.")
    exports = False
    columns = [
        Column(
            "code",
            _("Code"),
            order=("code",),
            value=lambda row: row.code,
            url=lambda row: reverse("exams:question_preview", args=[row.pk]),
        ),
        Column("stem", _("Question"), value=lambda row: Truncator(stem_of(row.draft)).chars(60)),
        Column("kind", _("Kind"), order=("draft__kind",), value=lambda row: row.draft.get_kind_display()),
        Column("topics", _("Topics"), value=lambda row: "、".join(topic.name for topic in row.topics.all())),
        Column("author", _("Author"), value=lambda row: row.draft.author.name if row.draft.author else None),
        Column("written", _("Written"), order=("draft__created_at",), value=lambda row: row.draft.created_at),
        Column(
            "state",
            _("State"),
            value=lambda row: _("changed words") if row.state == "live" else row.get_state_display(),
            badge=lambda row: "ok" if row.state == "reviewed" else "due",
        ),
    ]
    filters = [
        Filter(
            "kind",
            _("Kind"),
            choices=lambda request: QuestionVersion.Kind.choices,
            apply=lambda rows, value: rows.filter(draft__kind=value),
        ),
        Filter(
            "topic",
            _("Topic"),
            choices=lambda request: Topic.objects.values_list("pk", "name"),
            apply=lambda rows, value: rows.filter(topics=value),
        ),
        Filter(
            "level",
            _("Level"),
            choices=lambda request: Level.objects.values_list("pk", "name"),
            apply=lambda rows, value: rows.filter(level=value),
        ),
    ]
    search = staticmethod(
        lambda rows, words: rows.filter(Q(code__icontains=words) | Q(draft__content__stem__icontains=words))
    )
    default_order = "written"
