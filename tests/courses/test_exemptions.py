"""Something equivalent settles a course, what expires is assigned again, what has changed is shown to those who knew the old."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from courses import queries, services
from courses.models import Assignment, Exemption
from ground.errors import Refused
from ground.models import JournalEntry
from ground.private_files import private_storage
from people.models import Notification
from tests import factories
from tests.courses import build
from tests.courses.test_services import assign, finish

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 proof"


def exempt(row, trainer, now, **changes):
    values = {"reason": "已持有同类证书", "name": "证书.pdf", "content": PDF} | changes
    return services.exempt(assignment=row, by=trainer, now=now, **values)


def test_a_proof_settles_the_course_and_is_kept_out_of_reach(now):
    trainer, user, course = factories.with_role("trainer"), factories.person(), build.course()
    row = assign(user, course, now)
    exemption = exempt(row, trainer, now)
    assert exempt(row, trainer, now) == exemption
    assert private_storage().open(exemption.proof).read() == PDF
    on = timezone.localdate(now)
    assert queries.standing(user, course, on).state == "exempt"
    assert (
        services.assign_all(
            users=[user],
            course=course,
            cause="manual",
            cause_date=on,
            due_on=on + timedelta(days=9),
            by=trainer,
            now=now,
        )
        == 0
    )
    assert JournalEntry.objects.get(verb="exemption.granted").actor_id == trainer.pk


def test_taken_back_the_course_is_due_again(now):
    trainer, user, course = factories.with_role("trainer"), factories.person(), build.course()
    row = assign(user, course, now)
    exemption = exempt(row, trainer, now)
    with pytest.raises(Refused):
        services.withdraw_exemption(exemption=exemption, reason=" ", by=trainer, now=now)
    services.withdraw_exemption(exemption=exemption, reason="证书是别人的", by=trainer, now=now)
    services.withdraw_exemption(exemption=exemption, reason="证书是别人的", by=trainer, now=now)
    assert queries.standing(user, course, timezone.localdate(now)).must
    kinds = Notification.objects.filter(user=user).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["course_assigned", "course_exempt", "course_due_again"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "  "}, "no_reason"),
        ({"content": b""}, "type"),
        ({"content": b"MZ\x90\x00", "name": "proof.pdf"}, "type"),
        ({"content": b"<html>", "name": "proof.png"}, "type"),
        ({"content": b"%PDF-" + b"0" * services.LARGEST_PROOF}, "too_large"),
    ],
)
def test_what_is_no_proof_changes_nothing(now, changes, code):
    trainer, user = factories.with_role("trainer"), factories.person()
    row = assign(user, build.course(), now)
    with pytest.raises(Refused) as refusal:
        exempt(row, trainer, now, **changes)
    assert refusal.value.code == code
    assert not Exemption.objects.exists()


def test_nobody_exempts_themselves(now):
    trainer = factories.with_role("trainer")
    with pytest.raises(Refused) as refusal:
        exempt(assign(trainer, build.course(), now), trainer, now)
    assert refusal.value.code == "self"


def test_a_trainer_settles_and_undoes_on_the_page_and_opens_the_proof(client):
    now = timezone.now()
    team = factories.unit("热线一班")
    trainer, user = factories.with_role("trainer", over=team), factories.person(at=team)
    row = assign(user, build.course(), now, due_on=timezone.localdate(now) + timedelta(days=9))
    client.force_login(trainer)
    proof = SimpleUploadedFile("证书.pdf", PDF)
    client.post(reverse("courses:exempt", args=[row.pk]), {"reason": "已持有同类证书", "proof": proof})
    assert "已持有同类证书" in client.get(reverse("courses:assignment", args=[row.pk])).text
    response = client.get(reverse("courses:exempt_proof", args=[row.pk]))
    assert b"".join(response.streaming_content) == PDF
    client.post(reverse("courses:exempt_withdraw", args=[row.pk]), {"reason": "证书已过期"})
    assert client.get(reverse("courses:exempt_proof", args=[row.pk])).status_code == 404
    assert Assignment.objects.open().get() == row


def test_what_expires_within_two_months_is_assigned_again_once(now):
    user, course = factories.person(), build.course(valid_months=12)
    assign(user, course, now)
    finish(user, course, now)
    assert services.renew_expiring(now=now + timedelta(days=300)) == 0
    later = now + timedelta(days=320)
    assert services.renew_expiring(now=later) == 1
    assert services.renew_expiring(now=later + timedelta(days=1)) == 0
    row = Assignment.objects.open().get()
    assert (row.cause, row.cause_date.isoformat(), row.due_on.isoformat()) == ("expiry", "2027-11-23", "2027-11-22")
    assert queries.day(date(2027, 11, 22)) in queries.why(row)
    enrolment = services.enrol(user=user, course=course, now=later)
    for lesson in build.lessons(course):
        services.complete_lesson(enrolment=enrolment, lesson=lesson, now=later)
    assert not Assignment.objects.open().exists()
    assert services.renew_expiring(now=later + timedelta(days=60)) == 0


def test_what_was_chosen_freely_or_by_somebody_who_left_is_not_assigned_again(now):
    chosen, course = factories.person(), build.course(valid_months=1)
    finish(chosen, course, now)
    assert services.renew_expiring(now=now + timedelta(days=40)) == 0


def test_renewing_many_costs_as_much_as_one(now, django_assert_max_num_queries):
    course = build.course(valid_months=1)
    for _ in range(5):
        user = factories.person()
        assign(user, course, now)
        finish(user, course, now)
    with django_assert_max_num_queries(12):
        assert services.renew_expiring(now=now + timedelta(days=40)) == 5


def test_those_who_knew_the_old_version_take_only_what_has_changed(now):
    trainer = factories.with_role("trainer")
    user, fresh, course = factories.person(), factories.person(), build.course(lessons=2)
    finish(user, course, now)
    on = timezone.localdate(now)
    due = {"course": course, "due_on": on + timedelta(days=9), "by": trainer, "now": now}
    assert services.assign_changes(users=[user, fresh], **due) == 0
    lesson = build.lessons(course)[1]
    lesson.title = "新的第二课"
    lesson.save_revision().publish()
    assert services.assign_changes(users=[user, fresh], **due) == 1
    assert services.assign_changes(users=[user, fresh], **due) == 0
    enrolment = services.enrol(user=user, course=course, now=now)
    assert queries.wanted_lessons(enrolment) == [lesson.pk]
    services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now)
    assert queries.standing(user, course, on).finished
