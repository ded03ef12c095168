"""Reports that come by themselves: asked for by whoever reads them, made by the queue with the reach of that day."""

import os
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from courses import progress
from courses.models import ReportSchedule, TrainingExport
from courses.services.reports import KEPT
from ground import journal, spreadsheets
from ground.errors import Refused
from ground.private_files import private_storage
from people.models import User
from people.services import notify

MOST = 20
"""Reports that one person may have coming."""
LARGEST_ATTACHMENT = 8 * 1024 * 1024
REMEMBERED = timedelta(days=2)
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
            params={"report": _named(schedule)},
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
def deliver_report(*, schedule: ReportSchedule, export: TrainingExport, figures: str, now: datetime) -> bool:
    """Tells the owner that a report is there; whoever has an address gets it by mail too, with a sentence of `figures`.
    Whether a mail was queued; telling again changes nothing."""
    export = TrainingExport.objects.select_for_update(of=("self",)).get(pk=export.pk)
    owner, key = schedule.owner, f"report-ready:{export.pk}"
    if owner.notifications.filter(key=key).exists():
        return False
    notify(
        users=[owner],
        kind="report_ready",
        key=key,
        now=now,
        params={"report": _named(schedule), "rows": export.total},
        url=reverse("courses:export", args=[export.pk]),
    )
    if owner.email:
        async_task("courses.services.mail_report", export.pk, figures)
    return bool(owner.email)


def tell_report_failed(*, schedule: ReportSchedule, export: TrainingExport, now: datetime) -> None:
    """Tells the owner that a report could not be made, with the page that has it made again."""
    notify(
        users=[schedule.owner],
        kind="report_failed",
        key=f"report-failed:{export.pk}",
        now=now,
        params={"report": _named(schedule)},
        url=reverse("courses:export", args=[export.pk]),
    )


def _named(schedule: ReportSchedule) -> str:
    with translation.override(schedule.owner.language or settings.LANGUAGE_CODE):
        return str(schedule.get_report_display())


def mail_report(export_id: int, figures: str) -> bool:
    """Called by the queue: mails a report with its file and where to find it, in the language of whoever has it coming;
    whether it went out. The queue may call again after a failure: the cache remembers what was sent."""
    export = TrainingExport.objects.select_related("asked_by").get(pk=export_id)
    owner, had = export.asked_by, f"report-mail:{export.pk}"
    if not (owner.is_active and owner.email and export.stored) or cache.get(had):
        return False
    base = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    with (
        translation.override(owner.language or settings.LANGUAGE_CODE),
        private_storage().open(export.stored, "rb") as file,
    ):
        fits = file.size <= LARGEST_ATTACHMENT
        lines = [
            _("%(name)s, good day.") % {"name": owner.name},
            _("Here is the report you asked for: %(report)s.") % {"report": export.get_report_display()},
            figures,
            _("For %(days)s days you find the file here: %(url)s")
            % {"days": KEPT.days, "url": base + reverse("courses:export", args=[export.pk])},
            "" if fits else _("It is too large to be sent along."),
            _("Here you end the report: %(url)s") % {"url": base + reverse("courses:schedules")},
        ]
        subject = capfirst(export.get_report_display())
        letter = EmailMessage(subject, "\n\n".join(line for line in lines if line), to=[owner.email])
        if fits:
            letter.attach(os.path.basename(export.stored), file.read(), spreadsheets.XLSX)
    letter.send()
    cache.set(had, True, REMEMBERED.total_seconds())
    return True
