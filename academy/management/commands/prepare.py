"""Brings a database up to date in one go: migrations, cache table, schedules, and the demo academy once."""

from django.core.management import BaseCommand, CommandParser, call_command
from django.utils import timezone

from academy.services import ensure_schedules
from people.models import User


class Command(BaseCommand):
    """Run by bin/run and at every deployment; safe to repeat."""

    help = "Migrates, creates the cache table and the schedules, and loads the demo academy into an empty site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="Leave an empty site empty.")

    def handle(self, *args: object, no_demo: bool, **options: object) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        ensure_schedules(now=timezone.now())
        if not no_demo and not User.objects.exists():
            call_command("demo", stdout=self.stdout)
