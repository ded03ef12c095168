"""Figures of exams and questions: the formulas against their definitions, and the database against the formulas."""

import random
from datetime import timedelta
from io import BytesIO
from math import isclose
from statistics import correlation, mean, pvariance

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from exams import queries, services, statistics
from exams.grading import as_shown
from exams.models import Attempt, Candidacy, Mark
from people.models import Role, User
from tests import factories
from tests.exams import makers

minute = timedelta(minutes=1)
papers = st.integers(2, 6).flatmap(
    lambda questions: st.lists(
        st.lists(st.integers(0, 4), min_size=questions, max_size=questions), min_size=20, max_size=40
    )
)


def spread_of(rows):
    means = [mean(column) for column in zip(*rows, strict=True)]
    deviations = [[value - means[place] for place, value in enumerate(row)] for row in rows]
    return statistics.Spread(
        attempts=len(rows),
        answers=sum(len(row) for row in rows),
        pairs=sum(len(row) * (len(row) - 1) for row in rows),
        squares=sum(value * value for row in deviations for value in row),
        whole=sum(sum(row) ** 2 for row in deviations),
    )


@settings(deadline=None)
@given(papers)
def test_alpha_is_the_usual_one_where_everybody_has_the_same_questions(rows):
    k, total = len(rows[0]), pvariance([sum(row) for row in rows])
    found = statistics.reliability(spread_of(rows))
    if total < 1e-9:
        assert found is None
        return
    usual = k / (k - 1) * (1 - sum(pvariance(column) for column in zip(*rows, strict=True)) / total)
    assert isclose(found, usual, abs_tol=1e-6)


@pytest.mark.parametrize("attempts", [0, 1, 19])
def test_few_attempts_have_no_reliability(attempts):
    assert statistics.reliability(statistics.Spread(attempts, attempts * 4, attempts * 12, 9.0, 9.0)) is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=10, max_size=40))
def test_discrimination_is_pearsons_r(pairs):
    xs, rs = [x for x, _r in pairs], [r for _x, r in pairs]
    item = statistics.Item(
        len(xs), sum(xs), sum(x * x for x in xs), len(xs), sum(xs), sum(x * x for x in xs), sum(rs),
        sum(r * r for r in rs), sum(x * r for x, r in pairs),
    )  # fmt: skip
    found = statistics.discrimination(item)
    if pvariance(xs) < 1e-6 or pvariance(rs) < 1e-6:
        return
    assert isclose(found, correlation(xs, rs), abs_tol=1e-4)


@pytest.mark.parametrize(
    ("share", "power", "expected"),
    [(0.5, -0.2, ["contrary"]), (0.5, 0.05, ["blunt"]), (0.2, 0.3, ["hard"]), (0.96, 0.02, ["easy"]), (0.6, 0.4, [])],
)
def test_a_question_is_looked_at_for_a_reason(share, power, expected):
    count = 100
    spread = 0.25 * count
    item = statistics.Item(
        count, share * count, 0, count, 0.5 * count, 0.5 * 0.5 * count + spread, 0.5 * count,
        0.5 * 0.5 * count + spread, 0.5 * 0.5 * count + power * spread,
    )  # fmt: skip
    assert statistics.suspicions(item) == expected
    assert statistics.suspicions(statistics.Item(9, share * 9, 0, 9, 0, 0, 0, 0, 0)) == []


# The database


def random_exam(now, people, *, draws=3, bank=5, **more):
    """A sitting whose papers draw three of five questions; the further on in the list, the better a person does."""
    topic = factories.topic()
    for _number in range(bank):
        makers.question(topic)
    rows = [{"topic": topic, "kind": "single", "count": draws, "points": 2}]
    part = {"kind": "paper", "title": "试卷", "minutes": 30, "pass_percent": 60, "tries": 1, "blueprint": rows}
    exam = services.create_exam(code="random", name="随机卷", level=None, parts=[part], by=None, now=now, **more)
    exam = services.publish_exam(exam=exam, by=None, now=now)
    sitting = makers.sitting(exam, *people, now=now)
    chance = random.Random(7)
    for place, person in enumerate(people):
        candidacy = Candidacy.objects.get(sitting=sitting, user=person)
        attempt = services.start_attempt(candidacy=candidacy, part=makers.part(candidacy), now=now)
        answers = [
            {
                "position": asked.position,
                "seq": 1,
                "answer": as_shown({"chosen": [0 if chance.random() < place / len(people) else 1]}, asked.order),
                "spent_ms": 1000 * asked.position,
            }
            for asked in queries.asked(attempt)
        ]
        services.save_responses(attempt_id=attempt.pk, generation=attempt.generation, answers=answers, now=now)
        services.submit(attempt=attempt, now=now + minute)
    return sitting


@pytest.fixture
def world(db, now):
    people = [factories.person() for _number in range(24)]
    return random_exam(now, people)


@pytest.fixture
def clock(now):
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


def newest_marks():
    return {
        (mark.attempt_id, mark.position): mark
        for mark in Mark.objects.filter(attempt__state=Attempt.State.GRADED).order_by("id")
    }


