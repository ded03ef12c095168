"""New hires by week, hours, and reports that come by themselves."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ
from hypothesis import given
from hypothesis import strategies as st

from courses import progress, queries, services, tasks
from courses.models import ReportSchedule, TrainingExport
from ground.errors import Refused
from people.models import Notification, User
from people.services import end_role, hire
from tests import factories
from tests.courses import build
from tests.courses.test_services import finish

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def team(db):
    return factories.unit("热线一班")


@pytest.fixture
def trainer(team):
    return factories.with_role("trainer", over=team)


def newcomer(team, day, now, number):
    return hire(
        employee_no=str(number), name=f"新人{number}", unit=team, post=factories.post(), on=day, now=now, by=None
    )


@given(
    st.sampled_from([("week", 7), ("month", 28)]), st.integers(1, 28), st.dates(date(2020, 1, 1), date(2030, 12, 31))
)
def test_the_last_day_is_the_newest_there_is(kind, day, on):
    every, most = kind
    day = min(day, most)
    last = progress.last_day(every=every, day=day, on=on)
    assert last <= on
    assert (last.isoweekday() if every == "week" else last.day) == day
    assert on - last < timedelta(days=7 if every == "week" else 31)


@pytest.mark.django_db
def test_a_week_counts_its_people_by_where_they_are(team, trainer, now):
    course = build.course(lessons=1)
    build.onboarding(course, days=30)
    today = timezone.localdate(now)
    start = queries.monday(today) - timedelta(weeks=3)
    done, late, idle = (newcomer(team, start, now - timedelta(days=20), 900001 + n) for n in range(3))
    finish(done, course, now)
    services.enrol(user=late, course=course, now=now)
    cohort = queries.cohorts(User.objects.all(), today)[0]
    assert (cohort.week, len(cohort.people)) == (start, 3)
    assert [cohort.count(state) for state in ("in_time", "going", "waiting", "late")] == [1, 1, 1, 0]
    assert cohort.median_days == (today - start).days
    later = queries.cohorts(User.objects.filter(pk=idle.pk), today + timedelta(days=31), weeks=20)[0]
    assert (later.count("late"), later.share(30), later.share(90)) == (1, 0, None)


@pytest.mark.django_db
def test_the_pages_of_new_hires_keep_to_ones_reach(team, trainer, now):
    build.onboarding(build.course(lessons=1))
    today = timezone.localdate(now)
    newcomer(team, today, now, 900001)
    newcomer(factories.unit("外班"), today, now, 900002)
    client, week = signed_in(trainer), queries.monday(today)
    assert [len(row.people) for row in client.get(reverse("courses:cohorts")).context["table"].all_rows] == [1]
    page = client.get(reverse("courses:cohort", args=[week.isoformat()]))
    assert [row.user.employee_no for row in page.context["table"].all_rows] == ["900001"]
    for wrong in ("2026-13-40", (week + timedelta(days=1)).isoformat(), "x"):
        assert client.get(reverse("courses:cohort", args=[wrong])).status_code == 404


@pytest.mark.django_db
def test_new_hires_cost_the_same_for_many_as_for_one(team, trainer, now, django_assert_max_num_queries):
    build.onboarding(build.course(lessons=1))
    client = signed_in(trainer)
    client.get(reverse("courses:cohorts"))
    for number in range(25):
        newcomer(team, timezone.localdate(now), now, 900001 + number)
    with django_assert_max_num_queries(16):
        client.get(reverse("courses:cohorts"))


@pytest.mark.django_db
def test_hours_are_of_people_and_of_units_with_all_below(team, trainer, now):
    user = factories.person(at=team)
    course = build.course(lessons=1, minutes=90)
    finish(user, course, now)
    finish(factories.person(at=factories.unit("外班")), course, now)
    client = signed_in(trainer)
    page = client.get(reverse("courses:hours"))
    table = page.context["table"]
    assert {row.job.user_id: row.minutes.total for row in table.all_rows} == {user.pk: 90, trainer.pk: 0}
    assert [(row.unit.name, row.people, row.hours, row.average) for row in page.context["units"]] == [
        ("热线一班", 2, 1.5, 0.8)
    ]
    last_year = client.get(reverse("courses:hours"), {"year": timezone.localdate(now).year - 1}).context["table"]
    assert all(row.minutes.total == 0 for row in last_year.all_rows)
    sheet = client.get(reverse("courses:hours"), {"export": "xlsx", "sort": "-total"})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(sheet.streaming_content))).active.values)
    assert rows[1][1:3] == (user.employee_no, "热线一班")
    assert rows[1][-1] == 1.5


@pytest.mark.django_db
def test_hours_cost_the_same_for_many_as_for_one(team, trainer, now, django_assert_max_num_queries):
    client = signed_in(trainer)
    client.get(reverse("courses:hours"))
    course = build.course(lessons=1)
    for _number in range(25):
        finish(factories.person(at=team), course, now)
    with django_assert_max_num_queries(16):
        client.get(reverse("courses:hours"))


def scheduled(user, now, *, report="late", query="", every="week", day=None):
    today = timezone.localdate(now)
    return services.schedule_report(
        report=report, query=query, every=every, day=day or today.isoweekday(), by=user, now=now - timedelta(days=8)
    )


def work_off() -> None:
    """What the queue holds, once."""
    for item in list(OrmQ.objects.all()):
        task = item.task
        if str(task["func"]).endswith("send_report"):
            tasks.send_report(*task["args"])
        item.delete()


@pytest.mark.django_db
def test_a_report_comes_on_its_day_once_with_the_file(team, trainer, now, django_capture_on_commit_callbacks):
    trainer.email = "zhou@example.com"
    trainer.save()
    schedule = scheduled(trainer, now)
    assert services.send_reports(now=now) == 1
    assert services.send_reports(now=now + timedelta(hours=1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        work_off()
    export = TrainingExport.objects.get()
    assert (export.report, export.state, export.asked_by) == ("late", "ready", trainer)
    assert Notification.objects.get(user=trainer, kind="report_ready").url == reverse(
        "courses:export", args=[export.pk]
    )
    (letter,) = mail.outbox
    assert (letter.to, letter.attachments[0][0].endswith(".xlsx")) == (["zhou@example.com"], True)
    tasks.send_report(schedule.pk, export.pk)
    assert len(mail.outbox) == 1
    assert services.send_reports(now=now + timedelta(days=7)) == 1


@pytest.mark.django_db
def test_a_missed_night_is_caught_up_and_the_first_day_is_not_before_the_asking(team, trainer, now):
    scheduled(trainer, now)
    assert services.send_reports(now=now + timedelta(days=3)) == 1
    today = timezone.localdate(now)
    services.schedule_report(
        report="late", query="x=1", every="week", day=(today - timedelta(days=1)).isoweekday(), by=trainer, now=now
    )
    assert services.send_reports(now=now + timedelta(hours=2)) == 0


@pytest.mark.django_db
def test_a_report_without_an_address_is_told_and_not_mailed(team, trainer, now):
    scheduled(trainer, now)
    services.send_reports(now=now)
    work_off()
    assert mail.outbox == []
    assert Notification.objects.filter(user=trainer, kind="report_ready").count() == 1


@pytest.mark.django_db
def test_a_report_ends_when_its_owner_may_not_see_it_any_more(team, trainer, now):
    scheduled(trainer, now)
    end_role(assignment=trainer.role_assignments.get(), on=timezone.localdate(now), now=now, by=None)
    services.send_reports(now=now)
    work_off()
    assert ReportSchedule.objects.get().ended_at is not None
    assert TrainingExport.objects.get().state == "failed"
    assert Notification.objects.filter(user=trainer, kind="report_ended").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("every", "day"), [("week", 8), ("week", 0), ("month", 29), ("day", 1)])
def test_a_day_there_is_not_is_refused(trainer, now, every, day):
    with pytest.raises(Refused):
        services.schedule_report(report="late", query="", every=every, day=day, by=trainer, now=now)
    assert ReportSchedule.objects.count() == 0


@pytest.mark.django_db
def test_somebody_has_what_they_see_sent_and_ends_it(trainer):
    build.course(lessons=1)
    client = signed_in(trainer)
    for report, page in (("matrix", "matrix"), ("late", "training"), ("hours", "hours"), ("cohort", "cohorts")):
        assert reverse("courses:schedule_new", args=[report]) in client.get(reverse(f"courses:{page}")).text
        client.post(reverse("courses:schedule_new", args=[report]) + "?state=late&page=3", {"when": "week-1"})
    assert list(ReportSchedule.objects.values_list("query", flat=True)) == ["state=late"] * 4
    client.post(reverse("courses:schedule_new", args=["late"]), {"when": "tomorrow"})
    client.post(reverse("courses:schedule_new", args=["matrix"]) + "?state=late", {"when": "week-1"})
    assert ReportSchedule.objects.count() == 4
    assert client.post(reverse("courses:schedule_new", args=["nothing"]), {"when": "week-1"}).status_code == 404
    page = client.get(reverse("courses:schedules"))
    assert len(page.context["rows"]) == 4
    for row, _when, _url in page.context["rows"]:
        client.post(reverse("courses:schedule_end", args=[row.pk]))
    assert client.get(reverse("courses:schedules")).context["rows"] == []


@pytest.mark.django_db
def test_every_report_is_made_by_the_queue(team, trainer, now):
    build.course(lessons=1)
    for report in ("matrix", "late", "hours", "cohort"):
        export = TrainingExport.objects.create(report=report, query="", asked_by=trainer, asked_at=now)
        tasks.write_export(export.pk)
        export.refresh_from_db()
        assert export.state == "ready", report
        assert signed_in(trainer).get(reverse("courses:export", args=[export.pk])).status_code == 200
