"""Brings a database up to date in one go: migrations, cache table, schedules, and the demo academy once."""

from django.core.management import BaseCommand, call_command
from django.utils import timezone

from academy.services import ensure_schedules
from people.models import User


class Command(BaseCommand):
    """Run by bin/run; safe to repeat."""

    help = "Migrates, creates the cache table and the schedules, and loads the demo academy into an empty site."

    def handle(self, *args: object, **options: object) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        ensure_schedules(now=timezone.now())
        if not User.objects.exists():
            call_command("demo", stdout=self.stdout)
