"""When a candidate sees a result: at once, when the sitting is over for everybody, when somebody releases it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from certificates.models import Certificate
from exams import queries, services
from exams.models import Candidacy, Result
from ground.errors import Refused
from ground.models import JournalEntry
from people.models import Notification, Role
from tests import factories
from tests.exams import makers

pytestmark = pytest.mark.django_db
minute = timedelta(minutes=1)
TOLD = ("exams.passed", "exams.not_passed")


def told(person):
    return list(Notification.objects.filter(user=person, kind__in=TOLD).values_list("kind", flat=True))


def mine(person, now):
    return queries.my_sitting(queries.with_attempts(Candidacy.objects.filter(user=person)).get(), now)


@pytest.fixture
def person(db):
    return factories.person("林晓雨")


def sat(person, *others, now, **rules):
    sitting = makers.mixed(person, *others, now=now, kinds=(), **rules)
    makers.written_by(person, sitting, now=now)
    return sitting


def test_at_once_tells_at_once(person, now):
    sat(person, now=now)
    assert told(person) == ["exams.passed"]
    assert mine(person, now).shown.passed is True


def test_when_over_for_everybody_nobody_is_told_while_somebody_sits(person, now):
    other = factories.person("陈思远")
    sitting = sat(person, other, now=now, release="closed")
    late = Candidacy.objects.get(user=other)
    began = sitting.closes_at - minute
    services.start_attempt(candidacy=late, part=makers.part(late), now=began)
    assert Result.objects.get().passed is True
    for moment in (now, sitting.closes_at + minute):
        assert mine(person, moment).shown is None
        assert services.announce_released(now=moment) == 0
        assert [row.released for row in queries.sittings_for(person, moment)] == [False]
        assert list(queries.released_only(Result.objects.all(), moment)) == []
    assert told(person) == []
    over = sitting.closes_at + 40 * minute
    services.end_overdue(now=over)
    assert mine(person, over).shown.passed is True
    assert services.announce_released(now=over) == 1
    assert services.announce_released(now=over) == 0
    assert (told(person), told(other)) == (["exams.passed"], ["exams.not_passed"])
    assert queries.released_only(Result.objects.all(), over).count() == 2


def test_by_hand_tells_with_the_release_and_later_results_at_once(person, now):
    examiner = factories.with_role(Role.EXAMINER)
    other = factories.person("陈思远")
    sitting = sat(person, other, now=now, release="by_hand")
    over = sitting.closes_at + minute
    assert (told(person), mine(person, over).shown, services.announce_released(now=over)) == ([], None, 0)
    released = services.release(sitting=sitting, by=examiner, now=now + 30 * minute)
    assert (released.released_at, released.released_by) == (now + 30 * minute, examiner)
    assert told(person) == ["exams.passed"]
    assert mine(person, now + 30 * minute).shown.passed is True
    makers.written_by(other, sitting, now=now + 31 * minute, right=False)
    assert told(other) == ["exams.not_passed"]
    again = services.release(sitting=sitting, by=factories.person(), now=over)
    assert again.released_by == examiner
    assert JournalEntry.objects.filter(verb="sitting.released").count() == 1


def test_only_a_sitting_that_waits_for_it_is_released_by_hand(person, now):
    sitting = sat(person, now=now)
    with pytest.raises(Refused) as caught:
        services.release(sitting=sitting, by=factories.with_role(Role.EXAMINER), now=now)
    assert caught.value.code == "by_rule"


def certificate_kind(exam, now):
    from certificates.models import CertificateKind

    return CertificateKind.objects.create(
        code="k", name="高级工证书", exam=exam, prefix="K", valid_months=12, renew_days=30, statement="考核合格"
    )


def test_a_certificate_is_issued_with_the_release_so_that_it_tells_nothing_early(person, now):
    from certificates import services as certificates

    sitting = makers.mixed(person, now=now, kinds=(), release="by_hand")
    certificate_kind(sitting.exam, now)
    makers.written_by(person, sitting, now=now)
    assert certificates.issue_missing(now=now) == 0
    services.release(sitting=sitting, by=factories.with_role(Role.EXAMINER), now=now + 10 * minute)
    assert Certificate.objects.get().user == person


@pytest.mark.parametrize("release", ["closed", "by_hand"])
def test_no_page_of_the_candidate_shows_a_result_early(client, person, now, release):
    sat(person, now=now, release=release)
    candidacy = Candidacy.objects.get()
    client.force_login(person)
    with time_machine.travel(now + 30 * minute, tick=False):
        for name, args in (
            ("exams:mine", []),
            ("exams:candidacy", [candidacy.pk]),
            ("exams:result", [candidacy.pk]),
            ("home", []),
            ("promotions:mine", []),
        ):
            html = client.get(reverse(name, args=args)).content.decode()
            for word in ("100 %", "已通过", 'badge ok">通过', "答案解析密文"):
                assert word not in html, (name, word)
        statement = client.get(reverse("exams:statement", args=[candidacy.pk]))
        assert (statement.status_code, statement.url) == (302, reverse("exams:result", args=[candidacy.pk]))
    assert queries.sittings_for(person, now)[0].shown is None


@pytest.mark.parametrize(
    ("reveals", "stem", "explanation"), [("score", False, False), ("own", True, False), ("key", True, True)]
)
def test_questions_are_shown_as_far_as_the_exam_reveals_and_never_before_the_end(
    client, person, now, reveals, stem, explanation
):
    sitting = sat(person, now=now, reveals=reveals)
    client.force_login(person)
    url = reverse("exams:result", args=[Candidacy.objects.get().pk])
    with time_machine.travel(now + 30 * minute, tick=False):
        html = client.get(url).content.decode()
        assert "先做什么" not in html
        assert "答案解析密文" not in html
    with time_machine.travel(sitting.closes_at + minute, tick=False):
        html = client.get(url).content.decode()
        assert ("先做什么" in html, "答案解析密文" in html) == (stem, explanation)
        sheet = client.get(reverse("exams:statement", args=[Candidacy.objects.get().pk])).content.decode()
        assert person.employee_no in sheet
        assert "signatures" in sheet
