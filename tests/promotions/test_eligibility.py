"""Requirements as data, and facts held against them: pure rules."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.days import add_months
from promotions import eligibility
from promotions.eligibility import (
    AppraisalFact,
    CertificateFact,
    CompletionFact,
    ExamFact,
    Facts,
    QualityFact,
    TypingFact,
    ViolationFact,
    judge,
    validate,
)

ON = date(2026, 11, 23)
LADDER = [
    {"kind": "certificate", "kind_code": "junior"},
    {"kind": "exam", "exam": "business", "score": 80},
    {"kind": "typing", "speed": 50, "accuracy": 95},
    {"kind": "courses", "level": "intermediate", "count": 3},
    {"kind": "quality", "average": 90, "days": 180, "least": 15},
    {"kind": "months_in_level", "months": 12},
    {"kind": "appraisals", "rating": 3, "count": 2},
    {"kind": "no_violation"},
]
MEETING = Facts(
    level_since=date(2025, 11, 23),
    certificates=(CertificateFact(1, "junior", "J-1", date(2026, 1, 1), date(2027, 1, 1)),),
    exams=(ExamFact(1, "business", Decimal("80"), True, date(2026, 5, 1)),),
    typing=(TypingFact(1, 250, 260, 300_000, date(2026, 5, 1)),),
    completions=tuple(CompletionFact(i, f"c{i}", "课程", "intermediate", date(2026, 5, 1)) for i in range(3)),
    appraisals=(AppraisalFact(1, date(2026, 4, 1), 3), AppraisalFact(2, date(2026, 7, 1), 4)),
    quality={180: QualityFact(Decimal("90"), 15)},
)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 12, 31))


def met(facts: Facts, on: date = ON) -> dict[str, bool]:
    return {one.kind: one.met for one in judge(LADDER, facts, on)}


def the(kind: str, facts: Facts, on: date = ON) -> eligibility.Judged:
    return next(one for one in judge(LADDER, facts, on) if one.kind == kind)


def test_every_kind_is_met_exactly_at_its_threshold():
    assert met(MEETING) == dict.fromkeys(eligibility.FIGURES, True)


def test_nothing_but_the_clean_record_is_met_by_a_newcomer():
    assert met(Facts()) == dict.fromkeys(eligibility.FIGURES, False) | {"no_violation": True}


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("certificate", replace(MEETING, certificates=(replace(MEETING.certificates[0], expires_on=ON),))),
        ("certificate", replace(MEETING, certificates=(replace(MEETING.certificates[0], revoked_on=ON),))),
        ("exam", replace(MEETING, exams=(replace(MEETING.exams[0], score=Decimal("79.99")),))),
        ("exam", replace(MEETING, exams=(replace(MEETING.exams[0], passed=False),))),
        ("typing", replace(MEETING, typing=(replace(MEETING.typing[0], certified=249),))),
        ("typing", replace(MEETING, typing=(replace(MEETING.typing[0], typed=264),))),
        ("courses", replace(MEETING, completions=MEETING.completions[:2])),
        ("courses", replace(MEETING, completions=(MEETING.completions[0],) * 3)),
        ("quality", replace(MEETING, quality={180: QualityFact(Decimal("89.99"), 15)})),
        ("quality", replace(MEETING, quality={180: QualityFact(Decimal("100"), 14)})),
        ("quality", replace(MEETING, quality={90: QualityFact(Decimal("100"), 20)})),
        ("months_in_level", replace(MEETING, level_since=date(2025, 11, 24))),
        ("appraisals", replace(MEETING, appraisals=(*MEETING.appraisals, AppraisalFact(3, date(2026, 10, 1), 2)))),
        ("no_violation", replace(MEETING, violations=(ViolationFact(1, ON, ON + timedelta(days=1)),))),
    ],
)
def test_a_hair_below_its_threshold_fails_one_kind_only(kind, facts):
    assert met(facts) == dict.fromkeys(eligibility.FIGURES, True) | {kind: False}


def test_a_violation_counts_until_the_day_it_ends():
    facts = replace(MEETING, violations=(ViolationFact(1, date(2026, 1, 1), ON),))
    assert the("no_violation", facts).met
    before = the("no_violation", facts, ON - timedelta(days=1))
    assert (before.met, before.reached_on, before.actual) == (False, ON, {"count": 1})


def test_the_typing_run_that_meets_both_figures_counts_before_a_faster_one():
    fast_and_loose = TypingFact(2, 400, 500, 300_000, date(2026, 6, 1))
    judged = the("typing", replace(MEETING, typing=(fast_and_loose, *MEETING.typing)))
    assert (judged.met, judged.evidence) == (True, (1,))


def test_shown_typing_figures_never_look_like_a_threshold_they_miss():
    judged = the("typing", replace(MEETING, typing=(TypingFact(1, 49_999, 50_000, 60_000_000, date(2026, 5, 1)),)))
    assert (judged.met, judged.actual["speed"]) == (False, Decimal("49.9"))


def test_a_run_in_which_nothing_was_typed_proves_nothing():
    assert not the("typing", replace(MEETING, typing=(TypingFact(1, 0, 0, 60_000, ON),))).met


def test_months_say_when_they_are_reached():
    judged = the("months_in_level", replace(MEETING, level_since=date(2026, 2, 3)))
    assert (judged.met, judged.actual["months"], judged.reached_on) == (False, 9, date(2027, 2, 3))


@given(since=st.dates(min_value=date(2020, 1, 1), max_value=ON), months=st.integers(1, 240))
def test_the_months_are_met_on_the_day_they_are_reached_and_never_before(since, months):
    rule = [{"kind": "months_in_level", "months": months}]
    facts = Facts(level_since=since)
    reached = judge(rule, facts, ON)[0].reached_on
    assert judge(rule, facts, reached)[0].met
    assert not judge(rule, facts, reached - timedelta(days=1))[0].met
    assert eligibility.whole_months(since, reached) == months
    assert eligibility.whole_months(since, reached - timedelta(days=1)) == months - 1


@given(day=days, months=st.integers(0, 240))
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


exam_facts = st.builds(
    ExamFact,
    id=st.integers(1, 99),
    exam=st.sampled_from(["business", "other"]),
    score=st.none() | st.decimals(0, 100, places=2),
    passed=st.booleans(),
    on=days,
)
typing_facts = st.builds(
    lambda pk, typed, share, on: TypingFact(pk, typed * share // 100, typed, 300_000, on),
    st.integers(1, 99),
    st.integers(0, 600),
    st.integers(0, 100),
    days,
)
certificate_facts = st.builds(
    lambda pk, kind, issued, length: CertificateFact(pk, kind, f"N{pk}", issued, issued + timedelta(days=length)),
    st.integers(1, 99),
    st.sampled_from(["junior", "other"]),
    days,
    st.integers(1, 1000),
)


@given(st.lists(exam_facts, max_size=6), exam_facts)
def test_one_more_exam_never_makes_it_worse(exams, one_more):
    before = the("exam", Facts(exams=tuple(exams))).met
    assert the("exam", Facts(exams=(*exams, one_more))).met >= before


@given(st.lists(typing_facts, max_size=6), typing_facts)
def test_one_more_typing_run_never_makes_it_worse(runs, one_more):
    before = the("typing", Facts(typing=tuple(runs))).met
    assert the("typing", Facts(typing=(*runs, one_more))).met >= before


@given(st.lists(certificate_facts, max_size=6), days)
def test_a_certificate_is_valid_exactly_while_one_of_its_kind_is_in_force(certificates, on):
    in_force = any(c.kind_code == "junior" and c.issued_on <= on < c.expires_on for c in certificates)
    assert the("certificate", Facts(certificates=tuple(certificates)), on).met == in_force


@given(st.permutations((*MEETING.appraisals, AppraisalFact(3, date(2026, 1, 1), 1))))
def test_the_order_in_which_facts_arrive_does_not_matter(appraisals):
    assert the("appraisals", Facts(appraisals=tuple(appraisals))).met


def test_the_ladder_of_the_handbook_is_valid():
    assert validate(LADDER) == []


@pytest.mark.parametrize("requirements", [[], None, {}, "text"])
def test_a_rule_without_requirements_is_refused(requirements):
    assert [fault.code for fault in validate(requirements)] == ["empty"]


@pytest.mark.parametrize(
    ("requirement", "code"),
    [
        ({"kind": "luck"}, "unknown"),
        ("text", "unknown"),
        ({"kind": ["list"]}, "unknown"),
        ({"kind": "months_in_level"}, "missing"),
        ({"kind": "certificate", "kind_code": ""}, "missing"),
        ({"kind": "certificate", "kind_code": 5}, "absurd"),
        ({"kind": "months_in_level", "months": 0}, "absurd"),
        ({"kind": "months_in_level", "months": 2.5}, "absurd"),
        ({"kind": "months_in_level", "months": True}, "absurd"),
        ({"kind": "months_in_level", "months": "12"}, "absurd"),
        ({"kind": "typing", "speed": 50, "accuracy": 101}, "absurd"),
        ({"kind": "no_violation", "days": 5}, "unexpected"),
    ],
)
def test_each_fault_of_a_requirement_is_named(requirement, code):
    assert [fault.code for fault in validate([requirement])] == [code]


def test_asking_for_the_same_thing_twice_is_a_fault_but_two_exams_are_not():
    exam = {"kind": "exam", "exam": "business", "score": 80}
    assert [fault.code for fault in validate([exam, exam | {"score": 90}])] == ["double"]
    assert validate([exam, exam | {"exam": "service"}]) == []


figures = st.dictionaries(
    st.sampled_from(["score", "exam", "months", "days", "least", "average", "rating", "count", "level", "x"]),
    st.sampled_from(["", "business", "12", None, True, -1, 0, 1, 3, 12, 50, 101, 10**9, 2.5]),
)


@given(st.lists(st.tuples(st.sampled_from([*eligibility.FIGURES, "luck"]), figures), min_size=1, max_size=4))
def test_whatever_passes_validation_can_be_judged(rows):
    requirements = [{**values, "kind": kind} for kind, values in rows]
    if not validate(requirements):
        assert [one.kind for one in judge(requirements, MEETING, ON)] == [row["kind"] for row in requirements]
