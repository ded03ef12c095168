"""One module writes the journal. Call it inside the transaction of the act."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models

from ground.models import JournalEntry


def entry(
    verb: str,
    subject: models.Model,
    *,
    by: Any | None,
    now: datetime,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> JournalEntry:
    """One unsaved line: `by` (a user, or None for the clock) did `verb` to `subject`."""
    return JournalEntry(
        at=now,
        actor_id=by.pk if by is not None else None,
        actor_name=str(by) if by is not None else "",
        verb=verb,
        object_type=subject._meta.label_lower,
        object_id=str(subject.pk),
        object_name=str(subject)[:200],
        reason=reason,
        data=data or {},
    )


def record(
    verb: str,
    subject: models.Model,
    *,
    by: Any | None,
    now: datetime,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> JournalEntry:
    """Appends one line: `by` (a user, or None for the clock) did `verb` to `subject`."""
    line = entry(verb, subject, by=by, now=now, reason=reason, data=data)
    line.save()
    return line


def record_all(entries: Iterable[JournalEntry]) -> None:
    """Appends many lines at once, for acts on thousands of people."""
    JournalEntry.objects.bulk_create(entries, batch_size=500)
