"""What the shell itself writes: the schedules of the queue."""

from datetime import datetime, time, timedelta

from django.utils import timezone
from django_q.models import Schedule

NIGHT = time(2, 30)
PUBLISHING = 5


def ensure_schedules(*, now: datetime) -> None:
    """Makes the schedules exist: the night at half past two of the organisation's day, and what is published at a time set
    beforehand every `PUBLISHING` minutes; repeating it changes nothing."""
    tonight = timezone.make_aware(datetime.combine(timezone.localdate(now) + timedelta(days=1), NIGHT))
    Schedule.objects.get_or_create(
        name="nightly",
        defaults={"func": "academy.tasks.nightly", "schedule_type": Schedule.DAILY, "next_run": tonight},
    )
    every = {"schedule_type": Schedule.MINUTES, "minutes": PUBLISHING}
    Schedule.objects.get_or_create(
        name="publishing", defaults={"func": "courses.tasks.publish_due", "next_run": now, **every}
    )
