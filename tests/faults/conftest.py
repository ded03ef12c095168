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
from django.db.models import Count, Max
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from exams import marking, queries, services
from exams.models import Attempt, KeyCorrection, QuestionVersion, Response
from ground.known import forget_everything
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
        *mismarked(),
    ]


def mismarked() -> Iterator[str]:
    """Marks that the key does not give to the answer as it is stored: it was written, or read, at the wrong moment."""
    ended = Attempt.objects.exclude(state="open").filter(paper__isnull=False)
    corrections = KeyCorrection.objects.order_by("id").values_list("version", "action", "key")
    corrected = {version: (action, key) for version, action, key in corrections}
    versions = QuestionVersion.objects.in_bulk()
    for attempt in ended.select_related("paper").prefetch_related("marks", "responses").iterator(chunk_size=500):
        answers = {response.position: response.answer for response in attempt.responses.all()}
        newest = {mark.position: mark for mark in sorted(attempt.marks.all(), key=lambda mark: mark.pk)}
        for position, item in enumerate(attempt.paper.items, start=1):
            of, answer = versions[item["version"]], answers.get(position)
            right = marking.effective(
                of.kind, of.content, of.key, corrected.get(of.pk), answer, item["points"], item["order"]
            )
            mark = newest.get(position)
            if mark is None or (mark.points, mark.out_of) != right:
                yield f"attempt {attempt.pk}, question {position}: {answer} is worth {right}, marked {mark}"


@pytest.fixture
def receipts(transactional_db) -> Iterator[Receipts]:
    """Collects receipts. When the test is over, what must hold is checked, at `receipts.now` or by the real clock, and once
    more after the last deadline, when the sweeper has been by within its sixty seconds and nothing is open any more."""
    kept = Receipts()
    kept.now = None
    yield kept
    forget_everything()
    assert broken(kept, kept.now or timezone.now()) == []
    last = Attempt.objects.filter(state="open").aggregate(last=Max("deadline"))["last"]
    if last is not None:
        services.end_overdue(now=last + timedelta(seconds=59))
        assert not Attempt.objects.filter(state="open").exists()
        assert broken(kept, last + timedelta(seconds=59)) == []


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
