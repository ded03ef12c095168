"""Questions in files, in and out, in the background: checked first, then all or none.

The upload and what was read of it wait in the private store; neither holds longer than `KEPT`. Reading and judging report
their progress; the import itself is one short transaction, so its count jumps when it is done.
"""

import json
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from exams import formats, queries
from exams.formats import Fault, Output
from exams.formats.rows import as_line, from_line
from exams.models import BankExchange
from exams.services import intake
from exams.services.judging import judged, words_of
from ground import journal
from ground.errors import Refused
from ground.freezing import fingerprint
from ground.private_files import private_storage
from people.models import User

LIMIT_BYTES = 50 * 1024 * 1024
FAULTS_KEPT = 500
KEPT = timedelta(days=30)
EVERY = 250
"""Questions between two reports of progress."""
Direction, State = BankExchange.Direction, BankExchange.State


def begin_import(
    *, file: File, format: str, by: User | None, now: datetime, topic: str = "", queue: bool = True
) -> BankExchange:
    """Stores a file privately and has it checked in the background. `topic` serves questions that name none.

    Raises Refused for a file that is empty or too large.
    """
    if not file.size:
        raise Refused(_("The file is empty."), code="empty")
    if file.size > LIMIT_BYTES:
        raise Refused(
            _("The file is larger than %(limit)s MB. Split it into parts.") % {"limit": LIMIT_BYTES // 1024 // 1024},
            code="too_large",
        )
    stored = private_storage().save(f"questions/{uuid.uuid4().hex}/upload", file)
    with transaction.atomic():
        exchange = BankExchange.objects.create(
            direction=Direction.IMPORT,
            format=format,
            state=State.CHECKING,
            name=PurePath(file.name or "").name[:120] or format,
            stored=stored,
            asked={"topic": topic, "language": get_language()},
            by=by,
            at=now,
        )
        if queue:
            async_task("exams.tasks.check_import", exchange.pk)
    return exchange


def check_import(*, exchange: BankExchange, now: datetime) -> BankExchange:
    """Reads and judges a file: it is ready, or every fault is on record (the first 500) with their number."""
    exchange.refresh_from_db()
    if exchange.state != State.CHECKING:
        return exchange
    faults: list[Fault] = []
    count = read = right = 0
    storage = private_storage()
    with _language(exchange), tempfile.TemporaryFile() as kept:
        try:
            with storage.open(exchange.stored, "rb") as file:
                for each in judged(file, exchange.format, exchange.asked.get("topic", "")):
                    read += bool(each.place)
                    count += len(each.faults)
                    faults += each.faults[: FAULTS_KEPT - len(faults)]
                    if each.row is not None:
                        line = as_line(each.place, each.row, fingerprint(words_of(each.row)))
                        kept.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
                        right += 1
                    if read % EVERY == 0:
                        _progress(exchange, read)
        except Refused as refusal:
            faults, count = [Fault("", str(refusal))], 1
        except FileNotFoundError:
            faults, count = [Fault("", _gone())], 1
        kept.seek(0)
        name = queries.rows_path(exchange)
        storage.delete(name)
        storage.save(name, File(kept))
    exchange.asked = {**exchange.asked, "faults": count, "right": right}
    exchange.faults = [asdict(fault) for fault in faults]
    exchange.total = exchange.done = read
    return _end(exchange, State.FAULTY if count else State.READY, now, since=State.CHECKING)


def order_import(*, exchange: BankExchange, by: User | None, now: datetime, queue: bool = True) -> BankExchange:
    """A person has seen the check and wants every question taken. Again: nothing. Raises Refused while it is not ready."""
    with transaction.atomic():
        exchange = BankExchange.objects.select_for_update().get(pk=exchange.pk)
        if exchange.state in (State.WORKING, State.DONE) and exchange.direction == Direction.IMPORT:
            return exchange
        if exchange.state != State.READY:
            raise Refused(_("This file is not ready to be imported."), code="not_ready")
        exchange.state, exchange.done = State.WORKING, 0
        exchange.save(update_fields=["state", "done"])
        journal.record("bank.import_ordered", exchange, by=by, now=now)
        if queue:
            async_task("exams.tasks.carry_out_import", exchange.pk)
    return exchange


def carry_out_import(*, exchange: BankExchange, now: datetime) -> BankExchange:
    """Takes all questions of a checked file or none, in one transaction; running it again changes nothing."""
    sentence = ""
    with _language(exchange):
        try:
            with transaction.atomic():
                exchange = BankExchange.objects.select_for_update(of=("self",)).select_related("by").get(pk=exchange.pk)
                if exchange.state != State.WORKING or exchange.direction != Direction.IMPORT:
                    return exchange
                with private_storage().open(queries.rows_path(exchange), "rb") as kept:
                    taken = intake.take(_lines(kept), by=exchange.by, now=now)
                exchange.asked = {**exchange.asked, "taken": asdict(taken)}
                exchange.done = exchange.total
                journal.record("bank.imported", exchange, by=exchange.by, now=now, data=asdict(taken))
                exchange = _end(exchange, State.DONE, now, since=State.WORKING)
        except Refused as refusal:
            sentence = str(refusal)
        except FileNotFoundError:
            sentence = _gone()
        except IntegrityError:
            sentence = _("Somebody else changed the bank at the same moment. Nothing was imported; upload it again.")
    if sentence:
        exchange.faults, exchange.asked = [asdict(Fault("", sentence))], {**exchange.asked, "faults": 1}
        exchange.done = 0
        return _end(exchange, State.FAULTY, now, since=State.WORKING)
    _delete(exchange)
    return exchange


def _lines(kept: Iterable[bytes]) -> Iterator[intake.Line]:
    for line in kept:
        _place, row, content_hash = from_line(json.loads(line))
        yield row, content_hash


def begin_export(
    *, format: str, by: User | None, now: datetime, filters: dict[str, str] | None = None, queue: bool = True
) -> BankExchange:
    """Has the questions written to a private file in the background; `filters` are topic (code), kind and state."""
    chosen = {name: value for name, value in (filters or {}).items() if value}
    with transaction.atomic():
        exchange = BankExchange.objects.create(
            direction=Direction.EXPORT,
            format=format,
            state=State.WORKING,
            name=f"questions-{timezone.localtime(now):%Y%m%d-%H%M}{formats.SUFFIXES[format]}",
            asked={"filters": chosen, "language": get_language()},
            by=by,
            at=now,
        )
        journal.record("bank.export_ordered", exchange, by=by, now=now, data=chosen)
        if queue:
            async_task("exams.tasks.write_export", exchange.pk)
    return exchange


def write_export(*, exchange: BankExchange, now: datetime) -> BankExchange:
    """Writes the newest words of the chosen questions. What the format cannot carry is named, and no file is left then."""
    exchange.refresh_from_db()
    if exchange.state != State.WORKING or exchange.direction != Direction.EXPORT:
        return exchange
    chosen = queries.for_export(exchange.asked.get("filters", {}))
    exchange.total = chosen.count()
    exchange.save(update_fields=["total"])
    output = Output()
    rows = _reporting(exchange, queries.export_rows(chosen))
    with _language(exchange), formats.WRITERS[exchange.format](rows, output) as file:
        if not output.faults:
            exchange.stored = private_storage().save(f"questions/{uuid.uuid4().hex}/{exchange.name}", File(file))
    exchange.faults = [asdict(fault) for fault in output.faults[:FAULTS_KEPT]]
    exchange.asked = {**exchange.asked, "faults": len(output.faults)}
    exchange.done = output.written
    return _end(exchange, State.FAULTY if output.faults else State.DONE, now, since=State.WORKING)


def _reporting(exchange: BankExchange, rows: Iterable[formats.Row]) -> Iterator[formats.Row]:
    for number, row in enumerate(rows, start=1):
        yield row
        if number % EVERY == 0:
            _progress(exchange, number)


def fail_exchange(*, exchange: BankExchange, now: datetime) -> BankExchange:
    """Says that something went wrong which nobody foresaw; a state that has ended stays."""
    exchange.refresh_from_db()
    if exchange.state not in (State.CHECKING, State.WORKING):
        return exchange
    with _language(exchange):
        sentence = _("Something went wrong and nothing was changed. An administrator finds the reason in the queue.")
    exchange.faults, exchange.asked = [asdict(Fault("", sentence))], {**exchange.asked, "faults": 1}
    return _end(exchange, State.FAILED, now, since=exchange.state)


def forget_exchanges(*, now: datetime) -> int:
    """Deletes the files of exchanges older than `KEPT`; what was asked and found stays on record."""
    old = BankExchange.objects.filter(at__lt=now - KEPT).exclude(stored="")
    ended = list(old.exclude(state__in=[State.CHECKING, State.WORKING]))
    for exchange in ended:
        _delete(exchange)
    return len(ended)


def _delete(exchange: BankExchange) -> None:
    storage = private_storage()
    if exchange.stored:
        storage.delete(exchange.stored)
        if exchange.direction == Direction.IMPORT:
            storage.delete(queries.rows_path(exchange))
        exchange.stored = ""
        exchange.save(update_fields=["stored"])


def _end(exchange: BankExchange, state: str, now: datetime, *, since: str) -> BankExchange:
    """Moves on, unless another run of the same task has done so."""
    changes: dict[str, Any] = {name: getattr(exchange, name) for name in ("asked", "faults", "total", "done", "stored")}
    if state != State.READY:
        changes["ended_at"] = now
    BankExchange.objects.filter(pk=exchange.pk, state=since).update(state=state, **changes)
    exchange.refresh_from_db()
    return exchange


def _progress(exchange: BankExchange, done: int) -> None:
    BankExchange.objects.filter(pk=exchange.pk).update(done=done)


def _gone() -> str:
    return _("The file is no longer kept. Upload it again.")


@contextmanager
def _language(exchange: BankExchange) -> Iterator[None]:
    with override(exchange.asked.get("language") or get_language()):
        yield
