"""Reports that come by themselves: asked for by whoever reads them, made by the queue with the reach of that day."""

import os
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from courses import progress
from courses.models import ReportSchedule, TrainingExport
from ground import journal, spreadsheets
from ground.errors import Refused
from ground.private_files import private_storage
from people.models import User
from people.services import notify

MOST = 20
"""Reports that one person may have coming."""
LARGEST_ATTACHMENT = 8 * 1024 * 1024
Every = ReportSchedule.Every


@transaction.atomic
def schedule_report(*, report: str, query: str, every: str, day: int, by: User, now: datetime) -> ReportSchedule:
    """The person gets a report with these filters every week or month; the one there is when it comes so already.

    Raises Refused for a day there is not, filters that are too long, and more than `MOST` reports.
    """
    if every not in Every.values or not 1 <= day <= (7 if every == Every.WEEK else 28):
        raise Refused(_("Choose a day of the week, or a day of the month from 1 to 28."), code="day")
    if len(query) > ReportSchedule._meta.get_field("query").max_length:
        raise Refused(_("These filters are too long. Search for fewer words."), code="too_long")
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    mine = ReportSchedule.objects.filter(owner=by, ended_at__isnull=True)
    standing = mine.filter(report=report, query=query, every=every, day=day).first()
    if standing is not None:
        return standing
    if mine.count() >= MOST:
        raise Refused(
            _("You have %(most)s reports coming already. End one of them first.") % {"most": MOST}, code="many"
        )
    schedule = ReportSchedule.objects.create(report=report, query=query, every=every, day=day, owner=by, begun_at=now)
    journal.record("report.scheduled", schedule, by=by, now=now, data={"every": every, "day": day, "query": query})
    return schedule


@transaction.atomic
def end_schedule(*, schedule: ReportSchedule, by: User | None, now: datetime, reason: str = "") -> None:
    """The report comes no more. Without `by` nobody ended it: its owner may not see it any more, and is told."""
    if not ReportSchedule.objects.filter(pk=schedule.pk, ended_at__isnull=True).update(ended_at=now):
        return
    journal.record("report.unscheduled", schedule, by=by, now=now, reason=reason)
    if by is None:
        notify(
            users=[schedule.owner],
            kind="report_ended",
            key=f"report-ended:{schedule.pk}",
            now=now,
            params={"report": str(schedule.get_report_display())},
            url=reverse("courses:schedules"),
        )


def send_reports(*, now: datetime) -> int:
    """Orders every report whose day has come since it was last sent; returns how many. Called every night; each report
    goes out once for its day, however often this is called and by whom."""
    on, ordered = timezone.localdate(now), 0
    for schedule in ReportSchedule.objects.filter(ended_at__isnull=True).select_related("owner"):
        day = progress.last_day(every=schedule.every, day=schedule.day, on=on)
        if day < timezone.localdate(schedule.begun_at):
            continue
        with transaction.atomic():
            fresh = Q(sent_on__isnull=True) | Q(sent_on__lt=day)
            if not ReportSchedule.objects.filter(fresh, pk=schedule.pk, ended_at__isnull=True).update(sent_on=on):
                continue
            export = TrainingExport.objects.create(
                report=schedule.report, query=schedule.query, asked_by=schedule.owner, asked_at=now
            )
            async_task("courses.tasks.send_report", schedule.pk, export.pk)
            ordered += 1
    return ordered


@transaction.atomic
def deliver_report(*, schedule: ReportSchedule, export: TrainingExport, now: datetime) -> bool:
    """Tells the owner that a report is there; with an address they get the file by mail too. Whether mail went out; telling
    again changes nothing."""
    owner = schedule.owner
    key = f"report-ready:{export.pk}"
    if owner.notifications.filter(key=key).exists():
        return False
    report = str(schedule.get_report_display())
    params = {"report": report, "rows": export.total}
    notify(
        users=[owner],
        kind="report_ready",
        key=key,
        now=now,
        params=params,
        url=reverse("courses:export", args=[export.pk]),
    )
    if not owner.email:
        return False
    with translation.override(owner.language or settings.LANGUAGE_CODE):
        letter = EmailMessage(
            str(schedule.get_report_display()),
            "\n\n".join(
                [
                    _("%(name)s, good day.") % {"name": owner.name},
                    _("Here is the report you asked for: %(report)s, %(rows)s rows.")
                    % {"report": schedule.get_report_display(), "rows": export.total},
                    _("You find it, and end it, among your reports."),
                ]
            ),
            to=[owner.email],
        )
    with private_storage().open(export.stored, "rb") as file:
        if file.size <= LARGEST_ATTACHMENT:
            letter.attach(os.path.basename(export.stored), file.read(), spreadsheets.XLSX)
    transaction.on_commit(letter.send)
    return True
