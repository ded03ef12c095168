"""Pages of sittings: the cover and its entrance, the board and what is done from it, the report, the forms."""

import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import queries, services
from exams.models import Attempt, Candidacy, Exam, ExamPart, Incident, Sitting, SittingSeries
from tests import factories
from tests.exams import makers

pytestmark = pytest.mark.django_db
minute = timedelta(minutes=1)


@pytest.fixture
def clock(now):
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


def page(client, name, *args, query="", **more):
    response = client.get(reverse(name, args=args) + query, **more)
    assert response.status_code == 200
    return response.content.decode()


def guard(sitting, now, **more):
    given = {"name": sitting.name, "place": "三楼考试室"} | more
    return services.guard_sitting(sitting=sitting, by=None, now=now, **given)


def start(client, invited, **more):
    return client.post(reverse("exams:start", args=[invited.pk, makers.part(invited).pk]), follow=True, **more)


def test_the_access_code_is_asked_before_the_start_and_a_new_code_is_asked_again(client, clock, now):
    invited = makers.candidacy(now=now)
    guard(invited.sitting, now, access_code="云桥7788")
    client.force_login(invited.user)
    admit = reverse("exams:admit", args=[invited.pk])
    assert f'action="{admit}"' in page(client, "exams:candidacy", invited.pk)
    start(client, invited)
    client.post(admit, {"code": "7788"})
    start(client, invited)
    assert Attempt.objects.count() == 0
    client.post(admit, {"code": " 云桥7788 "})
    assert f'action="{admit}"' not in page(client, "exams:candidacy", invited.pk)
    guard(invited.sitting, now, access_code="新的")
    start(client, invited)
    assert Attempt.objects.count() == 0
    client.post(admit, {"code": "新的"})
    start(client, invited)
    assert Attempt.objects.count() == 1


def test_ten_wrong_codes_close_the_door_for_the_hour_also_to_the_right_one(client, clock, now):
    invited = makers.candidacy(now=now)
    guard(invited.sitting, now, access_code="7788")
    client.force_login(invited.user)
    admit = reverse("exams:admit", args=[invited.pk])
    for _time in range(10):
        client.post(admit, {"code": "1"})
    client.post(admit, {"code": "7788"})
    start(client, invited)
    assert Attempt.objects.count() == 0
    clock.shift(timedelta(hours=1))
    client.post(admit, {"code": "7788"})
    start(client, invited)
    assert Attempt.objects.count() == 1


def test_another_network_is_refused_with_the_name_of_the_room_and_cannot_open_a_paper_either(client, clock, now):
    invited = makers.candidacy(now=now)
    guard(invited.sitting, now, addresses=["10.20.0.0/16"])
    client.force_login(invited.user)
    refused = start(client, invited).content.decode()
    assert ("三楼考试室" in refused, Attempt.objects.count()) == (True, 0)
    start(client, invited, REMOTE_ADDR="10.20.3.4")
    attempt = Attempt.objects.get()
    url = reverse("exams:attempt", args=[attempt.pk]) + "?tab=1"
    assert client.get(url, REMOTE_ADDR="10.20.3.4").status_code == 200
    assert client.get(url)["Location"] == reverse("exams:candidacy", args=[invited.pk])


def test_only_the_safe_browser_with_our_file_starts(client, clock, now, settings):
    settings.WAGTAILADMIN_BASE_URL = "http://testserver"
    invited = makers.candidacy(now=now)
    guard(invited.sitting, now, own_safe_browser=True)
    key = queries.own_config_key(invited.sitting)
    client.force_login(invited.user)
    assert "安全考试浏览器" in start(client, invited).content.decode()
    assert Attempt.objects.count() == 0
    file = client.get(reverse("exams:safe_browser", args=[invited.pk]))
    assert reverse("exams:enter", args=[invited.sitting_id]) in file.content.decode()
    assert client.get(reverse("exams:enter", args=[invited.sitting_id]))["Location"] == reverse(
        "exams:candidacy", args=[invited.pk]
    )
    url = reverse("exams:start", args=[invited.pk, makers.part(invited).pk])
    proof = hashlib.sha256(f"http://testserver{url}{key}".encode()).hexdigest()
    client.post(url, headers={"X-SafeExamBrowser-ConfigKeyHash": proof})
    assert Attempt.objects.count() == 1


