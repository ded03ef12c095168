"""Spreadsheets that the queue makes: what is in them, who fetches them, what becomes of them."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from courses import services, tasks
from courses.models import TrainingExport
from ground.private_files import private_storage
from people.services import end_role
from tests import factories
from tests.courses import build
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def asked(user, now, query="") -> TrainingExport:
    return TrainingExport.objects.create(report="matrix", query=query, asked_by=user, asked_at=now)


def made(user, now, query="") -> TrainingExport:
    export = asked(user, now, query)
    tasks.write_export(export.pk)
    export.refresh_from_db()
    return export


def names(response) -> list[str]:
    content = io.BytesIO(b"".join(response.streaming_content))
    return [row[0] for row in openpyxl.load_workbook(content).active.iter_rows(min_row=2, values_only=True)]


def test_the_file_holds_what_its_owner_may_see_and_the_filters_ask_for(team, trainer, now):
    course = build.course(lessons=1)
    for name, unit in (("林晓雨", team), ("赵远", factories.unit("外班"))):
        day = timezone.localdate(now)
        services.assign(
            user=factories.person(name, at=unit),
            course=course,
            cause="plan",
            cause_date=day,
            due_on=day - timedelta(days=1),
            by=None,
            now=now,
        )
    export = made(trainer, now, "state=late")
    assert (export.state, export.done, export.total) == ("ready", 1, 1)
    assert names(signed_in(trainer).get(reverse("courses:export_file", args=[export.pk]))) == ["林晓雨"]


def test_reach_counts_at_the_moment_the_file_is_made(team, trainer, now):
    build.course()
    export = asked(trainer, now)
    role = trainer.role_assignments.get()
    end_role(assignment=role, on=timezone.localdate(now), by=None, now=now)
    tasks.write_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.total) == ("ready", 0)


def test_only_who_asked_sees_and_fetches_the_file(team, trainer, now):
    export = made(trainer, now)
    other = signed_in(factories.with_role("trainer", over=team, name="吴刚"))
    for page in ("courses:export", "courses:export_file"):
        assert other.get(reverse(page, args=[export.pk])).status_code == 404


def test_a_page_at_work_asks_again_and_says_how_far(trainer, now):
    export = asked(trainer, now)
    TrainingExport.objects.filter(pk=export.pk).update(state="running", done=250, total=5000)
    text = signed_in(trainer).get(reverse("courses:export", args=[export.pk]), headers={"HX-Request": "true"}).text
    assert "every 2s" in text
    assert 'value="250" max="5000"' in text


def test_a_second_run_of_the_task_changes_nothing(trainer, now):
    export = made(trainer, now)
    tasks.write_export(export.pk)
    stored = export.stored
    export.refresh_from_db()
    assert export.stored == stored


def test_a_failed_one_says_so_and_offers_to_be_made_again(trainer, now):
    export = services.fail_export(export=asked(trainer, now, "state=late"), now=now)
    text = signed_in(trainer).get(reverse("courses:export", args=[export.pk])).text
    assert export.state == "failed"
    assert f'action="{reverse("courses:export_new", args=["matrix"])}?state=late"' in text


def test_without_a_queue_a_large_one_is_refused_in_a_sentence(trainer):
    response = signed_in(trainer).post(reverse("courses:export_new", args=["matrix"]) + "?state=late")
    assert response.url == reverse("courses:matrix") + "?state=late"
    assert len(list(get_messages(response.wsgi_request))) == 1
    assert not TrainingExport.objects.exists()
    assert not OrmQ.objects.exists()


def test_files_are_forgotten_after_seven_days(trainer, now):
    export = made(trainer, now)
    stored = export.stored
    assert services.forget_exports(now=now + timedelta(days=7)) == 0
    assert services.forget_exports(now=now + timedelta(days=7, seconds=1)) == 1
    assert not private_storage().exists(stored)
    client = signed_in(trainer)
    assert client.get(reverse("courses:export_file", args=[export.pk])).status_code == 404
    assert client.get(reverse("courses:export", args=[export.pk])).status_code == 200
