"""Issue, revoke, remind: what is written, once, and by whom."""

from datetime import UTC, date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django_q.models import OrmQ

from certificates import queries, services
from certificates.models import Certificate, NumberSeries, Revocation
from exams.models import Result
from ground.errors import Refused
from ground.models import JournalEntry
from people.models import Notification
from tests import factories
from tests.certificates.conftest import make_exam, make_kind, make_result

pytestmark = pytest.mark.django_db


def test_a_certificate_freezes_what_it_says(certificate, holder):
    assert (certificate.number, certificate.holder_name) == ("YQ-ZJ-2026-000001", "林晓雨")
    assert (certificate.title, certificate.organisation) == ("客户服务中级工等级证书", "云桥通信客户服务中心")
    assert (certificate.issued_on, certificate.expires_on) == (date(2026, 11, 23), date(2028, 11, 23))
    assert certificate.valid_until == date(2028, 11, 22)
    assert certificate.renewable_from == date(2028, 8, 25)
    assert certificate.language == "zh-hans"
    assert certificate.figures == [{"label": "业务考试", "value": "100", "unit": certificate.figures[0]["unit"]}]


def test_figures_say_what_was_measured_in_the_persons_language():
    paper = {"title": "业务考试", "kind": "paper", "score": "92.00", "speed": None, "accuracy": None}
    typing = {"title": "汉字录入", "kind": "typing", "score": None, "speed": "52.4", "accuracy": "97.80"}
    unreached = {"title": "面谈", "kind": "paper", "score": None, "speed": None, "accuracy": None}
    rows = services.figures([paper, typing, unreached], "en")
    assert [(row["label"], row["value"], row["unit"]) for row in rows] == [
        ("业务考试", "92", "points of 100"),
        ("汉字录入", "52.4", "characters/min"),
        ("Typing accuracy", "97.8", "%"),
    ]


def test_issuing_again_returns_the_same_certificate_and_writes_nothing(certificate, kind, now):
    again = services.issue(result=certificate.result, kind=kind, now=now + timedelta(days=3))
    assert again == certificate
    assert Certificate.objects.count() == 1
    assert JournalEntry.objects.filter(verb="certificate.issued").count() == 1
    assert Notification.objects.filter(kind="certificate.issued").count() == 1
    assert OrmQ.objects.count() == 1
    assert NumberSeries.objects.get().last == 1


def test_numbers_count_up_within_a_year_and_begin_again_with_the_next(kind, now):
    people = [factories.person(name) for name in ("甲一", "乙二", "丙三")]
    issued = [services.issue(result=make_result(person, now), kind=kind, now=now) for person in people[:2]]
    new_year = now + timedelta(days=60)
    issued.append(services.issue(result=make_result(people[2], new_year), kind=kind, now=new_year))
    assert [certificate.number for certificate in issued] == [
        "YQ-ZJ-2026-000001",
        "YQ-ZJ-2026-000002",
        "YQ-ZJ-2027-000001",
    ]


def test_kinds_with_one_prefix_share_a_series(kind, holder, now):
    other = make_kind(code="other", name="投诉处理上岗证")
    result = make_result(holder, now)
    numbers = [result.certificates.get(kind=each).number for each in (kind, other)]
    assert numbers == ["YQ-ZJ-2026-000001", "YQ-ZJ-2026-000002"]


def test_days_are_the_organisations(kind, holder, now):
    late_in_utc = now.replace(hour=0, minute=30)
    certificate = services.issue(result=make_result(holder, late_in_utc), kind=kind, now=late_in_utc)
    assert late_in_utc.astimezone(UTC).date() == date(2026, 11, 22)
    assert certificate.issued_on == date(2026, 11, 23)


def test_a_failed_result_and_another_exams_result_earn_nothing(kind, holder, now):
    failed = make_result(holder, now, passed=False)
    foreign = make_result(holder, now, exam=make_exam("senior", "senior"))
    for result in (failed, foreign):
        with pytest.raises(Refused) as refusal:
            services.issue(result=result, kind=kind, now=now)
        assert refusal.value.code == "not_earned"
    assert not Certificate.objects.exists()


def test_a_result_before_the_first_day_of_a_kind_earns_nothing(holder, now):
    early, late = make_result(holder, now), make_result(holder, now + timedelta(days=20))
    kind = make_kind(earned_from=date(2026, 12, 1))
    assert services.issue_missing(now=now + timedelta(days=30)) == 1
    assert list(kind.certificates.values_list("result", flat=True)) == [late.pk]
    assert not early.certificates.exists()


