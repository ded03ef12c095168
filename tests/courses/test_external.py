"""External courses: handed in with a proof, decided by somebody else, counted once confirmed."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from courses import queries, services
from courses.models import ExternalTraining
from ground.errors import Refused
from people.models import Notification, User
from tests import factories
from tests.courses.packages import PDF, PNG
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
State = ExternalTraining.State


def claim(user, now, **more):
    facts = {
        "title": "服务礼仪公开课",
        "provider": "市工会",
        "topic": None,
        "minutes": 180,
        "finished_on": timezone.localdate(now) - timedelta(days=10),
        "name": "证明.pdf",
        "content": PDF,
        **more,
    }
    return services.claim_external(user=user, now=now, **facts)


def decide(row, by, now, *, confirm=True, reason=""):
    return services.decide_external(claim=row, confirm=confirm, reason=reason, by=by, now=now)


def minutes(user):
    found = queries.minutes_by_person(User.objects.filter(pk=user.pk), date(2026, 1, 1), date(2026, 12, 31))
    return found[user.pk].external if user.pk in found else 0


def test_it_counts_when_somebody_has_confirmed_it(now):
    user, trainer = factories.person(), factories.with_role("trainer")
    row = claim(user, now)
    assert minutes(user) == 0
    decide(row, trainer, now)
    assert minutes(user) == 180
    assert Notification.objects.filter(user=user, kind="external_confirmed").count() == 1


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
def test_the_first_decision_stands(now, first, second):
    trainer = factories.with_role("trainer")
    row = claim(factories.person(), now)
    decide(row, trainer, now, confirm=first, reason="证明不清楚")
    decide(row, trainer, now, confirm=second, reason="再看")
    row.refresh_from_db()
    assert row.state == (State.CONFIRMED if first else State.REFUSED)
    assert Notification.objects.filter(user=row.user).count() == 1


def test_a_refusal_reads_as_one_of_a_proof_and_not_of_a_promotion(now):
    user = factories.person()
    decide(claim(user, now), factories.with_role("trainer"), now, confirm=False, reason="看不清")
    page = signed_in(user).get(reverse("courses:external_mine")).text
    assert "未予认可" in page
    assert "晋升" not in page.split("<main")[1]


def test_moves_are_a_table():
    assert {(a, b) for a in State for b in ExternalTraining.MOVES[a]} == {
        (State.CLAIMED, State.CONFIRMED),
        (State.CLAIMED, State.REFUSED),
    }


def test_nobody_decides_on_their_own_and_a_refusal_says_why(now):
    trainer = factories.with_role("trainer")
    for user, by, confirm, code in (
        (trainer, trainer, True, "self"),
        (factories.person(), trainer, False, "no_reason"),
    ):
        with pytest.raises(Refused) as refusal:
            decide(claim(user, now), by, now, confirm=confirm)
        assert refusal.value.code == code
    assert set(ExternalTraining.objects.values_list("state", flat=True)) == {"claimed"}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"finished_on": date(2026, 11, 24)}, "future"),
        ({"finished_on": date(2023, 1, 1)}, "old"),
        ({"minutes": 0}, "length"),
        ({"minutes": 24_001}, "length"),
        ({"title": " "}, "empty"),
        ({"content": b"<html>"}, "type"),
        ({"content": b"MZ" + PDF}, "type"),
        ({"content": PDF + b"x" * (10 * 1024 * 1024)}, "too_large"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(now, wrong, code):
    with pytest.raises(Refused) as refusal:
        claim(factories.person(), now, **wrong)
    assert (refusal.value.code, ExternalTraining.objects.count()) == (code, 0)


def test_the_same_course_is_handed_in_once_unless_it_was_refused(now):
    user, trainer = factories.person(), factories.with_role("trainer")
    row = claim(user, now)
    with pytest.raises(Refused):
        claim(user, now)
    decide(row, trainer, now, confirm=False, reason="看不清")
    claim(user, now, content=PNG)
    assert ExternalTraining.objects.count() == 2


def test_a_person_hands_in_and_personnel_confirms_on_the_pages(now):
    unit = factories.unit()
    user, keeper = factories.person(at=unit), factories.with_role("personnel", over=unit)
    mine = signed_in(user)
    form = {"title": "沟通课", "provider": "大学", "hours": "1.5", "finished_on": timezone.localdate().isoformat()}
    assert mine.post(reverse("courses:external_new"), form).context["form"].errors
    bad = mine.post(reverse("courses:external_new"), {**form, "proof": SimpleUploadedFile("a.pdf", b"MZ")})
    assert bad.context["form"].non_field_errors()
    mine.post(reverse("courses:external_new"), {**form, "proof": SimpleUploadedFile("结业证.pdf", PDF)})
    row = ExternalTraining.objects.get()
    assert (row.minutes, row.state) == (90, "claimed")
    assert "沟通课" in mine.get(reverse("courses:external_mine")).text
    page = reverse("courses:external", args=[row.pk])
    assert reverse("courses:external_decide", args=[row.pk]) not in mine.get(page).text
    client = signed_in(keeper)
    assert client.get(reverse("courses:external_list"), {"state": "claimed"}).context["table"].count == 1
    assert client.get(reverse("courses:external_proof", args=[row.pk])).getvalue() == PDF
    stranger = signed_in(factories.with_role("personnel", over=factories.unit()))
    for name in ("external", "external_proof"):
        assert stranger.get(reverse(f"courses:{name}", args=[row.pk])).status_code == 404
    client.post(reverse("courses:external_decide", args=[row.pk]), {"reason": ""})
    assert ExternalTraining.objects.get().state == "claimed"
    client.post(reverse("courses:external_decide", args=[row.pk]), {"confirm": "1"})
    assert ExternalTraining.objects.get().decided_by == keeper
