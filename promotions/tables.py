"""Lists of promotions."""

from typing import ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ground.tables import Column, Filter, Table
from people.models import User
from people.policy import units_in_reach
from people.queries import indented
from promotions.models import Case, ReviewRound
from promotions.policy import PROPOSERS
from promotions.queries import Ready
from quality.models import Violation

STATE_BADGES = {
    Case.State.PROPOSED: "plain",
    Case.State.IN_REVIEW: "due",
    Case.State.PROMOTED: "ok",
    Case.State.REFUSED: "late",
    Case.State.WITHDRAWN: "plain",
    ReviewRound.State.NOMINATING: "ok",
    ReviewRound.State.REVIEW: "due",
    ReviewRound.State.CLOSED: "plain",
}


def out_of(part: int, whole: int) -> str:
    """A number with what it is measured against."""
    return _("%(part)s of %(whole)s") % {"part": part, "whole": whole}


class RoundTable(Table):
    """Review rounds, the newest first."""

    name = "rounds"
    title = gettext_lazy("Review rounds")
    empty_title = gettext_lazy("No review round yet")
    empty_text = gettext_lazy("Personnel opens a round once a year; managers then propose their people.")
    columns: ClassVar[list[Column]] = [
        Column(
            "name",
            gettext_lazy("Round"),
            order=("name",),
            value=lambda row: row.name,
            url=lambda row: reverse("promotions:round", args=[row.pk]),
        ),
        Column("year", gettext_lazy("Year"), order=("year",), value=lambda row: str(row.year)),
        Column(
            "state",
            gettext_lazy("State"),
            order=("state",),
            value=lambda row: row.get_state_display(),
            badge=lambda row: STATE_BADGES[row.state],
        ),
        Column(
            "until",
            gettext_lazy("Nominations until"),
            order=("nominate_until",),
            value=lambda row: row.nominate_until,
        ),
        Column(
            "effective",
            gettext_lazy("Promotions take effect"),
            order=("effective_on",),
            value=lambda row: row.effective_on,
        ),
        Column(
            "decided",
            gettext_lazy("Decided"),
            value=lambda row: out_of(row.decided_count, row.case_count),
            numeric=True,
        ),
    ]
    default_order = "-year"


class CaseTable(Table):
    """The cases of one round."""

    name = "cases"
    title = gettext_lazy("Cases")
    empty_title = gettext_lazy("Nobody is proposed yet")
    empty_text = gettext_lazy("Managers find who is in reach of the next level, and propose them.")
    filters: ClassVar[list[Filter]] = [
        Filter(
            "state",
            gettext_lazy("State"),
            choices=lambda request: [choice for choice in Case.State.choices if choice[0] != Case.State.WITHDRAWN],
            apply=lambda rows, value: [row for row in rows if row.state == value],
        )
    ]
    columns: ClassVar[list[Column]] = [
        Column(
            "name",
            pgettext_lazy("of a person", "Name"),
            order=("name",),
            key=lambda row: row.user.name_sort,
            value=lambda row: row.user.name,
            url=lambda row: reverse("promotions:case", args=[row.pk]),
        ),
        Column(
            "level",
            gettext_lazy("To level"),
            order=("level",),
            key=lambda row: row.to_level.rank,
            value=lambda row: row.to_level.name,
        ),
        Column(
            "met",
            gettext_lazy("Requirements met"),
            order=("met",),
            key=lambda row: row.met - row.total,
            value=lambda row: out_of(row.met, row.total),
            badge=lambda row: "ok" if row.met == row.total else "due",
        ),
        Column(
            "exceptional",
            gettext_lazy("Exceptional"),
            order=("exceptional",),
            value=lambda row: row.exceptional,
        ),
        Column(
            "votes",
            gettext_lazy("Votes cast"),
            order=("votes",),
            key=lambda row: row.voted - row.voters,
            value=lambda row: out_of(row.voted, row.voters),
            numeric=True,
        ),
        Column(
            "state",
            gettext_lazy("State"),
            order=("state",),
            value=lambda row: row.get_state_display(),
            badge=lambda row: STATE_BADGES[row.state],
        ),
    ]
    default_order = "name"


