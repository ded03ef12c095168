"""Due days and states."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courses import progress
from courses.progress import Due

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


@given(days, st.integers(-400, 400))
def test_a_course_is_late_exactly_after_its_due_day(due_on, offset):
    on = due_on + timedelta(days=offset)
    assert (progress.state(due_on=due_on, on=on, done=False) == Due.LATE) == (offset > 0)


@given(days, days)
def test_what_is_done_is_never_late(due_on, on):
    assert progress.state(due_on=due_on, on=on, done=True) == Due.DONE


def test_the_last_week_is_soon():
    due_on = date(2026, 11, 30)
    states = [progress.state(due_on=due_on, on=date(2026, 11, day), done=False) for day in (22, 23, 30)]
    assert states == [Due.DUE, Due.SOON, Due.SOON]


@given(st.lists(st.integers(1, 50), unique=True), st.sets(st.integers(1, 50)))
def test_the_next_lesson_is_missing_exactly_when_the_course_is_complete_or_empty(wanted, done):
    complete = progress.is_complete(wanted=wanted, done=done)
    assert (progress.next_lesson(wanted=wanted, done=done) is None) == (complete or not wanted)