def test_the_cover_says_the_rules(client, clock, now):
    invited = makers.candidacy(now=now)
    Exam.objects.update(rule="both", pass_percent=75, late_entry=20, cut_by_window=True, release="by_hand")
    services.grant(
        candidacy=invited,
        extra_percent=50,
        extra_minutes=0,
        extra_tries=0,
        by=factories.examiner(),
        reason="手伤",
        now=now,
    )
    client.force_login(invited.user)
    text = page(client, "exams:candidacy", invited.pk)
    for words in ("75", "+15", "09:20", "手伤", reverse("exams:calendar", args=[invited.pk])):
        assert words in text
    response = client.get(reverse("exams:calendar", args=[invited.pk]))
    assert response["Content-Type"].startswith("text/calendar")


def test_the_cover_of_a_coming_sitting_asks_again_by_itself(client, clock, now):
    invited = makers.candidacy(now=now + timedelta(hours=1))
    client.force_login(invited.user)
    url = reverse("exams:candidacy", args=[invited.pk])
    assert f'hx-get="{url}"' in page(client, "exams:candidacy", invited.pk)
    clock.move_to(now + timedelta(hours=1))
    assert "hx-get" not in page(client, "exams:candidacy", invited.pk)


def room(now, number=3, **more):
    """A sitting of some people who have started, and who watches it."""
    people = [factories.person(f"考生{place}") for place in range(number)]
    sitting = makers.sitting(makers.exam(**more), *people, now=now)
    attempts = [
        services.start_attempt(candidacy=invited, part=makers.part(invited), now=now)
        for invited in (sitting.candidacies.get(user=person) for person in people)
    ]
    return sitting, attempts


def test_the_board_gives_time_to_the_ticked_and_to_everybody(client, clock, now):
    sitting, attempts = room(now)
    client.force_login(factories.with_role("examiner"))
    act = reverse("exams:act", args=[sitting.pk])
    board = page(client, "exams:sitting", sitting.pk)
    assert f'value="{attempts[0].candidacy_id}"' in board
    client.post(act, {"action": "time", "minutes": 5, "reason": "停电"})
    client.post(act, {"action": "time", "minutes": 5, "reason": "", "everybody": "on"})
    assert not Attempt.objects.exclude(deadline=now + 30 * minute)
    picked = {"pick": [attempts[0].candidacy_id, "x", "9" * 30]}
    client.post(act, {"action": "time", "minutes": 5, "reason": "停电", **picked})
    response = client.post(
        act, {"action": "time", "minutes": 2, "reason": "停电", "everybody": "on", "back": "state=sitting&page=1&x=1"}
    )
    assert response["Location"] == f"{reverse('exams:sitting', args=[sitting.pk])}?state=sitting&page=1"
    assert [one.deadline - now for one in Attempt.objects.order_by("pk")] == [37 * minute, 32 * minute, 32 * minute]


def test_the_board_pauses_lets_go_on_notes_and_ends_after_asking_once_more(client, clock, now):
    sitting, attempts = room(now)
    client.force_login(factories.with_role("examiner"))
    act = reverse("exams:act", args=[sitting.pk])
    picked = {"pick": [attempts[0].candidacy_id]}
    client.post(act, {"action": "pause", "reason": "火警", "everybody": "on"})
    assert Attempt.objects.filter(paused_at=now).count() == 3
    clock.shift(minute)
    client.post(act, {"action": "resume", **picked})
    assert Attempt.objects.get(paused_at=None).deadline == now + 31 * minute
    client.post(act, {"action": "incident", "reason": "交谈", **picked})
    client.post(act, {"action": "incident", "reason": "空调漏水"})
    assert list(Incident.objects.values_list("text", "candidacy")) == [
        ("交谈", attempts[0].candidacy_id),
        ("空调漏水", None),
    ]
    asked = client.post(act, {"action": "end", "reason": "替考", **picked})
    assert (asked.status_code, Attempt.objects.filter(state="open").count()) == (200, 3)
    assert "考生0" in asked.content.decode()
    assert "考生1" not in asked.content.decode()
    client.post(act, {"action": "end", "reason": "替考", "sure": "on", **picked})
    assert Attempt.objects.get(ended_by="invigilator").pk == attempts[0].pk
    assert client.post(act, {"action": "dance"}).status_code == 400


