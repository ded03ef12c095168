"""Leave moves due days; a person moves one; reminders know of both."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from courses import queries, services
from courses.models import DueChange, Leave, ReminderSettings
from courses.models.assigning import days
from ground.errors import Refused
from people.models import Notification
from tests import factories
from tests.courses import build
from tests.courses.test_services import assign
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


def away(user, by, now, first=date(2026, 11, 25), last=date(2026, 12, 4), reason="产假"):
    return services.enter_leave(user=user, starts_on=first, ends_on=last, reason=reason, by=by, now=now)


@pytest.fixture
def both():
    return factories.person(), factories.with_role("trainer")


def test_leave_moves_what_is_due_from_its_first_day_on(both, now):
    user, trainer = both
    before = assign(user, build.course(), now, due_on=date(2026, 11, 24))
    after = assign(user, build.course(), now, due_on=date(2026, 12, 1))
    _leave, moved = away(user, trainer, now)
    before.refresh_from_db()
    after.refresh_from_db()
    assert (moved, before.due_on, after.due_on, after.moved_days) == (1, date(2026, 11, 24), date(2026, 12, 11), 10)
    with translation.override("en"):
        assert queries.why_of(after).endswith("Moved 10 days later.")


def test_what_is_assigned_while_somebody_is_away_is_due_later_by_the_days_left(both, now):
    user, trainer = both
    away(user, trainer, now, first=date(2026, 11, 16), last=date(2026, 11, 27))
    row = assign(user, build.course(), now, due_on=date(2026, 12, 1))
    row.refresh_from_db()
    assert row.due_on == date(2026, 12, 6)
    assert DueChange.objects.get().reason == "产假"


def test_a_leave_that_is_taken_back_moves_the_days_back(both, now):
    user, trainer = both
    row = assign(user, build.course(), now, due_on=date(2026, 12, 1))
    leave, _moved = away(user, trainer, now)
    services.take_back_leave(leave=leave, by=trainer, now=now)
    services.take_back_leave(leave=leave, by=trainer, now=now)
    row.refresh_from_db()
    assert (row.due_on, row.moved_days, DueChange.objects.count()) == (date(2026, 12, 1), 0, 2)
    away(user, trainer, now)
    assert Leave.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"first": date(2026, 12, 5)}, "order"),
        ({"last": date(2029, 12, 5)}, "too_long"),
        ({"reason": " "}, "no_reason"),
    ],
)
def test_a_leave_that_cannot_be_is_refused(both, now, change, code):
    user, trainer = both
    with pytest.raises(Refused) as refusal:
        away(user, trainer, now, **change)
    assert (refusal.value.code, Leave.objects.count()) == (code, 0)


def test_leaves_do_not_overlap_and_nobody_enters_their_own(both, now):
    user, trainer = both
    first, _moved = away(user, trainer, now)
    assert away(user, trainer, now) == (first, 0)
    for who, by, code in ((user, trainer, "overlap"), (trainer, trainer, "self")):
        with pytest.raises(Refused) as refusal:
            away(who, by, now, last=date(2026, 12, 1))
        assert refusal.value.code == code


def test_a_trainer_moves_a_due_day_with_a_reason_and_the_page_says_so(both):
    user, trainer = both
    now = timezone.now()
    today = timezone.localdate(now)
    row = services.assign(
        user=user,
        course=build.course(),
        cause="manual",
        cause_date=today,
        due_on=today + timedelta(days=5),
        by=trainer,
        now=now,
    )
    client, move = signed_in(trainer), reverse("courses:move", args=[row.pk])
    for given in (
        {"due_on": "", "reason": "高峰期"},
        {"due_on": (today - timedelta(days=1)).isoformat(), "reason": "高峰期"},
        {"due_on": (today + timedelta(days=9)).isoformat(), "reason": ""},
        {"due_on": "2999-01-01", "reason": "高峰期"},
    ):
        client.post(move, given)
    assert DueChange.objects.count() == 0
    client.post(move, {"due_on": (today + timedelta(days=9)).isoformat(), "reason": "高峰期"})
    row.refresh_from_db()
    assert (row.due_on, row.moved_days) == (today + timedelta(days=9), 4)
    assert "高峰期" in client.get(reverse("courses:assignment", args=[row.pk])).text


def test_nobody_moves_their_own_day(now):
    trainer = factories.with_role("trainer")
    row = assign(trainer, build.course(), now)
    with pytest.raises(Refused):
        services.move_due(assignment=row, due_on=date(2027, 1, 1), reason="忙", by=trainer, now=now)


def test_pages_of_leave_keep_to_ones_reach(both, now):
    user, trainer = both
    client = signed_in(trainer)
    page = reverse("courses:leave_new")
    given = {"person": user.employee_no, "starts_on": "2026-11-25", "ends_on": "2026-12-04", "reason": "病假"}
    done = client.post(page, given)
    leave = Leave.objects.get()
    assert done["Location"] == reverse("courses:leave", args=[leave.pk])
    assert client.get(done["Location"]).status_code == 200
    assert client.post(page, {**given, "person": "没有此人"}).context["form"].errors
    assert client.get(reverse("courses:leave_list")).context["table"].count == 1
    stranger = signed_in(factories.with_role("manager", over=factories.unit()))
    assert stranger.get(done["Location"]).status_code == 404
    assert stranger.post(page, {**given, "starts_on": "2027-01-01", "ends_on": "2027-01-02"}).context["form"].errors
    client.post(reverse("courses:leave_back", args=[leave.pk]))
    assert Leave.objects.get().withdrawn_at is not None


def due(user, now, days, course=None):
    on = timezone.localdate(now) + timedelta(days=days)
    return services.assign(
        user=user,
        course=course or build.course(),
        cause="plan",
        cause_date=date(2026, 1, 1),
        due_on=on,
        by=None,
        now=now,
    )


def told(user):
    return [row.kind for row in Notification.objects.filter(user=user).exclude(kind="course_assigned").order_by("pk")]


def test_one_digest_names_all_that_presses(now):
    user, quiet = factories.person(), factories.person()
    due(user, now, 7)
    due(user, now, -3)
    due(user, now, 40)
    due(quiet, now, 5)
    assert services.remind(now=now) == (1, 0)
    assert services.remind(now=now) == (0, 0)
    line = Notification.objects.get(user=user, kind="course_digest")
    assert line.params["count"] == 2
    assert told(quiet) == []


def test_who_is_away_is_not_reminded(both, now):
    user, trainer = both
    due(user, now, 7)
    away(user, trainer, now, first=date(2026, 11, 20), last=date(2026, 11, 30))
    services.remind(now=now)
    assert told(user) == []


def test_the_manager_hears_of_who_has_become_late_once(now):
    unit = factories.unit()
    manager, user = factories.with_role("manager", over=unit), factories.person(at=unit)
    other = factories.with_role("manager", over=factories.unit())
    due(user, now, -3)
    due(user, now, -3)
    due(manager, now, -3)
    assert services.remind(now=now)[1] == 1
    line = Notification.objects.get(user=manager, kind="team_late")
    assert (line.params["people"], line.params["courses"]) == (1, 2)
    assert told(other) == []
    services.remind(now=now + timedelta(days=1))
    assert Notification.objects.filter(kind="team_late").count() == 1


def test_the_days_of_reminders_are_data(now):
    user = factories.person()
    due(user, now, 10)
    settings = ReminderSettings.load()
    settings.before = "10、3"
    settings.save()
    assert services.remind(now=now)[0] == 1
    assert days("7, 1；0") == [7, 1, 0]
    for wrong in ("seven", "-1", "400", "1.5"):
        with pytest.raises(ValidationError):
            days(wrong)


def test_an_administrator_changes_the_days_and_bad_ones_are_refused():
    admin = signed_in(factories.with_role("administrator"))
    page = reverse("wagtailsettings:edit", args=["courses", "remindersettings"])
    answer = admin.get(page, follow=True)
    assert answer.status_code == 200
    address = answer.redirect_chain[-1][0] if answer.redirect_chain else page
    admin.post(address, {"before": "七天", "after": "1", "manager_after": "3"})
    assert ReminderSettings.load().before == "7, 1"
    admin.post(address, {"before": "14, 3", "after": "1", "manager_after": "5"})
    assert (ReminderSettings.load().before, ReminderSettings.load().manager_after) == ("14, 3", 5)


def test_reminding_costs_the_same_for_many_as_for_one(now, django_assert_max_num_queries):
    unit = factories.unit()
    factories.with_role("manager", over=unit)
    course = build.course()
    due(factories.person(at=unit), now, 7, course)
    for _number in range(30):
        due(factories.person(at=unit), now, 7, course)
        due(factories.person(at=unit), now, -3, course)
    with django_assert_max_num_queries(16):
        services.remind(now=now)