def test_a_report_of_random_papers_says_what_the_definitions_say(world, now):
    part = world.exam.parts.get()
    report = queries.report(queries.graded(part, User.objects.all()))
    attempts = list(Attempt.objects.all())
    scores = [float(attempt.score) for attempt in attempts]
    assert (report.attempts, report.passed) == (24, sum(attempt.passed for attempt in attempts))
    assert report.mean == round(mean(scores), 1)
    assert sum(number for _bin, number in report.bins) == 24
    marks = newest_marks()
    totals = {attempt.pk: (float(attempt.points), attempt.out_of) for attempt in attempts}
    for row in report.items:
        mine = [mark for mark in marks.values() if mark.version_id == row.version.pk]
        xs = [float(mark.points) / mark.out_of for mark in mine]
        rs = [
            (totals[mark.attempt_id][0] - float(mark.points)) / (totals[mark.attempt_id][1] - mark.out_of)
            for mark in mine
        ]
        assert row.item.count == len(mine)
        assert row.facility == round(100 * mean(xs), 1)
        if len(mine) >= 10:
            assert isclose(row.discrimination, correlation(xs, rs), abs_tol=0.006)
        assert 1 <= row.seconds <= 3
    means = {row.version.pk: statistics.difficulty(row.item) * 2 for row in report.items}
    by_attempt = {}
    for (attempt, _position), mark in marks.items():
        by_attempt.setdefault(attempt, []).append(float(mark.points) - means[mark.version_id])
    spread = statistics.Spread(
        24,
        72,
        24 * 6,
        sum(d * d for row in by_attempt.values() for d in row),
        sum(sum(row) ** 2 for row in by_attempt.values()),
    )
    assert isclose(report.alpha, statistics.reliability(spread), abs_tol=0.006)
    assert report.error > 0


def test_only_the_newest_mark_of_an_answer_counts_everywhere(world, now):
    part = world.exam.parts.get()
    version = queries.report(queries.graded(part, User.objects.all())).items[0].version
    since, unit = now - timedelta(days=1), factories.company()
    asked = queries.topic_strength(since)[0]["answered"]
    examiner = factories.with_role(Role.EXAMINER)
    for number, action in enumerate(("neutral", "credit")):
        correction = services.correct_key(
            version=version, action=action, key={}, reason="题目有误", by=examiner, now=now + (number + 2) * minute
        )
        services.regrade(regrade=correction.regrade, now=now + (number + 2) * minute)
        marks = newest_marks().values()
        won, out_of = sum(mark.points for mark in marks), sum(mark.out_of for mark in marks)
        counted = [mark for mark in marks if mark.out_of]
        (topic,) = queries.topic_strength(since)
        assert (topic["answered"], topic["rate"]) == (asked, round(float(won) / out_of, 3))
        (inside,) = queries.topic_strength(since, [unit.path])
        assert (inside["answered"], inside["rate"], inside["people"]) == (asked, topic["rate"], 24)
        ((rate, answered),) = queries.topic_rates(since, [unit.path]).values()
        assert (round(rate, 3), answered) == (topic["rate"], len(counted))
        assert queries.unit_rates(since, [unit.path]) == {unit.path: topic["rate"]}
        people = [attempt.candidacy.user for attempt in Attempt.objects.select_related("candidacy__user")]
        assert sum(row.answered for row in queries.strength_of_people(people, since)) == len(counted)
        report = queries.report(queries.graded(part, User.objects.all()))
        found = {row.version.pk: row for row in report.items}
        assert (version.pk in found) == (action == "credit")
        if action == "credit":
            assert found[version.pk].facility == 100


def test_options_are_counted_by_what_they_were_not_where_they_stood(world, now):
    version = Mark.objects.earliest("pk").version
    report = queries.question_report(version)
    marks = [mark for mark in newest_marks().values() if mark.version_id == version.pk]
    right = sum(mark.points > 0 for mark in marks)
    assert [option.chosen for option in report.options] == [right, len(marks) - right, 0, 0]
    assert [option.right for option in report.options] == [True, False, False, False]
    assert report.answered == len(marks)


def test_few_attempts_are_called_too_few(db, now):
    sitting = random_exam(now, [factories.person() for _number in range(3)])
    report = queries.report(queries.graded(sitting.exam.parts.get(), User.objects.all()))
    assert (report.too_few, report.alpha, report.error, report.to_look_at) == (True, None, None, [])


def test_a_report_asks_the_same_for_few_attempts_and_for_many(db, now):
    asked = []
    for many in (2, 9):
        people = [factories.person() for _number in range(many)]
        sitting = makers.mixed(*people, now=now, kinds=(), closed=many)
        for person in people:
            makers.written_by(person, sitting, now=now)
        part = sitting.exam.parts.get()
        with CaptureQueriesContext(connection) as seen:
            report = queries.report(queries.graded(part, User.objects.all()))
        assert len(report.items) == many
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 6


def test_an_examiner_reads_of_the_people_in_reach_only_and_exports(client, db, now, clock):
    team = factories.unit("热线一班", parent=factories.company())
    inside, outside = factories.person(at=team), factories.person("陈思远")
    sitting = makers.mixed(inside, outside, now=now, kinds=())
    for person in (inside, outside):
        makers.written_by(person, sitting, now=now)
    client.force_login(factories.with_role(Role.EXAMINER, over=team))
    clock.move_to(now + 60 * minute)
    url = reverse("exams:sitting_figures", args=[sitting.pk])
    assert client.get(url).context["report"].attempts == 1
    book = openpyxl.load_workbook(BytesIO(b"".join(client.get(url + "?export=xlsx").streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 2
    assert 100 in rows[1]
    page = client.get(reverse("exams:topics"))
    assert [person.pk for person in page.context["table"].all_rows] == [
        pk
        for pk in User.objects.filter(employments__unit=team).order_by("name_sort", "pk").values_list("pk", flat=True)
    ]
    book = openpyxl.load_workbook(
        BytesIO(b"".join(client.get(reverse("exams:topics") + "?export=xlsx").streaming_content))
    )
    assert sorted(row[2] for row in book.active.iter_rows(values_only=True, min_row=2)) == [0, 1]
