"""The record of training: what stands in it, who reads it, and its printed form."""

import io
from datetime import date, timedelta

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from certificates import services as certificates
from courses import queries, services
from courses.models import JobChecklist, JobRecord
from courses.queries import minutes_by_person
from exams.services import release
from people.models import Role, User
from people.services import choose_language
from tests import factories
from tests.certificates.conftest import make_kind, make_result
from tests.courses import build
from tests.courses.test_hours import attended, external, finished
from tests.exams import makers
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


def lines(person, now, year=None) -> dict[str, list[tuple[date, str, int | None]]]:
    found = queries.record_of(person, now, year)
    return {
        section.name: [(line.on, line.title, line.minutes) for line in section.lines]
        for section in found.sections
        if section.lines
    }


def on_the_job(person, at, title="来电接听"):
    """A checklist that a coach has signed to its end."""
    checklist = JobChecklist.objects.create(title=title, topic=factories.topic())
    coach = factories.person("周敏")
    return JobRecord.objects.create(
        checklist=checklist, user=person, items=["三声内接听"], begun_by=coach, begun_at=at, completed_at=at
    )


def full(person, now):
    finished(person, build.course("投诉处理", lessons=1, minutes=45), now)
    attended(person, now)
    external(person, now.date() - timedelta(days=400), minutes=100)
    on_the_job(person, now)
    result = make_result(person, now)
    certificates.issue(result=result, kind=make_kind(result.exam), now=now)


def test_everything_achieved_stands_in_it(now):
    person = factories.person()
    full(person, now)
    on = now.date()
    found = lines(person, now)
    assert list(found) == ["courses", "sessions", "external", "job", "exams", "certificates"]
    assert found["courses"] == [(on, "投诉处理", 45)]
    assert found["sessions"] == [(on, "来电接听三声", 90)]
    assert found["external"] == [(on - timedelta(days=400), "投诉处理师", 100)]
    assert found["job"] == [(on, "来电接听", None)]
    assert len(found["exams"]) == len(found["certificates"]) == 1


def test_what_is_not_achieved_does_not(now):
    person, other = factories.person(), factories.person()
    services.enrol(user=person, course=build.course(), now=now)
    attended(person, now, state="absent")
    external(person, now.date(), state="claimed")
    full(other, now)
    assert lines(person, now) == {}


def test_an_exam_stands_in_it_as_soon_as_the_person_may_know(now):
    person = factories.person()
    sitting = makers.mixed(person, now=now, kinds=(), release="by_hand")
    makers.written_by(person, sitting, now=now)
    assert lines(person, now + timedelta(days=1)) == {}
    release(sitting=sitting, by=factories.examiner(), now=now + timedelta(days=1))
    assert list(lines(person, now + timedelta(days=1))) == ["exams"]


def test_a_revoked_certificate_does_not_stand_in_it(now):
    person = factories.person()
    result = make_result(person, now)
    certificate = certificates.issue(result=result, kind=make_kind(result.exam), now=now)
    personnel = factories.with_role(Role.PERSONNEL)
    certificates.revoke(certificate=certificate, reason="成绩作废", by=personnel, now=now)
    assert "certificates" not in lines(person, now)


def test_a_year_shows_that_year_only_and_its_hours_are_those_of_the_tracking(now):
    person = factories.person()
    full(person, now)
    before = now.date() - timedelta(days=400)
    found = queries.record_of(person, now, before.year)
    assert found.years == [now.year, before.year]
    assert [section.name for section in found.sections if section.lines] == ["external"]
    for year in found.years:
        people = User.objects.filter(pk=person.pk)
        counted = minutes_by_person(people, date(year, 1, 1), date(year, 12, 31))
        assert queries.record_of(person, now, year).minutes == counted[person.pk]


def test_a_year_without_anything_shows_all(now):
    person = factories.person()
    full(person, now)
    assert queries.record_of(person, now, 1999).year is None
    assert lines(person, now, 1999) == lines(person, now)


# The pages.


@pytest.fixture
def today():
    return timezone.now()


@pytest.mark.parametrize("year", ["", "2026", "x", "99999", "-1", "²026", "1999"])
def test_the_own_record_opens_for_every_year_that_is_asked_for(today, year):
    person = factories.person()
    full(person, today)
    response = signed_in(person).get(reverse("courses:record"), {"year": year})
    assert response.status_code == 200
    assert "来电接听三声" in response.text


def test_an_empty_record_says_how_it_fills(today):
    page = signed_in(factories.person()).get(reverse("courses:record")).text
    assert reverse("courses:catalogue") in page
    assert reverse("courses:transcript") not in page


@pytest.mark.parametrize("name", ["courses:record_of", "courses:transcript_of"])
def test_who_looks_after_people_reads_the_record_of_those_within_reach(today, name):
    team, other = factories.unit("热线一班"), factories.unit("营业厅班")
    person, stranger = factories.person(at=team), factories.person(at=other)
    for role in (Role.TRAINER, Role.MANAGER, Role.PERSONNEL, Role.AUDITOR):
        client = signed_in(factories.with_role(role, over=team))
        assert client.get(reverse(name, args=[person.pk])).status_code == 200
        assert client.get(reverse(name, args=[stranger.pk])).status_code == 404
    for user in (person, stranger, factories.with_role(Role.EXAMINER, over=team)):
        assert signed_in(user).get(reverse(name, args=[person.pk])).status_code == 403


def test_the_matrix_leads_to_the_record_of_a_person(today):
    team = factories.unit("热线一班")
    person = factories.person(at=team)
    build.course()
    page = signed_in(factories.with_role(Role.TRAINER, over=team)).get(reverse("courses:matrix")).text
    assert f'href="{reverse("courses:record_of", args=[person.pk])}"' in page


def text_of(response) -> str:
    assert response["Content-Type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(response.content))
    return "\n".join(page.extract_text() for page in reader.pages)


def test_the_transcript_is_in_the_language_of_the_person(today):
    team = factories.unit("热线一班")
    person = factories.person("欧阳静", at=team)
    full(person, today)
    client = signed_in(factories.with_role(Role.TRAINER, over=team))
    choose_language(user=person, language="en")
    text = text_of(client.get(reverse("courses:transcript_of", args=[person.pk])))
    assert "Transcript of training" in text
    assert "欧阳静" in text
    assert person.employee_no in text
    assert "来电接听三声" in text
    choose_language(user=person, language="zh-hans")
    assert "Employee number" not in text_of(signed_in(person).get(reverse("courses:transcript")))


def test_the_transcript_of_a_year_holds_that_year_only_and_small_fonts(today):
    person = factories.person()
    full(person, today)
    before = today.date() - timedelta(days=400)
    response = signed_in(person).get(reverse("courses:transcript"), {"year": before.year})
    text = text_of(response)
    assert "投诉处理师" in text
    assert "来电接听三声" not in text
    assert len(response.content) < 200_000


def test_markup_in_a_title_is_printed_as_it_is(today):
    person = factories.person()
    finished(person, build.course("<script>alert(1)</script>&", lessons=1), today)
    assert "<script>" in text_of(signed_in(person).get(reverse("courses:transcript")))


def test_the_record_costs_the_same_with_one_entry_and_with_many(today):
    person = factories.person()
    client, url = signed_in(person), reverse("courses:record")

    def cost():
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    full(person, today)
    one = cost()
    for _each in range(3):
        finished(person, build.course(lessons=1), today)
        attended(person, today)
        external(person, today.date())
        on_the_job(person, today)
    assert cost() == one
