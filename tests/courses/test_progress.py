"""Due days and states."""

import itertools
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


facts = st.builds(
    progress.Facts,
    end=st.booleans(),
    seconds=st.integers(0, 5000),
    checks=st.frozensets(st.sampled_from("abc")),
    notices=st.frozensets(st.sampled_from("xyz")),
    package=st.booleans(),
)
rules = facts.map(lambda facts: progress.Rules(**vars(facts)))


@given(rules)
def test_who_has_done_exactly_what_is_asked_misses_nothing(rules):
    assert progress.missing(rules, progress.Facts(**vars(rules))) == []


@given(rules, facts, facts)
def test_doing_more_never_leaves_more_missing(rules, first, second):
    both = progress.Facts(
        end=first.end or second.end,
        seconds=max(first.seconds, second.seconds),
        checks=first.checks | second.checks,
        notices=first.notices | second.notices,
        package=first.package or second.package,
    )
    missing = set(progress.missing(rules, both))
    assert missing <= set(progress.missing(rules, first)) & set(progress.missing(rules, second))


@given(facts)
def test_a_lesson_that_asks_for_nothing_is_done_by_saying_so(facts):
    assert progress.missing(progress.Rules(), facts) == []


@given(rules)
def test_of_nothing_done_everything_asked_is_missing_in_the_order_of_the_page(rules):
    missing = progress.missing(rules, progress.Facts())
    assert missing == [asked for asked in progress.Asked if asked in missing]
    assert (progress.Asked.MINUTES in missing) == (rules.seconds > 0)


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 10**6)), max_size=30))
def test_seconds_only_grow_and_never_beyond_the_clock_since_opening(reports):
    kept, clock = 0, 0.0
    for passed, claimed in reports:
        clock += passed
        after = progress.believed(before=kept, claimed=claimed, since_report=passed, since_open=clock)
        assert kept <= after <= max(kept, clock)
        again = progress.believed(before=after, claimed=claimed, since_report=0, since_open=clock)
        assert again == after
        kept = after


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_stages_of_a_path_come_in_the_order_of_their_days(one, other):
    order = ["day", "week", "month"]
    place = [(order.index(unit), number) for unit, number in map(progress.stage, sorted([one, other]))]
    assert place == sorted(place)


def test_the_first_day_week_and_month_are_named_as_people_name_them():
    stages = [progress.stage(days) for days in (0, 1, 2, 7, 8, 14, 28, 30, 31)]
    first = [("day", 1), ("day", 1), ("week", 1), ("week", 1), ("week", 2), ("week", 2), ("week", 4)]
    assert stages == [*first, ("month", 1), ("month", 2)]


@given(st.dictionaries(st.integers(0, 6), st.lists(st.integers(0, 6), max_size=4), max_size=7), st.integers(0, 6))
def test_a_circle_is_a_way_back_and_is_found_whenever_there_is_one(first, start):
    way = progress.circle(first, start)
    if way:
        assert way[0] == way[-1] == start
        assert all(later in first[earlier] for earlier, later in itertools.pairwise(way))
    reached, fresh = set(), set(first.get(start, []))
    while fresh - reached:
        reached |= fresh
        fresh = {further for course in reached for further in first.get(course, [])}
    assert bool(way) == (start in reached)
