"""Requirements in words."""

from datetime import date

import pytest

from promotions import sentences
from promotions.eligibility import Judged


@pytest.mark.parametrize("expires_on", [date(2028, 3, 1), "2028-03-01"])
def test_a_certificate_is_valid_until_the_day_that_is_printed_on_it(expires_on):
    actual = {"number": "YQ-CJ-2026-000001", "expires_on": expires_on, "revoked_on": None}
    held = Judged("certificate", True, {"kind_code": "junior"}, actual)
    assert sentences.day(date(2028, 2, 29)) in sentences.evidence(held)
