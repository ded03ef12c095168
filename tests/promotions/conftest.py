"""The academy that promotion tests begin with."""

import pytest

from tests.promotions import people


@pytest.fixture
def academy(db, now):
    return people.academy(now)
