"""Takes questions from a file: `manage.py import_questions FILE [--check] [--by NUMBER] [--format F] [--topic CODE]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from exams import formats, services
from exams.models import BankExchange
from ground.errors import Refused
from people.models import User


class Command(BaseCommand):
    """Exits with 1 and one line a fault while a question is wrong; nothing is changed then."""

    help = "Takes questions (.xlsx, GIFT or Moodle XML) as drafts; with --check only says what is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--check", action="store_true", help="Change nothing.")
        parser.add_argument("--by", default="", help="Employee number of the author.")
        parser.add_argument("--format", choices=BankExchange.Format.values, default="", help="Else by the file's name.")
        parser.add_argument("--topic", default="", help="Code of the topic for questions that name none of ours.")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        format = options["format"] or formats.guessed(path.name)
        if not format:
            raise CommandError(_("The name of the file does not say its format; choose it."))
        by = User.objects.filter(employee_no=options["by"]).first() if options["by"] else None
        if options["by"] and by is None:
            raise CommandError(_("Nobody has the number %(number)s.") % {"number": options["by"]})
        try:
            with path.open("rb") as file:
                if options["check"]:
                    self._check(File(file, name=path.name), format, options["topic"])
                else:
                    self._take(File(file, name=path.name), format, options["topic"], by)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(_("The file cannot be opened: %(error)s.") % {"error": error.strerror}) from error

    def _check(self, file: File, format: str, topic: str) -> None:
        count = faulty = 0
        for each in services.judged(file, format, topic):
            count += bool(each.place)
            for fault in each.faults:
                faulty += 1
                self.stderr.write(str(fault))
        if faulty:
            raise CommandError(_("Some questions are wrong. Nothing was changed."))
        self.stdout.write(_("%(count)s questions are right. Nothing was changed.") % {"count": count})

    def _take(self, file: File, format: str, topic: str, by: User | None) -> None:
        now = timezone.now()
        begun = services.begin_import(file=file, format=format, topic=topic, by=by, now=now, queue=False)
        exchange = services.check_import(exchange=begun, now=now)
        if exchange.state == BankExchange.State.READY:
            services.order_import(exchange=exchange, by=by, now=now, queue=False)
            exchange = services.carry_out_import(exchange=exchange, now=now)
        if exchange.state != BankExchange.State.DONE:
            for fault in exchange.faults:
                self.stderr.write(str(formats.Fault(**fault)))
            if more := exchange.asked["faults"] - len(exchange.faults):
                self.stderr.write(_("And %(more)s more.") % {"more": more})
            raise CommandError(_("Some questions are wrong. Nothing was changed."))
        self.stdout.write(
            _("%(new)s new, %(revised)s with new words, %(filed)s filed elsewhere, %(unchanged)s as before.")
            % exchange.asked["taken"]
        )
