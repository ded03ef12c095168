"""The two commands: what is counted again, and what time has ended."""

import io
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from exams import queries
from exams.models import Attempt, Result
from tests.exams import makers

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_recount_agrees_with_every_result_and_names_one_that_was_changed(now):
    makers.taken(now=now)
    makers.taken(now=now, right=1)
    out = io.StringIO()
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        call_command("recount", stdout=out)
        Result.objects.filter(passed=True).update(score=99)
        with pytest.raises(CommandError):
            call_command("recount", stdout=out)
    assert "score stored 99.00, counted 100.00" in out.getvalue()


@pytest.mark.django_db
def test_recount_names_an_attempt_whose_marks_say_something_else(now):
    attempt = makers.taken(now=now)
    Attempt.objects.filter(pk=attempt.pk).update(score=10, passed=False)
    assert any(line.startswith(f"attempt {attempt.pk}: stored 10.00 10 10.00 False") for line in queries.recount(now))


@pytest.mark.django_db
def test_sweep_ends_what_is_over(now):
    attempt = makers.started(now=now)
    with time_machine.travel(attempt.deadline + timedelta(seconds=6), tick=False):
        call_command("sweep", once=True)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.ended_by) == ("graded", "clock")


def test_the_sweeping_process_stops_when_it_is_told(tmp_path):
    environment = {**os.environ, "ACADEMY_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "academy.settings.test"}
    said = tmp_path / "said"
    with said.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "sweep", "--every", "0.2"],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=file,
        )
    try:
        begun = time.monotonic()
        while b"Sweeping" not in said.read_bytes():
            assert process.poll() is None
            assert time.monotonic() - begun < 60
            time.sleep(0.1)
        time.sleep(1)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