def test_a_passed_result_is_told_by_signal_and_earns_every_kind(kind, holder, now):
    other = make_kind(code="other", name="投诉处理上岗证", prefix="YQ-TS")
    result = make_result(holder, now)
    assert {certificate.kind for certificate in result.certificates.all()} == {kind, other}
    assert OrmQ.objects.count() == 2


def test_a_failure_to_issue_leaves_the_result_and_the_night_repeats_it(kind, holder, now):
    # Somebody already has the number that comes next: the database refuses the certificate.
    other = services.issue(result=make_result(factories.person("甲一"), now), kind=kind, now=now)
    NumberSeries.objects.update(last=0)
    result = make_result(holder, now)
    assert Result.objects.filter(pk=result.pk).exists()
    assert not result.certificates.exists()
    assert OrmQ.objects.count() == 1
    NumberSeries.objects.update(last=1)
    assert services.issue_missing(now=now) == 1
    assert services.issue_missing(now=now) == 0
    assert result.certificates.get().number == "YQ-ZJ-2026-000002"
    assert other.number == "YQ-ZJ-2026-000001"


def test_a_rollback_takes_the_queued_task_with_it(holder, now):
    result = make_result(holder, now)
    kind = make_kind()
    with transaction.atomic():
        services.issue(result=result, kind=kind, now=now)
        transaction.set_rollback(True)
    assert (Certificate.objects.count(), OrmQ.objects.count(), NumberSeries.objects.count()) == (0, 0, 0)


def test_revoking_is_final_told_and_written_down(certificate, holder, personnel, now):
    revocation = services.revoke(certificate=certificate, by=personnel, reason=" 考试作弊 ", now=now)
    assert (revocation.reason, revocation.by, revocation.on) == ("考试作弊", personnel, now.date())
    assert services.revoke(certificate=certificate, by=personnel, reason="又一次", now=now) == revocation
    entry = JournalEntry.objects.get(verb="certificate.revoked")
    assert (entry.actor_id, entry.reason) == (personnel.pk, "考试作弊")
    assert holder.notifications.filter(kind="certificate.revoked").count() == 1
    assert queries.state_of(Certificate.objects.get(), now.date()) == "revoked"


def test_nobody_revokes_their_own_and_nobody_without_a_reason(certificate, holder, personnel, now):
    for by, reason, code in ((holder, "不要了", "own"), (personnel, "  ", "no_reason")):
        with pytest.raises(Refused) as refusal:
            services.revoke(certificate=certificate, by=by, reason=reason, now=now)
        assert refusal.value.code == code
    assert not Revocation.objects.exists()


def test_the_database_keeps_revocations(certificate, personnel, now):
    services.revoke(certificate=certificate, by=personnel, reason="考试作弊", now=now)
    for change in (lambda: Revocation.objects.update(reason="x"), lambda: Revocation.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_holders_are_reminded_once_when_they_may_renew(certificate, holder, now):
    assert services.remind(now=now) == 0
    soon = now.replace(year=2028, month=9)
    assert services.remind(now=soon) == 1
    services.remind(now=soon + timedelta(days=1))
    notification = holder.notifications.get(kind="certificate.renewable")
    assert notification.params["day"] == "2028-11-22"


def test_what_was_never_rendered_is_queued_again_at_night(certificate, personnel, now):
    assert services.render_missing(now=now + timedelta(minutes=10)) == 0
    assert services.render_missing(now=now + timedelta(hours=2)) == 1
    services.revoke(certificate=certificate, by=personnel, reason="考试作弊", now=now)
    assert services.render_missing(now=now + timedelta(hours=2)) == 0


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set TEST_DATABASE_URL")
def test_racing_results_get_different_numbers_and_one_result_one_certificate(now):
    results = [make_result(factories.person(f"员工{index}"), now) for index in range(4)]
    kind = make_kind()
    work = [*results, *results]
    barrier, failures = Barrier(len(work)), []

    def run(result):
        try:
            barrier.wait(10)
            services.issue(result=result, kind=kind, now=now)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(result,)) for result in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    numbers = sorted(Certificate.objects.values_list("number", flat=True))
    assert numbers == [f"YQ-ZJ-2026-{serial:06d}" for serial in range(1, 5)]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set TEST_DATABASE_URL")
def test_two_who_revoke_at_once_leave_one_revocation(now):
    kind, holder = make_kind(), factories.person()
    certificate = services.issue(result=make_result(holder, now), kind=kind, now=now)
    people = [factories.with_role("personnel", name=name) for name in ("何静", "周敏")]
    barrier, failures = Barrier(2), []

    def run(by):
        try:
            barrier.wait(10)
            services.revoke(certificate=certificate, by=by, reason="考试作弊", now=now)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert Revocation.objects.count() == 1
    assert JournalEntry.objects.filter(verb="certificate.revoked").count() == 1
