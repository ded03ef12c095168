"""Answers as they come: one statement keeps them, and what came too late is said."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from exams import grading
from exams.models import Attempt
from ground.freezing import canonical

GRACE = timedelta(seconds=5)
"""How long after the deadline an answer sent in time may still arrive."""
LARGEST = 2**31 - 1
State, EndedBy = Attempt.State, Attempt.EndedBy


def save_responses(
    *, attempt_id: int, generation: int, answers: Iterable[dict[str, Any]], now: datetime
) -> dict[int, str]:
    """Keeps answers {"position", "seq", "answer", "marked", "spent_ms"} in one statement that itself tests that the attempt is open,
    in time and written by the newest tab, and that the answer is newer than the one kept.

    Returns {position: code}: saved, stale (a newer answer is kept), ended, late (the time is over; see `keep_late`), paused,
    superseded (a newer tab writes), invalid.
    """
    codes: dict[int, str] = {}
    newest: dict[int, tuple[int, str, bool, int]] = {}
    for given in answers:
        position, seq = given.get("position"), given.get("seq")
        if type(position) is not int:
            continue
        if type(seq) is not int or not (1 <= position <= 1000 and 1 <= seq <= LARGEST):
            codes[position] = "invalid"
        elif position not in newest or newest[position][0] < seq:
            spent = given.get("spent_ms")
            spent = min(max(spent, 0), LARGEST) if type(spent) is int else 0
            newest[position] = (seq, canonical(answer_shape(given.get("answer"))), bool(given.get("marked")), spent)
    if not newest:
        return codes
    for position in _upsert(attempt_id, generation, newest, now):
        codes[position] = "saved"
    missing = [position for position in newest if position not in codes]
    if missing:
        why, questions = _why_not(attempt_id, generation, now)
        codes |= {position: why if position <= questions else "invalid" for position in missing}
    return codes


def _upsert(
    attempt_id: int, generation: int, newest: dict[int, tuple[int, str, bool, int]], now: datetime
) -> list[int]:
    """The one statement. On PostgreSQL it shares a lock with handing in, so an answer is graded or refused, never lost."""
    postgresql = connection.vendor == "postgresql"
    row = "(%s, %s, CAST(%s AS jsonb), %s, %s)" if postgresql else "(%s, %s, %s, %s, %s)"
    length = "jsonb_array_length" if postgresql else "json_array_length"
    lock = "FOR SHARE OF a" if postgresql else ""
    moment = connection.ops.adapt_datetimefield_value
    values: list[Any] = []
    for position, kept in sorted(newest.items()):
        values += [position, *kept]
    sql = f"""
        INSERT INTO exams_response (attempt_id, position, seq, answer, marked, spent_ms, saved_at)
        SELECT a.id, v.column1, v.column2, v.column3, v.column4, v.column5, {"CAST(%s AS timestamptz)" if postgresql else "%s"}
        FROM exams_attempt a JOIN exams_paper p ON p.id = a.paper_id
        CROSS JOIN (VALUES {", ".join([row] * len(newest))}) AS v
        WHERE a.id = %s AND a.state = 'open' AND a.generation = %s AND a.deadline > %s AND a.paused_at IS NULL
        AND v.column1 <= {length}(p.items) {lock}
        ON CONFLICT (attempt_id, position) DO UPDATE
        SET seq = excluded.seq, answer = excluded.answer, marked = excluded.marked, saved_at = excluded.saved_at,
            spent_ms = excluded.spent_ms
        WHERE excluded.seq > exams_response.seq OR (excluded.seq = exams_response.seq
            AND excluded.answer = exams_response.answer AND excluded.marked = exams_response.marked)
        RETURNING position
    """  # noqa: S608 - only our own words are put together; every value is a parameter
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment(now), *values, attempt_id, generation, moment(now - GRACE)])
        return [position for (position,) in cursor.fetchall()]


def _why_not(attempt_id: int, generation: int, now: datetime) -> tuple[str, int]:
    """Why an answer was not kept, and how many questions the paper has."""
    attempt = Attempt.objects.select_related("paper").filter(pk=attempt_id).first()
    if attempt is None or attempt.paper is None:
        return "ended", 0
    questions = len(attempt.paper.items)
    if attempt.state == State.OPEN and attempt.paused_at is not None:
        return "paused", questions
    if over(attempt, now):
        return "late", questions
    if attempt.state != State.OPEN:
        return "ended", questions
    return ("superseded" if attempt.generation != generation else "stale"), questions


def over(attempt: Attempt, now: datetime) -> bool:
    """Whether the clock has ended it, or will as soon as the sweeper comes by: what arrives now is late."""
    if attempt.state == State.OPEN:
        return attempt.paused_at is None and attempt.deadline + GRACE <= now
    return attempt.ended_by == EndedBy.CLOCK


def answer_shape(answer: Any) -> dict[str, Any]:
    """The known shape of an answer; whatever else a browser sends is dropped."""
    if not isinstance(answer, dict):
        return {}
    kept: dict[str, Any] = {}
    if isinstance(answer.get("answer"), bool):
        kept = {"answer": answer["answer"]}
    elif isinstance(answer.get("chosen"), list):
        kept = {"chosen": sorted({place for place in answer["chosen"] if _place(place) is not None})}
    elif isinstance(answer.get("gaps"), list):
        kept = {"gaps": [_text(gap, 500) if isinstance(gap, str) else _place(gap) for gap in answer["gaps"][:PLACES]]}
    elif type(answer.get("file")) is int and 0 < answer["file"] < 2**63:
        kept = {"file": answer["file"]}
    elif isinstance(answer.get("text"), str):
        kept = {"text": _text(answer["text"], 20_000)}
    for name in grading.PLACED:
        if not kept and isinstance(answer.get(name), list):
            kept = {name: [_place(place) for place in answer[name][:PLACES]]}
    return kept if grading.answered(kept) else {}


PLACES = 100
"""More options, prompts or gaps than a question can have."""


def _place(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < PLACES else None


def _text(text: str, longest: int) -> str:
    """What both databases can keep of a text."""
    return "".join(c for c in text[:longest] if c != "\0" and not "\ud800" <= c <= "\udfff")
