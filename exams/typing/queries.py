"""Reads of the typing test, shaped for its pages and for who asks from above."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exams.models.attempts import Attempt
from exams.typing import passages, replay, scoring
from exams.typing.models import PracticeRun, TypingBatch, TypingRun, TypingStandard
from exams.typing.normalise import WIDTH_INSENSITIVE, is_han
from people.models import User

CHUNKS_AHEAD = 2
PRINTED = dict(zip(",.!?:;()", "，。！？：；（）", strict=True))


def figures_of(run: TypingRun) -> scoring.Score:
    """The stored figures of an ended run, with the shown speed and accuracy."""
    standard = run.standard
    return scoring.Score(run.typed, run.errors, run.duration_ms, standard["threshold"], standard["gate"])


def best_run(user: User) -> TypingRun | None:
    """The fastest ended, valid run of a person that kept its accuracy gate; else the fastest; None without any."""
    runs = TypingRun.objects.filter(
        attempt__candidacy__user=user, attempt__state=Attempt.State.GRADED, typed__isnull=False
    )
    return best_of(runs.select_related("attempt"))


def best_of(runs: Iterable[TypingRun]) -> TypingRun | None:
    """The best of ended runs: the fastest that kept its accuracy gate, else the fastest."""

    def worth(run: TypingRun) -> tuple[bool, int]:
        figures = figures_of(run)
        return figures.accurate_enough, figures.speed_tenths

    return max(runs, key=worth, default=None)


def records_of(attempt: Attempt) -> list[dict[str, Any]]:
    """Every record that has arrived, in order, late ones left out."""
    batches = TypingBatch.objects.filter(attempt=attempt, late=False).order_by("seq").values_list("records", flat=True)
    return [record for records in batches for record in records]


def resume(attempt: Attempt, run: TypingRun, now: datetime) -> dict[str, Any]:
    """What a tab needs to begin or go on: clock, chain, the text rebuilt from the record, the first pieces of the passage.

    An open composition of a closed tab is gone: the text is what was committed. `length` is what the server's record
    holds, so that the new tab begins with a splice from there.
    """
    state = replay.replay(records_of(attempt), until_ms=run.duration_ms)
    last = TypingBatch.objects.filter(attempt=attempt).order_by("-seq").first()
    pieces = passages.chunks(run.text)
    shown = _shown(state.committed, pieces)
    return {
        "generation": attempt.generation,
        "open": attempt.state == Attempt.State.OPEN,
        "elapsed_ms": _elapsed(attempt, now),
        "duration_ms": run.duration_ms,
        "seq": last.seq if last else 0,
        "hash": last.batch_hash if last else "",
        "t": last.records[-1]["t"] if last else 0,
        "raw": state.raw,
        "text": state.committed,
        "chunks": pieces[: shown + 1],
        "count": len(pieces),
        "lines": sum(map(len, pieces)),
    }


def chunk(attempt: Attempt, run: TypingRun, index: int) -> list[str] | None:
    """The lines of one piece of the passage; None while the typed text has not come within two pieces of it."""
    pieces = passages.chunks(run.text)
    if not 0 <= index < len(pieces):
        return None
    if index > CHUNKS_AHEAD:
        state = replay.replay(records_of(attempt))
        if index > _shown(state.committed, pieces):
            return None
    return pieces[index]


@dataclass(frozen=True)
class Feedback:
    """A typed text for its owner: the figures, and the text in stretches of right and wrong."""

    score: scoring.Score
    minutes: int
    parts: list[dict[str, str]]
    counts: dict[str, int]


def feedback(run: TypingRun) -> Feedback:
    """The figures and mistakes of an ended run; nothing decides here."""
    return _feedback(run.text, run.committed, figures_of(run), run.standard["punctuation"])


def practice_feedback(run: PracticeRun, text: str) -> Feedback:
    """The same for a practice over `text`."""
    return _feedback(text, run.committed, practice_score(run))


def _feedback(passage: str, committed: str, score: scoring.Score, punctuation: str = WIDTH_INSENSITIVE) -> Feedback:
    typed, reference, found = scoring.mistakes(passage, committed, punctuation)
    counts = {kind: sum(mistake.kind == kind for mistake in found) for kind in ("wrong", "extra", "missing")}
    minutes = score.duration_ms // scoring.MS_PER_MINUTE
    parts = marked_parts(as_printed(typed), as_printed(reference), found)
    return Feedback(score=score, minutes=minutes, parts=parts, counts=counts)


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


def _shown(committed: str, pieces: list[list[str]]) -> int:
    """The last piece that may be shown: two beyond the one being typed."""
    typed, end = len("".join(committed.split())), 0
    for index, piece in enumerate(pieces):
        end += len("".join("".join(piece).split()))
        if typed < end:
            return index + CHUNKS_AHEAD
    return len(pieces) - 1


def _elapsed(attempt: Attempt, now: datetime) -> int:
    return int((now - attempt.started_at).total_seconds() * 1000)
