"""Takes a staff list from a file: `manage.py import_staff FILE [--check] [--on DAY]`."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from ground.errors import Refused
from people import formats, queries, services


class Command(BaseCommand):
    """Exits with 1 and one line a fault while a row is wrong; nothing is changed then."""

    help = "Takes a staff list (.xlsx or .csv); with --check only says what it would do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--check", action="store_true", help="Change nothing.")
        parser.add_argument(
            "--on", type=date.fromisoformat, default=None, help="First day of changes; today if left out."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        on = options["on"] or timezone.localdate(now)
        try:
            lines = formats.lines_of(options["file"])
            if options["check"]:
                known = queries.known_for_import(lines, on=on, paths=None, by=None)
                checked = formats.check(lines, known, on)
                self._fail(checked.faults)
                counts = (len(checked.new), len(checked.changed), checked.unchanged)
            else:
                done = services.import_staff(rows=lines, on=on, by=None, now=now)
                counts = (done.new, done.changed, done.unchanged)
        except services.ImportRefused as refusal:
            self._fail(refusal.faults)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(_("The file cannot be opened: %(error)s.") % {"error": error.strerror}) from error
        new, changed, unchanged = counts
        sentence = _("%(new)s new, %(changed)s changed, %(unchanged)s as before.")
        self.stdout.write(sentence % {"new": new, "changed": changed, "unchanged": unchanged})

    def _fail(self, faults: list[formats.Fault]) -> None:
        if faults:
            for fault in faults:
                self.stderr.write(str(fault))
            raise CommandError(_("Some rows are wrong. Nothing was changed."))
