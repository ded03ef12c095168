"""The journal as a list."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import sentences
from ground.models import JournalEntry
from ground.tables import Column, Filter, Table, Text
from people.models import User
from people.policy import today
from people.queries import named_like

MONTHS_BACK = 12
PAGES = {
    "people.user": "people:staff",
    "certificates.certificate": "certificates:detail",
    "quality.observation": "quality:observation",
    "plans.planitem": "plans:item",
    "promotions.reviewround": "promotions:round",
    "promotions.case": "promotions:case",
}
"""Where an object of a kind is read."""


def _kinds(request: HttpRequest) -> list[tuple[str, str]]:
    types = JournalEntry.objects.order_by().values_list("object_type", flat=True).distinct()
    return sorted(((one, sentences.kind(one)) for one in types), key=lambda pair: pair[1])


def _periods(request: HttpRequest) -> Sequence[tuple[str, Text]]:
    """Today, the last week, and every month of a year, as FIRST:LAST days."""
    on = today(request)
    periods = [(f"{on}:{on}", _("today")), (f"{on - timedelta(days=6)}:{on}", _("the last 7 days"))]
    last = on
    for _back in range(MONTHS_BACK):
        first = last.replace(day=1)
        periods.append((f"{first}:{last}", date_format(first, "YEAR_MONTH_FORMAT")))
        last = first - timedelta(days=1)
    return periods


def _within(rows: QuerySet[JournalEntry], value: str) -> QuerySet[JournalEntry]:
    first, last = (_midnight(date.fromisoformat(day)) for day in value.split(":"))
    return rows.filter(at__gte=first, at__lt=last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _about(rows: QuerySet[JournalEntry], words: str) -> QuerySet[JournalEntry]:
    """What a person did or what was done to them, found by characters, pinyin, initials or number; or words of the object."""
    people = list(User.objects.filter(named_like(words)).values_list("pk", flat=True)[:200])
    found = Q(actor_id__in=people) | Q(object_type="people.user", object_id__in=[str(pk) for pk in people])
    return rows.filter(found | Q(object_name__icontains=words))


def _page(line: JournalEntry) -> str | None:
    name = PAGES.get(line.object_type)
    return reverse(name, args=[line.object_id]) if name and line.object_id.isdecimal() else None


class JournalTable(Table):
    """Who did what, when and why; the newest first."""

    name = "journal"
    title = gettext_lazy("Journal")
    empty_title = gettext_lazy("Nothing has happened yet")
    empty_text = gettext_lazy("Every act of weight leaves a line here, and no line is ever changed.")
    search = staticmethod(_about)
    default_order = "-at"
    columns = [
        Column("at", gettext_lazy("When"), order=("at",), value=lambda line: line.at),
        Column("who", gettext_lazy("Who"), order=("actor_name",), value=sentences.actor),
        Column("what", gettext_lazy("What happened"), value=sentences.sentence, url=_page, width=50),
        Column(
            "kind",
            gettext_lazy("Kind of object"),
            order=("object_type",),
            value=lambda line: sentences.kind(line.object_type),
        ),
        Column("why", gettext_lazy("Why"), value=lambda line: line.reason, width=40),
    ]
    filters = [
        Filter(
            "kind",
            gettext_lazy("Kind of object"),
            choices=_kinds,
            apply=lambda rows, value: rows.filter(object_type=value),
        ),
        Filter("period", gettext_lazy("Period"), choices=_periods, apply=_within),
    ]
