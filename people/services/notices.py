"""The notification centre."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from people.models import Notification, User


def note(
    *, user: User, kind: str, key: str, now: datetime, params: dict[str, Any] | None = None, url: str = ""
) -> Notification:
    """One unsaved line for a person's notification centre.

    `kind` is registered in people.notifications with its sentence; `params` fill its placeholders.
    """
    return Notification(user=user, kind=kind, key=key, params=params or {}, url=url, created_at=now)


def notify_all(notes: Iterable[Notification]) -> None:
    """Puts every line into its person's notification centre; the same key reaches a person once."""
    Notification.objects.bulk_create(notes, ignore_conflicts=True)


def notify(
    *, users: Iterable[User], kind: str, key: str, now: datetime, params: dict[str, Any] | None = None, url: str = ""
) -> None:
    """The same line for each of these people, see `note`."""
    notify_all([note(user=user, kind=kind, key=key, now=now, params=params, url=url) for user in users])


def read_notifications(*, user: User, now: datetime) -> int:
    """Marks every notification of the person as read; returns how many were new."""
    return user.notifications.filter(read_at__isnull=True).update(read_at=now)
