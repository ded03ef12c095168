"""A person's practice: how the runs went, and how far the next standard is."""

from dataclasses import dataclass

from exams.typing import scoring
from exams.typing.models import PracticeRun, TypingRun, TypingStandard
from exams.typing.queries.results import Feedback, feedback_on
from people.models import User


def practice_feedback(run: PracticeRun, text: str) -> Feedback:
    """The same for a practice over `text`."""
    return feedback_on(text, run.committed, practice_score(run))


def practice_score(run: PracticeRun) -> scoring.Score:
    """The figures of an ended practice run: the same arithmetic as in the test."""
    return scoring.Score(run.typed, run.errors, run.minutes * scoring.MS_PER_MINUTE, 0, 0)


def practice_trend(user: User, limit: int = 20) -> list[tuple[PracticeRun, scoring.Score]]:
    """The person's last ended practice runs with their figures, oldest first."""
    runs = user.practice_runs.filter(ended_at__isnull=False).order_by("-started_at")[:limit]
    return [(run, practice_score(run)) for run in reversed(runs)]


@dataclass(frozen=True)
class Goal:
    """The lowest standard that no practice has reached yet, and how far the fastest accurate enough one was from it.

    `standard` is None when all are reached; `best` and `missing` are characters per minute.
    """

    standard: TypingStandard | None
    best: float
    missing: float


def goal(trend: list[tuple[PracticeRun | TypingRun, scoring.Score]]) -> Goal:
    """What to practise for, from the runs given. One query."""
    best = 0
    for standard in TypingStandard.objects.order_by("threshold", "-gate"):
        accurate = [score.speed_tenths for _run, score in trend if score.certified * 100 >= standard.gate * score.typed]
        best = max(accurate, default=0)
        if best < standard.threshold * 10:
            return Goal(standard=standard, best=best / 10, missing=(standard.threshold * 10 - best) / 10)
    return Goal(standard=None, best=best / 10, missing=0.0)
