"""A person's practice: how the runs went, and how far the next standard is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from exams.typing import habits, pace, scoring
from exams.typing.models import PracticeRun, TypingRun, TypingStandard
from exams.typing.queries.results import Feedback, feedback_on, pace_points
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


WEEKS = 12


def practice_weeks(user: User, now: datetime) -> list[tuple[date, float]]:
    """(Monday, speed) of the weeks of the last twelve in which the person practised, oldest first. One query.

    The speed of a week is its certified characters over all its minutes.
    """
    runs = user.practice_runs.filter(ended_at__isnull=False, started_at__gt=now - timedelta(weeks=WEEKS))
    weeks: dict[date, list[tuple[int, int, int]]] = {}
    for started, *figures in runs.order_by("started_at").values_list("started_at", "minutes", "typed", "errors"):
        day = timezone.localdate(started)
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(tuple(figures))
    return [(monday, _speed(rows)) for monday, rows in weeks.items()]


def _speed(rows: list[tuple[int, int, int]]) -> float:
    minutes, typed, errors = (sum(column) for column in zip(*rows, strict=True))
    return scoring.Score(typed, errors, minutes * scoring.MS_PER_MINUTE, 0, 0).speed


@dataclass(frozen=True)
class Hand:
    """How a person types, over some practices: keys for a character, percent taken back (None: not told), what goes wrong."""

    keys: float | None
    taken_back: float | None
    weak: list[habits.Weak]


def hand(runs: Iterable[PracticeRun]) -> Hand:
    """The habits over these ended runs; those whose page told no keystrokes count for the mistakes only."""
    runs = list(runs)
    keyed = [run for run in runs if run.keys is not None and run.typed]
    told = [run for run in runs if run.taken_back is not None]
    typed = sum(run.typed for run in keyed)
    back = sum(run.taken_back for run in told)
    ever = back + sum(run.typed for run in told)
    return Hand(
        keys=sum(run.keys for run in keyed) * 10 // typed / 10 if typed else None,
        taken_back=back * 1000 // ever / 10 if ever else None,
        weak=habits.weak(slip for run in runs for slip in run.slips),
    )


def practice_pace(run: PracticeRun) -> list[tuple[str, float]]:
    """(end of the half minute, characters a minute) of an ended practice; empty when its page told no keystrokes."""
    return pace_points(run.pace, pace.STEP_MS)


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
