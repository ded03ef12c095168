"""What the queue does every night: each step is a task of its own, calls one service and may run twice."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from certificates import services as certificates
from courses import services as courses
from exams import services as exams
from people import services as people
from plans import services as plans


def _find_needs(*, now: datetime) -> None:
    plans.find_needs(year=timezone.localdate(now).year, now=now)


STEPS: dict[str, Callable[..., object]] = {
    "open_due": exams.open_due,
    "issue_missing": certificates.issue_missing,
    "render_missing": certificates.render_missing,
    "remind": certificates.remind,
    "sync_all_groups": people.sync_all_groups,
    "apply_rules": courses.apply_rules,
    "renew_expiring": courses.renew_expiring,
    "remind_of_courses": courses.remind,
    "send_reports": courses.send_reports,
    "find_needs": _find_needs,
    "forget_exchanges": exams.forget_exchanges,
    "forget_exports": courses.forget_exports,
}
"""What a night catches up on: monthly sittings, certificates, groups of roles that began or ended, rules, expiring courses and reminders, needs. No step waits for another."""


@transaction.atomic
def nightly() -> None:
    """Queues every step by itself: one that fails is logged and repeated by the queue, and holds up no other."""
    for name in STEPS:
        async_task("academy.tasks.step", name, task_name=f"nightly: {name}")


def step(name: str) -> None:
    """One step of the night."""
    STEPS[name](now=timezone.now())
