"""Reminding the late with one button."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses import services
from people.models import Notification
from tests import factories
from tests.courses import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def client(team):
    client = Client()
    client.force_login(factories.with_role("trainer", over=team))
    return client


def late(user, course, now):
    day = timezone.localdate(now)
    return services.assign(
        user=user, course=course, cause="plan", cause_date=day, due_on=day - timedelta(days=3), by=None, now=now
    )


def reminded() -> list[str]:
    rows = Notification.objects.filter(kind__in=["course_reminder", "course_digest"])
    return sorted(rows.values_list("user__name", flat=True))


def said(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_one_button_reminds_everybody_shown_and_nobody_else(client, team, now):
    one, other = build.course("客户投诉处理"), build.course("资费政策")
    late(factories.person("林晓雨", at=team), one, now)
    late(factories.person("陈思远", at=team), other, now)
    late(factories.person("赵远", at=factories.unit("外班")), one, now)
    client.post(f"{reverse('courses:remind')}?course={one.pk}", {"all": "1"})
    assert reminded() == ["林晓雨"]
    client.post(reverse("courses:remind"), {"all": "1"})
    assert reminded() == ["林晓雨", "陈思远"]


def test_a_person_is_reminded_once_a_day_and_the_sentence_counts_both(client, team, now):
    user = factories.person("林晓雨", at=team)
    late(user, build.course(), now)
    late(user, build.course(), now)
    rows = list(user.assignments.all())
    by = factories.with_role("trainer", name="吴刚")
    assert services.remind_now(assignments=rows, by=by, now=now) == (1, 0)
    assert services.remind_now(assignments=rows, by=by, now=now) == (0, 1)
    assert services.remind_now(assignments=rows, by=by, now=now + timedelta(days=1)) == (1, 0)
    assert reminded() == ["林晓雨", "林晓雨"]


def test_only_the_chosen_rows_are_reminded(client, team, now):
    course = build.course()
    chosen = late(factories.person("林晓雨", at=team), course, now)
    late(factories.person("陈思远", at=team), course, now)
    outside = late(factories.person("赵远", at=factories.unit("外班")), course, now)
    client.post(reverse("courses:remind"), {"row": [chosen.pk, outside.pk, "x"]})
    assert reminded() == ["林晓雨"]


def test_choosing_nobody_reminds_nobody(client, team, now):
    late(factories.person("林晓雨", at=team), build.course(), now)
    client.post(reverse("courses:remind"), {})
    assert reminded() == []


def test_the_answer_leads_back_to_the_same_filters(client, team, now):
    course = build.course()
    late(factories.person(at=team), course, now)
    response = client.post(f"{reverse('courses:remind')}?course={course.pk}", {"all": "1"})
    assert response.url == f"{reverse('courses:training')}?course={course.pk}"
    assert "1" in said(response)
