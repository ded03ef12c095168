"""The bell: what exams do when people tell them something."""

from datetime import datetime

from django.dispatch import receiver

from exams import services
from people.models import User
from people.signals import access_ended


@receiver(access_ended, dispatch_uid="exams.end_attempts_of")
def end_attempts(sender: object, user: User, now: datetime, **_signal: object) -> None:
    """Whoever loses access stops writing at once."""
    services.end_attempts_of(user=user, now=now)
