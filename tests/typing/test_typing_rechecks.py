"""Flags, rulings and supervised re-checks: evidence beside a result, never part of it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import queries as exam_queries
from exams import services as exams
from exams.models import Attempt, AttemptRuling, Candidacy, Result
from exams.typing import queries
from exams.typing.models import TypingRun
from exams.typing.services import rulings
from ground.errors import Refused
from people.models import Role
from tests import factories
from tests.typing import scenes
from tests.typing.scenes import Browser, note

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(now):
    """A passed test with a paste noted, its person and an examiner of the company."""
    company = factories.company()
    unit = factories.unit("热线一班", parent=company)
    person = factories.person("陈思远", at=unit)
    examiner = factories.with_role(Role.EXAMINER, over=company, name="陈国栋")
    for number in range(3):
        scenes.passage(now, number)
    return SimpleNamespace(person=person, examiner=examiner, company=company)


def typed_test(world, now, *, notes=("paste",)) -> Attempt:
    invited, part = scenes.candidacy(now, user=world.person)
    attempt = exams.start_attempt(candidacy=invited, part=part, now=now)
    browser = Browser(attempt)
    if notes:
        browser.send([note(500, what) for what in notes], now + timedelta(seconds=1))
    browser.type("".join(attempt.typing.text.split())[:160], per_minute=280)
    return exams.submit(attempt=attempt, now=now + timedelta(minutes=5))


def order(world, attempt, now) -> AttemptRuling:
    return rulings.order_recheck(attempt=attempt, by=world.examiner, reason="请监督复测", now=now)


def test_an_order_tells_the_person_changes_nothing_and_stands_once(world, now):
    attempt = typed_test(world, now)
    later = now + timedelta(hours=1)
    first = order(world, attempt, later)
    assert order(world, attempt, later) == first
    attempt.refresh_from_db()
    assert (attempt.state, attempt.passed) == ("graded", True)
    [told] = world.person.notifications.filter(kind="exams.recheck")
    assert told.url == reverse("exams:typing_recheck", args=[first.pk])


def test_nobody_orders_a_recheck_of_their_own_or_without_a_reason(world, now):
    attempt = typed_test(world, now)
    for by, reason, code in ((world.person, "自己", "own"), (world.examiner, " ", "no_reason")):
        with pytest.raises(Refused) as refused:
            rulings.order_recheck(attempt=attempt, by=by, reason=reason, now=now)
        assert refused.value.code == code
    assert not AttemptRuling.objects.exists()


def test_a_recheck_begins_with_the_code_alone_and_only_once(world, now):
    ordered = order(world, typed_test(world, now), now + timedelta(hours=1))
    later = now + timedelta(hours=2)
    right = rulings.recheck_code(ordered)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    with pytest.raises(Refused) as refused:
        rulings.start_recheck(order=ordered, code=wrong, now=later)
    assert refused.value.code == "code"
    begun = rulings.start_recheck(order=ordered, code=right, now=later)
    assert rulings.start_recheck(order=ordered, code=right, now=later) == begun
    assert begun.deadline == later + timedelta(minutes=3)
    run = begun.typing
    assert (run.duration_ms, run.standard["threshold"], run.standard["minutes"]) == (180_000, 30, 3)
    assert run.version_id != ordered.attempt.typing.version_id


def test_a_recheck_lies_beside_the_result_whatever_it_comes_to(world, now):
    attempt = typed_test(world, now)
    before = Result.objects.values().get()
    ordered = order(world, attempt, now + timedelta(hours=1))
    later = now + timedelta(days=2)
    begun = rulings.start_recheck(order=ordered, code=rulings.recheck_code(ordered), now=later)
    exams.submit(attempt=begun, now=later + timedelta(minutes=3))
    begun.refresh_from_db()
    assert begun.passed is False
    assert Result.objects.values().get() == before
    [mine] = exam_queries.sittings_for(world.person, later)
    assert [try_.pk for try_ in mine.parts[0].tries] == [attempt.pk]
    assert queries.best_run(world.person).attempt_id == attempt.pk
    assert list(exam_queries.recount(later)) == []
    assert [run.attempt_id for run in queries.rechecks_of(attempt)] == [begun.pk]


def test_an_open_recheck_holds_nobody_elses_result_back(world, now):
    attempt = typed_test(world, now)
    ordered = order(world, attempt, now + timedelta(hours=1))
    later = now + timedelta(days=2)
    rulings.start_recheck(order=ordered, code=rulings.recheck_code(ordered), now=later)
    assert exam_queries.over(attempt.candidacy.sitting, later)


def test_a_recheck_is_refused_for_a_void_test_and_never_rechecked_itself(world, now):
    attempt = typed_test(world, now)
    ordered = order(world, attempt, now)
    code = rulings.recheck_code(ordered)
    begun = rulings.start_recheck(order=ordered, code=code, now=now + timedelta(hours=1))
    exams.submit(attempt=begun, now=now + timedelta(hours=2))
    with pytest.raises(Refused) as refused:
        order(world, begun, now)
    assert refused.value.code == "kind"
    again = order(world, attempt, now)
    exams.rule(attempt=attempt, kind="void", by=world.examiner, reason="替考", now=now)
    with pytest.raises(Refused) as refused:
        rulings.start_recheck(order=again, code=rulings.recheck_code(again), now=now)
    assert refused.value.code == "void"


def test_the_list_shows_flagged_tests_by_flag_and_decision(world, now):
    attempt, clean = typed_test(world, now), typed_test(world, now + timedelta(days=1), notes=())
    people = type(world.person).objects.all()
    assert clean.pk not in queries.flagged(people).values_list("attempt", flat=True)

    def found(word):
        return [run.attempt_id for run in queries.with_decision(queries.flagged(people), word)]

    assert found("undecided") == [attempt.pk]
    assert queries.with_flag(queries.flagged(people), "paste").count() == 1
    assert queries.with_flag(queries.flagged(people), "drop").count() == 0
    ordered = order(world, attempt, now + timedelta(hours=9))
    assert (found("undecided"), found("recheck_due")) == ([], [attempt.pk])
    begun = rulings.start_recheck(order=ordered, code=rulings.recheck_code(ordered), now=now + timedelta(days=2))
    assert found("recheck_due") == [attempt.pk]
    exams.submit(attempt=begun, now=now + timedelta(days=2, minutes=3))
    assert (found("undecided"), found("recheck_due")) == ([attempt.pk], [])
    exams.rule(attempt=attempt, kind="confirm", by=world.examiner, reason="属实", now=now + timedelta(days=3))
    assert (found("undecided"), found("confirm")) == ([], [attempt.pk])


def test_figures_of_a_text_of_any_length_are_sorted(world, now):
    attempt = typed_test(world, now)
    TypingRun.objects.filter(attempt=attempt).update(typed=20_000, errors=0, certified=20_000)
    [run] = queries.flagged(type(world.person).objects.all()).order_by("speed")
    assert (run.speed, run.accuracy) == (40_000, 1000)


def test_the_examiner_sees_the_evidence_decides_and_the_person_is_shown_the_recheck(client, world, now):
    attempt = typed_test(world, now, notes=("paste", "paste", "hidden"))
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        client.force_login(world.examiner)
        listed = client.get(reverse("exams:typing_flagged"), {"flag": "paste"}).content.decode()
        assert world.person.name in listed
        page = client.get(reverse("exams:typing_run", args=[attempt.pk])).content.decode()
        assert page.count('data-moment="500"') == 3
        url = reverse("exams:typing_rule", args=[attempt.pk, "recheck"])
        client.post(url, {"reason": ""})
        assert not AttemptRuling.objects.exists()
        client.post(url, {"reason": "请监督复测"})
        ordered = AttemptRuling.objects.get(kind="recheck")
        assert (
            rulings.recheck_code(ordered) in client.get(reverse("exams:typing_run", args=[attempt.pk])).content.decode()
        )
        auditor = factories.with_role(Role.AUDITOR, over=world.company)
        client.force_login(auditor)
        read = client.get(reverse("exams:typing_run", args=[attempt.pk])).content.decode()
        assert rulings.recheck_code(ordered) not in read
        client.force_login(world.person)
        address = reverse("exams:typing_recheck", args=[ordered.pk])
        assert address in client.get(reverse("exams:mine")).content.decode()
        sheet = client.get(address).content.decode()
        assert rulings.recheck_code(ordered) not in sheet
        start = reverse("exams:typing_recheck_start", args=[ordered.pk])
        assert client.post(start, {"code": "x"}).url == reverse("exams:typing_recheck", args=[ordered.pk])
        begun = client.post(start, {"code": rulings.recheck_code(ordered)})
        recheck = Attempt.objects.get(ordered=ordered)
        assert begun.url == reverse("exams:typing_attempt", args=[recheck.pk])
        assert client.get(begun.url).status_code == 200
        exams.submit(attempt=recheck, now=now + timedelta(hours=1, minutes=3))
        assert address not in client.get(reverse("exams:mine")).content.decode()
        result = client.get(reverse("exams:result", args=[attempt.candidacy_id])).content.decode()
        assert "0.0" in result


def test_wrong_codes_run_out(client, world, now):
    ordered = order(world, typed_test(world, now), now)
    start = reverse("exams:typing_recheck_start", args=[ordered.pk])
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        client.force_login(world.person)
        for _ in range(10):
            client.post(start, {"code": "wrong"})
        client.post(start, {"code": rulings.recheck_code(ordered)})
    assert not Attempt.objects.filter(ordered=ordered).exists()


def test_a_recording_holds_what_counts_and_waits_for_the_release(client, world, now):
    attempt = typed_test(world, now)
    url = reverse("exams:typing_recording", args=[attempt.pk])
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        client.force_login(world.person)
        told = client.get(url).json()
        assert told["duration_ms"] == 300_000
        assert "".join(told["lines"]) == attempt.typing.text.replace("\n", "")
        text = []
        for _t, pos, removed, inserted, _composing in told["changes"]:
            text[pos : pos + removed] = inserted
        assert "".join(text) == TypingRun.objects.get(attempt=attempt).committed
        exam = Candidacy.objects.get().sitting.exam
        type(exam).objects.filter(pk=exam.pk).update(release="by_hand")
        assert client.get(url).status_code == 404
        client.force_login(world.examiner)
        assert client.get(url).status_code == 200
        open_one = exams.start_attempt(
            candidacy=scenes.candidacy(now, user=world.person)[0], part=scenes.ExamPart.objects.last(), now=now
        )
        assert client.get(reverse("exams:typing_recording", args=[open_one.pk])).status_code == 404


def test_the_list_and_a_test_ask_the_same_number_of_questions_for_one_and_many(client, world, now):
    client.force_login(world.examiner)
    counts = []
    attempts = []
    for times in (1, 4):
        attempts += [typed_test(world, now + timedelta(days=200 * (len(attempts) + more + 1))) for more in range(times)]
        pages = (reverse("exams:typing_flagged"), reverse("exams:typing_run", args=[attempts[-1].pk]))
        [client.get(page) for page in pages]
        with CaptureQueriesContext(connection) as captured:
            assert [client.get(page).status_code for page in pages] == [200, 200]
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_list_sorts_by_every_figure_and_exports_what_it_shows(client, world, now):
    slow = typed_test(world, now)
    fast = typed_test(world, now + timedelta(days=200))
    TypingRun.objects.filter(attempt=fast).update(typed=300, errors=30, certified=270)
    client.force_login(world.examiner)
    url = reverse("exams:typing_flagged")

    def listed(**query):
        page = client.get(url, query).content.decode()
        places = {pk: page.index(reverse("exams:typing_run", args=[pk])) for pk in (slow.pk, fast.pk)}
        return sorted(places, key=places.get)

    assert listed(sort="speed") == [slow.pk, fast.pk]
    assert listed(sort="accuracy") == [fast.pk, slow.pk]
    assert listed(sort="-ended") == [fast.pk, slow.pk]
    assert [len(listed(sort=name)) for name in ("name", "number", "exam")] == [2, 2, 2]
    exported = client.get(url, {"flag": "paste", "export": "xlsx"})
    assert exported.headers["Content-Type"].endswith("sheet")
    nothing = client.get(url, {"decision": "void"}).content.decode()
    assert reverse("exams:typing_run", args=[slow.pk]) not in nothing
