"""Days, numbers and codes: pure arithmetic."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import rules
from ground.days import add_months

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
MONTHS = st.integers(1, 120)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 23), 24, date(2028, 11, 23)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_one(day, months, later):
    assert add_months(day, months) == later


@given(DAYS, MONTHS)
def test_adding_months_lands_in_the_right_month_and_never_after_the_day(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(DAYS, MONTHS, MONTHS)
def test_more_months_are_never_earlier(day, one, other):
    assert (add_months(day, one) < add_months(day, other)) == (one < other)


@given(DAYS, MONTHS, st.integers(0, 5000), DAYS, st.none() | DAYS)
def test_a_certificate_is_always_in_exactly_one_state_and_only_moves_forward(issued, months, days, on, revoked):
    expires = add_months(issued, months)
    renewable = rules.renewable_from(issued=issued, expires=expires, renew_days=days)
    assert issued <= renewable <= expires
    order = ["valid", "expiring", "expired", "revoked"]
    facts = {"expires": expires, "renewable": renewable, "revoked": revoked}
    today = rules.state_of(**facts, on=on)
    tomorrow = rules.state_of(**facts, on=on + timedelta(days=1))
    assert order.index(today) <= order.index(tomorrow)
    assert (today == "revoked") == (revoked is not None and revoked <= on)
    assert today == "revoked" or (today == "expired") == (on >= expires)


def test_the_last_day_still_holds_and_the_next_does_not():
    facts = {"expires": date(2028, 11, 23), "renewable": date(2028, 8, 25), "revoked": None}
    states = [rules.state_of(**facts, on=day) for day in (date(2028, 8, 24), date(2028, 8, 25), date(2028, 11, 22))]
    assert states == ["valid", "expiring", "expiring"]
    assert rules.state_of(**facts, on=date(2028, 11, 23)) == "expired"


def test_codes_are_long_legible_and_different():
    codes = {rules.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {20}
    assert not set("".join(codes)) & set("01IO")


@given(st.text(alphabet=rules.ALPHABET, min_size=20, max_size=20))
def test_a_code_is_read_back_however_it_was_written_down(code):
    printed = rules.grouped(code)
    assert printed.count("-") == 4
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    for written in (code, printed, printed.lower(), f"  {printed.replace('-', ' — ')} ", wide):
        assert rules.read_code(written) == code


@given(st.text(max_size=400))
def test_anything_else_is_no_code(text):
    read = rules.read_code(text)
    assert read == "" or (len(read) == 20 and set(read) <= set(rules.ALPHABET))


@pytest.mark.parametrize(
    ("value", "printed"), [("92.00", "92"), ("52.40", "52.4"), ("100", "100"), ("0.00", "0"), (90, "90")]
)
def test_figures_have_no_idle_zeros(value, printed):
    assert rules.plain(value) == printed


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 11, 25), "二〇二六年十一月二十五日"),
        (date(2030, 10, 10), "二〇三〇年十月十日"),
        (date(2027, 1, 30), "二〇二七年一月三十日"),
        (date(2027, 12, 1), "二〇二七年十二月一日"),
    ],
)
def test_dates_are_written_in_characters(day, written):
    assert rules.in_characters(day) == written


def test_a_number_names_prefix_year_and_serial():
    assert rules.number(prefix="YQ-ZJ", year=2026, serial=123) == "YQ-ZJ-2026-000123"
