"""The list of certificates."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate, CertificateKind, State
from certificates.policy import READERS
from ground.tables import Column, Filter, Table
from people.models import Unit
from people.policy import units_in_reach

BADGES = {State.VALID: "ok", State.EXPIRING: "due", State.EXPIRED: "plain", State.REVOKED: "late"}


def kinds(request: HttpRequest) -> list[tuple[int, str]]:
    """Kinds to narrow by."""
    return list(CertificateKind.objects.values_list("pk", "name"))


def units(request: HttpRequest) -> list[tuple[int, str]]:
    """Units within reach, indented as in the tree."""
    found = units_in_reach(request, *READERS, reads=True).order_by("path")
    return [(unit.pk, "\u2003" * (unit.depth - 1) + unit.name) for unit in found]


def in_unit(rows: QuerySet[Certificate], value: str) -> QuerySet[Certificate]:
    """Holders who work, or last worked, in the unit or below."""
    return rows.filter(unit_path__startswith=Unit.objects.get(pk=value).path)


def by_words(rows: QuerySet[Certificate], words: str) -> QuerySet[Certificate]:
    """By name in characters, pinyin or initials, employee number or certificate number."""
    return rows.filter(
        Q(user__name_search__icontains=words.lower()) | Q(holder_name__icontains=words) | Q(number__icontains=words)
    )


def until(row: Certificate) -> date:
    """The last day on which it holds."""
    return row.valid_until


class CertificateTable(Table):
    """Certificates within reach."""

    name = "certificates"
    title = _("Certificates")
    empty_title = _("No certificates yet")
    empty_text = _("Certificates are issued by themselves when somebody passes an exam that earns one.")
    columns = [
        Column(
            "number", _("Number"), order=("number",), value=lambda row: row.number, url=Certificate.get_absolute_url
        ),
        Column("holder", _("Holder"), order=("user__name_sort",), value=lambda row: row.holder_name),
        Column("unit", _("Unit"), order=("unit_name",), value=lambda row: row.unit_name),
        Column("kind", _("Kind"), order=("title",), value=lambda row: row.title, width=30),
        Column("issued", _("Issued"), order=("issued_on",), value=lambda row: row.issued_on),
        Column("until", _("Valid until"), order=("expires_on",), value=until),
        Column(
            "state",
            _("State"),
            order=("state",),
            value=lambda row: State(row.state).label,
            badge=lambda row: BADGES[row.state],
        ),
    ]
    filters = [
        Filter("kind", _("Kind"), choices=kinds, apply=lambda rows, value: rows.filter(kind=value)),
        Filter("state", _("State"), choices=lambda _request: State.choices, apply=lambda rows, v: rows.filter(state=v)),
        Filter("unit", _("Unit"), choices=units, apply=in_unit),
        Filter(
            "result",
            _("Result"),
            choices=lambda _request: [("stands", _("stands")), ("fallen", _("no longer stands"))],
            apply=lambda rows, value: rows.filter(result__passed=value == "stands"),
        ),
    ]
    search = staticmethod(by_words)
    default_order = "-issued"