class PanelCaseTable(CaseTable):
    """The same for a member of the panel, who also sees which votes are still owed."""

    columns: ClassVar[list[Column]] = [
        *CaseTable.columns[:-1],
        Column(
            "mine",
            gettext_lazy("My vote"),
            value=lambda row: row.my_vote,
            badge=lambda row: "due" if row.vote_owed else "plain",
        ),
        CaseTable.columns[-1],
    ]


def _units(request: HttpRequest) -> list[tuple[str, str]]:
    return indented(units_in_reach(request, *PROPOSERS, reads=True))


class ReadyTable(Table):
    """People on a level that has a way up, the furthest first. The unit is narrowed by the view, before judging."""

    name = "ready"
    title = gettext_lazy("In reach of the next level")
    empty_title = gettext_lazy("Nobody here has a way up")
    empty_text = gettext_lazy("People at the top of the ladder, or on a level without a rule, are not listed.")
    filters: ClassVar[list[Filter]] = [
        Filter("unit", gettext_lazy("Unit"), choices=_units, apply=lambda rows, value: rows),
        Filter(
            "all",
            gettext_lazy("Requirements"),
            choices=lambda request: [("met", _("all met")), ("missing", _("some missing"))],
            apply=lambda rows, value: [row for row in rows if row.all_met == (value == "met")],
        ),
    ]
    columns: ClassVar[list[Column]] = [
        Column(
            "name",
            pgettext_lazy("of a person", "Name"),
            order=("name",),
            key=lambda row: row.user.name_sort,
            value=lambda row: row.user.name,
        ),
        Column("unit", gettext_lazy("Unit"), order=("unit",), value=lambda row: row.employment.unit.name),
        Column(
            "way",
            gettext_lazy("From and to"),
            order=("way",),
            key=lambda row: row.rule.to_level.rank,
            value=lambda row: f"{row.rule.from_level or '–'} → {row.rule.to_level}",
        ),
        Column(
            "met",
            gettext_lazy("Requirements met"),
            order=("met",),
            key=lambda row: row.met - row.total,
            value=lambda row: out_of(row.met, row.total),
            badge=lambda row: "ok" if row.all_met else "due",
        ),
        Column("missing", gettext_lazy("Missing"), value=lambda row: _(", ").join(row.missing), width=40),
    ]


def ready_table(request: HttpRequest, rows: list[Ready], review: ReviewRound | None, cases: dict[int, Case]) -> Table:
    """The list, with a last column that proposes a person for the round, or opens the case there is."""
    if review is None:
        return ReadyTable(request, rows)

    def word(row: Ready) -> str:
        return _("proposed") if row.user.pk in cases else _("Propose")

    def address(row: Ready) -> str:
        if row.user.pk in cases:
            return reverse("promotions:case", args=[cases[row.user.pk].pk])
        return reverse("promotions:propose", args=[review.pk, row.user.pk])

    class Nominations(ReadyTable):
        columns = [*ReadyTable.columns, Column("propose", review.name, value=word, url=address)]

    return Nominations(request, rows)


class DemotionTable(Table):
    """Violations that ask for a demotion nobody has carried out yet."""

    name = "demotions"
    title = gettext_lazy("Demotions to carry out")
    empty_title = gettext_lazy("Nothing to carry out")
    empty_text = gettext_lazy(
        "A violation of the grade “demotion” appears here while it is in force, until it is done."
    )
    columns: ClassVar[list[Column]] = [
        Column(
            "name",
            pgettext_lazy("of a person", "Name"),
            order=("user__name_sort",),
            value=lambda row: row.user.name,
            url=lambda row: reverse("promotions:demote", args=[row.user_id]) if row.may_act else None,
        ),
        Column("from", gettext_lazy("In force from"), order=("valid_from",), value=lambda row: row.valid_from),
        Column("until", gettext_lazy("Until (exclusive)"), order=("valid_to",), value=lambda row: row.valid_to),
        Column("by", gettext_lazy("Recorded by"), order=("by__name_sort",), value=lambda row: row.by.name),
    ]
    default_order = "from"

    def __init__(self, request: HttpRequest, rows: QuerySet[Violation], acting: QuerySet[User]) -> None:
        """`acting`: the people whom the reader may demote; an auditor's list leads nowhere."""
        super().__init__(request, rows.annotate(may_act=Exists(acting.filter(pk=OuterRef("user")))))
