"""Spaced repetition: what is asked today follows from the answers so far, and from nothing else."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import recall
from courses.recall import COUNT, INTERVALS, Answer, Memory

DAY = date(2026, 11, 23)
days = st.integers(0, 60).map(lambda back: DAY - timedelta(days=back))
questions = st.integers(1, 12)
answers = st.lists(st.builds(Answer, question=questions, right=st.booleans(), on=days), max_size=40)
ids = st.sets(questions)


def said(*rights: bool, question: int = 1, gap: int = 1) -> dict[int, Memory]:
    """What is known after these answers, one every `gap` days up to yesterday."""
    first = DAY - timedelta(days=len(rights) * gap)
    return recall.remember(
        Answer(question, right, first + timedelta(days=place * gap)) for place, right in enumerate(rights)
    )


@pytest.mark.parametrize(
    ("rights", "box"),
    [
        ((True,), 2),
        ((False,), 1),
        ((True, True, True), 4),
        ((True, True, True, True, True, True), 5),
        ((True, True, False), 1),
        ((True, True, False, True), 2),
    ],
)
def test_right_moves_a_box_up_and_wrong_begins_anew(rights, box):
    assert said(*rights)[1].box == box


@pytest.mark.parametrize(("box", "wait"), list(enumerate((1, 2, 4, 8, 16), 1)))
def test_a_question_waits_twice_as_long_in_each_box(box, wait):
    assert Memory(box, DAY, True).due == DAY + timedelta(days=wait)


def test_a_day_on_which_a_question_was_wrong_once_counts_as_wrong():
    tried = [Answer(1, False, DAY), Answer(1, True, DAY), Answer(1, True, DAY)]
    assert recall.remember(tried) == {1: Memory(1, DAY, False)}


def test_what_is_due_comes_before_what_is_weak_and_that_before_current_courses():
    known = said(False, question=7)
    chosen = recall.choose(known, allowed=[1, 2, 7, 9], weak=[2], current=[1, 2], person=5, on=DAY)
    assert chosen == [7, 2, 1]


def test_what_is_longest_due_comes_first():
    known = {1: Memory(1, DAY - timedelta(days=2), False), 2: Memory(1, DAY - timedelta(days=9), False)}
    assert recall.choose(known, allowed=[1, 2], weak=[], current=[], person=5, on=DAY) == [2, 1]


@given(answers)
def test_the_order_in_which_answers_are_read_changes_nothing(given_answers):
    assert recall.remember(given_answers) == recall.remember(reversed(given_answers))


@given(answers)
def test_boxes_stay_between_one_and_the_last_and_a_wrong_day_is_due_the_next(given_answers):
    for memory in recall.remember(given_answers).values():
        assert 1 <= memory.box <= len(INTERVALS)
        assert memory.right or memory.due == memory.last + timedelta(days=1)


@given(answers, ids, ids, ids, st.integers(0, COUNT + 3))
def test_a_choice_is_short_without_doubles_and_of_what_is_allowed_and_wanted(log, allowed, weak, current, count):
    known = recall.remember(log)
    chosen = recall.choose(known, allowed=allowed, weak=weak, current=current, person=3, on=DAY, count=count)
    wanted = {
        question
        for question in allowed
        if (known[question].due <= DAY if question in known else question in weak | current)
    }
    assert len(chosen) == len(set(chosen)) == min(count, len(wanted))
    assert set(chosen) <= wanted


@given(answers, st.lists(questions, unique=True), ids, ids)
def test_the_same_person_gets_the_same_questions_all_day(log, allowed, weak, current):
    known = recall.remember(log)
    asked = {"weak": weak, "current": current, "person": 3, "on": DAY}
    again = recall.choose(known, allowed=list(reversed(allowed)), **asked)
    assert recall.choose(known, allowed=allowed, **asked) == again


def test_people_and_days_differ_in_what_they_are_asked_first():
    many = range(200)
    asked = {"allowed": many, "weak": many, "current": []}
    mine = recall.choose({}, person=1, on=DAY, **asked)
    assert mine != recall.choose({}, person=2, on=DAY, **asked)
    assert mine != recall.choose({}, person=1, on=DAY + timedelta(days=1), **asked)


@given(st.lists(questions, unique=True, max_size=COUNT), st.lists(questions, unique=True, max_size=COUNT))
def test_what_was_answered_today_stays_whatever_is_chosen_by_now(chosen, answered):
    both = recall.with_answered(chosen, answered)
    assert set(answered) <= set(both) <= {*chosen, *answered}
    assert len(both) == len(set(both)) <= COUNT
    assert len(both) == min(COUNT, len({*chosen, *answered}))


def test_the_week_ends_today():
    week = recall.week({DAY, DAY - timedelta(days=6), DAY - timedelta(days=7)}, DAY)
    assert week[0] == (DAY - timedelta(days=6), True)
    assert week[-1] == (DAY, True)
    assert sum(practised for _day, practised in week) == 2