def test_the_board_filters_searches_and_refreshes_what_is_shown(client, clock, now):
    sitting, attempts = room(now)
    services.pause(attempts=Attempt.objects.filter(pk=attempts[1].pk), reason="因", by=factories.examiner(), now=now)
    client.force_login(factories.with_role("examiner"))
    part = page(client, "exams:sitting", sitting.pk, query="?state=paused", headers={"HX-Request": "true"})
    assert ("<html" in part, "考生1" in part, "考生0" in part, "state=paused" in part) == (False, True, False, True)
    found = page(client, "exams:sitting", sitting.pk, query="?q=kaosheng2")
    assert ("考生2" in found, "考生1" in found) == (True, False)
    page(client, "exams:sitting", sitting.pk, query="?state=nonsense&page=99&q=%00")


@pytest.mark.parametrize("name", ["exams:sitting", "exams:sitting_report"])
def test_board_and_report_ask_the_same_for_one_and_for_many(client, clock, now, name):
    client.force_login(factories.with_role("examiner"))
    counts = []
    for number in (1, 5):
        sitting, attempts = room(now, number)
        chosen = Attempt.objects.filter(pk__in=[attempt.pk for attempt in attempts])
        services.give_time(attempts=chosen, minutes=5, reason="因", by=factories.examiner(), now=now)
        services.pause(attempts=chosen, reason="因", by=factories.examiner(), now=now)
        page(client, name, sitting.pk)
        with CaptureQueriesContext(connection) as captured:
            page(client, name, sitting.pk)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_auditor_reads_board_and_report_without_the_code_or_an_act(client, clock, now):
    sitting, _attempts = room(now, 1)
    guard(sitting, now, access_code="7788")
    client.force_login(factories.with_role("auditor"))
    board = page(client, "exams:sitting", sitting.pk)
    assert ("7788" in board, reverse("exams:act", args=[sitting.pk]) in board) == (False, False)
    page(client, "exams:sitting_report", sitting.pk)


FORM = {"name": "考核", "opens_at": "2026-11-23T09:00", "closes_at": "2026-11-23T18:00"}


def test_a_guarded_sitting_for_a_level_reaches_no_further_than_the_examiner(client, clock, now):
    team, other = factories.unit(), factories.unit("营业厅班")
    level = factories.level()
    inside, outside = factories.person("甲", at=team, level=level), factories.person("乙", at=other, level=level)
    client.force_login(factories.with_role("examiner", over=team))
    form = FORM | {"exam": makers.exam().pk, "levels": [level.pk], "access_code": "7788"}
    wrong = client.post(reverse("exams:sitting_new"), form | {"addresses": "10.0.0.0/99", "config_keys": "xyz"})
    assert (wrong.status_code, Sitting.objects.count()) == (200, 0)
    assert ("10.0.0.0/99" in wrong.content.decode(), "xyz" in wrong.content.decode()) == (True, True)
    client.post(
        reverse("exams:sitting_new"), form | {"addresses": "10.20.0.0/16\n2001:db8::/32", "own_safe_browser": "on"}
    )
    sitting = Sitting.objects.get()
    assert [row.user for row in Candidacy.objects.all()] == [inside]
    assert outside.candidacies.count() == 0
    assert (sitting.access_code, sitting.addresses) == ("7788", ["10.20.0.0/16", "2001:db8::/32"])
    assert sitting.config_keys == [queries.own_config_key(sitting)]


