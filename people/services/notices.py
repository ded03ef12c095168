"""The notification centre."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from people.models import Notification, User


def notify(
    *, users: Iterable[User], kind: str, key: str, now: datetime, params: dict[str, Any] | None = None, url: str = ""
) -> None:
    """Puts a line into each person's notification centre; the same key reaches a person once.

    `kind` is registered in people.notifications with its sentence; `params` fill its placeholders.
    """
    Notification.objects.bulk_create(
        [Notification(user=user, kind=kind, key=key, params=params or {}, url=url, created_at=now) for user in users],
        ignore_conflicts=True,
    )


def read_notifications(*, user: User, now: datetime) -> int:
    """Marks every notification of the person as read; returns how many were new."""
    return user.notifications.filter(read_at__isnull=True).update(read_at=now)
