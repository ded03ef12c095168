"""Class sessions: places and who waits for one, moves, cancellations, calendars, and the code on the wall."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from courses import codes, queries, services
from ground.errors import Refused
from people.models import Notification, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer():
    return factories.with_role("trainer", over=factories.company())


def session(trainer, now, *, places=2, users=(), sign_up=True, starts=timedelta(days=3)):
    return services.schedule_session(
        title="升级投诉演练",
        topic=factories.topic(),
        instructor=trainer,
        place="二楼培训室",
        starts_at=now + starts,
        ends_at=now + starts + timedelta(hours=2),
        places=places,
        users=users,
        sign_up=sign_up,
        by=trainer,
        now=now,
    )


def states(row):
    return list(row.attendances.order_by("pk").values_list("state", flat=True))


def facts(row, **changes):
    names = ("title", "instructor", "place", "starts_at", "ends_at", "places", "sign_up")
    return {name: getattr(row, name) for name in names} | changes


def kinds(user):
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


@given(st.text(alphabet="0123456789abcdef", min_size=32, max_size=32), st.integers(0, 2**40))
def test_a_code_holds_for_its_window_and_the_next_and_no_longer(secret, window):
    moment = datetime(2026, 11, 26, tzinfo=UTC) + timedelta(seconds=window % 10**6)
    code = codes.code_of(secret, codes.window_of(moment))
    assert len(code) == codes.LENGTH
    assert codes.holds(secret, f" {code[:3].lower()} {code[3:]}", moment)
    assert codes.holds(secret, code, moment + timedelta(seconds=codes.SECONDS))
    later = moment + timedelta(seconds=2 * codes.SECONDS)
    current = {codes.code_of(secret, codes.window_of(later) - back) for back in (0, 1)}
    assert codes.holds(secret, code, later) == (code in current)


def test_who_finds_no_place_waits_and_the_longest_waiting_moves_up(trainer, now):
    row = session(trainer, now, places=1)
    first, second, third = factories.person(), factories.person(), factories.person()
    for step, user in enumerate((first, second, third)):
        services.join_session(session=row, user=user, now=now + timedelta(minutes=step))
    assert states(row) == ["expected", "waiting", "waiting"]
    services.leave_session(session=row, user=first, by=first, now=now + timedelta(hours=1))
    assert states(row) == ["signed_off", "expected", "waiting"]
    assert (kinds(second), kinds(third)) == (["session_place"], [])
    again = services.join_session(session=row, user=first, now=now + timedelta(hours=2))
    assert again.state == "waiting"


def test_signing_up_twice_changes_nothing(trainer, now):
    row, user = session(trainer, now), factories.person()
    once = services.join_session(session=row, user=user, now=now)
    assert services.join_session(session=row, user=user, now=now + timedelta(hours=1)).joined_at == once.joined_at


@pytest.mark.parametrize(
    ("change", "code"),
    [({"sign_up": False}, "not_open"), ({"starts": -timedelta(minutes=1)}, "begun")],
)
def test_nobody_signs_up_uninvited_or_after_the_start(trainer, now, change, code):
    row = session(trainer, now, **change)
    with pytest.raises(Refused) as refusal:
        services.join_session(session=row, user=factories.person(), now=now)
    assert refusal.value.code == code
    assert states(row) == []


def test_invited_people_beyond_the_places_wait(trainer, now):
    row = session(trainer, now, places=1, sign_up=False)
    people = [factories.person() for _ in range(3)]
    assert services.invite_to_session(session=row, users=people, by=trainer, now=now) == (1, 2)
    assert services.invite_to_session(session=row, users=people, by=trainer, now=now) == (0, 0)
    assert [kinds(user) for user in people] == [["session_scheduled"], ["session_waiting"], ["session_waiting"]]


def test_more_places_let_the_waiting_in_and_fewer_than_the_expected_are_refused(trainer, now):
    row = session(trainer, now, places=1)
    for step in range(3):
        services.join_session(session=row, user=factories.person(), now=now + timedelta(minutes=step))
    services.change_session(session=row, **facts(row, places=2), by=trainer, now=now + timedelta(hours=1))
    assert states(row) == ["expected", "expected", "waiting"]
    with pytest.raises(Refused) as refusal:
        services.change_session(session=row, **facts(row, places=1), by=trainer, now=now + timedelta(hours=1))
    assert refusal.value.code == "full"


def test_a_move_is_told_and_raises_the_number_of_the_calendar_entry(trainer, now):
    user = factories.person()
    row = session(trainer, now, users=[user])
    moved = services.change_session(session=row, **facts(row, place="五楼"), by=trainer, now=now + timedelta(hours=1))
    assert (moved.sequence, kinds(user)) == (1, ["session_scheduled", "session_moved"])
    same = services.change_session(session=row, **facts(moved), by=trainer, now=now + timedelta(hours=2))
    assert (same.sequence, kinds(user)) == (1, ["session_scheduled", "session_moved"])
    entry = queries.calendar_of(moved).decode()
    assert "SEQUENCE:2" in entry
    assert "LOCATION:五楼" in entry


def test_a_cancelled_session_is_told_with_its_reason_and_closed(trainer, now):
    user = factories.person()
    row = session(trainer, now, users=[user])
    with pytest.raises(Refused):
        services.cancel_session(session=row, reason=" ", by=trainer, now=now)
    cancelled = services.cancel_session(session=row, reason="讲师生病", by=trainer, now=now)
    assert services.cancel_session(session=row, reason="再说一次", by=trainer, now=now).cancel_reason == "讲师生病"
    assert kinds(user) == ["session_scheduled", "session_cancelled"]
    assert "STATUS:CANCELLED" in queries.calendar_of(cancelled).decode()
    for act in (
        lambda: services.join_session(session=row, user=factories.person(), now=now),
        lambda: services.check_in(session=row, user=user, code="", now=row.starts_at),
        lambda: services.note_attendance(session=cancelled, user=user, state="attended", by=trainer, now=row.starts_at),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "cancelled"


def test_letters_carry_the_calendar_entry_in_the_language_of_the_person(trainer, now):
    user = factories.person(email="a@example.com")
    User.objects.filter(pk=user.pk).update(language="en")
    row = session(trainer, now, users=[user])
    services.cancel_session(session=row, reason="讲师生病", by=trainer, now=now)
    mail.outbox.clear()
    assert services.send_session_letters(row.pk, [user.pk, factories.person().pk], "session_cancelled") == 1
    letter = mail.outbox[0]
    assert "is cancelled: 讲师生病" in letter.body
    assert "STATUS:CANCELLED" in letter.attachments[0].content


def test_the_code_on_the_wall_notes_whoever_shows_it_in_time(trainer, now):
    user, stranger = factories.person(), factories.person()
    row = session(trainer, now, users=[user])
    start = row.starts_at
    code = codes.code_of(row.secret, codes.window_of(start))

    def refused(who, given, at):
        with pytest.raises(Refused) as refusal:
            services.check_in(session=row, user=who, code=given, now=at)
        return refusal.value.code

    assert refused(user, code, start - timedelta(hours=1)) == "too_early"
    assert refused(user, code, row.ends_at + timedelta(seconds=1)) == "too_late"
    assert refused(user, code, start + timedelta(minutes=2)) == "expired"
    assert refused(stranger, code, start) == "not_listed"
    noted = services.check_in(session=row, user=user, code=code, now=start)
    assert (noted.state, noted.means, noted.noted_by) == ("attended", "code", user)
    assert services.check_in(session=row, user=user, code="", now=start + timedelta(hours=1)).noted_at == start


def test_whoever_waits_is_neither_noted_nor_checked_in(trainer, now):
    row, user = session(trainer, now, places=1, users=[factories.person()]), factories.person()
    services.join_session(session=row, user=user, now=now)
    with pytest.raises(Refused):
        services.note_attendance(session=row, user=user, state="attended", by=trainer, now=row.starts_at)
    with pytest.raises(Refused):
        services.check_in(session=row, user=user, code="", now=row.starts_at)
    assert states(row) == ["expected", "waiting"]


def test_a_learner_signs_up_and_off_on_the_page(client, trainer):
    now = timezone.now()
    row, user = session(trainer, now, places=1), factories.person()
    client.force_login(user)
    assert row.title in client.get(reverse("courses:mine")).text
    page = reverse("courses:session_mine", args=[row.pk])
    client.post(reverse("courses:session_join", args=[row.pk]))
    assert client.get(page).context["may_leave"]
    client.post(reverse("courses:session_leave", args=[row.pk]))
    assert states(row) == ["signed_off"]
    assert client.get(page).context["may_join"]


def test_a_scanned_code_checks_in_with_one_click(client, trainer):
    now = timezone.now()
    user = factories.person()
    row = session(trainer, now, users=[user], starts=timedelta(minutes=10))
    client.force_login(trainer)
    wall = client.get(reverse("courses:session_code", args=[row.pk]))
    code = wall.context["code"]
    client.force_login(user)
    url = reverse("courses:session_here", args=[row.pk])
    assert code in client.get(url, {"code": code}).text
    assert states(row) == ["expected"]
    assert client.post(url, {"code": "不对"}).context["problem"]
    assert client.post(url, {"code": code}).context["here"]
    assert states(row) == ["attended"]


def test_the_trainer_moves_invites_takes_off_and_cancels_on_the_pages(client, trainer):
    now = timezone.now()
    user = factories.person()
    row = session(trainer, now, users=[user], sign_up=False)
    client.force_login(trainer)
    form = client.get(reverse("courses:session_edit", args=[row.pk])).context["form"]
    data = {name: form.initial[name] for name in form.initial if name != "sign_up"}
    client.post(reverse("courses:session_edit", args=[row.pk]), data | {"place": "五楼"})
    row.refresh_from_db()
    assert (row.place, row.sequence) == ("五楼", 1)
    guest = factories.person()
    client.post(reverse("courses:session_invite", args=[row.pk]), {"names": guest.employee_no})
    assert states(row) == ["expected", "expected"]
    client.post(reverse("courses:session_off", args=[row.pk]), {"user": user.pk})
    assert states(row) == ["signed_off", "expected"]
    client.post(reverse("courses:session_cancel", args=[row.pk]), {"reason": "讲师生病"})
    row.refresh_from_db()
    assert row.cancel_reason == "讲师生病"


def test_the_page_of_a_learner_costs_the_same_for_many_sessions(client, trainer):
    now = timezone.now()
    client.force_login(factories.person())
    session(trainer, now)
    url = reverse("courses:mine")
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(url)
    for _ in range(4):
        session(trainer, now, users=[factories.person()])
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(one)
