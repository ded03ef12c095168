"""Reports that come by themselves: on their day, once, with what their owner may see then."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core import mail
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django_q.models import OrmQ

from courses import services, tasks
from courses.models import ReportSchedule, TrainingExport
from courses.tables import figures, table_of
from ground.errors import Refused
from ground.models import JournalEntry
from ground.private_files import private_storage
from people.models import Notification
from people.services import assign_role, end_role
from tests import factories
from tests.courses import build
from tests.courses.test_services import finish
from tests.courses.test_tracking import newcomer
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def scheduled(user, now, *, report="late", query="", every="week", day=None):
    today = timezone.localdate(now)
    return services.schedule_report(
        report=report, query=query, every=every, day=day or today.isoweekday(), by=user, now=now - timedelta(days=8)
    )


def work_off() -> None:
    """What the queue holds, and what that queues; each once."""
    works = {"send_report": tasks.send_report, "mail_report": services.mail_report}
    while items := list(OrmQ.objects.all()):
        for item in items:
            work = works.get(str(item.task["func"]).rpartition(".")[2])
            item.delete()
            if work:
                work(*item.task["args"])


def addressed(user, language=""):
    user.email, user.language = "zhou@example.com", language
    user.save()
    return user


def test_a_report_comes_on_its_day_once_with_the_file(team, trainer, now):
    addressed(trainer)
    schedule = scheduled(trainer, now)
    assert services.send_reports(now=now) == 1
    assert services.send_reports(now=now + timedelta(hours=1)) == 0
    work_off()
    export = TrainingExport.objects.get()
    assert (export.report, export.state, export.asked_by) == ("late", "ready", trainer)
    assert Notification.objects.get(user=trainer, kind="report_ready").url == reverse(
        "courses:export", args=[export.pk]
    )
    (letter,) = mail.outbox
    assert (letter.to, letter.attachments[0][0].endswith(".xlsx")) == (["zhou@example.com"], True)
    tasks.send_report(schedule.pk, export.pk)
    work_off()
    assert services.mail_report(export.pk, "") is False
    assert len(mail.outbox) == 1
    assert services.send_reports(now=now + timedelta(days=7)) == 1


def test_the_mail_says_the_figures_and_where_the_file_is_in_the_language_of_its_reader(team, trainer, now, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://academy.example.com/"
    course, other = build.course(lessons=1), build.course(lessons=1)
    late = factories.person("林晓雨", at=team)
    for each in (course, other):
        day = timezone.localdate(now) - timedelta(days=1)
        services.assign(user=late, course=each, cause="plan", cause_date=day, due_on=day, by=None, now=now)
    scheduled(addressed(trainer, "en"), now)
    services.send_reports(now=now)
    work_off()
    (letter,) = mail.outbox
    assert letter.subject == "Who is late"
    assert "People who are late: 1, with courses: 2." in letter.body
    address = "https://academy.example.com" + reverse("courses:export", args=[TrainingExport.objects.get().pk])
    assert f"For 7 days you find the file here: {address}" in letter.body
    assert Notification.objects.get(user=trainer, kind="report_ready").params["report"] == "who is late"


def test_a_mail_that_could_not_leave_leaves_when_the_queue_tries_again(team, trainer, now, settings):
    addressed(trainer)
    scheduled(trainer, now)
    services.send_reports(now=now)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(OSError, match="refused"):
        work_off()
    settings.EMAIL_BACKEND = backend
    assert services.mail_report(TrainingExport.objects.get().pk, "") is True
    assert len(mail.outbox) == 1


def test_a_file_too_large_for_a_mail_is_only_pointed_to(team, trainer, now, monkeypatch):
    monkeypatch.setattr("courses.services.schedules.LARGEST_ATTACHMENT", 10)
    scheduled(addressed(trainer, "en"), now)
    services.send_reports(now=now)
    work_off()
    (letter,) = mail.outbox
    assert letter.attachments == []
    assert "too large" in letter.body


def test_a_report_that_could_not_be_made_is_told_with_the_way_to_have_it_made_again(
    team, trainer, now, settings, tmp_path
):
    blocked = tmp_path / "file"
    blocked.write_text("")
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(blocked)}}
    scheduled(addressed(trainer), now)
    services.send_reports(now=now)
    settings.STORAGES = {**settings.STORAGES, "private": backend}
    with pytest.raises(OSError, match="file"):
        work_off()
    export = TrainingExport.objects.get()
    assert export.state == "failed"
    note = Notification.objects.get(user=trainer, kind__startswith="report")
    assert (note.kind, note.url) == ("report_failed", reverse("courses:export", args=[export.pk]))
    assert mail.outbox == []


def test_a_report_holds_what_its_owner_reaches_on_the_day_it_is_sent(team, trainer, now):
    other, today = factories.unit("营业厅班"), timezone.localdate(now)
    for number, unit in enumerate((team, other)):
        factories.person(f"员工{number}", at=unit)
    build.course(lessons=1)
    role = assign_role(user=trainer, role="trainer", unit=other, valid_from=today - timedelta(days=9), now=now, by=None)
    services.schedule_report(
        report="matrix", query="", every="week", day=today.isoweekday(), by=trainer, now=now - timedelta(days=8)
    )
    end_role(assignment=role, on=today, now=now, by=None)
    services.send_reports(now=now)
    work_off()
    with private_storage().open(TrainingExport.objects.get().stored, "rb") as file:
        rows = list(openpyxl.load_workbook(io.BytesIO(file.read())).active.iter_rows(min_row=2, values_only=True))
    assert {row[2] for row in rows} == {"热线一班"}


def test_the_figures_of_each_report_count_what_is_found(team, trainer, now):
    course, today = build.course(lessons=1, minutes=90), timezone.localdate(now)
    build.onboarding(course)
    hired = newcomer(team, today, now, 900001)
    newcomer(factories.unit("外班"), today, now, 900002)
    finish(hired, course, now)
    other = build.course(lessons=1)
    day = today - timedelta(days=1)
    services.assign(user=hired, course=other, cause="plan", cause_date=day, due_on=day, by=None, now=now)
    request = RequestFactory().get("/")
    request.user, request.now = trainer, now
    with override("en"):
        assert [figures(table_of(report, request)) for report in ("matrix", "late", "hours", "cohort")] == [
            "People: 2, of whom late: 1.",
            "People who are late: 1, with courses: 1.",
            "People: 2, hours of training: 1.5.",
            "New hires: 1, of whom finished: 1, late: 0.",
        ]


def test_a_missed_night_is_caught_up_and_the_first_day_is_not_before_the_asking(team, trainer, now):
    scheduled(trainer, now)
    assert services.send_reports(now=now + timedelta(days=3)) == 1
    today = timezone.localdate(now)
    services.schedule_report(
        report="late", query="x=1", every="week", day=(today - timedelta(days=1)).isoweekday(), by=trainer, now=now
    )
    assert services.send_reports(now=now + timedelta(hours=2)) == 0


def test_a_report_without_an_address_is_told_and_not_mailed(team, trainer, now):
    scheduled(trainer, now)
    services.send_reports(now=now)
    work_off()
    assert mail.outbox == []
    assert Notification.objects.filter(user=trainer, kind="report_ready").count() == 1


def test_a_report_ends_when_its_owner_may_not_see_it_any_more(team, trainer, now):
    scheduled(trainer, now)
    end_role(assignment=trainer.role_assignments.get(), on=timezone.localdate(now), now=now, by=None)
    services.send_reports(now=now)
    work_off()
    assert ReportSchedule.objects.get().ended_at is not None
    assert TrainingExport.objects.get().state == "failed"
    assert Notification.objects.filter(user=trainer, kind="report_ended").count() == 1


def test_a_report_of_somebody_who_may_not_sign_in_any_more_ends(team, trainer, now):
    schedule = scheduled(addressed(trainer), now)
    trainer.is_active = False
    trainer.save()
    services.send_reports(now=now)
    work_off()
    assert ReportSchedule.objects.get().ended_at is not None
    assert JournalEntry.objects.filter(verb="report.unscheduled", object_id=str(schedule.pk)).count() == 1
    assert mail.outbox == []


@pytest.mark.parametrize(("every", "day"), [("week", 8), ("week", 0), ("month", 29), ("day", 1)])
def test_a_day_there_is_not_is_refused(trainer, now, every, day):
    with pytest.raises(Refused):
        services.schedule_report(report="late", query="", every=every, day=day, by=trainer, now=now)
    assert ReportSchedule.objects.count() == 0


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


def test_this_year_stays_this_year_in_a_report_and_another_stays_itself(trainer, now):
    client, year = signed_in(trainer), timezone.localdate(now).year
    for asked in (year, year - 1):
        url = reverse("courses:schedule_new", args=["hours"])
        client.post(f"{url}?year={asked}&sort=name", {"when": "week-1"})
    assert sorted(ReportSchedule.objects.values_list("query", flat=True)) == ["sort=name", f"year={year - 1}&sort=name"]


def test_a_filter_that_finds_nobody_today_can_be_sent_too(trainer):
    build.course(lessons=1)
    text = signed_in(trainer).get(reverse("courses:matrix"), {"state": "late"}).text
    assert reverse("courses:schedule_new", args=["matrix"]) in text
