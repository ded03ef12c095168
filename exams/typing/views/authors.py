"""What authors of passages see beside Wagtail's editor: the figures while they write, and how the pool does."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from exams.typing import equating, passages, queries, services
from exams.typing.tables import PassageTable
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
