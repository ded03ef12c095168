"""The marks that keys give when an attempt ends: one for every position that a key can grade, written in one statement."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from exams import marking, queries
from exams.models import Attempt, Mark


class KeyMark(NamedTuple):
    """A mark as it is written: all numbers, the points with at most two places."""

    position: int
    version: int
    topic: int
    points: Decimal
    out_of: int


def mark_by_key(attempt: Attempt, now: datetime) -> list[KeyMark]:
    """Writes a mark for every position that a key can grade; the others wait for a person."""
    items = attempt.paper.items
    versions = queries.keyed_versions({item["version"] for item in items})
    answers = dict(queries.answers_of(attempt.pk))
    corrected = {row.version_id: (row.action, row.key) for row in queries.corrections_of(*versions)}
    marks = []
    for position, item in enumerate(items, start=1):
        version = versions[item["version"]]
        correction, answer = corrected.get(version.pk), answers.get(position)
        given = marking.effective(
            version.kind, version.content, version.key, correction, answer, item["points"], item["order"]
        )
        if given is not None:
            marks.append(KeyMark(position, version.pk, item["topic"], *given))
    if marks:
        _write(attempt, marks, now)
    return marks


def _write(attempt: Attempt, marks: list[KeyMark], now: datetime) -> None:
    """By hand: forty marks of ten columns each take Django longer than the grading and the database together."""
    rows = ", ".join(f"({m.position:d}, {m.version:d}, {m.topic:d}, {m.points:.2f}, {m.out_of:d})" for m in marks)
    sql = f"""
        INSERT INTO exams_mark (attempt_id, position, version_id, topic_id, points, out_of, source, given_at, why)
        SELECT %s, column1, column2, column3, column4, column5, %s, %s, '' FROM (VALUES {rows}) AS given
    """  # noqa: S608 - numbers are formatted as numbers; every other value is a parameter
    with connection.cursor() as cursor:
        cursor.execute(sql, [attempt.pk, Mark.Source.KEY, connection.ops.adapt_datetimefield_value(now)])