def test_a_sitting_is_changed_moved_and_made_up_for_from_its_page(client, clock, now):
    sitting, _attempts = room(now, 1, tries=1)
    client.force_login(factories.with_role("examiner"))
    edit = reverse("exams:sitting_edit", args=[sitting.pk])
    client.post(edit, {"name": "新名", "place": "四楼", "access_code": "1", "own_safe_browser": ""})
    sitting.refresh_from_db()
    assert (sitting.name, sitting.place, sitting.access_code) == ("新名", "四楼", "1")
    move = reverse("exams:sitting_move", args=[sitting.pk])
    window = {"opens_at": "2026-11-23T10:00", "closes_at": "2026-11-23T18:00", "reason": "停电"}
    refused = client.post(move, window)
    assert refused.status_code == 200
    client.post(move, window | {"opens_at": "2026-11-23T09:00"})
    sitting.refresh_from_db()
    assert sitting.closes_at == now + timedelta(hours=9)
    clock.move_to(now + timedelta(hours=10))
    services.end_overdue(now=now + timedelta(hours=10))
    makeup = reverse("exams:sitting_makeup", args=[sitting.pk])
    assert "1" in page(client, "exams:sitting_makeup", sitting.pk)
    client.post(makeup, {"name": "补考", "opens_at": "2026-11-25T09:00", "closes_at": "2026-11-25T18:00"})
    assert Sitting.objects.get(makeup_of=sitting).candidacies.count() == 1


def test_a_monthly_sitting_is_set_listed_and_ended(client, clock, now):
    team = factories.unit()
    factories.person(at=team)
    client.force_login(factories.with_role("examiner"))
    form = {"exam": makers.exam().pk, "name": "月度考核 {month}", "day": 24, "opens": "09:00", "hours": 8, "ahead": 7}
    empty = client.post(reverse("exams:series_new"), form)
    assert (empty.status_code, SittingSeries.objects.count()) == (200, 0)
    client.post(reverse("exams:series_new"), form | {"units": [team.pk]})
    rule = SittingSeries.objects.get()
    assert rule.sittings.get().candidacies.count() == 1
    assert "月度考核" in page(client, "exams:series_list")
    client.post(reverse("exams:series_end", args=[rule.pk]), {"reason": "改季度"})
    rule.refresh_from_db()
    assert rule.ended_at == now


def test_monthly_sittings_ask_the_same_for_one_and_for_many(client, clock, now):
    from datetime import time

    client.force_login(factories.with_role("examiner"))
    person, exam, counts = factories.person(), makers.exam(), []
    for number in (1, 4):
        for _copy in range(number):
            services.make_series(
                exam=exam,
                name="月考",
                audience={"people": [person.pk]},
                day=24,
                opens=time(9),
                hours=8,
                by=None,
                now=now,
            )
        page(client, "exams:series_list")
        with CaptureQueriesContext(connection) as captured:
            page(client, "exams:series_list")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_face_to_face_part_has_no_start_for_its_candidate(client, clock, now):
    invited = makers.candidacy(now=now)
    ExamPart.objects.filter(exam=invited.sitting.exam).update(kind="rubric")
    client.force_login(invited.user)
    assert reverse("exams:start", args=[invited.pk, makers.part(invited).pk]) not in page(
        client, "exams:candidacy", invited.pk
    )
    assert start(client, invited).status_code == 200
    assert Attempt.objects.count() == 0


def test_a_paper_that_is_paused_over_its_old_deadline_is_not_ended_by_opening_it(client, clock, now):
    attempt = makers.started(now=now)
    services.pause(attempts=Attempt.objects.filter(pk=attempt.pk), reason="火警", by=factories.examiner(), now=now)
    clock.shift(timedelta(hours=1))
    client.force_login(attempt.candidacy.user)
    page(client, "exams:attempt", attempt.pk)
    attempt.refresh_from_db()
    assert attempt.state == "open"
