"""The ladder in Wagtail's admin: fields in, a new version out."""

import pytest
from django.urls import reverse

from promotions.models import LadderRule
from tests.promotions.people import REQUIREMENTS


@pytest.fixture
def admin(academy, client):
    client.force_login(academy.administrator, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def fields(academy, **more) -> dict:
    return {"from_level": academy.junior.pk, "to_level": academy.intermediate.pk, **more}


def test_an_administrator_writes_the_first_rule_by_fields(academy, admin):
    values = fields(
        academy,
        months_in_level_1_months="12",
        courses_1_level="intermediate",
        courses_1_count="3",
        appraisals_1_rating="3",
        appraisals_1_count="2",
        no_violation_1="on",
    )
    assert admin.post(reverse("ladder_rules:add"), values).status_code == 302
    rule = LadderRule.objects.get()
    assert rule.current.created_by == academy.administrator
    assert rule.current.requirements == [
        {"kind": "courses", "level": "intermediate", "count": 3},
        {"kind": "months_in_level", "months": 12},
        {"kind": "appraisals", "rating": 3, "count": 2},
        {"kind": "no_violation"},
    ]


def test_a_change_writes_the_next_version_and_saving_nothing_new_writes_none(academy, admin):
    rule = academy.rule().rule
    address = reverse("ladder_rules:edit", args=[rule.pk])
    assert "months_in_level_1_months" in admin.get(address).content.decode()
    admin.post(address, fields(academy, months_in_level_1_months="6", no_violation_1="on"))
    assert rule.versions.count() == 1
    admin.post(address, fields(academy, months_in_level_1_months="18", no_violation_1="on"))
    rule.refresh_from_db()
    assert (rule.current.number, rule.current.requirements[0]["months"]) == (2, 18)
    assert rule.versions.get(number=1).requirements == REQUIREMENTS


def test_faults_come_back_as_sentences_and_change_nothing(academy, admin):
    address = reverse("ladder_rules:add")
    for values in (
        fields(academy),
        fields(academy, typing_1_speed="50"),
        fields(academy, typing_1_speed="9999", typing_1_accuracy="95"),
        fields(academy, months_in_level_1_months="6", from_level=academy.intermediate.pk),
    ):
        response = admin.post(address, values)
        assert response.status_code == 200
        assert len(response.context["form"].non_field_errors()) >= 1
    assert LadderRule.objects.count() == 0


def test_the_list_names_versions_and_nothing_is_deleted(academy, admin):
    rule = academy.rule().rule
    assert admin.get(reverse("ladder_rules:index")).status_code == 200
    assert admin.post(reverse("ladder_rules:delete", args=[rule.pk])).status_code == 404
    assert LadderRule.objects.count() == 1


def test_personnel_does_not_configure_the_ladder(academy, client):
    client.force_login(academy.personnel, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("ladder_rules:add")).status_code == 302
    client.post(reverse("ladder_rules:add"), fields(academy, months_in_level_1_months="12"))
    assert LadderRule.objects.count() == 0
