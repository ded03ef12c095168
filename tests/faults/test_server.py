"""The server dies: a worker before and after it commits, the queue in the middle of a regrading, PostgreSQL under fifty
candidates who go on writing."""

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPException

import pytest
from django.db import connection, connections
from django.utils import timezone

from exams import queries, services, tasks
from exams.models import Attempt, Mark, Paper
from exams.policy import token_of
from tests import factories
from tests.exams import makers
from tests.faults.conftest import patiently


@pytest.fixture
def attempt(receipts):
    return makers.started(now=timezone.now())


def save(person, attempt, answers, receipts):
    token = token_of(attempt)
    path = f"/exams/attempt/{attempt.pk}/save/"
    told = person.save(path, token, answers=answers)
    receipts.note(attempt.pk, answers, told["codes"])
    return told["codes"]


@pytest.mark.parametrize(("moment", "kept"), [("INSERT INTO exams_response", 0), ("after", 1)])
def test_a_worker_killed_around_a_save_leaves_all_or_nothing_and_the_page_sends_again(
    site, person, attempt, receipts, moment, kept
):
    browser = person(attempt.candidacy.user)
    answers = [{"position": 1, "seq": 1, "answer": {"chosen": [0]}, "marked": False}]
    token = token_of(attempt)
    body = json.dumps({"token": token, "answers": answers})
    headers = {"Content-Type": "application/json", "X-Token": token, "X-Die": moment}
    with pytest.raises((OSError, HTTPException)):
        browser.post(f"/exams/attempt/{attempt.pk}/save/", body, **headers)
    assert attempt.responses.count() == kept
    assert patiently(lambda: save(browser, attempt, answers, receipts)) == {"1": "saved"}
    assert attempt.responses.count() == 1


@pytest.mark.parametrize(
    ("moment", "state"), [("INSERT INTO exams_mark", "open"), ('UPDATE "exams_attempt"', "open"), ("after", "graded")]
)
def test_a_worker_killed_around_the_hand_in_leaves_it_whole_or_not_done(site, person, attempt, receipts, moment, state):
    browser = person(attempt.candidacy.user)
    answers = makers.answers(attempt, 4)
    save(browser, attempt, answers, receipts)
    path = f"/exams/attempt/{attempt.pk}/submit/"
    with pytest.raises((OSError, HTTPException)):
        browser.post(path, "", **{"X-Die": moment})
    attempt.refresh_from_db()
    assert (attempt.state, Mark.objects.count()) == (state, 0 if state == "open" else 5)
    patiently(lambda: browser.post(path))
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points, Mark.objects.count()) == ("graded", 8, 5)


@pytest.mark.parametrize(("moment", "begun"), [('INSERT INTO "ground_journalentry"', 0), ("after", 1)])
def test_a_worker_killed_around_a_start_leaves_one_attempt_with_its_paper_or_none(
    site, person, receipts, moment, begun
):
    candidacy = makers.candidacy(now=timezone.now())
    browser = person(candidacy.user)
    path = f"/exams/sitting/{candidacy.pk}/start/{makers.part(candidacy).pk}/"
    with pytest.raises((OSError, HTTPException)):
        browser.post(path, "", **{"X-Die": moment})
    assert (Attempt.objects.count(), Paper.objects.count()) == (begun, begun)
    where = patiently(lambda: browser.post(path))
    assert (Attempt.objects.count(), Paper.objects.count()) == (1, 1)
    assert 'data-question="5"' in browser.get(where)


REGRADING = """
import django
django.setup()
from exams import queries, tasks
from tests.faults.dying import dying
queries.BATCH = 3
with dying('INSERT INTO "exams_mark"', turn=2):
    tasks.regrade({pk})
"""


def test_a_queue_killed_in_the_middle_of_a_regrading_takes_it_up_again(receipts, database_url):
    """Three of eight are regraded when it dies; the second delivery does the others, and nobody is regraded twice."""
    now = timezone.now()
    people = [factories.person(f"考生{number}") for number in range(8)]
    sitting = makers.mixed(*people, now=now, kinds=(), closed=2)
    for person in people:
        makers.written_by(person, sitting, now=now, right=False)
    question = sitting.exam.parts.get().fixed.order_by("order")[0].question
    correction = services.correct_key(
        version=question.current,
        action="key",
        key={"correct": [1]},
        reason="第二项才对",
        by=factories.examiner(),
        now=now,
    )
    killed = run_python(REGRADING.format(pk=correction.regrade.pk), database_url)
    assert killed.returncode == -signal.SIGKILL
    assert Mark.objects.filter(source="correction").count() == 3
    assert list(queries.recount(now)) == []
    tasks.regrade(correction.regrade.pk)
    correction.regrade.refresh_from_db()
    assert (correction.regrade.done, correction.regrade.changed) == (8, 8)
    assert Mark.objects.filter(source="correction").count() == 8
    # The correction gives one of two questions to everybody.
    assert set(Attempt.objects.values_list("score", flat=True)) == {50}


def run_python(code, database_url):
    return subprocess.run([sys.executable, "-c", code], env=environment(database_url), timeout=120)


def environment(database_url):
    return {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "TEST_DATABASE_URL": database_url,
        "PATH": "/usr/bin:/bin",
    }


def test_postgresql_restarts_under_fifty_candidates(site, receipts, person, restart_postgresql, database_url):
    now = timezone.now()
    exam, users = makers.exam(), [factories.person(f"考生{number}") for number in range(50)]
    sitting = makers.sitting(exam, *users, now=now)
    attempts = [
        services.start_attempt(candidacy=candidacy, part=exam.parts.get(), now=now)
        for candidacy in sitting.candidacies.select_related("user")
    ]
    browsers = {attempt.pk: (person(attempt.candidacy.user), token_of(attempt)) for attempt in attempts}
    until = time.monotonic() + 12
    connection.close()

    def write(attempt):
        """Goes on as the page does: the same answer again until the server has it, then the next."""
        browser, token = browsers[attempt.pk]
        path, seq = f"/exams/attempt/{attempt.pk}/save/", 0
        while time.monotonic() < until:
            seq += 1
            answers = [{"position": seq % 5 + 1, "seq": seq, "answer": {"chosen": [seq % 4]}, "marked": False}]
            told = patiently(lambda answers=answers, path=path: browser.save(path, token, answers=answers))
            receipts.note(attempt.pk, answers, told["codes"])
            time.sleep(0.2)
        connections.close_all()
        return seq

    with ThreadPoolExecutor(50) as pool:
        writing = [pool.submit(write, attempt) for attempt in attempts]
        for pause in (3, 3):
            time.sleep(pause)
            restart_postgresql()
        assert min(future.result(timeout=60) for future in writing) > 5
    assert sum(len(kept) for kept in receipts.kept.values()) == 250

    # The sweeper runs through a restart too: every attempt ends by itself, within a minute of its deadline.
    sweeper = subprocess.Popen(
        [sys.executable, "manage.py", "sweep"], env=environment(database_url), stdout=subprocess.PIPE, text=True
    )
    try:
        sweeper.stdout.readline()
        deadline = timezone.now() + timedelta(seconds=5)
        Attempt.objects.update(deadline=deadline)
        restart_postgresql()
        while timezone.now() < deadline + timedelta(seconds=60) and Attempt.objects.filter(state="open").exists():
            time.sleep(1)
        assert Attempt.objects.filter(state="graded", ended_by="clock").count() == 50
    finally:
        sweeper.terminate()
        sweeper.communicate(timeout=20)
