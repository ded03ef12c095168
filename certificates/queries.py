"""Reads about certificates, shaped for the pages and for the rooms above."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates import rules
from certificates.models import Certificate, CertificateKind, Revocation, State
from courses.record import Line
from people.audience import Condition
from people.models import Employment, Level, User
from people.policy import below


def with_everything(on: date) -> QuerySet[Certificate]:
    """Certificates with their state on a day, holder, kind, exam and revocation: one query for a page of them."""
    return Certificate.objects.with_state(on).select_related("user", "kind__level", "result__exam", "revocation__by")


def certificates_of(user: User, on: date) -> list[Certificate]:
    """A person's certificates, newest first, each with `state`, and `superseded` when a newer one of its kind holds."""
    return list(with_everything(on).annotate(superseded=_superseded(on)).filter(user=user))


def record_lines(user: User, on: date) -> list[Line]:
    """A person's certificates for the record of training; a revoked one does not stand there."""
    return [
        Line(
            one.issued_on,
            one.title,
            # Translators: a certificate's number and its last day.
            _("Number %(number)s · valid until %(day)s")
            % {"number": one.number, "day": date_format(one.valid_until, "DATE_FORMAT")},
            url=one.get_absolute_url(),
        )
        for one in with_everything(on).filter(user=user)
        if one.state != State.REVOKED
    ]


def state_of(certificate: Certificate, on: date) -> str:
    """`valid`, `expiring`, `expired` or `revoked` on a day."""
    try:
        revoked = certificate.revocation.on
    except Revocation.DoesNotExist:
        revoked = None
    return rules.state_of(expires=certificate.expires_on, renewable=certificate.renewable_from, revoked=revoked, on=on)


def expiring(on: date, days: int | None, paths: Iterable[str] | None = None) -> QuerySet[Certificate]:
    """Certificates that hold on a day, run out within `days` (None: may be renewed by their kind) and have no successor.

    With the `paths` of units, only of people who work there or below on that day; soonest first.
    """
    due = Q(renewable_from__lte=on) if days is None else Q(expires_on__lte=on + timedelta(days=days))
    found = with_everything(on).holding(on).filter(due).exclude(_superseded(on))
    if paths is not None:
        found = found.filter(user__in=Employment.objects.current(on).filter(below(paths, "unit__path")).values("user"))
    return found.order_by("expires_on", "user__name_sort")


def baseless(people: QuerySet[User], on: date) -> QuerySet[Certificate]:
    """Certificates of these people that hold although their result no longer counts as passed; oldest first.

    Revoking stays a named act: nothing but this list asks for it.
    """
    return with_everything(on).holding(on).filter(user__in=people, result__passed=False).order_by("issued_on", "pk")


def valid_certificate(user: User, level: Level, on: date) -> Certificate | None:
    """The certificate for a level that a person holds on a day, the one that lasts longest; None without one."""
    return with_everything(on).holding(on).filter(user=user, kind__level=level).order_by("-expires_on").first()


def by_code(code: str, on: date) -> Certificate | None:
    """The certificate with this verification code, bare or as printed; None when there is none."""
    plain = rules.read_code(code)
    return with_everything(on).filter(code=plain).first() if plain else None


def in_units_of(people: QuerySet[User], on: date) -> QuerySet[Certificate]:
    """Certificates of these people with `unit_name`, where the holder works or last worked, for the table."""
    latest = Employment.objects.filter(user=OuterRef("user"), valid_from__lte=on).order_by("-valid_from")
    return (
        with_everything(on)
        .filter(user__in=people)
        .annotate(
            unit_name=Subquery(latest.values("unit__name")[:1]), unit_path=Subquery(latest.values("unit__path")[:1])
        )
    )


def _superseded(on: date) -> Exists:
    newer = Certificate.objects.holding(on).filter(
        user=OuterRef("user"), kind=OuterRef("kind"), expires_on__gt=OuterRef("expires_on")
    )
    return Exists(newer)


def _without(kinds: Sequence[Any], on: date) -> Q:
    """A condition on User: holds no certificate of any of these kinds on a day."""
    return ~Exists(Certificate.objects.holding(on).filter(user=OuterRef("pk"), kind__in=kinds))


def _kinds() -> list[tuple[str, str]]:
    return [(str(kind.pk), kind.name) for kind in CertificateKind.objects.order_by("name")]


def _because(kinds: Sequence[Any]) -> str:
    names = "、".join(CertificateKind.objects.filter(pk__in=kinds).values_list("name", flat=True))
    return _("holds no valid certificate “%(names)s”") % {"names": names}


WITHOUT_CERTIFICATE = Condition(gettext_lazy("Without the certificate"), _kinds, _without, _because)
"""A word of audience rules."""
