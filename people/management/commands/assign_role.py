"""Gives a role from today: `manage.py assign_role NUMBER ROLE [UNIT]`. So a new site gets its first administrator."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from ground.errors import Refused
from people import services
from people.models import Role, Unit, User


class Command(BaseCommand):
    """Over the top unit when none is named; on a site without units that one is made first. Harmless when repeated."""

    help = "Gives a person a role over a unit (its code) and all below it; the top unit if left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="employee number")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("unit", nargs="?", default=None, help="code of the unit")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        user = User.objects.filter(employee_no=options["number"]).first()
        if user is None:
            raise CommandError(_("Nobody has the employee number %(number)s.") % {"number": options["number"]})
        unit = self._unit(options["unit"])
        try:
            services.assign_role(
                user=user, role=options["role"], unit=unit, valid_from=timezone.localdate(now), now=now, by=None
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        words = {"person": user, "role": Role(options["role"]).label, "unit": unit}
        self.stdout.write(_("%(person)s: %(role)s over %(unit)s.") % words)

    def _unit(self, code: str | None) -> Unit:
        if code is not None:
            unit = Unit.objects.filter(code=code).first()
            if unit is None:
                raise CommandError(_("There is no unit with the code %(code)s.") % {"code": code})
            return unit
        tops = list(Unit.get_root_nodes()[:2])
        if len(tops) > 1:
            raise CommandError(_("There is more than one top unit: name the code of the one you mean."))
        if tops:
            return tops[0]
        return services.save_unit(unit=None, code="ROOT", name=_("Organisation"), kind=Unit.Kind.COMPANY, parent=None)
