"""The pages about people: lists that stay flat, people found by pinyin, forms that refuse in sentences."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ground import spreadsheets
from people import notifications, queries, services
from people.models import Employment, Notification, Role, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return factories.unit("热线一班")


@pytest.fixture
def clerk(client, team):
    person = factories.with_role(Role.PERSONNEL, name="何静")
    client.force_login(person)
    return person


def names(response):
    return [row.object.user.name for row in response.context["table"].rows]


def cost(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def many(team, count):
    """People in bulk: only their number matters."""
    people = [User(employee_no=f"M{n:05d}", name="员工", password="!") for n in range(count)]
    for person in people:
        person.set_name_columns()
    people = User.objects.bulk_create(people)
    Employment.objects.bulk_create(
        [
            Employment(user=person, unit=team, post=factories.post(), cause="import", valid_from=date(2026, 1, 5))
            for person in people
        ]
    )


def test_the_staff_list_costs_the_same_for_one_and_a_thousand_people(client, clerk, team):
    url = reverse("people:staff_list")
    client.get(url)
    one = cost(client, url)
    many(team, 1000)
    assert cost(client, url) == one <= 12


def test_roles_units_and_notifications_cost_the_same_for_one_and_for_many(client, clerk, team):
    def something(name):
        factories.with_role(Role.TRAINER, over=factories.unit(f"{name}班"), name=name)
        Notification.objects.create(user=clerk, kind="starting_password", key=name, created_at=timezone.now())

    something("孙讲师")
    pages = [reverse(f"people:{name}") for name in ("role_list", "units", "notifications")]
    client.get(pages[0])
    before = [cost(client, page) for page in pages]
    for name in ("林晓雨", "陈思远", "王建国"):
        something(name)
    assert [cost(client, page) for page in pages] == before


def test_the_staff_list_is_sorted_by_pinyin(client, clerk):
    for name in ("周敏", "李雷", "阿依古丽", "林晓雨"):
        factories.person(name)
    assert names(client.get(reverse("people:staff_list"))) == ["阿依古丽", "何静", "李雷", "林晓雨", "周敏"]


@pytest.mark.parametrize("words", ["林晓", "linxiaoyu", "LXY", "xiaoyu", "林 晓雨"])
def test_people_are_found_by_characters_pinyin_and_initials(client, clerk, words):
    factories.person("林晓雨"), factories.person("陈思远")
    assert names(client.get(reverse("people:staff_list"), {"q": words})) == ["林晓雨"]


def test_people_are_found_by_number(client, clerk):
    person = factories.person("林晓雨")
    assert names(client.get(reverse("people:staff_list"), {"q": person.employee_no})) == ["林晓雨"]


def test_the_list_narrows_by_unit_with_all_below_level_post_and_leavers(client, clerk, team):
    group = factories.unit("一班甲组", parent=team)
    factories.person("丁一", at=group, level=factories.level("junior"))
    leaver = factories.person("卜二", at=team)
    services.end_employment(user=leaver, last_day=date(2026, 3, 1), now=timezone.now(), by=None, reason="离职")
    url = reverse("people:staff_list")
    assert names(client.get(url, {"unit": team.pk})) == ["丁一"]
    assert names(client.get(url, {"unit": team.pk, "state": ""})) == ["卜二", "丁一"]
    assert names(client.get(url, {"state": "left"})) == ["卜二"]
    assert names(client.get(url, {"level": factories.level("junior").pk})) == ["丁一"]
    assert names(client.get(url, {"unit": "nonsense", "level": "none"})) == ["何静"]


def test_the_export_holds_what_the_list_shows(client, clerk):
    factories.person("林晓雨"), factories.person("陈思远")
    url = reverse("people:staff_list")
    columns = client.get(url).context["table"].columns
    content = b"".join(client.get(url, {"q": "lxy", "export": "xlsx"}).streaming_content)
    (row,) = spreadsheets.read(content, columns={column.name: [column.label] for column in columns}).rows
    assert (row.values["name"], row.values["hired"]) == ("林晓雨", "2026-01-05")


def test_a_manager_sees_the_own_unit_only_and_everything_else_is_not_there(client, team):
    manager = factories.with_role(Role.MANAGER, over=team, name="韩雪梅")
    inside, outside = factories.person("丁一", at=team), factories.person("卜二")
    client.force_login(manager)
    assert names(client.get(reverse("people:staff_list"))) == ["丁一", "韩雪梅"]
    assert client.get(inside.get_absolute_url()).status_code == 200
    assert client.get(outside.get_absolute_url()).status_code == 404


def test_somebody_hired_for_next_month_is_within_reach_at_once(client, clerk, team):
    soon = timezone.localdate() + timedelta(days=30)
    data = {
        "employee_no": "00777",
        "name": "新同事",
        "unit": team.pk,
        "post": factories.post().pk,
        "level": "",
        "manager": clerk.employee_no,
        "on": soon.isoformat(),
    }
    answer = client.post(reverse("people:hire"), data, follow=True)
    person = User.objects.get(employee_no="00777")
    assert answer.redirect_chain[-1][0] == person.get_absolute_url()
    assert "新同事" in names(client.get(reverse("people:staff_list")))
    assert person.employments.get().manager == clerk


def test_a_form_refuses_in_sentences_and_changes_nothing(client, clerk, team):
    person = factories.person("丁一", at=team)
    data = {"unit": team.pk, "post": factories.post().pk, "level": factories.level().pk, "manager": "", "reason": ""}
    url = reverse("people:change", args=[person.pk])
    answer = client.post(url, data | {"on": "2026-06-01"})
    assert "reason" in answer.context["form"].errors
    answer = client.post(url, data | {"on": "2020-01-01", "reason": "考核通过"})
    assert answer.context["form"].non_field_errors()
    answer = client.post(url, data | {"on": "2026-06-01", "reason": "考核通过", "manager": person.employee_no})
    assert answer.context["form"].non_field_errors()
    answer = client.post(url, data | {"on": "morgen", "unit": "0", "manager": "nobody"})
    assert set(answer.context["form"].errors) >= {"on", "unit", "manager"}
    assert person.employments.count() == 1


def test_personnel_changes_the_level_with_a_reason_and_the_history_shows_it(client, clerk, team):
    person = factories.person("丁一", at=team)
    data = {"unit": team.pk, "post": factories.post().pk, "level": factories.level().pk, "on": "2026-06-01"}
    client.post(reverse("people:change", args=[person.pk]), data | {"reason": "考核通过"})
    row = person.employments.order_by("-valid_from").first()
    assert (row.cause, row.level.code, row.valid_from) == ("promotion", "junior", date(2026, 6, 1))
    assert "初级工" in client.get(person.get_absolute_url()).content.decode()


def test_an_administrator_moves_people_and_leaves_levels_to_personnel(client, team):
    administrator = factories.with_role(Role.ADMINISTRATOR)
    person = factories.person("丁一", at=team)
    client.force_login(administrator)
    data = {
        "unit": team.pk,
        "post": factories.post("lead", "班长").pk,
        "level": factories.level().pk,
        "on": "2026-06-01",
    }
    client.post(reverse("people:change", args=[person.pk]), data)
    row = person.employments.order_by("-valid_from").first()
    assert (row.post.code, row.level, row.cause) == ("lead", None, "transfer")


def test_nobody_changes_or_ends_their_own_employment_on_the_pages(client, clerk):
    for name in ("change", "leave", "details", "rehire"):
        assert client.get(reverse(f"people:{name}", args=[clerk.pk])).status_code == 403


def test_leaving_is_recorded_with_a_day_a_reason_and_a_tick(client, clerk, team):
    person = factories.person("丁一", at=team)
    url = reverse("people:leave", args=[person.pk])
    assert set(client.post(url, {"last_day": "2026-11-01"}).context["form"].errors) == {"reason", "sure"}
    client.post(url, {"last_day": "2026-11-01", "reason": "合同到期", "sure": "on"})
    assert not User.objects.get(pk=person.pk).is_active
    page = client.get(person.get_absolute_url()).content.decode()
    assert reverse("people:rehire", args=[person.pk]) in page


def test_a_new_password_is_shown_once(client, clerk, team):
    person = factories.person("丁一", at=team)
    answer = client.post(reverse("people:starting_password", args=[person.pk]))
    password = answer.context["starting_password"]
    assert password in answer.content.decode()
    assert User.objects.get(pk=person.pk).check_password(password)
    assert password not in client.get(person.get_absolute_url()).content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_the_staff_page_costs_the_same_with_a_long_history(client, clerk, team, now):
    person = factories.person("丁一", at=team)
    client.get(person.get_absolute_url())
    short = cost(client, person.get_absolute_url())
    for month in range(2, 10):
        unit = factories.unit(f"班{month}", parent=team)
        services.change_employment(user=person, on=date(2026, month, 1), unit=unit, now=now, by=None, cause="transfer")
    assert cost(client, person.get_absolute_url()) <= short + 1


def test_the_units_page_counts_people_in_each_unit_and_below(client, clerk, team):
    factories.person("丁一", at=team), factories.person("卜二", at=factories.unit("甲组", parent=team))
    lines = client.get(reverse("people:units")).context["lines"]
    assert [(line.unit.name, line.depth, line.own, line.whole) for line in lines] == [
        ("云桥通信客户服务中心", 0, 1, 3),
        ("热线一班", 1, 1, 2),
        ("甲组", 2, 1, 1),
    ]
    url = reverse("people:units")
    few = cost(client, url)
    for number in range(20):
        factories.unit(f"班{number}", parent=team)
    assert cost(client, url) == few


def test_roles_are_given_and_ended_on_the_pages(client, clerk, team):
    person = factories.person("丁一", at=team)
    data = {
        "user": person.employee_no,
        "role": "trainer",
        "unit": team.pk,
        "valid_from": timezone.localdate().isoformat(),
        "last_day": "",
    }
    client.post(reverse("people:assign_role"), data)
    role = person.role_assignments.get()
    assert "丁一" in [row.object.user.name for row in client.get(reverse("people:role_list")).context["table"].rows]
    client.post(reverse("people:end_role", args=[role.pk]))
    assert not person.role_assignments.exists()
    answer = client.post(reverse("people:assign_role"), data | {"role": "administrator", "user": clerk.employee_no})
    assert {"role"} <= set(answer.context["form"].errors)
    answer = client.post(reverse("people:assign_role"), data | {"user": clerk.employee_no})
    assert answer.context["form"].non_field_errors()


# Notifications.

notifications.register("people.test", gettext_lazy("Name"))


def notify(person, key, now):
    services.notify(users=[person], kind="people.test", key=key, now=now, params={"x": 1}, url="/people/me/")


def test_notifications_are_newest_first_by_day_and_read_together(client, now):
    person = factories.person()
    client.force_login(person)
    for key, hours in (("a", 0), ("b", 1), ("c", 24)):
        notify(person, key, now + timedelta(hours=hours))
        notify(person, key, now + timedelta(hours=hours))
    assert queries.unread_count(person) == 3
    days = client.get(reverse("people:notifications")).context["days"]
    assert [(day.day, [notice.at.hour for notice in day.notices]) for day in days] == [
        (date(2026, 11, 24), [1]),
        (date(2026, 11, 23), [2, 1]),
    ]
    client.post(reverse("people:read_notifications"))
    assert queries.unread_count(person) == 0
    assert not any(n.is_new for d in client.get(reverse("people:notifications")).context["days"] for n in d.notices)


def test_a_kind_nobody_knows_any_more_still_reads(client, now):
    person = factories.person()
    client.force_login(person)
    services.notify(users=[person], kind="gone", key="k", now=now)
    notifications.register("people.placeholder", gettext_lazy("%(name)s stays."))
    services.notify(users=[person], kind="people.placeholder", key="l", now=now)
    ((day),) = client.get(reverse("people:notifications")).context["days"]
    assert all(notice.sentence for notice in day.notices)
    assert "%(" not in "".join(notice.sentence for notice in day.notices)


def test_the_notification_centre_is_paged_and_costs_the_same(client, now):
    person = factories.person()
    client.force_login(person)
    url = reverse("people:notifications")
    client.get(url)
    notify(person, "one", now)
    few = cost(client, url)
    Notification.objects.bulk_create(
        [Notification(user=person, kind="people.test", key=f"k{n}", created_at=now) for n in range(200)]
    )
    assert cost(client, url) == few
    assert client.get(url).context["page"].paginator.num_pages == 7


def test_other_peoples_notifications_are_not_shown(client, now):
    notify(factories.person("别人"), "x", now)
    client.force_login(factories.person())
    assert client.get(reverse("people:notifications")).context["days"] == []
