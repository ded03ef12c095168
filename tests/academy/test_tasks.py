"""The night's work: every step stands alone."""

from datetime import datetime

import pytest
from django.core.management import call_command
from django.utils.module_loading import import_string
from django_q.models import OrmQ, Schedule

from academy import tasks
from academy.services import ensure_schedules
from people.models import User
from tests import factories
from tests.certificates.conftest import make_kind, make_result

pytestmark = pytest.mark.django_db


def work_off() -> list[Exception]:
    """Does what is queued, as a worker would; returns what failed, which stays queued."""
    failures = []
    for row in OrmQ.objects.order_by("pk"):
        task = row.task
        try:
            import_string(task["func"])(*task["args"], **task["kwargs"])
        except Exception as error:
            failures.append(error)
        else:
            row.delete()
    return failures


def test_a_night_catches_up_on_a_certificate_that_a_failure_left_out(now):
    result = make_result(factories.person(), now)
    kind = make_kind(result.exam)
    tasks.nightly()
    assert OrmQ.objects.count() == len(tasks.STEPS)
    assert work_off() == []
    assert kind.certificates.get().result == result


def test_a_step_that_fails_stays_queued_and_holds_up_no_other(monkeypatch):
    done: list[datetime] = []
    broken = True

    def fails(*, now: datetime) -> None:
        if broken:
            raise RuntimeError("the disk is full")
        done.append(now)

    monkeypatch.setattr(tasks, "STEPS", {"first": fails, "second": lambda *, now: done.append(now)})
    tasks.nightly()
    assert [str(error) for error in work_off()] == ["the disk is full"]
    assert (len(done), OrmQ.objects.count()) == (1, 1)
    broken = False
    assert work_off() == []
    assert (len(done), OrmQ.objects.count()) == (2, 0)


def test_the_schedules_exist_once_and_name_what_there_is(now):
    for _again in range(2):
        ensure_schedules(now=now)
    found = dict(Schedule.objects.values_list("name", "func"))
    assert found == {"nightly": "academy.tasks.nightly", "publishing": "courses.tasks.publish_due"}
    assert all(callable(import_string(name)) for name in found.values())
    import_string(found["publishing"])()


def test_an_empty_site_is_prepared_without_the_demo():
    call_command("prepare", no_demo=True)
    assert Schedule.objects.count() == 2
    assert not User.objects.exists()
