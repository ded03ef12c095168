"""Spreadsheets of training that the queue makes."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from courses.models import TrainingExport
from ground import journal
from ground.errors import Refused
from ground.private_files import private_storage
from ground.queue import alive
from ground.tables import Table
from people.models import User

SMALL = 500
"""Up to so many people a spreadsheet is made while the browser waits."""
KEPT = timedelta(days=7)
EVERY = 250
"""Rows between two reports of progress."""
State = TrainingExport.State
AT_WORK = (State.WAITING, State.RUNNING)


def ask_export(*, report: str, query: str, by: User, now: datetime) -> TrainingExport:
    """Has a spreadsheet made in the background; `query` is the query string of its page, without the question mark.

    Raises Refused when nobody works off the queue, and when there are more filters than can be kept.
    """
    if len(query) > TrainingExport._meta.get_field("query").max_length:
        raise Refused(_("These filters are too long. Search for fewer words."), code="too_long")
    if not alive():
        raise Refused(
            _("A spreadsheet this large is made in the background, and nothing works there now. Narrow the list."),
            code="no_queue",
        )
    with transaction.atomic():
        export = TrainingExport.objects.create(report=report, query=query, asked_by=by, asked_at=now)
        journal.record("report.ordered", export, by=by, now=now, data={"report": report, "query": query})
        async_task("courses.tasks.write_export", export.pk)
    return export


def write_export(*, export: TrainingExport, table: Table, now: datetime) -> TrainingExport:
    """Writes what the table finds into a private file; one that has ended stays as it is."""
    begun = TrainingExport.objects.filter(pk=export.pk, state__in=AT_WORK)
    if not begun.update(state=State.RUNNING, done=0, total=table.count):
        export.refresh_from_db()
        return export

    def watch(rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
        for number, row in enumerate(rows, start=1):
            yield row
            if number % EVERY == 0:
                begun.update(done=number)

    with table.workbook(watch) as content:
        stored = private_storage().save(f"reports/{uuid.uuid4().hex}/{table.file_name}", File(content))
    if not begun.update(state=State.READY, done=table.count, stored=stored, ended_at=now):
        private_storage().delete(stored)
    export.refresh_from_db()
    return export


def fail_export(*, export: TrainingExport, now: datetime) -> TrainingExport:
    """Says that something went wrong which nobody foresaw; one that has ended stays as it is."""
    TrainingExport.objects.filter(pk=export.pk, state__in=AT_WORK).update(state=State.FAILED, ended_at=now)
    export.refresh_from_db()
    return export


def forget_exports(*, now: datetime) -> int:
    """Deletes the files of spreadsheets older than `KEPT`; that they were made stays on record."""
    old = list(TrainingExport.objects.filter(asked_at__lt=now - KEPT).exclude(stored=""))
    for export in old:
        private_storage().delete(export.stored)
        export.stored = ""
        export.save(update_fields=["stored"])
    return len(old)
