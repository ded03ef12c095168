"""The pages: mine, the list, one, revoking, and the public verification."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from certificates import services
from certificates.models import Revocation
from tests import factories
from tests.certificates.conftest import make_exam, make_kind, make_result

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def as_user(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def issue_for(kind, now, unit=None, name="员工"):
    person = factories.person(name, at=unit)
    return services.issue(result=make_result(person, now), kind=kind, now=now)


def cost(client, url):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_mine_shows_mine_and_says_what_next(as_user, certificate, holder, kind, now):
    issue_for(kind, now, name="别人")
    page = as_user(holder).get(reverse("certificates:mine")).content.decode()
    assert certificate.number in page
    assert "YQ-ZJ-2026-000002" not in page
    assert reverse("certificates:pdf", args=[certificate.pk]) in page


def test_mine_is_kind_to_somebody_without_any(as_user):
    response = as_user(factories.person()).get(reverse("certificates:mine"))
    assert response.status_code == 200
    assert list(response.context["certificates"]) == []


def test_mine_costs_the_same_for_one_and_for_many(as_user, certificate, holder, now):
    client = as_user(holder)
    client.get(reverse("certificates:mine"))
    one = cost(client, reverse("certificates:mine"))
    for code in ("a", "b", "c"):
        kind = make_kind(make_exam(code), code=code, prefix=f"YQ-{code}")
        services.issue(result=make_result(holder, now, exam=kind.exam), kind=kind, now=now)
    assert cost(client, reverse("certificates:mine")) == one


def test_the_list_costs_at_most_twelve_queries_for_one_and_for_many(as_user, kind, personnel, now):
    issue_for(kind, now)
    client = as_user(personnel)
    client.get(reverse("certificates:list"))
    one = cost(client, reverse("certificates:list"))
    for index in range(12):
        issue_for(kind, now, unit=factories.unit(f"热线{index}班"), name=f"员工{index}")
    assert cost(client, reverse("certificates:list")) == one
    assert one <= 12


def test_the_list_shows_only_what_is_in_reach_and_filters(as_user, kind, now):
    ours, theirs = factories.unit("热线一班"), factories.unit("营业厅班")
    mine, other = issue_for(kind, now, ours, "李一"), issue_for(kind, now, theirs, "王二")
    manager = factories.with_role("manager", over=ours)
    client = as_user(manager)

    def numbers(**query):
        table = client.get(reverse("certificates:list"), query).context["table"]
        return [row.object.number for row in table.rows]

    assert numbers() == [mine.number]
    assert client.get(other.get_absolute_url()).status_code == 404
    client = as_user(factories.with_role("personnel"))
    assert numbers(sort="number") == [mine.number, other.number]
    assert numbers(unit=theirs.pk) == [other.number]
    assert numbers(q="wanger") == [other.number]
    assert numbers(q=mine.number) == [mine.number]
    assert numbers(state="valid", kind=kind.pk, sort="holder") == [mine.number, other.number]
    assert numbers(state="revoked") == []


def test_the_list_is_exported_as_filtered(as_user, kind, personnel, now):
    first, _second = issue_for(kind, now, name="李一"), issue_for(kind, now, name="王二")
    response = as_user(personnel).get(reverse("certificates:list"), {"export": "xlsx", "q": "liyi"})
    content = b"".join(response.streaming_content) if response.streaming else response.content
    rows = list(load_workbook(io.BytesIO(content)).active.values)
    assert any(first.number in row for row in rows)
    assert not any("王二" in [str(cell) for cell in row] for row in rows)


def test_personnel_revoke_with_a_reason_and_the_public_page_says_so_at_once(
    as_user, certificate, holder, personnel, client
):
    public = reverse("certificates:verified", args=[certificate.printed_code])
    assert client.get(public).context["certificate"].state == "valid"
    url = reverse("certificates:revoke", args=[certificate.pk])
    as_user(personnel)
    client.post(url, {"reason": "  "})
    assert not Revocation.objects.exists()
    client.post(url, {"reason": "替考"})
    assert Revocation.objects.get().by == personnel
    client.logout()
    response = client.get(public)
    assert response.context["certificate"].state == "revoked"
    page = response.content.decode()
    assert "替考" not in page
    assert personnel.name not in page


def test_nobody_revokes_their_own_by_the_page(as_user, kind, personnel, now):
    own = services.issue(result=make_result(personnel, now), kind=kind, now=now)
    client = as_user(personnel)
    assert not client.get(own.get_absolute_url()).context["may_revoke"]
    client.post(reverse("certificates:revoke", args=[own.pk]), {"reason": "试试"})
    assert not Revocation.objects.exists()


def test_trainers_read_but_download_and_revoke_nothing(as_user, certificate):
    client = as_user(factories.with_role("trainer"))
    context = client.get(certificate.get_absolute_url()).context
    assert (context["has_pdf"], context["may_revoke"]) == (False, False)
    assert client.get(reverse("certificates:pdf", args=[certificate.pk])).status_code == 404
    assert client.post(reverse("certificates:revoke", args=[certificate.pk]), {"reason": "x"}).status_code == 403


@pytest.mark.parametrize(("days", "state"), [(0, "valid"), (700, "expiring"), (731, "expired")])
def test_the_public_page_says_what_it_is_today(client, certificate, now, today, days, state):
    today.move_to(now + timedelta(days=days))
    response = client.get(reverse("certificates:verified", args=[certificate.printed_code]))
    assert response.status_code == 200
    assert response.context["certificate"].state == state
    page = response.content.decode()
    assert certificate.holder_name in page
    assert certificate.number in page
    assert (response["X-Robots-Tag"], response["Cache-Control"]) == ("noindex, nofollow", "no-store")


def test_a_code_typed_into_the_form_leads_to_its_page(client, certificate):
    typed = f" {certificate.printed_code.lower().replace('-', ' ')} "
    response = client.get(reverse("certificates:verify"), {"code": typed})
    assert response.url == reverse("certificates:verified", args=[certificate.printed_code])


HOSTILE = [
    "' OR 1=1 --",
    "%00",
    "A" * 5000,
    "𠮷" * 20,
    "<script>alert(1)</script>",
    "..%2f..%2fetc",
    "７Ｆ３Ｋ-ＱＱＱＱ-ＱＱＱＱ-ＱＱＱＱ-ＱＱＱＱ",
    "\u202e\u0000",
    "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ",
]


@pytest.mark.parametrize("code", HOSTILE)
def test_codes_nobody_has_are_not_found_and_harm_nothing(client, certificate, code):
    response = client.get(reverse("certificates:verified", args=[code.replace("/", "-")]))
    assert response.status_code == 404
    assert "<script>alert" not in response.content.decode()
    assert certificate.number not in response.content.decode()
    form = client.get(reverse("certificates:verify"), {"code": code})
    assert form.status_code in (200, 302)
    assert "<script>alert" not in form.content.decode()


def test_guessing_is_slowed_down_per_address_and_minute(client, certificate, now, today):
    url = reverse("certificates:verified", args=[certificate.printed_code])
    answers = [client.get(url).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    assert client.get(url, REMOTE_ADDR="10.0.0.9").status_code == 200
    today.move_to(now + timedelta(minutes=1))
    assert client.get(url).status_code == 200


def test_the_public_page_costs_few_queries(client, certificate):
    url = reverse("certificates:verified", args=[certificate.printed_code])
    client.get(url)
    assert cost(client, url) <= 3


def test_personnel_write_kinds_in_the_admin_and_others_do_not(as_user, kind, personnel):
    client = as_user(personnel)
    assert kind.name in client.get(reverse("certificate_kinds:index")).content.decode()
    fields = {"name": "投诉处理上岗证", "code": "ts", "prefix": "YQ-TS", "exam": kind.exam.pk, "level": ""}
    fields |= {"valid_months": 12, "renew_days": 60, "earned_from": "2026-12-01", "statement": ""}
    response = client.post(reverse("certificate_kinds:add"), fields)
    assert response.status_code == 302
    assert kind.exam.certificate_kinds.get(code="ts").valid_months == 12
    assert as_user(factories.with_role("inspector")).get(reverse("certificate_kinds:index")).status_code != 200
