"""Writes questions to a file: `manage.py export_questions --format xlsx|gift|moodle-xml FILE`."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from exams import formats, services
from exams.models import BankExchange, Question, QuestionVersion
from ground.private_files import private_storage


class Command(BaseCommand):
    """Exits with 1 and one line a question that the format cannot carry; no file is written then."""

    help = "Writes the newest words of the questions to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--format", choices=BankExchange.Format.values, required=True)
        parser.add_argument("--topic", default="", help="Code of a topic.")
        parser.add_argument("--kind", choices=QuestionVersion.Kind.values, default="")
        parser.add_argument("--state", choices=Question.State.values, default="")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        filters = {name: options[name] for name in ("topic", "kind", "state")}
        begun = services.begin_export(format=options["format"], filters=filters, by=None, now=now, queue=False)
        exchange = services.write_export(exchange=begun, now=now)
        if exchange.state != BankExchange.State.DONE:
            for fault in exchange.faults:
                self.stderr.write(str(formats.Fault(**fault)))
            raise CommandError(_("Some questions cannot be written in this format. No file was written."))
        try:
            with private_storage().open(exchange.stored, "rb") as kept, Path(options["file"]).open("wb") as file:
                shutil.copyfileobj(kept, file)
        except OSError as error:
            raise CommandError(_("The file cannot be written: %(error)s.") % {"error": error.strerror}) from error
        self.stdout.write(_("%(count)s questions written.") % {"count": exchange.done})
