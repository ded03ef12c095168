"""What two people do at the same moment; needs PostgreSQL's locks and threads."""

import threading
from datetime import date

import pytest
from django.db import DatabaseError, connection, connections

from ground.errors import Refused
from people import services
from people.models import Employment, User
from tests import factories

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Needs PostgreSQL: SQLite has one writer."),
]


def together(*acts):
    """Runs the acts in threads that begin at once; returns what each raised, or None."""
    gate, raised = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        gate.wait()
        try:
            act()
        except (Refused, DatabaseError) as error:
            raised[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_two_rows_written_past_the_services_never_overlap():
    person, team, post = factories.person(), factories.unit(), factories.post()
    services.end_employment(user=person, last_day=date(2026, 1, 31), now=factories.START, by=None, reason="测试")

    def insert(day):
        return lambda: Employment.objects.create(
            user_id=person.pk, unit=team, post=post, cause="hire", valid_from=date(2026, 3, day)
        )

    raised = together(*(insert(day) for day in range(1, 6)))
    assert sum(error is None for error in raised) == 1
    assert person.employments.count() == 2


def test_two_moves_on_the_same_day_leave_one_history(now):
    person, one, two = factories.person(), factories.unit("热线一班"), factories.unit("热线二班")

    def move(unit):
        return lambda: services.change_employment(
            user=person, on=date(2026, 6, 1), unit=unit, now=now, by=None, cause="transfer"
        )

    assert together(move(one), move(two)) == [None, None]
    rows = list(person.employments.order_by("valid_from"))
    assert [(row.valid_from, row.valid_to) for row in rows] == [
        (date(2026, 1, 5), date(2026, 6, 1)),
        (date(2026, 6, 1), None),
    ]
    assert rows[1].unit in (one, two)


def test_a_number_given_twice_at_once_belongs_to_one_person(now):
    company, post = factories.company(), factories.post()

    def hire(name):
        return lambda: services.hire(
            employee_no="900001", name=name, unit=company, post=post, on=now.date(), now=now, by=None
        )

    raised = together(hire("张雪"), hire("刘洋"))
    assert sum(error is None for error in raised) == 1
    assert User.objects.filter(employee_no="900001").count() == 1


def test_the_same_staff_list_taken_twice_at_once_is_taken_once(now):
    from people import formats

    factories.company(), factories.post()
    lines = [
        formats.Line(
            number,
            {"employee_no": f"7{number:04d}", "name": "罗婉清", "unit": "C", "post": "agent", "hired": "2026-11-01"},
        )
        for number in range(2, 60)
    ]
    results = []

    def take():
        results.append(services.import_staff(rows=lines, on=now.date(), by=None, now=now))

    assert together(take, take) == [None, None]
    assert sorted((done.new, done.unchanged) for done in results) == [(0, 58), (58, 0)]
    assert connection.vendor == "postgresql"
