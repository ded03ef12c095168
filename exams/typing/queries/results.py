"""What a run came to: its figures, and every mistake in the text."""

from collections.abc import Iterable
from dataclasses import dataclass

from exams.models.attempts import Attempt
from exams.typing import pace, scoring
from exams.typing.models import TypingRun
from exams.typing.normalise import WIDTH_INSENSITIVE, is_han
from exams.typing.queries.attempts import records_of
from people.models import User

PRINTED = dict(zip(",.!?:;()", "，。！？：；（）", strict=True))


def figures_of(run: TypingRun) -> scoring.Score:
    """The stored figures of an ended run, with the shown speed and accuracy."""
    standard = run.standard
    return scoring.Score(run.typed, run.errors, run.duration_ms, standard["threshold"], standard["gate"])


def best_run(user: User) -> TypingRun | None:
    """The fastest ended, valid run of a person that kept its accuracy gate; else the fastest; None without any."""
    runs = TypingRun.objects.filter(
        attempt__candidacy__user=user,
        attempt__state=Attempt.State.GRADED,
        attempt__ordered__isnull=True,
        typed__isnull=False,
    )
    return best_of(runs.select_related("attempt"))


def best_of(runs: Iterable[TypingRun]) -> TypingRun | None:
    """The best of ended runs: the fastest that kept its accuracy gate, else the fastest."""

    def worth(run: TypingRun) -> tuple[bool, int]:
        figures = figures_of(run)
        return figures.accurate_enough, figures.speed_tenths

    return max(runs, key=worth, default=None)


@dataclass(frozen=True)
class Feedback:
    """A typed text for its owner: the figures, and the text in stretches of right and wrong."""

    score: scoring.Score
    minutes: int
    parts: list[dict[str, str]]
    counts: dict[str, int]


def feedback(run: TypingRun) -> Feedback:
    """The figures and mistakes of an ended run; nothing decides here."""
    return feedback_on(run.text, run.committed, figures_of(run), run.standard["punctuation"])


def feedback_on(passage: str, committed: str, score: scoring.Score, punctuation: str = WIDTH_INSENSITIVE) -> Feedback:
    """The mistakes of a committed text against a passage, beside its figures."""
    typed, reference, found = scoring.mistakes(passage, committed, punctuation)
    counts = {kind: sum(mistake.kind == kind for mistake in found) for kind in ("wrong", "extra", "missing")}
    minutes = score.duration_ms // scoring.MS_PER_MINUTE
    parts = marked_parts(as_printed(typed), as_printed(reference), found)
    return Feedback(score=score, minutes=minutes, parts=parts, counts=counts)


def pace_of(run: TypingRun) -> list[tuple[str, float]]:
    """(end of the half minute, certified characters a minute) of an ended run, from its keystrokes. One query."""
    steps = pace.pace(records_of(run.attempt), run.text, run.duration_ms, run.standard["punctuation"])
    return pace_points(steps, pace.STEP_MS)


def pace_points(steps: list[int], step_ms: int) -> list[tuple[str, float]]:
    """The steps of a pace as points of a chart."""
    ends = (place * step_ms // 1000 for place in range(1, len(steps) + 1))
    return [
        (f"{end // 60}:{end % 60:02}", pace.per_minute(certified, step_ms))
        for end, certified in zip(ends, steps, strict=True)
    ]


def as_printed(tokens: str) -> str:
    """Folded punctuation after a Chinese character in its full-width form again, one for one: for the eye only."""
    before = "\0" + tokens
    return "".join(PRINTED.get(token, token) if is_han(before[place]) else token for place, token in enumerate(tokens))


def marked_parts(typed: str, reference: str, found: list[scoring.Mistake]) -> list[dict[str, str]]:
    """[{"kind": right | wrong | extra | missing, "typed", "expected"}] in reading order, neighbours of a kind joined.

    The typed ones join to the whole text.
    """
    parts: list[dict[str, str]] = []

    def add(kind: str, typed_text: str, expected: str) -> None:
        if not typed_text and not expected:
            return
        if parts and parts[-1]["kind"] == kind:
            parts[-1]["typed"] += typed_text
            parts[-1]["expected"] += expected
        else:
            parts.append({"kind": kind, "typed": typed_text, "expected": expected})

    place = 0
    for mistake in found:
        end = mistake.at + len(mistake.typed)
        add("right", typed[place : mistake.at], "")
        add(mistake.kind, typed[mistake.at : end], reference[mistake.of : mistake.of + len(mistake.expected)])
        place = end
    add("right", typed[place:], "")
    return parts
