"""The history of employment: periods, leavers, races."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from people import services
from people.models import Employment
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_move_ends_one_row_and_begins_the_next(now):
    person, team = factories.person(), factories.unit("热线二班")
    services.change_employment(user=person, on=date(2026, 6, 1), unit=team, now=now, by=None, cause="transfer")
    rows = list(person.employments.values_list("unit__name", "valid_from", "valid_to"))
    assert rows == [
        ("云桥通信客户服务中心", date(2026, 1, 5), date(2026, 6, 1)),
        ("热线二班", date(2026, 6, 1), None),
    ]


def test_the_database_refuses_periods_that_overlap():
    person = factories.person()
    with pytest.raises(IntegrityError), transaction.atomic():
        Employment.objects.create(
            user=person, unit=factories.unit(), post=factories.post(), cause="transfer", valid_from=date(2026, 3, 1)
        )
