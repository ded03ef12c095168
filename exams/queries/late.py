"""Answers that came too late, for whoever decides whether they count."""

from collections import defaultdict
from dataclasses import dataclass

from exams import grading
from exams.models import Attempt, Candidacy, LateResponse, Response
from exams.queries.papers import Asked, asked_answer


@dataclass
class LateAnswer:
    """The newest late answer to one position. `before`: something was answered in time; `counts`: it has been accepted."""

    late: LateResponse
    asked: Asked
    before: bool
    counts: bool


@dataclass
class LateAnswers:
    """What one attempt sent too late; `open` while something may still be accepted."""

    attempt: Attempt
    answers: list[LateAnswer]

    @property
    def open(self) -> bool:
        """Whether a person may let something of it count."""
        ended = self.attempt.state in (Attempt.State.MARKING, Attempt.State.GRADED)
        return ended and not all(answer.counts for answer in self.answers)


def late_answers(candidacy: Candidacy) -> list[LateAnswers]:
    """Late answers of every attempt of a candidacy, the newest of each position. Three queries."""
    late: dict[Attempt, dict[int, LateResponse]] = defaultdict(dict)
    rows = LateResponse.objects.filter(attempt__candidacy=candidacy).select_related("attempt__paper", "attempt__part")
    for row in rows.order_by("attempt_id", "position", "seq"):
        late[row.attempt][row.position] = row
    if not late:
        return []
    items = {attempt: attempt.paper.items for attempt in late}
    kept: dict[tuple[int, int], Response] = {
        (row.attempt_id, row.position): row for row in Response.objects.filter(attempt__in=late)
    }

    def answer(attempt: Attempt, position: int, row: LateResponse) -> LateAnswer:
        item = items[attempt][position - 1]
        before = kept.get((attempt.pk, position))
        return LateAnswer(
            late=row,
            asked=asked_answer(position, item, row.answer),
            before=before is not None and grading.answered(before.answer),
            counts=before is not None and before.seq >= row.seq,
        )

    return [
        LateAnswers(attempt, [answer(attempt, position, row) for position, row in sorted(rows.items())])
        for attempt, rows in late.items()
    ]
