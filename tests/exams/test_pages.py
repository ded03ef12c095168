"""Pages of exams: the way through a paper without script, what is never shown early, what others do not see."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import services
from exams.grading import as_shown
from exams.models import Attempt, Candidacy, Result
from tests import factories
from tests.exams import makers

pytestmark = pytest.mark.django_db
SECRETS = ("答案解析密文", "依据条款密文")


@pytest.fixture
def clock(now):
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


def page(client, name, *args, query="", **more):
    response = client.get(reverse(name, args=args) + query, **more)
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def hidden(html, name, position):
    form = html.split(f'data-question="{position}"')[1].split("</form>")[0]
    return re.search(rf'name="{name}" value="([^"]*)"', form)[1]


FIELDS = {
    "single": {"chosen": [0]},
    "multiple": {"chosen": [0, 2]},
    "true_false": {"answer": "true"},
    "numeric": {"text": "72"},
    "short_text": {"text": "三声"},
}


def test_a_paper_is_taken_without_script_from_the_cover_to_the_result(client, clock, now):
    invited = makers.candidacy(now=now)
    client.force_login(invited.user)
    assert reverse("exams:candidacy", args=[invited.pk]) in page(client, "exams:mine")
    cover = page(client, "exams:candidacy", invited.pk)
    start = reverse("exams:start", args=[invited.pk, makers.part(invited).pk])
    assert start in cover
    response = client.post(start, follow=True)
    attempt = Attempt.objects.get()
    from exams.queries import asked

    seen = []
    for question in asked(attempt):
        html = response.content.decode()
        shown = re.findall(r'data-question="(\d+)" data-seq="\d+"(?! hidden)>', html)
        seen.append(shown)
        form = {name: hidden(html, name, question.position) for name in ("token", "position", "seq")}
        go = "review" if question.position == 5 else question.position + 1
        response = client.post(
            reverse("exams:save", args=[attempt.pk]),
            form | as_shown(FIELDS[question.kind], question.order) | {"go": go},
            follow=True,
        )
    assert seen == [["1"], ["2"], ["3"], ["4"], ["5"]]
    assert reverse("exams:submit", args=[attempt.pk]) in response.content.decode()
    response = client.post(reverse("exams:submit", args=[attempt.pk]), follow=True)
    assert response.redirect_chain == [(reverse("exams:result", args=[invited.pk]), 302)]
    assert Result.objects.get().score == 100


def test_nothing_of_a_key_or_an_explanation_is_sent_before_release(client, clock, now):
    key = {"value": "7283", "tolerance": "11"}
    topic = factories.topic()
    for _copy in range(2):
        makers.question(topic, "numeric", content={"stem": "几小时？", "unit": "小时"}, key=key)
        makers.question(topic, "short_text", key={"accepted": ["密钥文字"]})
    blueprint = [{"topic": topic, "kind": kind, "count": 2, "points": 1} for kind in ("numeric", "short_text")]
    part = {"kind": "paper", "title": "试卷", "minutes": 30, "pass_percent": 60, "tries": 1, "blueprint": blueprint}
    exam = services.create_exam(code="e", name="考试", level=None, parts=[part], by=None, now=now)
    exam = services.publish_exam(exam=exam, by=None, now=now)
    person = factories.person()
    invited = Candidacy.objects.get(sitting=makers.sitting(exam, person, now=now), user=person)
    client.force_login(person)
    sent = [page(client, "exams:mine"), page(client, "exams:candidacy", invited.pk)]
    attempt = services.start_attempt(candidacy=invited, part=makers.part(invited), now=now)
    sent += [page(client, "exams:attempt", attempt.pk), page(client, "exams:attempt", attempt.pk, query="?tab=1&q=2")]
    sent += [page(client, "exams:review", attempt.pk), page(client, "exams:result", invited.pk)]
    token = re.search(r'name="token" value="([^"]*)"', sent[3])[1]
    body = json.dumps({"token": token, "answers": [{"position": 1, "seq": 1, "answer": {"text": "1"}}]})
    saved = client.post(reverse("exams:save", args=[attempt.pk]), body, content_type="application/json")
    assert saved.json() == {"codes": {"1": "saved"}}
    beat = client.post(reverse("exams:clock", args=[attempt.pk]), body, content_type="application/json")
    sent += [saved.content.decode(), beat.content.decode()]
    services.submit(attempt=attempt, now=now)
    sent.append(page(client, "exams:result", invited.pk))
    for secret in (*SECRETS, "7283", "密钥文字", "tolerance", "accepted"):
        assert not [html for html in sent if secret in html], secret
    clock.move_to(now + timedelta(hours=4, seconds=1))
    after = page(client, "exams:result", invited.pk)
    assert all(secret in after for secret in (*SECRETS, "7283", "密钥文字"))


def test_release_waits_for_the_last_who_is_still_sitting(client, clock, now):
    exam, quick, slow = makers.exam(), factories.person(), factories.person("王强")
    sitting = makers.sitting(exam, quick, slow, now=now)
    late = sitting.closes_at - timedelta(minutes=1)
    attempts = []
    for person in (quick, slow):
        invited = Candidacy.objects.get(sitting=sitting, user=person)
        attempts.append(services.start_attempt(candidacy=invited, part=makers.part(invited), now=late))
    services.submit(attempt=attempts[0], now=late)
    clock.move_to(sitting.closes_at + timedelta(minutes=1))
    client.force_login(quick)
    assert SECRETS[0] not in page(client, "exams:result", attempts[0].candidacy_id)
    services.submit(attempt=attempts[1], now=sitting.closes_at + timedelta(minutes=2))
    assert SECRETS[0] in page(client, "exams:result", attempts[0].candidacy_id)


def test_a_second_tab_asks_and_then_the_first_cannot_write(client, clock, now):
    attempt = makers.started(now=now)
    client.force_login(attempt.candidacy.user)
    first = page(client, "exams:attempt", attempt.pk, query="?tab=1")
    asked = page(client, "exams:attempt", attempt.pk)
    assert "data-question" not in asked
    opened = client.post(reverse("exams:resume", args=[attempt.pk]))
    assert opened["Location"].endswith("?tab=2&q=1")
    form = {name: hidden(first, name, 1) for name in ("token", "position", "seq")}
    client.post(reverse("exams:save", args=[attempt.pk]), form | {"chosen": "1", "go": "2"})
    assert attempt.responses.count() == 0


def test_going_back_to_an_old_form_never_overwrites_silently(client, clock, now):
    attempt = makers.started(now=now)
    client.force_login(attempt.candidacy.user)
    html = page(client, "exams:attempt", attempt.pk, query="?tab=1")
    form = {name: hidden(html, name, 1) for name in ("token", "position", "seq")}
    save = reverse("exams:save", args=[attempt.pk])
    client.post(save, form | {"chosen": "1", "go": "2"})
    back = client.post(save, form | {"chosen": "2", "go": "2"}, follow=True)
    assert attempt.responses.get().answer == {"chosen": [1]}
    assert back.redirect_chain[0][0].endswith("&q=1")
    assert "toast" in back.content.decode()


@pytest.mark.parametrize("token", ["", "x", "W10:1tz:abc"])
def test_a_forged_token_is_a_bad_request(client, clock, now, token):
    attempt = makers.started(now=now)
    client.force_login(attempt.candidacy.user)
    response = client.post(reverse("exams:save", args=[attempt.pk]), {"token": token, "position": 1, "seq": 1})
    assert response.status_code == 400


@pytest.mark.parametrize("body", ["", "[]", "{", '{"token": 1}', "[" * 100000])
def test_unreadable_json_is_a_bad_request(client, clock, now, body):
    attempt = makers.started(now=now)
    client.force_login(attempt.candidacy.user)
    response = client.post(reverse("exams:save", args=[attempt.pk]), body, content_type="application/json")
    assert response.status_code == 400


def test_opening_a_paper_after_its_time_ends_it(client, clock, now):
    attempt = makers.started(now=now)
    client.force_login(attempt.candidacy.user)
    clock.move_to(attempt.deadline + timedelta(seconds=6))
    response = client.get(reverse("exams:attempt", args=[attempt.pk]))
    assert response["Location"] == reverse("exams:result", args=[attempt.candidacy_id])
    attempt.refresh_from_db()
    assert (attempt.state, attempt.ended_by) == ("graded", "clock")


def test_other_peoples_attempts_are_not_there(client, clock, now):
    attempt = makers.started(now=now)
    client.force_login(factories.person("别人"))
    for name, pk in [("attempt", attempt.pk), ("review", attempt.pk)]:
        assert client.get(reverse(f"exams:{name}", args=[pk])).status_code == 404
    for name, pk in [("result", attempt.candidacy_id), ("candidacy", attempt.candidacy_id)]:
        assert client.get(reverse(f"exams:{name}", args=[pk])).status_code == 404
    for name in ("submit", "resume"):
        assert client.post(reverse(f"exams:{name}", args=[attempt.pk])).status_code == 404


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_my_exams_ask_the_same_for_one_sitting_and_for_many(client, clock, now):
    person, exam = factories.person(), makers.exam()
    client.force_login(person)
    counts = []
    for size in (1, 4):
        for _copy in range(size):
            makers.sitting(exam, person, now=now)
        counts.append(queries_of(client, reverse("exams:mine")))
    assert counts[0] == counts[1]


def test_the_paper_asks_the_same_for_one_question_and_for_five(client, clock, now):
    counts = []
    for kinds in (("single",), ("single", "multiple", "true_false", "numeric", "short_text")):
        attempt = makers.started(now=now, kinds=kinds)
        client.force_login(attempt.candidacy.user)
        counts.append(queries_of(client, reverse("exams:attempt", args=[attempt.pk]) + "?tab=1"))
    assert counts[0] == counts[1]


def test_an_examiner_opens_a_sitting_watches_grants_and_makes_void(client, clock, now):
    examiner, team = factories.with_role("examiner"), factories.unit()
    one, other, exam = factories.person(at=team), factories.person("王强"), makers.exam()
    client.force_login(examiner)
    form = {"exam": exam.pk, "name": "考核", "opens_at": "2026-11-23T09:00", "closes_at": "2026-11-23T18:00"}
    wrong = client.post(reverse("exams:sitting_new"), form | {"numbers": "999"})
    assert wrong.status_code == 200
    assert "999" in wrong.content.decode()
    response = client.post(
        reverse("exams:sitting_new"), form | {"units": [team.pk], "numbers": other.employee_no}, follow=True
    )
    invited = list(Candidacy.objects.order_by("user__pk"))
    assert [row.user for row in invited] == [one, other]
    assert one.name in response.content.decode()
    grant = {"extra_minutes": 15, "extra_tries": 1, "reason": "手部受伤"}
    client.post(reverse("exams:grant", args=[invited[0].pk]), grant)
    attempt = services.start_attempt(candidacy=invited[0], part=makers.part(invited[0]), now=now)
    assert attempt.deadline == now + timedelta(minutes=45)
    board = page(client, "exams:sitting", invited[0].sitting_id, headers={"HX-Request": "true"})
    assert "0 / 5" in board
    assert "<html" not in board
    client.post(reverse("exams:end", args=[attempt.pk]), {"reason": "交谈"})
    client.post(reverse("exams:void", args=[attempt.pk]), {"reason": ""})
    assert Attempt.objects.get().state == "graded"
    client.post(reverse("exams:void", args=[attempt.pk]), {"reason": "替考"})
    assert Attempt.objects.get().state == "void"
    assert "替考" in page(client, "exams:candidate", invited[0].pk)
    client.post(reverse("exams:excuse", args=[invited[1].pk]), {"reason": "产假"})
    assert Candidacy.objects.get(pk=invited[1].pk).state == "excused"


def test_an_examiner_decides_nothing_about_themselves(client, clock, now):
    examiner = factories.with_role("examiner")
    invited = makers.candidacy(now=now, person=examiner)
    client.force_login(examiner)
    client.post(reverse("exams:grant", args=[invited.pk]), {"extra_minutes": 9, "extra_tries": 9, "reason": "我要"})
    invited.refresh_from_db()
    assert (invited.extra_minutes, invited.extra_tries) == (0, 0)


def test_the_list_of_sittings_asks_the_same_for_one_and_for_many(client, clock, now):
    examiner, person, exam = factories.with_role("examiner"), factories.person(), makers.exam()
    client.force_login(examiner)
    counts = []
    for size in (1, 4):
        for _copy in range(size):
            makers.sitting(exam, person, now=now)
        counts.append(queries_of(client, reverse("exams:sitting_list")))
    assert counts[0] == counts[1]
