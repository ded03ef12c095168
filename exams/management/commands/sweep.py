"""`manage.py sweep`: the process that ends what time has ended, every ten seconds."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from exams import services
from people.services import end_access_of_leavers

log = structlog.get_logger("sweep")


class Command(BaseCommand):
    """Ends overdue attempts and the access of leavers. One line is logged when something was done."""

    help = "Ends overdue attempts and the access of leavers, every ten seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Sweep once and stop.")
        parser.add_argument("--every", type=float, default=10.0, help="Seconds between sweeps.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            sweep()
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_caught: stop.set())
        self.stdout.write(f"Sweeping every {options['every']:g} seconds.")
        self.stdout.flush()
        while not stop.is_set():
            try:
                close_old_connections()
                sweep()
            except DatabaseError:
                # The database may be restarting: say so, and try again at the next turn.
                log.exception("sweep failed")
            stop.wait(options["every"])
        connection.close()


def sweep() -> None:
    """One turn. The clock is read here, at the edge."""
    now = timezone.now()
    leavers = end_access_of_leavers(now=now)
    ended = services.end_overdue(now=now)
    told = services.announce_released(now=now)
    if leavers or ended or told:
        log.info("swept", attempts_ended=ended, leavers=leavers, results_told=told)
