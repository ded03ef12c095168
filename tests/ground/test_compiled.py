"""Compiled querysets: the same rows as the queryset itself, with SQL that is put together once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, Q
from django.db.transaction import TransactionManagementError, atomic

from ground.compiled import Compiled
from people.models import Employment, Unit, User
from tests import factories

pytestmark = pytest.mark.django_db


def users(*people):
    return User.objects.filter(pk__in=people).order_by("employee_no")


def test_rows_are_those_of_the_queryset_for_any_number_of_keys():
    found = Compiled(users)
    people = [factories.person(f"c{number}") for number in range(3)]
    for some in ([], people[:1], people[1:], people):
        keys = [person.pk for person in some]
        assert found(*keys) == list(users(*keys)) == some


def test_a_model_comes_with_what_is_selected_with_it_and_annotated(django_assert_num_queries):
    person = factories.person("c1")
    unit = person.employments.get().unit
    jobs = Compiled(
        lambda who: (
            Employment.objects.filter(user=who)
            .select_related("unit", "user")
            .annotate(roles=Count("user__role_assignments"))
        )
    )
    with django_assert_num_queries(1):
        (job,) = jobs(person.pk)
        assert (job.unit, job.user, job.roles) == (unit, person, 0)
    assert (job.unit.name, job.user.name, job._state.adding) == (unit.name, person.name, False)


def test_its_sql_is_put_together_once():
    calls = []
    found = Compiled(lambda who: (calls.append(who), User.objects.filter(pk=who).values_list("pk", "name"))[1])
    first, second = factories.person("c1"), factories.person("c2")
    assert [*found(first.pk), *found(second.pk)] == [(first.pk, first.name), (second.pk, second.name)]
    assert len(calls) == 1


def test_a_day_may_stand_in_it_twice():
    person = factories.person("c1")
    day = person.employments.get().valid_from
    since = Compiled(
        lambda who, on: Employment.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=on), user=who, valid_from__lte=on
        )
    )
    assert len(since(person.pk, day)) == 1
    assert since(person.pk, day - timedelta(days=1)) == []


def test_one_row_or_none():
    person = factories.person("c1")
    found = Compiled(users)
    assert (found.first(person.pk), found.one(person.pk), found.first(0)) == (person, person, None)
    with pytest.raises(ObjectDoesNotExist):
        found.one(0)


@pytest.mark.parametrize("number", [2**63, -(2**63), 10**30])
def test_a_number_that_no_key_can_be_finds_nothing(number):
    assert Compiled(users)(number) == []


def test_a_value_that_django_works_into_something_else_is_refused():
    with pytest.raises(ValueError, match="stands in its SQL as it is"):
        Compiled(lambda who: Unit.objects.filter(name=f"unit {who}"))(1)


@pytest.mark.django_db(transaction=True)
def test_a_lock_asks_for_a_transaction():
    person = factories.person("c1")
    locked = Compiled(lambda who: User.objects.filter(pk=who).select_for_update())
    with atomic():
        assert locked(person.pk) == [person]
    with pytest.raises(TransactionManagementError):
        locked(person.pk)
