"""Lists of the examiner's pages."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams import queries, statistics
from exams.models import BankExchange, Exam, QuestionVersion, Sitting
from exams.queries import stem_of
from ground.tables import Column, Filter, Table
from people.models import Level, User
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


class WaitingTable(Table):
    """Questions with words that wait for a second person, the oldest first."""

    name = "waiting"
    title = _("Questions waiting for review")
    empty_title = _("No question waits for you")
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


SUSPICIONS = {
    statistics.CONTRARY: _("the strong get it wrong more often than the weak: check the key"),
    statistics.BLUNT: _("it hardly tells the strong from the weak"),
    statistics.HARD: _("fewer than 30 in 100 of its points are won"),
    statistics.EASY: _("nearly everybody gets it right"),
}
"""Why a question should be looked at, in words."""


def reasons(row: queries.ItemRow) -> str:
    """Why to look at a question, as one line."""
    return str(_("; ")).join(str(SUSPICIONS[one]) for one in row.suspicions)


class ItemTable(Table):
    """The questions of an exam with their figures."""

    name = "questions"
    title = _("Questions")
    empty_title = _("No figures yet")
    empty_text = _("As soon as an attempt is graded, its questions appear here.")
    columns = [
        Column(
            "code",
            _("Code"),
            order=("code",),
            value=lambda row: row.code,
            url=lambda row: reverse("exams:question_report", args=[row.version.pk]),
            width=24,
        ),
        Column("words", _("Question"), value=lambda row: row.words, width=50),
        Column("kind", _("Kind"), order=("kind",), value=lambda row: row.version.get_kind_display()),
        Column("count", _("Answers"), order=("count",), value=lambda row: row.item.count, numeric=True),
        Column("facility", _("Facility, percent"), order=("facility",), value=lambda row: row.facility, numeric=True),
        Column(
            "discrimination",
            _("Discrimination"),
            order=("discrimination",),
            value=lambda row: row.discrimination,
            key=lambda row: -2 if row.discrimination is None else row.discrimination,
            numeric=True,
        ),
        Column(
            "seconds",
            _("Median time, s"),
            order=("seconds",),
            value=lambda row: row.seconds,
            key=lambda row: row.seconds or 0,
            numeric=True,
        ),
        Column("look", _("To look at"), value=reasons, badge=lambda row: "due" if row.suspicions else None, width=50),
    ]
    default_order = "code"


class StrengthTable(Table):
    """People with the share of points they won and their weakest topics; only the page that is shown is counted."""

    name = "strength"
    title = _("Strength by person")
    empty_title = _("Nobody works in this unit")
    empty_text = _("Choose another unit.")
    columns = [
        Column("name", _("Name"), order=("name_sort",), value=lambda row: row.name),
        Column("number", _("Employee number"), order=("employee_no",), value=lambda row: row.employee_no),
        Column("answered", _("Answers"), value=lambda row: row.strength.answered if row.strength else 0, numeric=True),
        Column(
            "percent",
            _("Points won, percent"),
            value=lambda row: row.strength.percent if row.strength else None,
            numeric=True,
        ),
        Column(
            "weakest",
            _("Weakest topics"),
            value=lambda row: (
                str(_("; ")).join(f"{name} {share} %" for name, share in row.strength.weakest) if row.strength else ""
            ),
            width=60,
        ),
    ]
    default_order = "name"
    search = staticmethod(lambda rows, words: rows.filter(name__icontains=words) | rows.filter(employee_no=words))

    def __init__(self, request: HttpRequest, rows: QuerySet[User], since: datetime) -> None:
        super().__init__(request, rows)
        self.since = since

    @property
    def rows(self) -> list:
        """The rows of the page, each person with their strength."""
        self._fill(list(self.page.object_list))
        return super().rows

    def _fill(self, people: list[User]) -> None:
        found = {row.user.pk: row for row in queries.strength_of_people(people, self.since)}
        for person in people:
            person.strength = found.get(person.pk)

    def _exported(self) -> Iterator[list[Any]]:
        people = list(self.found)
        self._fill(people)
        for person in people:
            yield [(column.export or column.value)(person) for column in self.columns]


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
        Column("format", pgettext_lazy("file", "Format"), value=lambda row: row.get_format_display()),
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
