"""Checklists on the job: begun for people, signed item by item, complete once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from courses import queries, services
from courses.models import JobChecklist, JobRecord, JobSignature
from ground.errors import Refused
from people.models import Notification
from tests import factories
from tests.courses import build
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(now):
    """(record, person, coach) of a checklist with three items."""
    unit = factories.unit()
    user, coach = factories.person(at=unit), factories.with_role("manager", over=unit)
    services.begin_checklists(checklist=build.checklist(), users=[user], by=coach, now=now)
    return JobRecord.objects.get(), user, coach


def sign(record, place, by, now, note=""):
    return services.sign_item(record=record, place=place, note=note, by=by, now=now)


def test_a_checklist_begins_once_for_each_and_tells_them(begun, now):
    record, user, coach = begun
    other = factories.person()
    assert services.begin_checklists(checklist=record.checklist, users=[user, other], by=coach, now=now) == 1
    assert JobRecord.objects.count() == 2
    assert Notification.objects.filter(kind="job_begun").count() == 2


def test_the_items_of_a_record_stay_when_the_checklist_changes(begun, now):
    record, _user, _coach = begun
    record.checklist.items.update(text="别的")
    assert [item.text for item in queries.items_of(JobRecord.objects.get())] == [
        "三声之内接听",
        "报工号与问候语",
        "复述客户诉求",
    ]


def test_the_last_signature_completes_the_record_and_signing_again_changes_nothing(begun, now):
    record, user, coach = begun
    first = sign(record, 0, coach, now, note="语气再慢一点")
    assert sign(record, 0, factories.with_role("trainer"), now) == first
    sign(record, 1, coach, now)
    assert JobRecord.objects.get().completed_at is None
    sign(record, 2, coach, now)
    assert JobRecord.objects.get().completed_at == now
    assert JobSignature.objects.count() == 3
    assert Notification.objects.filter(user=user, kind="job_completed").count() == 1


def test_nobody_signs_for_themselves_nor_what_is_not_there(begun, now):
    record, user, coach = begun
    for place, by, code in ((0, user, "self"), (3, coach, "missing"), (-1, coach, "missing")):
        with pytest.raises(Refused) as refusal:
            sign(record, place, by, now)
        assert refusal.value.code == code
    assert JobSignature.objects.count() == 0


def take_back(record, place, by, now, reason="点错了，还没有看到"):
    return services.take_back_signature(record=record, place=place, reason=reason, by=by, now=now)


def test_a_signature_is_taken_back_with_a_reason_and_both_stay_on_record(begun, now):
    record, user, coach = begun
    for place in range(3):
        sign(record, place, coach, now)
    other, later = factories.with_role("trainer", name="吴刚"), now + timedelta(hours=1)
    taken = take_back(record, 1, other, later)
    assert (taken.stands, taken.note, taken.by) == (False, "点错了，还没有看到", other)
    assert take_back(record, 1, other, later) == taken
    shown = queries.jobs_of(user).get()
    assert (shown.completed_at, shown.signed) == (None, 2)
    assert [item.signature is None for item in queries.items_of(shown)] == [False, True, False]
    told = Notification.objects.get(user=user, kind="job_taken_back")
    assert (told.params["coach"], told.params["item"]) == ("吴刚", "报工号与问候语")
    sign(record, 1, coach, later)
    assert queries.jobs_of(user).get().completed_at == later
    assert list(record.signatures.values_list("place", "turn", "stands")) == [
        (0, 1, True),
        (1, 1, True),
        (1, 2, False),
        (1, 3, True),
        (2, 1, True),
    ]
    assert Notification.objects.filter(user=user, kind="job_completed").count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        JobSignature.objects.all().delete()


def test_what_cannot_be_taken_back_changes_nothing(begun, now):
    record, user, coach = begun
    assert take_back(record, 0, coach, now) is None
    for place in range(3):
        sign(record, place, coach, now)
    services.begin_checklists(checklist=record.checklist, users=[user], by=coach, now=now)
    for by, place, reason, code in (
        (user, 0, "点错了", "self"),
        (coach, 3, "点错了", "missing"),
        (coach, 0, " ", "no_reason"),
        (coach, 0, "点错了", "begun_again"),
    ):
        with pytest.raises(Refused) as refusal:
            take_back(record, place, by, now, reason)
        assert refusal.value.code == code
    record.refresh_from_db()
    assert (record.completed_at, JobSignature.objects.count()) == (now, 3)
    with pytest.raises(IntegrityError), transaction.atomic():
        record.signatures.create(place=0, turn=2, stands=False, note="", by=coach, at=now)


def test_a_checklist_out_of_use_begins_for_nobody(now):
    with pytest.raises(Refused):
        services.begin_checklists(
            checklist=build.checklist(live=False),
            users=[factories.person()],
            by=factories.with_role("trainer"),
            now=now,
        )
    assert JobRecord.objects.count() == 0


def test_a_coach_begins_and_signs_on_the_pages_and_the_person_reads(begun):
    record, user, coach = begun
    client, page = signed_in(coach), reverse("courses:job", args=[record.pk])
    assert "job_sign" not in signed_in(user).get(page).text
    assert reverse("courses:job_sign", args=[record.pk, 0]) not in signed_in(user).get(page).text
    client.post(reverse("courses:job_sign", args=[record.pk, 0]), {"note": "很好"})
    assert "很好" in signed_in(user).get(page).text
    back = reverse("courses:job_take_back", args=[record.pk, 0])
    assert back in client.get(page).text
    assert back not in signed_in(user).get(page).text
    assert "请填写理由" in client.post(back, {"reason": ""}, follow=True).text
    client.post(back, {"reason": "看错了人"})
    assert "看错了人" in signed_in(user).get(page).text
    assert reverse("courses:job_sign", args=[record.pk, 0]) in client.get(page).text
    assert client.get(reverse("courses:job_list"), {"state": "open"}).context["table"].count == 1
    assert client.get(reverse("courses:job_list"), {"state": "complete"}).context["table"].count == 0
    fresh = factories.person(at=user.employments.get().unit)
    client.post(reverse("courses:job_new"), {"checklist": record.checklist_id, "names": fresh.employee_no})
    assert JobRecord.objects.filter(user=fresh).count() == 1
    assert (
        client.post(reverse("courses:job_new"), {"checklist": record.checklist_id, "names": ""}).context["form"].errors
    )
    assert record.checklist.title in signed_in(user).get(reverse("courses:jobs_mine")).text


def test_a_list_costs_the_same_for_many_as_for_one(begun, now, django_assert_max_num_queries):
    record, user, coach = begun
    client = signed_in(coach)
    client.get(reverse("courses:job_list"))
    unit = user.employments.get().unit
    people = [factories.person(at=unit) for _number in range(20)]
    services.begin_checklists(checklist=record.checklist, users=people, by=coach, now=now)
    with django_assert_max_num_queries(14):
        client.get(reverse("courses:job_list"))


def test_the_course_shows_its_checklists_to_who_has_one(begun, now):
    record, user, coach = begun
    course = build.course(lessons=1)
    JobChecklist.objects.filter(pk=record.checklist_id).update(course=course)
    sign(record, 0, coach, now)
    shown = signed_in(user).get(course.get_url()).text
    assert reverse("courses:job", args=[record.pk]) in shown
    assert "已签 1 / 3 项" in shown
    assert record.checklist.title not in signed_in(coach).get(course.get_url()).text


def test_a_trainer_writes_a_checklist_in_the_admin():
    author = signed_in(factories.with_role("trainer"))
    items = [{"text": "三声之内接听", "id": "", "ORDER": "1"}, {"text": "报工号", "id": "", "ORDER": "2"}]
    form = {
        "title": "热线受理带教清单",
        "topic": factories.topic().pk,
        "course": "",
        "live": "on",
        **nested_form_data({"items": inline_formset(items)}),
    }
    author.post(reverse("job_checklists:add"), form)
    made = JobChecklist.objects.get()
    assert [item.text for item in made.items.all()] == ["三声之内接听", "报工号"]
    assert author.get(reverse("job_checklists:index")).status_code == 200
    assert signed_in(factories.with_role("manager")).get(reverse("job_checklists:index")).status_code != 200
