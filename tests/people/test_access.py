"""Who gets in, as whom, and for how long."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ground.errors import Refused
from people import services
from people.models import Role, RoleAssignment, Unit, User
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "grey-otter-lamp"
LOGIN = "/account/login/"


def sign_in(client, person, password=PASSWORD, **headers):
    return client.post(LOGIN, {"login": person.employee_no, "password": password}, **headers)


def groups(person):
    return {group.name.removeprefix("role: ") for group in User.objects.get(pk=person.pk).groups.all()}


def give(person, role, now, *, by=None, over=None, **more):
    more.setdefault("valid_from", now.date())
    return services.assign_role(user=person, role=role, unit=over or factories.company(), now=now, by=by, **more)


# Signing in.


def test_people_sign_in_by_employee_number_and_come_back_to_where_they_were(client):
    person = factories.person(password=PASSWORD)
    asked = client.get(reverse("people:notifications"))
    assert asked.url == f"{LOGIN}?next=/people/notifications/"
    answer = client.post(asked.url, {"login": person.employee_no, "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/people/notifications/")
    assert client.get(answer.url).status_code == 200


def test_a_classroom_of_thirty_signs_in_from_one_address():
    people = [factories.person(password=PASSWORD) for _seat in range(30)]
    assert [sign_in(Client(), person).status_code for person in people] == [302] * 30


def test_the_sixth_wrong_password_of_one_account_is_refused_while_others_get_in():
    person, neighbour = factories.person(password=PASSWORD), factories.person(password=PASSWORD)
    answers = [sign_in(Client(), person, "wrong-password").status_code for _try in range(5)]
    assert answers == [200] * 5
    locked = sign_in(Client(), person)
    assert locked.status_code == 200
    assert not locked.wsgi_request.user.is_authenticated
    assert sign_in(Client(), neighbour).status_code == 302


def test_behind_a_trusted_proxy_each_address_has_its_own_limit(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    people = [factories.person(password=PASSWORD) for _seat in range(4)]

    def answer(person, address):
        return sign_in(Client(), person, HTTP_X_FORWARDED_FOR=f"6.6.6.6, {address}").status_code

    one, two, three, four = people
    assert [answer(one, "10.0.0.1"), answer(two, "10.0.0.1"), answer(three, "10.0.0.1")] == [302, 302, 429]
    assert answer(four, "10.0.0.2") == 302


def test_a_wrong_role_is_refused_and_an_unknown_person_is_led_to_the_login(client):
    assert client.get(reverse("people:staff_list")).url.startswith(LOGIN)
    client.force_login(factories.person(), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("people:staff_list")).status_code == 403


# Leaving.


def test_a_leaver_with_an_open_session_is_out_on_the_next_request(client, now):
    person = factories.person(password=PASSWORD)
    assert sign_in(client, person).status_code == 302
    assert client.get(reverse("people:me")).status_code == 200
    services.end_employment(user=person, last_day=date(2026, 10, 31), now=now, by=None, reason="离职")
    assert client.get(reverse("people:me")).url.startswith(LOGIN)
    answer = sign_in(client, person)
    assert client.get(reverse("people:me")).status_code == 302
    assert not answer.wsgi_request.user.is_authenticated


def test_ending_access_costs_the_same_with_one_session_and_with_many(django_assert_num_queries, now):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    costs = []
    for sessions in (1, 30):
        for _seat in range(sessions):
            Client().force_login(factories.person(), backend="allauth.account.auth_backends.AuthenticationBackend")
        leaver = factories.person()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.end_access(user=leaver, now=now, by=None, reason="离职")
        costs.append(len(queries))
    assert costs[0] == costs[1]


# Roles.


def test_a_role_drives_the_wagtail_group_of_its_name(now):
    person = factories.person()
    role = give(person, Role.TRAINER, now)
    assert groups(person) == {"trainer"}
    services.end_role(assignment=role, on=now.date(), now=now, by=None)
    services.end_role(assignment=role, on=now.date(), now=now, by=None)
    assert groups(person) == set()


def test_roles_that_begin_or_end_with_a_day_take_effect_in_the_groups_that_night(now):
    coming, going, staying = factories.person(), factories.person(), factories.person()
    tomorrow = now + timedelta(days=1)
    give(coming, Role.EXAMINER, now, valid_from=tomorrow.date())
    give(going, Role.TRAINER, now, valid_to=tomorrow.date())
    give(staying, Role.INSPECTOR, now)
    assert (groups(coming), groups(going), groups(staying)) == (set(), {"trainer"}, {"inspector"})
    assert services.sync_all_groups(now=now) == 0
    assert services.sync_all_groups(now=tomorrow) == 2
    assert (groups(coming), groups(going), groups(staying)) == ({"examiner"}, set(), {"inspector"})


def test_syncing_all_groups_costs_the_same_for_many(now):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    costs = []
    for people in (1, 20):
        for _person in range(people):
            give(factories.person(), Role.TRAINER, now, valid_from=date(2026, 12, 1))
        with CaptureQueriesContext(connection) as queries:
            services.sync_all_groups(now=now.replace(year=2027))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_nobody_gives_or_takes_a_role_of_their_own(now):
    administrator = factories.with_role(Role.ADMINISTRATOR)
    with pytest.raises(Refused) as refusal:
        give(administrator, Role.PANEL, now, by=administrator)
    assert refusal.value.code == "self"
    with pytest.raises(Refused):
        services.end_role(assignment=administrator.role_assignments.get(), on=now.date(), now=now, by=administrator)


def test_personnel_gives_every_role_but_administrator_and_only_within_reach(now):
    team, other = factories.unit("热线一班"), factories.unit("营业厅班")
    clerk, person = factories.with_role(Role.PERSONNEL, over=team), factories.person(at=team)
    for role in Role.values:
        if role != Role.ADMINISTRATOR:
            give(person, role, now, by=clerk, over=team)
    for role, over in ((Role.ADMINISTRATOR, team), (Role.TRAINER, other), (Role.TRAINER, factories.company())):
        with pytest.raises(Refused) as refusal:
            give(person, role, now, by=clerk, over=over)
        assert refusal.value.code == "not_grantable"
    assert RoleAssignment.objects.filter(user=person).count() == len(Role.values) - 1


def test_an_administrator_makes_another(now):
    person = factories.person()
    give(person, Role.ADMINISTRATOR, now, by=factories.with_role(Role.ADMINISTRATOR))
    assert groups(person) == {"administrator"}


# Passwords and language.


def test_a_starting_password_works_once_it_is_set_and_replaces_the_old_one(client, now):
    clerk, person = factories.with_role(Role.PERSONNEL), factories.person(password=PASSWORD)
    password = services.set_starting_password(user=person, by=clerk, now=now)
    assert len(password) == 10
    assert not sign_in(client, person).wsgi_request.user.is_authenticated
    assert sign_in(client, person, password).status_code == 302


def test_only_an_administrator_sets_the_password_of_one_and_nobody_their_own(now):
    clerk, administrator = factories.with_role(Role.PERSONNEL), factories.with_role(Role.ADMINISTRATOR)
    for user, by, code in ((administrator, clerk, "administrator"), (clerk, clerk, "self")):
        with pytest.raises(Refused) as refusal:
            services.set_starting_password(user=user, by=by, now=now)
        assert refusal.value.code == code


def test_the_chosen_language_stays_with_the_person(client):
    person = factories.person(password=PASSWORD)
    sign_in(client, person)
    answer = client.post(reverse("choose_language"), {"language": "en", "next": "/people/me/"})
    assert answer.url == "/people/me/"
    assert "Reaching me" in client.get("/people/me/").content.decode()
    assert User.objects.get(pk=person.pk).language == "en"


def test_superusers_have_no_role_by_being_so():
    from people.policy import roles_of

    root = User.objects.create_superuser("root", PASSWORD, name="根")
    assert roles_of(root, timezone.localdate()) == {}


# The command that gives a role.


def test_a_bare_site_gets_its_first_administrator_by_command(client, capsys):
    first = User.objects.create_superuser("1", PASSWORD, name="王芳")
    for _again in range(2):
        call_command("assign_role", "1", "administrator")
    given = RoleAssignment.objects.get()
    assert (given.user, given.role, given.unit) == (first, Role.ADMINISTRATOR, Unit.objects.get())
    assert "王芳" in capsys.readouterr().out
    client.force_login(first)
    assert client.get(reverse("people:role_list")).status_code == 200


def test_the_command_names_what_it_does_not_know(now):
    person, company = factories.person(), factories.company()
    with pytest.raises(CommandError, match="999"):
        call_command("assign_role", "999", "trainer")
    with pytest.raises(CommandError, match="NOWHERE"):
        call_command("assign_role", person.employee_no, "trainer", "NOWHERE")
    call_command("assign_role", person.employee_no, "trainer", company.code)
    Unit.add_root(code="SECOND", name="另一家", kind=Unit.Kind.COMPANY)
    with pytest.raises(CommandError):
        call_command("assign_role", person.employee_no, "trainer")
