"""New hires by week and hours of training."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from courses import progress, queries, services, tasks
from courses.models import TrainingExport
from people.models import User
from people.services import change_employment, end_access_of_leavers, end_employment, hire
from tests import factories
from tests.courses import build
from tests.courses.test_services import finish
from tests.factories import signed_in


@pytest.fixture
def now():
    return timezone.now()


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
def test_the_unit_chosen_among_the_weeks_is_kept_on_the_page_of_a_week(team, trainer, now):
    build.onboarding(build.course(lessons=1))
    today, part = timezone.localdate(now), factories.unit("热线一班早组", parent=team)
    newcomer(team, today, now, 900001)
    moving = newcomer(part, today, now, 900002)
    change_employment(user=moving, on=today + timedelta(days=9), unit=team, cause="transfer", now=now, by=None)
    client, week = signed_in(trainer), queries.monday(today)
    table = client.get(reverse("courses:cohorts"), {"unit": part.pk}).context["table"]
    assert [len(row.people) for row in table.all_rows] == [1]
    url = table.rows[0].cells[0].url
    assert url == reverse("courses:cohort", args=[week.isoformat()]) + f"?unit={part.pk}"
    page = client.get(url)
    # Where somebody works today, not where they will.
    assert [(row.user.pk, row.job.unit) for row in page.context["table"].all_rows] == [(moving.pk, part)]
    assert page.context["back_url"] == reverse("courses:cohorts") + f"?unit={part.pk}"


@pytest.mark.django_db
def test_whoever_has_no_path_has_a_column_where_there_is_somebody(team, trainer, now):
    newcomer(team, timezone.localdate(now), now, 900001)
    client = signed_in(trainer)
    columns = [column.name for column in client.get(reverse("courses:cohorts")).context["table"].columns]
    assert "none" in columns
    build.onboarding(build.course(lessons=1))
    other = factories.unit("营业厅班")
    newcomer(other, timezone.localdate(now), now, 900002)
    client = signed_in(factories.with_role("trainer", over=other))
    columns = [column.name for column in client.get(reverse("courses:cohorts")).context["table"].columns]
    assert "none" not in columns


@pytest.mark.django_db
def test_who_left_on_the_way_stays_in_the_week(team, trainer, now):
    course = build.course(lessons=1)
    build.onboarding(course, days=30)
    today = timezone.localdate(now)
    start = queries.monday(today) - timedelta(weeks=6)
    gone, stays = (newcomer(team, start, now - timedelta(days=40), 900001 + n) for n in range(2))
    finish(stays, course, now - timedelta(days=20))
    end_employment(user=gone, last_day=today - timedelta(days=1), now=now, by=None, reason="离职")
    end_access_of_leavers(now=now)
    (row,) = signed_in(trainer).get(reverse("courses:cohorts")).context["table"].all_rows
    assert {state: row.count(state) for state in ("in_time", "left", "late")} == {"in_time": 1, "left": 1, "late": 0}
    assert (len(row.people), row.share(30)) == (2, 100)


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
def test_a_unit_leads_to_its_own_people_and_nothing_above_it_is_summed_up_in_part(team, trainer, now):
    early, late = (factories.unit(f"热线一班{name}", parent=team) for name in ("早组", "晚组"))
    for unit in (early, late):
        finish(factories.person(at=unit), build.course(lessons=1, minutes=60), now)
    client = signed_in(trainer)
    units = client.get(reverse("courses:hours"), {"sort": "name"}).context["units"]
    assert [(row.unit, len(row.steps), row.people, row.hours) for row in units] == [
        (team, 0, 3, 2.0),
        (early, 1, 1, 1.0),
        (late, 1, 1, 1.0),
    ]
    page = client.get(reverse("courses:hours") + units[1].url)
    assert [(row.unit, row.people, row.hours) for row in page.context["units"]] == [(early, 1, 1.0)]
    assert {row.job.unit for row in page.context["table"].all_rows} == {early}


@pytest.mark.django_db
def test_of_very_many_units_the_topmost_two_levels_are_shown(team, trainer, monkeypatch):
    monkeypatch.setattr("courses.tables.hours.UNITS", 2)
    part = factories.unit("早组", parent=team)
    lowest = factories.unit("早一组", parent=part)
    factories.person(at=lowest)
    client = signed_in(trainer)
    assert [row.unit for row in client.get(reverse("courses:hours")).context["units"]] == [team, part]
    below = client.get(reverse("courses:hours"), {"unit": part.pk}).context["units"]
    assert [row.unit for row in below] == [part, lowest]


@pytest.mark.django_db
def test_hours_cost_the_same_for_many_as_for_one(team, trainer, now, django_assert_max_num_queries):
    client = signed_in(trainer)
    client.get(reverse("courses:hours"))
    course = build.course(lessons=1)
    for _number in range(25):
        finish(factories.person(at=team), course, now)
    with django_assert_max_num_queries(16):
        client.get(reverse("courses:hours"))


@pytest.mark.django_db
def test_every_report_is_made_by_the_queue(team, trainer, now):
    build.course(lessons=1)
    for report in ("matrix", "late", "hours", "cohort"):
        export = TrainingExport.objects.create(report=report, query="", asked_by=trainer, asked_at=now)
        tasks.write_export(export.pk)
        export.refresh_from_db()
        assert export.state == "ready", report
        assert signed_in(trainer).get(reverse("courses:export", args=[export.pk])).status_code == 200
