"""Faults are tested by `bin/faults` alone, in its own PostgreSQL; after each, what must hold is checked."""

import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPException

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection, connections
from django.db.models import Count
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from exams import queries
from exams.models import Attempt, Response
from tests.benchmarks.ground import Browser as Person
from tests.benchmarks.ground import Site, gunicorn
from tests.journeys.conftest import CHROMIUM, FLAGS

CLUSTER = os.environ.get("ACADEMY_FAULTS", "")
collect_ignore_glob = [] if CLUSTER else ["test_*.py"]


class Receipts:
    """What the server has acknowledged: {attempt: {position: (seq, answer)}}."""

    def __init__(self) -> None:
        self.kept: dict[int, dict[int, tuple[int, dict]]] = {}

    def note(self, attempt: int, answers: list[dict], codes: dict) -> None:
        for answer in answers:
            position = answer["position"]
            if codes.get(position, codes.get(str(position))) == "saved":
                kept = self.kept.setdefault(attempt, {})
                if position not in kept or kept[position][0] <= answer["seq"]:
                    kept[position] = (answer["seq"], answer["answer"])

    def lost(self) -> list[str]:
        found = {
            (row.attempt_id, row.position): (row.seq, row.answer)
            for row in Response.objects.filter(attempt__in=self.kept).iterator()
        }
        missing = []
        for attempt, positions in self.kept.items():
            for position, (seq, answer) in positions.items():
                stored = found.get((attempt, position))
                if stored is None or stored[0] < seq or (stored[0] == seq and stored[1] != answer):
                    missing.append(f"attempt {attempt}, question {position}: said {seq} {answer}, kept {stored}")
        return missing


def broken(receipts: Receipts, now) -> list[str]:
    """Everything that does not hold: an answer lost, two open attempts, one open long after its time, a wrong mark."""
    opened = Attempt.objects.filter(state="open")
    doubled = opened.values("candidacy", "part").annotate(many=Count("pk")).filter(many__gt=1)
    overdue = opened.filter(deadline__lt=now - timedelta(seconds=60), paused_at__isnull=True)
    return [
        *receipts.lost(),
        *[f"two open attempts: {row}" for row in doubled],
        *[f"still open: {attempt.pk}" for attempt in overdue],
        *queries.recount(now),
    ]


@pytest.fixture
def receipts(transactional_db) -> Iterator[Receipts]:
    """Collects receipts; what must hold is checked when the test is over, at `receipts.now` or by the real clock."""
    kept = Receipts()
    kept.now = None
    yield kept
    assert broken(kept, kept.now or timezone.now()) == []


@pytest.fixture
def database_url(transactional_db) -> str:
    return f"{os.environ['TEST_DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"


@pytest.fixture
def site(database_url) -> Iterator[Site]:
    with gunicorn(database_url, connection, settings="tests.faults.settings") as served:
        yield served


@pytest.fixture
def session_of():
    def key(user) -> str:
        session = SessionStore()
        session["_auth_user_id"] = str(user.pk)
        session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
        session["_auth_user_hash"] = user.get_session_auth_hash()
        session.save()
        return session.session_key

    return key


@pytest.fixture
def person(site, session_of):
    return lambda user: Person(site.port, session_of(user))


@pytest.fixture
def restart_postgresql():
    def restart() -> None:
        connections.close_all()
        control = [*shlex.split(os.environ["ACADEMY_FAULTS_CTL"]), "-D", CLUSTER, "-l", f"{CLUSTER}/server.log"]
        # The server that is started inherits what it is given: a pipe would never end.
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([*control, "-m", "immediate", "-w", "restart"], check=True, cwd="/", **quiet)
        for _ in range(100):
            try:
                connection.ensure_connection()
                return
            except OperationalError:
                time.sleep(0.1)

    return restart


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


def patiently(act, *, tries: int = 40, wait: float = 0.25):
    """Does it again until it works, as the page does."""
    for left in reversed(range(tries)):
        try:
            return act()
        except (OSError, HTTPException, RuntimeError, ValueError):
            if not left:
                raise
            time.sleep(wait)
    return None
