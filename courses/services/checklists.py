"""Learning on the job: a checklist is begun for somebody, and a coach signs item by item."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import JobChecklist, JobRecord, JobSignature
from courses.queries import items_of
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
    """A coach has seen an item done (`place` from 0). With the last one the record is complete. Signing again gives the
    signature there is. Raises Refused for oneself, and for an item there is not."""
    record = _locked(record)
    last = _last_turn(record, place, by)
    if last is not None and last.stands:
        return last
    signature = _append(record, place, after=last, stands=True, note=note, by=by, now=now)
    data = {"item": record.items[place], "note": signature.note}
    journal.record("job_item.signed", record, by=by, now=now, data=data)
    if record.completed_at is None and not any(item.signature is None for item in items_of(record)):
        record.completed_at = now
        record.save(update_fields=["completed_at"])
        journal.record("job_checklist.completed", record, by=by, now=now)
        _tell(record, "job_completed", signature, {}, now)
    return signature


@transaction.atomic
def take_back_signature(*, record: JobRecord, place: int, reason: str, by: User, now: datetime) -> JobSignature | None:
    """A coach takes a signature back that should not have been given: both stay on record, and a record that was complete
    is open again. Returns the last turn; None where nobody has signed. Raises Refused without a reason, for oneself, and
    when the checklist has been begun again since."""
    record = _locked(record)
    last = _last_turn(record, place, by)
    if last is None or not last.stands:
        return last
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    if record.completed_at and record.checklist.records.filter(user=record.user, completed_at__isnull=True).exists():
        text = _("%(name)s has begun this checklist again: leave open there what is missing.")
        raise Refused(text % {"name": record.user.name}, code="begun_again")
    row = _append(record, place, after=last, stands=False, note=reason, by=by, now=now)
    record.completed_at = None
    record.save(update_fields=["completed_at"])
    data = {"item": record.items[place]}
    journal.record("job_item.taken_back", record, by=by, now=now, reason=row.note, data=data)
    _tell(record, "job_taken_back", row, {"coach": by.name, "item": record.items[place]}, now)
    return row


def _locked(record: JobRecord) -> JobRecord:
    return JobRecord.objects.select_for_update(of=("self",)).select_related("checklist", "user").get(pk=record.pk)


def _last_turn(record: JobRecord, place: int, by: User) -> JobSignature | None:
    """What was said last of an item. Raises Refused for one's own record and for an item there is not."""
    if not 0 <= place < len(record.items):
        raise Refused(_("There is no such item."), code="missing")
    if record.user_id == by.pk:
        raise Refused(_("Nobody signs for themselves; ask your coach."), code="self")
    return record.signatures.filter(place=place).last()


def _append(
    record: JobRecord, place: int, *, after: JobSignature | None, stands: bool, note: str, by: User, now: datetime
) -> JobSignature:
    """The next turn of an item. The record is locked, or on SQLite the database is: nobody else adds one meanwhile."""
    turn = after.turn + 1 if after else 1
    return record.signatures.create(place=place, turn=turn, stands=stands, note=note.strip()[:200], by=by, at=now)


def _tell(record: JobRecord, kind: str, turn: JobSignature, params: dict[str, str], now: datetime) -> None:
    notify(
        users=[record.user],
        kind=kind,
        key=f"{kind.replace('_', '-')}:{turn.pk}",
        now=now,
        params={"checklist": record.checklist.title, **params},
        url=reverse("courses:job", args=[record.pk]),
    )
