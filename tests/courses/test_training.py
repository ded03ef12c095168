"""The pages of trainers, and how far they reach."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses import services
from courses.models import Assignment, Attendance, ClassSession
from people.services import assign_role
from tests import factories
from tests.courses import build
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def client(trainer):
    return signed_in(trainer)


def late(user, course, now, days=3):
    day = timezone.localdate(now)
    return services.assign(
        user=user,
        course=course,
        cause="plan",
        cause_date=day - timedelta(days=30),
        due_on=day - timedelta(days=days),
        by=None,
        now=now,
    )


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


def test_the_overview_names_who_is_late_within_reach_and_why(client, team, now):
    course = build.course("客户投诉处理")
    late(factories.person("林晓雨", at=team), course, now)
    late(factories.person("赵远", at=factories.unit("外班")), course, now)
    text = client.get(reverse("courses:training")).text
    assert "林晓雨" in text
    assert "赵远" not in text


def test_the_overview_costs_the_same_for_one_and_for_many(client, team, now):
    late(factories.person(at=team), build.course(), now)
    one = queries_of(client, reverse("courses:training"))
    for _each in range(3):
        late(factories.person(at=team), build.course(), now)
    assert queries_of(client, reverse("courses:training")) == one


def test_the_matrix_costs_the_same_for_many_people_and_courses(client, team, now):
    late(factories.person(at=team), build.course(), now)
    one = queries_of(client, reverse("courses:matrix"))
    for _each in range(3):
        late(factories.person(at=team), build.course(), now)
    assert queries_of(client, reverse("courses:matrix")) == one


def test_the_matrix_says_in_words_where_everybody_is(client, team, now):
    course = build.course(lessons=1)
    done, behind = factories.person("林晓雨", at=team), factories.person("陈思远", at=team)
    enrolment = services.enrol(user=done, course=course, now=now)
    services.complete_lesson(enrolment=enrolment, lesson=build.lessons(course)[0], now=now)
    late(behind, course, now)
    response = client.get(reverse("courses:matrix"))
    cells = {row.user.name: cells[0].kind for row, cells in response.context["table"].lines if cells[0]}
    assert cells == {"林晓雨": "ok", "陈思远": "late"}
    assert client.get(reverse("courses:matrix"), {"export": "xlsx"}).status_code == 200


def assign_data(course, now, **more):
    due = timezone.localdate(now) + timedelta(days=10)
    return {"course": course.pk, "due_on": due.isoformat(), "note": "", "names": "", **more}


def test_assigning_shows_whom_it_means_before_it_writes(client, trainer, team, now):
    course = build.course()
    user = factories.person("林晓雨", at=team)
    data = assign_data(course, now, names="林晓雨", note="新政策")
    preview = client.post(reverse("courses:assign"), data)
    assert preview.context["preview"]["fresh"] == 1
    assert not Assignment.objects.exists()
    client.post(reverse("courses:assign"), {**data, "confirm": "1"})
    row = Assignment.objects.get()
    assert (row.user, row.course, row.assigned_by, row.note) == (user, course, trainer, "新政策")


def test_a_unit_means_everybody_in_it(client, team, now):
    people = {factories.person(at=team).pk for _each in range(2)}
    client.post(reverse("courses:assign"), assign_data(build.course(), now, unit=team.pk, confirm="1"))
    assert people <= set(Assignment.objects.values_list("user", flat=True))


def test_people_outside_reach_and_names_of_several_are_named_as_errors(client, team, now):
    factories.person("赵远", at=factories.unit("外班"))
    for _each in range(2):
        factories.person("林晓雨", at=team)
    response = client.post(reverse("courses:assign"), assign_data(build.course(), now, names="赵远 林晓雨"))
    errors = " ".join(response.context["form"].errors["names"])
    assert "赵远" in errors
    assert "林晓雨" in errors
    assert not Assignment.objects.exists()


def test_an_assignment_is_withdrawn_with_a_reason(client, team, now):
    row = late(factories.person(at=team), build.course(), now)
    client.post(reverse("courses:withdraw", args=[row.pk]), {"reason": ""})
    row.refresh_from_db()
    assert row.withdrawn_at is None
    client.post(reverse("courses:withdraw", args=[row.pk]), {"reason": "转岗"})
    row.refresh_from_db()
    assert row.withdrawn_at is not None


def session_data(trainer, **more):
    return {
        "title": "来电接听三声",
        "topic": factories.topic().pk,
        "instructor": trainer.employee_no,
        "place": "三楼培训室",
        "day": "2026-12-01",
        "begins": "14:00",
        "ends": "15:30",
        "places": "20",
        "names": "",
        **more,
    }


def test_a_session_is_scheduled_for_a_unit(client, trainer, team):
    factories.person(at=team)
    client.post(reverse("courses:session_new"), session_data(trainer, unit=team.pk))
    session = ClassSession.objects.get()
    assert timezone.localtime(session.starts_at).time() == time(14, 0)
    assert session.attendances.count() == 2


def test_a_session_that_ends_before_it_starts_is_refused_in_a_sentence(client, trainer):
    response = client.post(reverse("courses:session_new"), session_data(trainer, ends="13:00"))
    assert response.context["form"].non_field_errors()
    assert not ClassSession.objects.exists()


def session_now(trainer, user, now):
    starts = timezone.make_aware(datetime.combine(timezone.localdate(now), time(0, 1)))
    return services.schedule_session(
        title="今天的课",
        topic=factories.topic(),
        instructor=trainer,
        place="三楼",
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        places=20,
        users=[user],
        by=trainer,
        now=now,
    )


def test_attendance_is_noted_with_a_button(client, trainer, team, now):
    user = factories.person(at=team)
    session = session_now(trainer, user, now)
    assert "今天的课" in client.get(reverse("courses:training")).text
    client.post(reverse("courses:attendance", args=[session.pk]), {"user": user.pk, "state": "absent"})
    row = Attendance.objects.get()
    assert (row.state, row.noted_by) == ("absent", trainer)


def test_a_session_page_costs_the_same_for_many(client, trainer, team, now):
    session = session_now(trainer, factories.person(at=team), now)
    url = reverse("courses:session", args=[session.pk])
    one = queries_of(client, url)
    Attendance.objects.bulk_create([Attendance(session=session, user=factories.person(at=team)) for _ in range(3)])
    assert queries_of(client, url) == one
    listed = queries_of(client, reverse("courses:session_list"))
    session_now(trainer, factories.person(at=team), now)
    assert queries_of(client, reverse("courses:session_list")) == listed


def test_a_session_of_others_is_not_found(client, now):
    stranger = factories.with_role("trainer", over=factories.unit("外班"), name="吴刚")
    session = session_now(stranger, factories.person(at=factories.unit("外二班")), now)
    assert client.get(reverse("courses:session", args=[session.pk])).status_code == 404


def test_due_days_in_the_past_are_refused_by_the_form(client, team, now):
    data = assign_data(build.course(), now, unit=team.pk, due_on=date(2020, 1, 1).isoformat(), confirm="1")
    response = client.post(reverse("courses:assign"), data)
    assert response.context["form"].errors["due_on"]
    assert not Assignment.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("roles", "name"), [(["manager"], "matrix"), (["personnel"], "matrix"), (["manager", "trainer"], "training")]
)
def test_whoever_looks_after_learning_finds_training_in_the_menu_once(roles, name):
    user = factories.with_role(roles[0])
    for role in roles[1:]:
        assign_role(
            user=user, role=role, unit=factories.company(), valid_from=date(2026, 1, 1), now=timezone.now(), by=None
        )
    client = Client()
    client.force_login(user)
    links = [link.url for link in client.get(reverse("courses:mine")).context["frame"].work if "/learn/" in link.url]
    assert links == [reverse(f"courses:{name}")]
