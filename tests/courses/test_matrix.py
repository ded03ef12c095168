"""People against courses: what a cell says, who is found, what the spreadsheet holds."""

import io
from datetime import datetime, time, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses import queries, services
from courses.models import Assignment
from tests import factories
from tests.courses import build
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def today(now):
    return timezone.localdate(now)


@pytest.fixture
def client(trainer):
    return signed_in(trainer)


def assigned(user, course, now, days):
    day = timezone.localdate(now)
    return services.assign(
        user=user, course=course, cause="plan", cause_date=day, due_on=day + timedelta(days=days), by=None, now=now
    )


def completed(user, course, at):
    enrolment = services.enrol(user=user, course=course, now=at)
    services.complete_lesson(enrolment=enrolment, lesson=build.lessons(course)[0], now=at)


@pytest.fixture
def everybody(team, trainer, now, today):
    """One person in every state of one course; by the state."""
    course = build.course("客户投诉处理", lessons=1, valid_months=1)
    people = {state: factories.person(f"员工{state}", at=team) for state in queries.STATES}
    assigned(people["late"], course, now, -3)
    assigned(people["soon"], course, now, 7)
    assigned(people["due"], course, now, 8)
    services.enrol(user=people["started"], course=course, now=now)
    completed(people["done"], course, now)
    completed(people["expired"], course, now - timedelta(days=90))
    assigned(people["exempt"], course, now, 8)
    services.exempt(
        assignment=Assignment.objects.get(user=people["exempt"]),
        reason="持有同等证书",
        name="证书.pdf",
        content=b"%PDF-1.7",
        by=trainer,
        now=now,
    )
    return people


def names(response) -> list[str]:
    return sorted(row.user.name for row, _cells in response.context["table"].lines)


def sheet_of(response) -> list[list[str]]:
    content = io.BytesIO(b"".join(response.streaming_content))
    return [[value or "" for value in row] for row in openpyxl.load_workbook(content).active.values]


def test_a_cell_says_the_state_and_its_day(client, everybody):
    lines = client.get(reverse("courses:matrix")).context["table"].lines
    found = {row.user.name: cells[0].state if cells[0] else "none" for row, cells in lines}
    assert found == {f"员工{state}": state for state in queries.STATES} | {"周敏": "none"}


@pytest.mark.parametrize("state", [state for state in queries.STATES if state != "none"])
def test_a_state_finds_exactly_the_people_whose_cell_shows_it(client, everybody, state):
    assert names(client.get(reverse("courses:matrix"), {"state": state})) == [f"员工{state}"]


def test_who_has_nothing_is_found_too(client, everybody):
    assert names(client.get(reverse("courses:matrix"), {"state": "none"})) == ["员工none", "周敏"]


def test_what_must_be_done_again_stands_before_what_was_done(client, team, now):
    course = build.course(lessons=1)
    user = factories.person("林晓雨", at=team)
    completed(user, course, now - timedelta(days=9))
    assigned(user, course, now, -1)
    assert names(client.get(reverse("courses:matrix"), {"state": "late"})) == ["林晓雨"]
    assert names(client.get(reverse("courses:matrix"), {"state": "done"})) == []


def test_one_course_or_one_strand_leaves_only_its_columns(client, team, now):
    one = build.course("客户投诉处理", lessons=1)
    other = build.course("资费政策", lessons=1, strand=factories.strand("products", "产品知识"))
    shown = client.get(reverse("courses:matrix"), {"course": one.pk}).context["table"].courses
    assert shown == [one]
    shown = client.get(reverse("courses:matrix"), {"strand": other.strand_id}).context["table"].courses
    assert shown == [other]


def test_a_state_counts_only_in_the_courses_shown(client, team, now):
    one, other = build.course("客户投诉处理", lessons=1), build.course("资费政策", lessons=1)
    assigned(factories.person("林晓雨", at=team), one, now, -3)
    assert names(client.get(reverse("courses:matrix"), {"state": "late", "course": one.pk})) == ["林晓雨"]
    assert names(client.get(reverse("courses:matrix"), {"state": "late", "course": other.pk})) == []


def test_levels_narrow_the_people(client, team):
    factories.person("林晓雨", at=team, level=factories.level("senior"))
    build.course()
    assert names(client.get(reverse("courses:matrix"), {"level": factories.level("senior").pk})) == ["林晓雨"]


def test_the_spreadsheet_is_what_the_screen_shows(client, everybody, today):
    build.course("资费政策")
    asked = {"state": "late", "course": queries.live_courses().first().pk, "sort": "-name"}
    table = client.get(reverse("courses:matrix"), asked).context["table"]
    sheet = sheet_of(client.get(reverse("courses:matrix"), {**asked, "export": "xlsx"}))
    screen = [
        [row.user.name, row.user.employee_no, row.unit.name, *[datetime.combine(cell.day, time.min) for cell in cells]]
        for row, cells in table.lines
    ]
    assert sheet == [[str(column.label) for column in table.columns], *screen]
    assert len(screen) == 1


def test_a_cell_of_the_spreadsheet_is_a_day_that_says_what_happened(client, everybody):
    build.course("资费政策")
    asked = {"state": "late", "course": queries.live_courses().first().pk, "export": "xlsx"}
    content = io.BytesIO(b"".join(client.get(reverse("courses:matrix"), asked).streaming_content))
    cell = openpyxl.load_workbook(content).active.cell(2, 4)
    assert (cell.is_date, cell.number_format) == (True, '"逾期" yyyy-mm-dd')


def test_people_outside_reach_are_in_no_cell_and_no_row_of_the_file(client, team, now):
    course = build.course(lessons=1)
    assigned(factories.person("赵远", at=factories.unit("外班")), course, now, -3)
    assert names(client.get(reverse("courses:matrix"), {"state": "late"})) == []
    assert "赵远" not in str(sheet_of(client.get(reverse("courses:matrix"), {"export": "xlsx"})))


def test_a_value_that_makes_no_sense_is_passed_over(client, everybody):
    response = client.get(reverse("courses:matrix"), {"state": "asleep", "course": "x", "level": "-1"})
    assert len(names(response)) == len(everybody) + 1


def test_a_filter_costs_no_more_for_many(client, team, now):
    def queries_of(data):
        client.get(reverse("courses:matrix"), data)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("courses:matrix"), data)
        return len(captured)

    assigned(factories.person(at=team), build.course(), now, -3)
    one = queries_of({"state": "late"})
    for _each in range(3):
        assigned(factories.person(at=team), build.course(), now, -3)
    assert queries_of({"state": "late"}) == one <= 20
