"""Appraisals and violations: who may write them, and what stays confidential."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from ground.errors import Refused
from ground.models import JournalEntry
from people.models import Role
from quality import services
from quality.models import Appraisal, Violation
from tests import factories

pytestmark = pytest.mark.django_db
QUARTER = date(2026, 10, 1)


def test_a_superior_appraises_once_a_quarter_and_may_correct_the_rating(now):
    team = factories.unit()
    person, superior = factories.person(at=team), factories.with_role(Role.MANAGER, over=team)
    given = {"user": person, "by": superior, "now": now, "comment": "稳定"}
    services.appraise(quarter=date(2026, 11, 2), rating=3, **given)
    services.appraise(quarter=QUARTER, rating=3, **given)
    services.appraise(quarter=QUARTER, rating=4, **given)
    assert list(Appraisal.objects.values_list("quarter", "rating")) == [(QUARTER, 4)]
    assert JournalEntry.objects.filter(verb="appraised").count() == 2
    assert person.notifications.count() == 1


def test_the_journal_says_that_a_person_was_appraised_but_not_how(now):
    person = factories.person()
    superior = factories.with_role(Role.MANAGER)
    services.appraise(user=person, quarter=QUARTER, rating=1, comment="机密评语", by=superior, now=now)
    line = JournalEntry.objects.get(verb="appraised")
    assert (line.data, line.reason) == ({}, "")


@pytest.mark.parametrize("role", [Role.PERSONNEL, Role.TRAINER, Role.INSPECTOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_only_a_manager_over_the_persons_unit_appraises(now, role):
    team, other = factories.unit("热线一班"), factories.unit("热线二班")
    person = factories.person(at=team)
    for by in (factories.with_role(role), factories.with_role(Role.MANAGER, over=other)):
        with pytest.raises(Refused) as refusal:
            services.appraise(user=person, quarter=QUARTER, rating=3, comment="", by=by, now=now)
        assert refusal.value.code == "no_superior"
    assert not Appraisal.objects.exists()


def test_nobody_appraises_themselves_not_even_a_manager(now):
    manager = factories.with_role(Role.MANAGER)
    with pytest.raises(Refused) as refusal:
        services.appraise(user=manager, quarter=QUARTER, rating=4, comment="", by=manager, now=now)
    assert refusal.value.code == "oneself"


def test_another_superior_does_not_overwrite_a_rating(now):
    person = factories.person()
    services.appraise(user=person, quarter=QUARTER, rating=3, comment="", by=factories.with_role(Role.MANAGER), now=now)
    with pytest.raises(Refused) as refusal:
        services.appraise(
            user=person, quarter=QUARTER, rating=1, comment="", by=factories.with_role(Role.MANAGER), now=now
        )
    assert refusal.value.code == "appraised"


@pytest.mark.parametrize(
    ("quarter", "rating", "code"), [(date(2027, 1, 1), 3, "future"), (QUARTER, 5, "unknown_rating")]
)
def test_a_quarter_to_come_and_an_unknown_rating_are_refused(now, quarter, rating, code):
    superior = factories.with_role(Role.MANAGER)
    with pytest.raises(Refused) as refusal:
        services.appraise(user=factories.person(), quarter=quarter, rating=rating, comment="", by=superior, now=now)
    assert refusal.value.code == code


def violation(now, user, by, **more):
    given = {
        "grade": "warning",
        "facts": "泄露客户信息",
        "valid_from": date(2026, 11, 1),
        "valid_to": date(2027, 11, 1),
    }
    return services.record_violation(user=user, by=by, now=now, **(given | more))


def test_personnel_records_a_violation_once(now):
    person, personnel = factories.person(), factories.with_role(Role.PERSONNEL)
    assert violation(now, person, personnel) == violation(now, person, personnel)
    assert Violation.objects.count() == 1
    assert JournalEntry.objects.filter(verb="violation.recorded").count() == 1


def test_only_personnel_in_charge_of_the_person_records_a_violation(now):
    team, other = factories.unit("热线一班"), factories.unit("热线二班")
    person = factories.person(at=team)
    for by in (factories.with_role(Role.MANAGER), factories.with_role(Role.PERSONNEL, over=other)):
        with pytest.raises(Refused) as refusal:
            violation(now, person, by)
        assert refusal.value.code == "no_personnel"
    personnel = factories.with_role(Role.PERSONNEL)
    with pytest.raises(Refused) as refusal:
        violation(now, personnel, personnel)
    assert refusal.value.code == "oneself"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"facts": "  "}, "no_facts"),
        ({"valid_to": date(2026, 11, 1)}, "wrong_period"),
        ({"grade": "fine"}, "unknown_grade"),
    ],
)
def test_a_violation_says_what_happened_and_until_when_it_counts(now, wrong, code):
    with pytest.raises(Refused) as refusal:
        violation(now, factories.person(), factories.with_role(Role.PERSONNEL), **wrong)
    assert refusal.value.code == code
    assert not Violation.objects.exists()


def test_the_database_itself_refuses_self_appraisal_and_backward_periods(now):
    person = factories.person()
    with pytest.raises(IntegrityError), transaction.atomic():
        Appraisal.objects.create(user=person, quarter=QUARTER, rating=4, by=person, at=now)
    backward = {"grade": "warning", "facts": "x", "valid_from": QUARTER, "valid_to": QUARTER}
    by = factories.person()
    with pytest.raises(IntegrityError), transaction.atomic():
        Violation.objects.create(user=person, by=by, at=now, **backward)
