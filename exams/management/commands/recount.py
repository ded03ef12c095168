"""`manage.py recount`: proves that every stored score and result is what the marks and attempts say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from exams import queries


class Command(BaseCommand):
    """Counts everything again, names what differs, changes nothing; exit status 1 when something differs."""

    help = "Counts every result again and names the differences."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = 0
        for difference in queries.recount(timezone.now()):
            self.stdout.write(difference)
            differences += 1
        if differences:
            raise CommandError(f"{differences} differences.")
        self.stdout.write("Every result is what its marks say.")
