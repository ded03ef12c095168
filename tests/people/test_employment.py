"""The history of employment: periods, moves, levels, leavers, people who come back."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from ground.errors import Refused
from ground.models import JournalEntry
from people import services, signals
from people.models import Employment, Post, Role, User
from tests import factories

pytestmark = pytest.mark.django_db
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def history(person):
    return list(person.employments.order_by("valid_from").values_list("unit__name", "valid_from", "valid_to"))


def move(person, on, now, **more):
    more.setdefault("cause", "transfer")
    return services.change_employment(user=person, on=on, now=now, by=None, **more)


def test_a_move_ends_one_row_and_begins_the_next(now):
    person, team = factories.person(), factories.unit("热线二班")
    move(person, JUNE, now, unit=team)
    assert history(person) == [("云桥通信客户服务中心", date(2026, 1, 5), JUNE), ("热线二班", JUNE, None)]


def test_the_same_move_twice_changes_nothing(now):
    person, team = factories.person(), factories.unit("热线二班")
    first = move(person, JUNE, now, unit=team)
    assert move(person, JUNE, now, unit=team).pk == first.pk
    assert person.employments.count() == 2
    assert JournalEntry.objects.filter(verb="employment.transfer").count() == 1


def test_the_database_refuses_periods_that_overlap():
    person = factories.person()
    with pytest.raises(IntegrityError), transaction.atomic():
        Employment.objects.create(
            user=person, unit=factories.unit(), post=factories.post(), cause="transfer", valid_from=date(2026, 3, 1)
        )


def test_a_promotion_in_the_future_is_current_on_its_day_and_not_before(now):
    person = factories.person(level=factories.level("junior"))
    move(person, date(2027, 1, 1), now, level=factories.level("intermediate"), cause="promotion")

    def level_on(day):
        return person.employments.current(day).get().level.code

    assert level_on(date(2026, 12, 31)) == "junior"
    assert level_on(date(2027, 1, 1)) == "intermediate"


def test_a_change_before_a_planned_one_is_refused_until_that_is_taken_back(now):
    person, one, two = factories.person(), factories.unit("热线一班"), factories.unit("热线二班")
    planned = move(person, date(2027, 1, 1), now, unit=one)
    with pytest.raises(Refused) as refusal:
        move(person, date(2026, 12, 1), now, unit=two)
    assert refusal.value.code == "later_change"
    services.undo_change(employment=planned, by=None, now=now)
    services.undo_change(employment=planned, by=None, now=now)
    assert history(person) == [("云桥通信客户服务中心", date(2026, 1, 5), None)]
    move(person, date(2026, 12, 1), now, unit=two)


def test_a_change_that_has_begun_is_not_undone(now):
    person = factories.person()
    row = move(person, JUNE, now, unit=factories.unit())
    with pytest.raises(Refused) as refusal:
        services.undo_change(employment=row, by=None, now=now)
    assert refusal.value.code == "begun"


def test_nobody_is_their_own_manager_or_changes_their_own_employment(now):
    person = factories.person()
    with pytest.raises(Refused) as refusal:
        move(person, JUNE, now, manager=person)
    assert refusal.value.code == "own_manager"
    with pytest.raises(Refused) as refusal:
        services.change_employment(user=person, on=JUNE, now=now, by=person, cause="transfer", unit=factories.unit())
    assert refusal.value.code == "self"


def test_a_post_asks_for_its_least_level(now):
    person = factories.person(level=factories.level("junior"))
    expert = Post.objects.create(code="expert", name="专家坐席", least_level=factories.level("intermediate"))
    with pytest.raises(Refused) as refusal:
        move(person, JUNE, now, post=expert)
    assert refusal.value.code == "level_too_low"
    row = move(person, JUNE, now, post=expert, level=factories.level("intermediate"), cause="promotion")
    assert (row.post, row.level.code) == (expert, "intermediate")


def test_an_employee_number_is_given_once(now):
    person = factories.person()
    with pytest.raises(Refused) as refusal:
        services.hire(
            employee_no=person.employee_no,
            name="别人",
            unit=factories.company(),
            post=factories.post(),
            on=JUNE,
            now=now,
            by=None,
        )
    assert refusal.value.code == "taken"


def test_the_signal_names_everybody_whose_employment_changed(now):
    heard = []
    signals.employment_changed.connect(receiver := (lambda users, **_: heard.append([u.pk for u in users])))
    person = factories.person()
    move(person, JUNE, now, unit=factories.unit())
    signals.employment_changed.disconnect(receiver)
    assert heard == [[person.pk], [person.pk]]


# Leaving.


def test_a_last_day_in_the_future_ends_access_only_when_it_is_over(now, day_after):
    person = factories.person()
    services.end_employment(user=person, last_day=now.date(), now=now, by=None, reason="合同到期")
    assert services.end_access_of_leavers(now=now) == 0
    assert User.objects.get(pk=person.pk).is_active
    assert services.end_access_of_leavers(now=day_after) == 1
    assert services.end_access_of_leavers(now=day_after) == 0
    assert not User.objects.get(pk=person.pk).is_active


@pytest.fixture
def day_after(now):
    return now.replace(day=24)


def test_leaving_takes_back_what_was_planned_and_can_itself_be_taken_back(now):
    person = factories.person()
    move(person, date(2027, 1, 1), now, unit=factories.unit())
    services.end_employment(user=person, last_day=date(2026, 12, 31), now=now, by=None, reason="离职")
    assert history(person) == [("云桥通信客户服务中心", date(2026, 1, 5), date(2027, 1, 1))]
    services.stay(user=person, by=None, now=now)
    assert history(person) == [("云桥通信客户服务中心", date(2026, 1, 5), None)]


def test_a_last_day_before_the_first_is_refused(now):
    person = factories.person()
    with pytest.raises(Refused) as refusal:
        services.end_employment(user=person, last_day=date(2025, 12, 31), now=now, by=None, reason="离职")
    assert refusal.value.code == "not_employed"
    assert history(person) == [("云桥通信客户服务中心", date(2026, 1, 5), None)]


def test_leaving_twice_is_one_line_in_the_journal(now):
    person = factories.person()
    for _again in range(2):
        services.end_employment(user=person, last_day=date(2026, 10, 31), now=now, by=None, reason="离职")
    assert JournalEntry.objects.filter(verb="left").count() == 1
    assert JournalEntry.objects.filter(verb="access_ended").count() == 1


def test_who_comes_back_has_the_old_number_and_records_and_none_of_the_old_roles(now):
    person = factories.with_role(Role.TRAINER)
    services.end_employment(user=person, last_day=date(2026, 10, 31), now=now, by=None, reason="离职")
    with pytest.raises(Refused):
        services.stay(user=person, by=None, now=now)
    services.rehire(user=person, unit=factories.company(), post=factories.post(), on=now.date(), now=now, by=None)
    person = User.objects.get(pk=person.pk)
    assert person.is_active
    assert history(person)[1:] == [("云桥通信客户服务中心", now.date(), None)]
    assert not person.role_assignments.in_force(now.date()).exists()
    with pytest.raises(Refused) as refusal:
        services.rehire(user=person, unit=factories.company(), post=factories.post(), on=now.date(), now=now, by=None)
    assert refusal.value.code == "employed"


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1949, 12, 31), date(2101, 1, 1)])
def test_nobody_is_hired_on_an_absurd_day(now, day):
    post = Post.objects.create(code="desk", name="坐席")
    with pytest.raises(Refused) as refusal:
        services.hire(employee_no="9", name="王芳", unit=factories.company(), post=post, on=day, now=now, by=None)
    assert refusal.value.code == "absurd_day"
