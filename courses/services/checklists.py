"""Learning on the job: a checklist is begun for somebody, and a coach signs item by item."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import JobChecklist, JobRecord, JobSignature
from ground import journal
from ground.errors import Refused
from people.models import User
from people.services import notify


@transaction.atomic
def begin_checklists(*, checklist: JobChecklist, users: Iterable[User], by: User, now: datetime) -> int:
    """Begins a checklist for these people; who has it open is left alone. Returns for how many. Each keeps the items as
    they read now. Raises Refused for one that is not in use or has no items."""
    items = list(checklist.items.order_by("order", "pk").values_list("text", flat=True))
    if not checklist.live or not items:
        raise Refused(_("This checklist is not in use, or has no items."), code="not_live")
    busy = set(JobRecord.objects.filter(checklist=checklist, completed_at__isnull=True).values_list("user", flat=True))
    people = [user for user in users if user.pk not in busy]
    JobRecord.objects.bulk_create(
        [JobRecord(checklist=checklist, user=user, items=items, begun_by=by, begun_at=now) for user in people],
        ignore_conflicts=True,
        batch_size=500,
    )
    if people:
        data = {"people": [user.pk for user in people]}
        journal.record("job_checklist.begun", checklist, by=by, now=now, data=data)
        notify(
            users=people,
            kind="job_begun",
            key=f"job-begun:{checklist.pk}:{now.isoformat()}",
            now=now,
            params={"checklist": checklist.title, "coach": by.name},
            url=reverse("courses:jobs_mine"),
        )
    return len(people)


@transaction.atomic
def sign_item(*, record: JobRecord, place: int, note: str, by: User, now: datetime) -> JobSignature:
    """A coach has seen an item done (`place` from 0). With the last one the record is complete. A signature stands: signing
    again gives the one there is. Raises Refused for oneself, and for an item there is not."""
    record = JobRecord.objects.select_for_update(of=("self",)).select_related("checklist", "user").get(pk=record.pk)
    if not 0 <= place < len(record.items):
        raise Refused(_("There is no such item."), code="missing")
    standing = record.signatures.filter(place=place).first()
    if standing is not None:
        return standing
    if record.user_id == by.pk:
        raise Refused(_("Nobody signs for themselves; ask your coach."), code="self")
    try:
        with transaction.atomic():
            signature = JobSignature.objects.create(record=record, place=place, note=note.strip()[:200], by=by, at=now)
    except IntegrityError:  # SQLite knows no row locks: another coach was first
        return record.signatures.get(place=place)
    data = {"item": record.items[place], "note": signature.note}
    journal.record("job_item.signed", record, by=by, now=now, data=data)
    if record.completed_at is None and record.signatures.count() == len(record.items):
        record.completed_at = now
        record.save(update_fields=["completed_at"])
        journal.record("job_checklist.completed", record, by=by, now=now)
        notify(
            users=[record.user],
            kind="job_completed",
            key=f"job-completed:{record.pk}",
            now=now,
            params={"checklist": record.checklist.title},
            url=reverse("courses:job", args=[record.pk]),
        )
    return signature
