"""What the shell itself writes: the schedules of the queue."""

from datetime import datetime, time, timedelta

from django.utils import timezone
from django_q.models import Schedule

NIGHT = time(2, 30)


def ensure_schedules(*, now: datetime) -> None:
    """Makes the nightly schedule exist, at half past two of the organisation's day; repeating it changes nothing."""
    tonight = timezone.make_aware(datetime.combine(timezone.localdate(now) + timedelta(days=1), NIGHT))
    Schedule.objects.get_or_create(
        name="nightly",
        defaults={"func": "academy.tasks.nightly", "schedule_type": Schedule.DAILY, "next_run": tonight},
    )
