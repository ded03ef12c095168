"""The lists of flagged tests and of passages."""

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from exams.models import AttemptRuling
from exams.typing import equating, queries
from exams.typing.models import TypingRun, TypingStandard
from exams.typing.queries.flags import FLAGS, RECHECK_DUE, UNDECIDED, name_of
from ground.tables import Column, Filter, Table

DECISIONS = {
    UNDECIDED: _("to look at"),
    RECHECK_DUE: _("re-check to come"),
    "rechecked": _("re-checked, to decide"),
    AttemptRuling.Kind.CONFIRM: _("confirmed"),
    AttemptRuling.Kind.VOID: _("void"),
}


def flag_names(run: TypingRun) -> str:
    """The flags of a run with their counts, in one line."""
    flags = sorted(run.flags, key=lambda flag: -flag["count"])
    return str(_(", ")).join(f"{name_of(flag['code'])} {flag['count']}" for flag in flags)


class FlaggedTable(Table):
    """Tests with flags, the newest first."""

    name = "flagged-typing"
    title = _("Typing tests to look at")
    empty_title = _("Nothing to look at")
    empty_text = _("No typing test of the people in your reach has a flag.")
    columns = [
        Column(
            "name",
            pgettext_lazy("of a person", "Name"),
            order=("attempt__candidacy__user__name_sort",),
            value=lambda run: run.attempt.candidacy.user.name,
            url=lambda run: reverse("exams:typing_run", args=[run.attempt_id]),
        ),
        Column(
            "number",
            _("Employee number"),
            order=("attempt__candidacy__user__employee_no",),
            value=lambda run: run.attempt.candidacy.user.employee_no,
        ),
        Column(
            "exam",
            _("Exam"),
            order=("attempt__candidacy__sitting__exam__name",),
            value=lambda run: run.attempt.candidacy.sitting.exam.name,
            width=28,
        ),
        Column("ended", _("Ended"), order=("attempt__ended_at",), value=lambda run: run.attempt.ended_at),
        Column("speed", _("Speed, a minute"), order=("speed",), value=lambda run: run.speed / 10, numeric=True),
        Column(
            "accuracy",
            _("Accuracy, percent"),
            order=("accuracy",),
            value=lambda run: run.accuracy / 10,
            numeric=True,
        ),
        Column("flags", _("Flags"), value=flag_names, width=36),
        Column(
            "decision",
            _("Decision"),
            value=lambda run: DECISIONS[queries.decision_of(run)[0]],
            badge=lambda run: queries.decision_of(run)[1] or "plain",
        ),
    ]
    filters = [
        Filter(
            "decision",
            _("Decision"),
            choices=lambda request: [(word, label) for word, label in DECISIONS.items() if word != "rechecked"],
            apply=queries.with_decision,
        ),
        Filter(
            "flag",
            _("Flag"),
            choices=lambda request: [(code, names[0]) for code, names in FLAGS.items()],
            apply=queries.with_flag,
        ),
        Filter(
            "standard",
            _("Standard"),
            choices=lambda request: TypingStandard.objects.values_list("pk", "name"),
            apply=lambda rows, value: rows.filter(attempt__part__standard=value),
        ),
    ]
    search = staticmethod(
        lambda rows, words: rows.filter(attempt__candidacy__user__name_search__contains=words.lower())
    )
    default_order = "-ended"


def _proposal(row: queries.PassageRow) -> tuple[str, str]:
    """What to do about a passage, and the badge of it."""
    effect = row.effect
    if row.passage.retired_at is not None:
        return gettext("retired"), "plain"
    if effect is None:
        return gettext("not compared yet"), "plain"
    if effect.proposed:
        return gettext("propose to retire"), "late"
    if effect.attempts < equating.LEAST_ATTEMPTS:
        return gettext("too few attempts"), "plain"
    return gettext("as the others"), "ok"


class PassageTable(Table):
    """Exam passages with what they do to speed."""

    name = "passages"
    title = _("Passages compared")
    empty_title = _("No passages yet")
    empty_text = _("Publish passages for exams first; figures appear when the same people have typed several of them.")
    columns = [
        Column(
            "title",
            _("Passage"),
            order=("title",),
            value=lambda row: row.passage.title,
            url=lambda row: reverse("passages:edit", args=[row.passage.pk]),
            width=28,
        ),
        Column("drawn", _("Times drawn"), order=("drawn",), value=lambda row: row.drawn, numeric=True),
        Column(
            "attempts",
            _("Attempts compared"),
            order=("attempts",),
            value=lambda row: row.effect.attempts if row.effect else 0,
            numeric=True,
        ),
        Column(
            "effect",
            _("Faster or slower, percent"),
            order=("effect",),
            value=lambda row: signed(row.effect.percent) if row.effect else None,
            key=lambda row: row.effect.percent if row.effect else 0,
            numeric=True,
        ),
        Column(
            "margin",
            _("Uncertain by, percent"),
            value=lambda row: None if row.effect is None or row.effect.margin is None else round(row.effect.margin, 1),
            numeric=True,
        ),
        Column(
            "proposal",
            _("What to do"),
            order=("proposal",),
            value=lambda row: _proposal(row)[0],
            badge=lambda row: _proposal(row)[1],
        ),
    ]


def signed(percent: float) -> str:
    """A difference with its sign, to one decimal: +1.2 or −3.4."""
    return f"{percent:+.1f}".replace("-", "−")
