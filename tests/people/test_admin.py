"""Accounts and the organisation in Wagtail's admin."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import GroupApprovalTask, Workflow

from people.models import Role, Unit, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    administrator = factories.with_role(Role.ADMINISTRATOR, name="孙立民")
    client.force_login(administrator, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.user = administrator
    return client


def test_an_account_is_made_without_first_and_last_name(admin):
    data = {
        "employee_no": "T-001",
        "name": "大屏账号",
        "email": "",
        "phone": "",
        "password1": "grey-otter-lamp",
        "password2": "grey-otter-lamp",
    }
    page = admin.get(reverse("wagtailusers_users:add")).content.decode()
    assert all(f'name="{field}"' in page for field in data)
    response = admin.post(reverse("wagtailusers_users:add"), data)
    assert response.status_code == 302
    made = User.objects.get(employee_no="T-001")
    assert (made.name, made.name_sort, made.is_superuser, made.check_password("grey-otter-lamp")) == (
        "大屏账号",
        "da ping zhang hao",
        False,
        True,
    )


def test_an_account_is_changed_and_neither_rights_nor_access_are_a_tick(admin):
    person = factories.person("林晓雨")
    url = reverse("wagtailusers_users:edit", args=[person.pk])
    page = admin.get(url).content.decode()
    assert 'name="groups"' not in page
    assert 'name="is_superuser"' not in page
    data = {
        "employee_no": person.employee_no,
        "name": "林晓语",
        "email": "lin@example.com",
        "phone": "",
        "is_superuser": "on",
    }
    assert admin.post(url, data).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.email, person.is_superuser, person.is_active) == (
        "林晓语",
        "lin@example.com",
        False,
        True,
    )


def test_administrators_edit_their_own_account(admin):
    assert admin.get(reverse("wagtailusers_users:edit", args=[admin.user.pk])).status_code == 200


@pytest.mark.parametrize("words", ["晓雨", "linxiaoyu", "lxy"])
def test_accounts_are_listed_with_their_unit_and_found_by_pinyin(admin, words):
    factories.person("林晓雨", at=factories.unit("热线二班"))
    factories.person("陈思远")
    page = admin.get(reverse("wagtailusers_users:index_results"), {"q": words}).content.decode()
    assert "林晓雨" in page
    assert "热线二班" in page
    assert "陈思远" not in page


def test_units_are_added_below_others_and_moved_with_everything_below(admin):
    one, other = factories.unit("热线部"), factories.unit("营业厅部")
    data = {"code": "RX9", "name": "热线九班", "kind": "team", "parent": one.pk}
    assert admin.post(reverse("unit:add"), data).status_code == 302
    team = Unit.objects.get(code="RX9")
    assert team.get_parent().pk == one.pk
    assert admin.post(reverse("unit:edit", args=[team.pk]), data | {"parent": other.pk}).status_code == 302
    assert Unit.objects.get(code="RX9").get_parent().pk == other.pk


def test_every_unit_in_the_list_leads_to_its_form(admin):
    team = factories.unit("热线一班")
    page = admin.get(reverse("unit:index")).content.decode()
    assert f'href="{reverse("unit:edit", args=[team.pk])}"' in page


def test_a_unit_without_a_parent_is_refused_once_there_is_a_top(admin):
    factories.company()
    response = admin.post(reverse("unit:add"), {"code": "X", "name": "另一公司", "kind": "company", "parent": ""})
    assert response.status_code == 200
    assert not Unit.objects.filter(code="X").exists()


def test_a_unit_in_use_is_not_deleted(admin):
    team = factories.unit("热线一班")
    factories.person(at=team)
    response = admin.post(reverse("unit:delete", args=[team.pk]))
    assert response.status_code == 302
    assert Unit.objects.filter(pk=team.pk).exists()


@pytest.mark.parametrize("name", ["unit", "post", "level"])
def test_the_organisation_is_listed_and_for_administrators_only(admin, client, name):
    factories.level("junior")
    factories.unit("热线一班")
    assert admin.get(reverse(f"{name}:index")).status_code == 200
    assert admin.get(reverse(f"{name}:add")).status_code == 200
    personnel = factories.with_role(Role.PERSONNEL)
    client.force_login(personnel, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse(f"{name}:index")).status_code == 302


def test_accounts_are_filtered_by_the_roles_they_hold_today(admin):
    factories.with_role(Role.TRAINER, name="周敏")
    factories.person("林晓雨")
    page = admin.get(reverse("wagtailusers_users:index_results"), {"role": "trainer"}).content.decode()
    assert "周敏" in page
    assert "林晓雨" not in page
    assert "孙立民" not in page


@pytest.mark.parametrize("action", ["delete", "set_active_state", "assign_role"])
def test_no_bulk_action_goes_round_the_services(admin, action):
    person = factories.person("林晓雨")
    trainers = Group.objects.get(name="role: trainer")
    url = reverse("wagtail_bulk_action", args=["people", "user", action])
    data = {"mark_as_active": "False", "role": trainers.pk}
    assert admin.post(f"{url}?id={person.pk}", data).url == reverse("wagtailadmin_home")
    person.refresh_from_db()
    assert (person.is_active, person.groups.count()) == (True, 0)


def test_authors_review_what_is_submitted_and_wagtails_own_groups_are_gone():
    task = GroupApprovalTask.objects.get()
    assert {group.name for group in task.groups.all()} == {"role: trainer", "role: administrator"}
    assert Workflow.objects.get().name == task.name == "同事复核"
    assert not Group.objects.exclude(name__startswith="role: ").exists()
