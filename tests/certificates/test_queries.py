"""Reads about certificates."""

from datetime import date, timedelta

import pytest

from certificates import queries, services
from certificates.models import Certificate
from tests import factories
from tests.certificates.conftest import make_exam, make_kind, make_result

pytestmark = pytest.mark.django_db


def test_the_state_in_sql_is_the_state_in_python(certificate, personnel, now):
    days = [date(2026, 11, 23), date(2028, 8, 24), date(2028, 8, 25), date(2028, 11, 22), date(2028, 11, 23)]
    expected = ["valid", "valid", "expiring", "expiring", "expired"]
    assert [Certificate.objects.with_state(day).get().state for day in days] == expected
    assert [queries.state_of(certificate, day) for day in days] == expected
    services.revoke(certificate=certificate, by=personnel, reason="考试作弊", now=now + timedelta(days=1))
    fresh = Certificate.objects.get()
    for day, state in ((date(2026, 11, 23), "valid"), (date(2026, 11, 24), "revoked"), (date(2030, 1, 1), "revoked")):
        assert Certificate.objects.with_state(day).get().state == state
        assert queries.state_of(fresh, day) == state


def test_a_renewed_certificate_no_longer_expires(certificate, holder, kind, now):
    later = now.replace(year=2028, month=9)
    on = later.date()
    assert list(queries.expiring(on, days=None)) == [certificate]
    assert list(queries.expiring(on, days=30)) == []
    assert list(queries.expiring(on, days=90)) == [certificate]
    renewed = services.issue(result=make_result(holder, later), kind=kind, now=later)
    assert list(queries.expiring(on, days=90)) == []
    mine = queries.certificates_of(holder, on)
    assert [(each.pk, each.state, each.superseded) for each in mine] == [
        (renewed.pk, "valid", False),
        (certificate.pk, "expiring", True),
    ]


def test_expiring_looks_only_at_the_units_asked_for(certificate, now):
    on = date(2028, 10, 1)
    team = factories.unit()
    assert list(queries.expiring(on, days=90, paths=[team.path])) == []
    assert list(queries.expiring(on, days=90, paths=[factories.company().path])) == [certificate]


def test_a_level_is_proven_only_by_a_certificate_that_holds(certificate, holder, personnel, now):
    level = certificate.kind.level
    assert queries.valid_certificate(holder, level, now.date()) == certificate
    assert queries.valid_certificate(holder, factories.level("senior"), now.date()) is None
    assert queries.valid_certificate(holder, level, now.date() - timedelta(days=1)) is None
    assert queries.valid_certificate(holder, level, date(2028, 11, 22)) == certificate
    assert queries.valid_certificate(holder, level, date(2028, 11, 23)) is None
    services.revoke(certificate=certificate, by=personnel, reason="考试作弊", now=now)
    assert queries.valid_certificate(holder, level, now.date()) is None


def test_the_code_finds_the_certificate_as_printed(certificate, now):
    assert queries.by_code(certificate.printed_code.lower(), now.date()) == certificate
    assert queries.by_code(certificate.number, now.date()) is None
    assert queries.by_code("", now.date()) is None


def test_a_persons_certificates_cost_one_query(kind, holder, now, django_assert_num_queries):
    services.issue(result=make_result(holder, now), kind=kind, now=now)
    other = make_kind(make_exam("senior", "senior"), code="senior", prefix="YQ-GJ")
    services.issue(result=make_result(holder, now, exam=other.exam), kind=other, now=now)
    with django_assert_num_queries(1):
        rows = queries.certificates_of(holder, now.date())
        assert {(row.kind.level.code, row.result.exam.name, row.state) for row in rows} == {
            ("intermediate", "客户服务中级工等级考试", "valid"),
            ("senior", "客户服务中级工等级考试", "valid"),
        }
