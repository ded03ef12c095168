"""What may happen at the same instant, on PostgreSQL with real threads."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections

from exams import services
from exams.models import Attempt, Mark, Paper, Result
from ground.models import JournalEntry
from people.services import end_access
from tests.exams import makers

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Row locks and threads need PostgreSQL."),
]


def together(*acts):
    """Runs the acts at the same instant, each on its own connection, and returns what they returned."""
    gate = threading.Barrier(len(acts))

    def run(act):
        try:
            gate.wait(timeout=20)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


def test_two_hundred_starts_make_one_attempt_one_paper_one_deadline(now):
    invited = makers.candidacy(now=now)
    part = makers.part(invited)

    def start_ten():
        return {
            services.start_attempt(candidacy=invited, part=part, now=now + timedelta(seconds=n)).pk for n in range(10)
        }

    found = set().union(*together(*[start_ten] * 20))
    assert (len(found), Attempt.objects.count(), Paper.objects.count()) == (1, 1, 1)


def test_a_save_that_meets_the_hand_in_is_graded_or_refused(now):
    for _round in range(8):
        attempt = makers.started(now=now)
        given = makers.answers(attempt)
        saves = [
            lambda answer=answer, attempt=attempt: services.save_responses(
                attempt_id=attempt.pk, generation=1, answers=[answer], now=now
            )
            for answer in given
        ]
        *codes, _ended = together(*saves, lambda attempt=attempt: services.submit(attempt=attempt, now=now))
        saved = {position for code in codes for position, word in code.items() if word == "saved"}
        right = set(Mark.objects.filter(attempt=attempt, points__gt=0).values_list("position", flat=True))
        assert saved == right


def test_many_hand_ins_grade_once(now):
    attempt = makers.started(now=now)
    makers.answer(attempt, now=now)
    late = attempt.deadline + timedelta(minutes=1)
    together(*[lambda: services.submit(attempt=attempt, now=late)] * 8, *[lambda: services.end_overdue(now=late)] * 4)
    assert (Mark.objects.filter(attempt=attempt).count(), Result.objects.count()) == (5, 1)


def test_two_tabs_leave_one_answer_the_newest(now):
    attempt = makers.started(now=now)

    def write(seq):
        given = [{"position": 1, "seq": seq, "answer": {"chosen": [seq % 4]}, "marked": False}]
        return services.save_responses(attempt_id=attempt.pk, generation=1, answers=given, now=now)

    together(*[lambda seq=seq: write(seq) for seq in range(1, 13)])
    kept = attempt.responses.get()
    assert (kept.seq, kept.answer) == (12, {"chosen": [0]})


def test_a_leaver_and_the_hand_in_end_the_attempt_once(now):
    for _round in range(4):
        attempt = makers.started(now=now)
        user = attempt.candidacy.user
        together(
            lambda attempt=attempt: services.submit(attempt=attempt, now=now),
            lambda user=user: end_access(user=user, now=now, by=None, reason="离职"),
        )
        attempt.refresh_from_db()
        assert (attempt.state, attempt.marks.count()) == ("graded", 5)


def test_whoever_decides_at_the_same_moment_decides_once(now):
    """Failed with a try left: undecided until the sitting closes, when three sweepers come by."""
    for _round in range(4):
        candidacy = makers.taken(now=now, right=0).candidacy
        closed = candidacy.sitting.closes_at + timedelta(minutes=1)
        together(*[lambda one=candidacy, closed=closed: services.fold(candidacy=one, now=closed)] * 3)
        assert Result.objects.filter(candidacy=candidacy).count() == 1
    assert JournalEntry.objects.filter(verb="result.decided").count() == 4
