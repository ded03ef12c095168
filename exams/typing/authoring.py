"""What authors of passages see beside Wagtail's editor: the figures while they write, and how the pool does."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from exams.typing import equating, passages, queries, services
from ground.tables import Column, Table
from people.models import Role
from people.policy import requires

WRITES_PASSAGES = (Role.EXAMINER, Role.ADMINISTRATOR)
LARGEST = 20_000  # characters that are looked at
FILLINGS = (1, 2, 3)  # seeds of the preview
MOST_TAKEN = 3  # sentences of other passages that are named at once


@require_POST
@requires(*WRITES_PASSAGES)
def passage_figures(request: HttpRequest) -> HttpResponse:
    """The figures of the text in the editor, what speaks against it, and three fillings of its slots. Nothing is stored."""
    text = request.POST.get("text", "")[:LARGEST]
    given = figures_of(text, request.POST.get("allowed", ""), request.POST.get("code", ""))
    return render(request, "exams/typing/passage_figures.html", given)


def figures_of(text: str, allowed: str, code: str) -> dict[str, Any]:
    """What passage_figures.html shows."""
    found = passages.figures(text)
    wrong = [
        services.problem_sentence(problem, found, allowed) for problem in passages.problems(found, allowed=allowed)
    ]
    taken = queries.taken_sentences(text, but=code)
    return {
        "figures": found if found.tokens else None,
        "shares": {
            "han": f"{found.han / 10:.1f}",
            "punctuation": f"{found.punctuation / 10:.1f}",
            "latin": f"{found.latin / 10:.1f}",
            "uncommon": f"{found.uncommon_share / 10:.1f}",
        },
        "minutes": found.tokens // passages.TOKENS_PER_MINUTE,
        "problems": [*wrong, *(services.taken_sentence(*one) for one in taken[:MOST_TAKEN])],
        "fillings": passages.fillings(text, FILLINGS) if found.slots else [],
    }


def _proposal(row: queries.PassageRow) -> tuple[str, str]:
    """What to do about a passage, and the badge of it."""
    effect = row.effect
    if row.passage.retired_at is not None:
        return _("retired"), "plain"
    if effect is None:
        return _("not compared yet"), "plain"
    if effect.proposed:
        return _("propose to retire"), "late"
    if effect.attempts < equating.LEAST_ATTEMPTS:
        return _("too few attempts"), "plain"
    return _("as the others"), "ok"


class PassageTable(Table):
    """Exam passages with what they do to speed."""

    name = "passages"
    title = gettext_lazy("Passages compared")
    empty_title = gettext_lazy("No passages yet")
    empty_text = gettext_lazy(
        "Publish passages for exams first; figures appear when the same people have typed several of them."
    )
    columns = [
        Column(
            "title",
            gettext_lazy("Passage"),
            order=("title",),
            value=lambda row: row.passage.title,
            url=lambda row: reverse("passages:edit", args=[row.passage.pk]),
            width=28,
        ),
        Column("drawn", gettext_lazy("Times drawn"), order=("drawn",), value=lambda row: row.drawn, numeric=True),
        Column(
            "attempts",
            gettext_lazy("Attempts compared"),
            order=("attempts",),
            value=lambda row: row.effect.attempts if row.effect else 0,
            numeric=True,
        ),
        Column(
            "effect",
            gettext_lazy("Faster or slower, percent"),
            order=("effect",),
            value=lambda row: signed(row.effect.percent) if row.effect else None,
            key=lambda row: row.effect.percent if row.effect else 0,
            numeric=True,
        ),
        Column(
            "margin",
            gettext_lazy("Uncertain by, percent"),
            value=lambda row: None if row.effect is None or row.effect.margin is None else round(row.effect.margin, 1),
            numeric=True,
        ),
        Column(
            "proposal",
            gettext_lazy("What to do"),
            order=("proposal",),
            value=lambda row: _proposal(row)[0],
            badge=lambda row: _proposal(row)[1],
        ),
    ]


def signed(percent: float) -> str:
    """A difference with its sign, to one decimal: +1.2 or −3.4."""
    return f"{percent:+.1f}".replace("-", "−")


@require_safe
@requires(*WRITES_PASSAGES, Role.AUDITOR)
def passage_report(request: HttpRequest) -> HttpResponse:
    """How hard the passages of exams are beside each other, and which of them should retire."""
    rows = queries.equated()
    table = PassageTable(request, rows)
    if table.export_wanted:
        return table.export()
    compared = [row for row in rows if row.effect is not None and row.passage.retired_at is None]
    return render(
        request,
        "exams/typing/passage_report.html",
        {
            "table": table,
            "points": [(row.passage.title, row.effect.percent, row.effect.margin) for row in compared],
            "proposed": [row for row in compared if row.effect.proposed],
            "beyond": equating.BEYOND_PERCENT,
            "least": equating.LEAST_ATTEMPTS,
        },
    )
