from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ground.periods import current
from people.models import Employment
from tests import factories

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)


def employ(user, begins, ends):
    return Employment.objects.create(
        user=user, unit=factories.company(), post=factories.post(), cause="import", valid_from=begins, valid_to=ends
    )


def bare_person():
    user = factories.person()
    Employment.objects.filter(user=user).delete()
    return user


def test_a_period_holds_its_first_day_and_not_its_last():
    row = employ(bare_person(), date(2026, 3, 1), date(2026, 4, 1))
    held = [
        Employment.objects.filter(current(day), pk=row.pk).exists()
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
    ]
    assert held == [False, True, True, False]


def test_periods_of_one_person_may_touch_and_never_overlap():
    user = bare_person()
    employ(user, date(2026, 3, 1), date(2026, 4, 1))
    employ(user, date(2026, 4, 1), None)
    with pytest.raises(DatabaseError), transaction.atomic():
        employ(user, date(2027, 1, 1), None)
    employ(bare_person(), date(2026, 3, 15), None)


def test_moving_an_end_into_the_next_period_is_refused():
    user = bare_person()
    first = employ(user, date(2026, 3, 1), date(2026, 4, 1))
    employ(user, date(2026, 4, 1), None)
    first.valid_to = date(2026, 4, 2)
    with pytest.raises(DatabaseError), transaction.atomic():
        first.save()


PERIOD = st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(1, 10)))


class EveryPairOfPeriods(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(PERIOD, PERIOD)
    def test_the_database_refuses_exactly_what_overlaps(self, one, other):
        user = bare_person()
        spans = [
            (FIRST + timedelta(days=start), FIRST + timedelta(days=start + length) if length else None)
            for start, length in (one, other)
        ]
        (begin, end), (begin_other, end_other) = spans
        overlap = begin < (end_other or date.max) and begin_other < (end or date.max)
        employ(user, begin, end)
        try:
            with transaction.atomic():
                employ(user, begin_other, end_other)
            refused = False
        except DatabaseError:
            refused = True
        assert refused == overlap
