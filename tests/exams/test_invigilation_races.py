"""An invigilator's acts at the same instant as a hand-in or the sweeper, on PostgreSQL with real threads."""

from datetime import timedelta

import pytest
from django.db import connection

from exams import services
from exams.models import Attempt, Sitting, TimeGrant
from ground.errors import Refused
from tests import factories
from tests.exams import makers
from tests.exams.test_races import together

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Row locks and threads need PostgreSQL."),
]
minute = timedelta(minutes=1)


def perhaps(act):
    """What an act that may come too late returned, or its code."""

    def tried():
        try:
            return act()
        except Refused as refusal:
            return refusal.code

    return tried


def one(attempt):
    return Attempt.objects.filter(pk=attempt.pk)


def test_time_given_while_handing_in_is_given_before_it_or_refused(now):
    by = factories.examiner()
    for _round in range(6):
        attempt = makers.started(now=now)
        given, _ended = together(
            perhaps(
                lambda attempt=attempt: services.give_time(
                    attempts=one(attempt), minutes=5, reason="停电", by=by, now=now
                )
            ),
            lambda attempt=attempt: services.submit(attempt=attempt, now=now),
        )
        attempt.refresh_from_db()
        moved = attempt.deadline == now + 35 * minute
        assert (attempt.state, moved) == ("graded", given != "ended")
        assert TimeGrant.objects.filter(attempt=attempt).exists() == moved


def test_a_pause_or_time_that_meets_the_sweeper_counts_or_is_refused_never_both(now):
    by = factories.examiner()
    late = now + 30 * minute + services.GRACE
    for round_ in range(6):
        attempt = makers.started(now=now)
        # The invigilator's clock reads a moment before the deadline, the sweeper's a moment after.
        act = (
            (lambda attempt=attempt: services.pause(attempts=one(attempt), reason="火警", by=by, now=now + 29 * minute))
            if round_ % 2
            else (
                lambda attempt=attempt: services.give_time(
                    attempts=one(attempt), minutes=5, reason="停电", by=by, now=now + 29 * minute
                )
            )
        )
        done, _swept = together(perhaps(act), lambda: services.end_overdue(now=late))
        attempt.refresh_from_db()
        assert attempt.state == ("graded" if done == "ended" else "open")


def test_five_minutes_for_everybody_from_two_invigilators_are_ten(now):
    people = [factories.person(f"考生{number}") for number in range(4)]
    sitting = makers.sitting(makers.exam(), *people, now=now)
    for invited in sitting.candidacies.all():
        services.start_attempt(candidacy=invited, part=makers.part(invited), now=now)
    by = factories.examiner()

    def give():
        attempts = Attempt.objects.filter(candidacy__sitting=sitting)
        return services.give_time(attempts=attempts, minutes=5, reason="停电", by=by, now=now)

    together(give, give)
    assert set(Attempt.objects.values_list("deadline", flat=True)) == {now + 40 * minute}


def test_two_nights_at_once_open_one_monthly_sitting(now):
    from datetime import time

    rule = services.make_series(
        exam=makers.exam(),
        name="月考",
        audience={"people": [factories.person().pk]},
        day=28,
        opens=time(9),
        hours=8,
        ahead=3,
        by=None,
        now=now,
    )
    together(*[lambda: services.open_due(now=now + timedelta(days=4))] * 4)
    assert Sitting.objects.filter(series=rule).count() == 1
