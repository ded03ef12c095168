"""When facts make needs, and what became of a plan: by rule, for every figure."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans import needs, progress

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SMALL = st.integers(1, 9)

limits = st.builds(
    needs.Thresholds, weak_rate=st.integers(1, 100), weak_answers=st.integers(1, 50), findings=st.integers(1, 20)
)
strengths = st.builds(
    needs.Strength, topic=SMALL, unit=SMALL, people=SMALL, answered=st.integers(1, 100), rate=st.floats(0, 100)
)
shortfalls = st.builds(needs.Shortfall, topic=SMALL, unit=SMALL, people=SMALL, findings=st.integers(1, 40))


@given(st.lists(strengths), limits)
def test_a_topic_is_weak_when_answered_often_enough_and_below_the_rate(rows, given_limits):
    found = needs.weak_topics(rows, TODAY, given_limits)
    weak = [row for row in rows if row.answered >= given_limits.weak_answers and row.rate < given_limits.weak_rate]
    assert [(one.topic, one.unit, one.evidence["answered"]) for one in found] == [
        (row.topic, row.unit, row.answered) for row in weak
    ]


@pytest.mark.parametrize(
    ("answered", "rate", "weak"), [(5, 59.99, True), (4, 0, False), (5, 60, False), (500, 60.01, False)]
)
def test_exactly_at_the_rate_is_not_weak_and_four_answers_say_nothing(answered, rate, weak):
    row = needs.Strength(topic=1, unit=2, people=1, answered=answered, rate=rate)
    assert bool(needs.weak_topics([row], TODAY, needs.Thresholds())) is weak


@given(st.lists(shortfalls), limits)
def test_findings_make_a_need_from_the_threshold_on(rows, given_limits):
    found = needs.repeated_findings(rows, given_limits)
    assert len(found) == sum(row.findings >= given_limits.findings for row in rows)
    assert all(one.evidence["findings"] >= given_limits.findings for one in found)


def test_two_kinds_of_certificate_that_end_in_a_team_are_one_need_for_a_topic():
    rows = [
        needs.Expiry(topic=1, unit=2, people=2, kind="初级工", until=date(2027, 1, 5)),
        needs.Expiry(topic=1, unit=2, people=5, kind="中级工", until=date(2027, 2, 1)),
        needs.Expiry(topic=3, unit=2, people=1, kind="高级工", until=date(2026, 12, 1)),
    ]
    found = {one.topic: one.evidence for one in needs.expiring_certificates(rows)}
    assert found == {
        1: {"people": 5, "kind": "中级工", "until": "2027-02-01"},
        3: {"people": 1, "kind": "高级工", "until": "2026-12-01"},
    }


@given(st.integers(2020, 2040), st.dates(date(2019, 1, 1), date(2041, 12, 31)))
def test_a_suggested_month_lies_in_the_plans_year(year, on):
    month = needs.suggested_month(year, on)
    assert (month.year, month.day) == (year, 1)


def test_what_people_do_wrong_is_coached_and_what_they_do_not_know_is_studied():
    assert needs.suggested_method("quality", has_course=True) == "coaching"
    assert needs.suggested_method("exam", has_course=True) == "self_study"
    assert needs.suggested_method("exam", has_course=False) == "lecture"
    assert needs.suggested_method("wish", has_course=True) == "lecture"


BEFORE, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)
THIS, LAST = date(2026, 11, 1), date(2026, 10, 1)


@pytest.mark.parametrize(
    ("facts", "became"),
    [
        (progress.Facts("lecture", THIS), "planned"),
        (progress.Facts("lecture", LAST), "late"),
        (progress.Facts("lecture", LAST, cancelled=True), "cancelled"),
        (progress.Facts("lecture", THIS, session_ends=LATER, seats=5, open_seats=5), "scheduled"),
        (progress.Facts("lecture", LAST, session_ends=LATER, seats=5, open_seats=5), "late"),
        (progress.Facts("lecture", LAST, session_ends=BEFORE, seats=5, open_seats=1, reached=4), "held"),
        (progress.Facts("lecture", LAST, session_ends=NOW, seats=5, reached=4), "done"),
        (progress.Facts("self_study", THIS), "planned"),
        (progress.Facts("self_study", LAST), "late"),
        (progress.Facts("self_study", THIS, seats=3, reached=2), "scheduled"),
        (progress.Facts("self_study", LAST, seats=3, reached=2), "late"),
        (progress.Facts("self_study", LAST, seats=3, reached=3), "done"),
    ],
)
def test_what_became_of_an_item(facts, became):
    assert progress.state(facts, NOW) == became


@st.composite
def item_facts(draw):
    seats = draw(st.integers(0, 40))
    open_seats = draw(st.integers(0, seats))
    return progress.Facts(
        method=draw(st.sampled_from(["lecture", "coaching", "external", "self_study"])),
        month=date(2026, draw(st.integers(1, 12)), 1),
        cancelled=draw(st.booleans()),
        session_ends=draw(st.none() | st.just(BEFORE) | st.just(LATER)),
        seats=seats,
        open_seats=open_seats,
        reached=draw(st.integers(0, seats - open_seats)),
    )


@given(st.lists(item_facts()))
def test_the_figures_of_a_plan_hold_together(rows):
    whole = progress.count(rows, NOW)
    assert whole.planned + whole.cancelled == len(rows)
    assert whole.done <= whole.held <= whole.scheduled <= whole.planned
    assert whole.held + whole.late <= whole.planned
    assert whole.reached <= whole.seats
    assert whole.share is None or 0 <= whole.share <= 100
    months = progress.by_month(rows, NOW)
    assert list(months) == sorted(months)
    assert sum(count.planned for count in months.values()) == whole.planned
    assert sum(count.late for count in months.values()) == whole.late
