"""Monthly sittings: a rule that opens a sitting every month and invites whom it is for on that day."""

import calendar
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from exams.models import Exam, Sitting, SittingSeries
from exams.services.sittings import open_sitting
from ground import journal
from ground.errors import Refused
from people.models import User
from people.services import notify

log = structlog.get_logger("series")


@transaction.atomic
def make_series(
    *,
    exam: Exam,
    name: str,
    audience: dict[str, Any],
    day: int,
    opens: time,
    hours: int,
    by: User | None,
    now: datetime,
    ahead: int = 7,
    place: str = "",
) -> SittingSeries:
    """A monthly rule for a published exam; `{month}` in the name is the month. What is due already opens at once."""
    if exam.state != Exam.State.PUBLISHED:
        raise Refused(_("Publish the exam before you open a sitting."), code="not_published")
    if not (1 <= day <= 31 and 1 <= hours <= 744 and 0 <= ahead <= 60):
        raise Refused(_("Choose a day from 1 to 31, 1 to 744 hours, and at most 60 days ahead."), code="rule")
    if not audience:
        raise Refused(_("Say whom the monthly sitting is for."), code="nobody")
    series = SittingSeries.objects.create(
        exam=exam,
        name=name,
        audience=audience,
        day=day,
        opens=opens,
        hours=hours,
        ahead=ahead,
        place=place,
        created_by=by,
    )
    journal.record("series.made", series, by=by, now=now, data={"day": day, "hours": hours, "ahead": ahead})
    with suppress(Refused):
        _open_due(series, now)
    return series


@transaction.atomic
def end_series(*, series: SittingSeries, by: User, reason: str, now: datetime) -> SittingSeries:
    """No further sitting is opened; those that are open stay."""
    series = SittingSeries.objects.select_for_update(of=("self",)).get(pk=series.pk)
    if series.ended_at is not None:
        return series
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    series.ended_at = now
    series.save(update_fields=["ended_at"])
    journal.record("series.ended", series, by=by, now=now, reason=reason)
    return series


def open_due(*, now: datetime) -> list[Sitting]:
    """Opens every monthly sitting that is due, once; may run as often as it likes.

    Each series stands alone: one that is refused (its exam was retired, say) is told to who made it, once a month, and holds
    up no other.
    """
    opened = []
    for series in SittingSeries.objects.filter(ended_at__isnull=True).select_related("exam", "created_by"):
        try:
            opened += _open_due(series, now)
        except Refused as refusal:
            log.warning("monthly sitting not opened", series=series.pk, why=refusal.code)
            _tell(series, str(refusal), now)
    return opened


def due(series: SittingSeries, now: datetime) -> Iterator[tuple[date, datetime, datetime]]:
    """(first of the month, opens, closes) of the windows that should be known by now and are not over."""
    first = timezone.localdate(now).replace(day=1)
    # A window may last 31 days and be announced 60 days ahead: from the month before to three months on.
    for offset in range(-1, 4):
        years, month = divmod(first.month - 1 + offset, 12)
        when = first.replace(year=first.year + years, month=month + 1)
        opens = opens_in(series, when)
        closes = opens + timedelta(hours=series.hours)
        if opens - timedelta(days=series.ahead) <= now < closes:
            yield when, opens, closes


def opens_in(series: SittingSeries, month: date) -> datetime:
    """The moment at which the sitting of a month opens, in the organisation's zone."""
    last = calendar.monthrange(month.year, month.month)[1]
    day = month.replace(day=min(series.day, last))
    return timezone.make_aware(datetime.combine(day, series.opens), timezone.get_default_timezone())


@transaction.atomic
def _open_due(series: SittingSeries, now: datetime) -> list[Sitting]:
    locked = SittingSeries.objects.select_for_update(of=("self",)).select_related("exam", "created_by")
    series = locked.get(pk=series.pk)
    if series.ended_at is not None:
        return []
    opened = []
    for month, opens, closes in due(series, now):
        if Sitting.objects.filter(series=series, month=month).exists():
            continue
        opened.append(
            open_sitting(
                exam=series.exam,
                name=_name(series, month),
                opens_at=opens,
                closes_at=closes,
                place=series.place,
                audience=series.audience,
                by=series.created_by,
                now=now,
                series=series,
                month=month,
            )
        )
    return opened


def _name(series: SittingSeries, month: date) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        words = date_format(month, "YEAR_MONTH_FORMAT").replace("\N{NO-BREAK SPACE}", "")
    return series.name.replace("{month}", words)[: Sitting._meta.get_field("name").max_length]


def _tell(series: SittingSeries, why: str, now: datetime) -> None:
    if series.created_by is None:
        return
    notify(
        users=[series.created_by],
        kind="exams.series_stuck",
        key=f"exams.series_stuck:{series.pk}:{timezone.localdate(now):%Y-%m}",
        now=now,
        params={"series": series.name, "why": why},
        url=reverse("exams:series_list"),
    )
