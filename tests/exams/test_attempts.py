"""An attempt through its life: begun, saved, handed in, ruled on, folded."""

from datetime import timedelta
from decimal import Decimal

import pytest

from exams import queries, services
from exams.models import Attempt, Candidacy, Mark, Paper, Result
from exams.signals import result_passed
from ground.errors import Refused
from ground.models import JournalEntry
from people.models import Notification
from people.services import end_access
from tests import factories
from tests.exams import makers

pytestmark = pytest.mark.django_db
minute = timedelta(minutes=1)


def refused(code, act, **given):
    with pytest.raises(Refused) as caught:
        act(**given)
    assert caught.value.code == code


@pytest.fixture
def passed_signals():
    heard = []

    def hear(result, **_signal):
        heard.append(result.pk)

    result_passed.connect(hear)
    yield heard
    result_passed.disconnect(hear)


# Beginning


def test_starting_again_returns_the_open_attempt_with_its_paper_and_deadline(now):
    invited = makers.candidacy(now=now)
    first = services.start_attempt(candidacy=invited, part=makers.part(invited), now=now)
    again = services.start_attempt(candidacy=invited, part=makers.part(invited), now=now + minute)
    assert (again.pk, again.paper_id, again.deadline) == (first.pk, first.paper_id, now + 30 * minute)


def test_who_starts_just_before_closing_has_the_whole_time(now):
    invited = makers.candidacy(now=now)
    late = invited.sitting.closes_at - minute
    attempt = services.start_attempt(candidacy=invited, part=makers.part(invited), now=late)
    assert attempt.deadline == late + 30 * minute


@pytest.mark.parametrize(("moment", "code"), [(-1, "early"), (240, "closed")])
def test_nobody_starts_outside_the_window(now, moment, code):
    invited = makers.candidacy(now=now)
    given = {"candidacy": invited, "part": makers.part(invited), "now": now + moment * minute}
    refused(code, services.start_attempt, **given)


def test_the_excused_do_not_start_and_who_began_is_not_excused(now):
    examiner = factories.person("周敏")
    invited = makers.candidacy(now=now)
    services.excuse(candidacy=invited, by=examiner, reason="病假", now=now)
    refused("excused", services.start_attempt, candidacy=invited, part=makers.part(invited), now=now)
    other = makers.started(now=now).candidacy
    refused("begun", services.excuse, candidacy=other, by=examiner, reason="病假", now=now)


def test_tries_are_counted_per_part_and_extra_tries_add_one(now):
    attempt = makers.taken(now=now, right=0)
    invited, part = attempt.candidacy, attempt.part
    second = services.start_attempt(candidacy=invited, part=part, now=now + 11 * minute)
    services.submit(attempt=second, now=now + 12 * minute)
    refused("no_tries", services.start_attempt, candidacy=invited, part=part, now=now + 13 * minute)
    services.grant(
        candidacy=invited, extra_minutes=0, extra_tries=1, by=factories.person("周敏"), reason="断电", now=now
    )
    third = services.start_attempt(candidacy=invited, part=part, now=now + 13 * minute)
    assert third.number == 3


def test_only_one_part_is_open_at_a_time_and_a_passed_part_stays_passed(now):
    invited = makers.candidacy(now=now, parts=2)
    one, two = makers.part(invited, 0), makers.part(invited, 1)
    attempt = services.start_attempt(candidacy=invited, part=one, now=now)
    refused("other_open", services.start_attempt, candidacy=invited, part=two, now=now)
    makers.answer(attempt, now=now)
    services.submit(attempt=attempt, now=now)
    refused("passed", services.start_attempt, candidacy=invited, part=one, now=now)
    assert services.start_attempt(candidacy=invited, part=two, now=now).number == 1


def test_extra_minutes_move_the_open_deadline_and_repeat_without_effect(now):
    attempt = makers.started(now=now)
    examiner = factories.person("周敏")
    given = {"candidacy": attempt.candidacy, "extra_minutes": 15, "extra_tries": 0, "by": examiner, "reason": "停电"}
    services.grant(**given, now=now)
    services.grant(**given, now=now)
    attempt.refresh_from_db()
    assert attempt.deadline == now + 45 * minute


def test_nobody_decides_on_themselves(now):
    attempt = makers.taken(now=now)
    me = attempt.candidacy.user
    given = {"by": me, "reason": "我想要", "now": now}
    refused("own", services.grant, candidacy=attempt.candidacy, extra_minutes=9, extra_tries=0, **given)
    refused("own", services.excuse, candidacy=attempt.candidacy, **given)
    refused("own", services.rule, attempt=attempt, kind="void", **given)
    refused("own", services.end_attempt, attempt=attempt, **given)


# Saving


def test_a_saved_answer_can_be_read_again_and_the_newest_wins(now):
    attempt = makers.started(now=now)
    given = {"attempt_id": attempt.pk, "generation": 1, "now": now}
    first = [{"position": 1, "seq": 2, "answer": {"chosen": [1]}, "marked": True}]
    older = [{"position": 1, "seq": 1, "answer": {"chosen": [3]}, "marked": False}]
    same = [{"position": 1, "seq": 2, "answer": {"chosen": [2]}, "marked": False}]
    assert services.save_responses(answers=first, **given) == {1: "saved"}
    assert services.save_responses(answers=first, **given) == {1: "saved"}  # the same again: its receipt was lost
    assert services.save_responses(answers=older, **given) == {1: "stale"}
    assert services.save_responses(answers=same, **given) == {1: "stale"}
    kept = attempt.responses.get()
    assert (kept.seq, kept.answer, kept.marked, kept.saved_at) == (2, {"chosen": [1]}, True, now)


def test_saving_is_one_statement_however_many_answers(now, django_assert_num_queries):
    attempt = makers.started(now=now)
    given = makers.answers(attempt)
    with django_assert_num_queries(1):
        codes = services.save_responses(attempt_id=attempt.pk, generation=1, answers=given, now=now)
    assert codes == dict.fromkeys(range(1, 6), "saved")


def test_answers_count_until_the_deadline_and_its_grace(now):
    attempt = makers.started(now=now)
    end = attempt.deadline
    assert makers.answer(attempt, 1, now=end + timedelta(seconds=4.9)) == {1: "saved"}
    assert makers.answer(attempt, 1, now=end + timedelta(seconds=5), seq=2) == {1: "late"}


def test_only_the_newest_tab_writes(now):
    attempt = makers.started(now=now)
    newer = services.take_over(attempt=Attempt.objects.get(pk=attempt.pk), now=now)
    assert newer.generation == 2
    assert makers.answer(attempt, 1, now=now) == {1: "superseded"}
    assert makers.answer(newer, 1, now=now) == {1: "saved"}


def test_an_ended_attempt_takes_no_answer(now):
    attempt = makers.started(now=now)
    services.submit(attempt=attempt, now=now)
    assert makers.answer(attempt, 1, now=now) == {1: "ended"}
    assert attempt.responses.count() == 0


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "x",
        {"chosen": "1"},
        {"chosen": [10**30, -1, True, "a"]},
        {"text": "a\0b\ud800c"},
        {"text": 7},
        {"answer": "true"},
        {"evil": "x" * 99999},
    ],
)
def test_whatever_the_browser_sends_is_kept_in_a_known_shape(now, answer):
    attempt = makers.started(now=now)
    given = [{"position": 1, "seq": 1, "answer": answer, "marked": "yes"}]
    codes = services.save_responses(attempt_id=attempt.pk, generation=1, answers=given, now=now)
    assert codes == {1: "saved"}
    assert attempt.responses.get().answer in ({}, {"text": "abc"})


def test_positions_outside_the_paper_are_refused(now):
    attempt = makers.started(now=now)
    given = [{"position": position, "seq": 1, "answer": {}} for position in (0, 6, 10**12, "1")]
    codes = services.save_responses(attempt_id=attempt.pk, generation=1, answers=given, now=now)
    assert codes == {0: "invalid", 6: "invalid", 10**12: "invalid"}


# Handing in


def test_handing_in_grades_marks_folds_and_tells_once(now, passed_signals):
    attempt = makers.started(now=now)
    makers.answer(attempt, 3, now=now)
    ended = services.submit(attempt=attempt, now=now + minute)
    again = services.submit(attempt=attempt, now=now + 2 * minute)
    assert (again.state, again.score, again.passed, again.ended_at) == ("graded", 60, True, ended.ended_at)
    assert list(Mark.objects.values_list("points", flat=True)) == [2, 2, 2, 0, 0]
    result = Result.objects.get()
    assert (result.passed, result.score, passed_signals) == (True, Decimal("60.00"), [result.pk])
    assert result.parts[0]["attempt"] == attempt.pk
    assert Notification.objects.filter(kind="exams.passed").count() == 1
    assert JournalEntry.objects.filter(verb="attempt.ended").count() == 1


def test_the_pass_mark_is_the_one_at_the_start(now):
    attempt = makers.started(now=now)
    attempt.candidacy.sitting.exam.parts.update(pass_percent=100)
    makers.answer(attempt, 3, now=now)
    assert services.submit(attempt=attempt, now=now).passed is True


def test_time_ends_an_attempt_at_its_deadline_and_counts_what_was_saved(now):
    attempt = makers.started(now=now)
    makers.answer(attempt, 4, now=now)
    assert services.end_overdue(now=attempt.deadline) == 0
    assert services.end_overdue(now=attempt.deadline + minute) == 1
    assert services.end_overdue(now=attempt.deadline + minute) == 0
    attempt.refresh_from_db()
    assert (attempt.ended_by, attempt.ended_at, attempt.score) == ("clock", attempt.deadline, 80)


def test_an_attempt_that_cannot_be_graded_holds_up_nobody_else(now):
    broken, whole = makers.started(now=now), makers.started(now=now)
    items = [{**item, "version": 0} for item in broken.paper.items]
    paper = Paper.objects.create(part=broken.part, seed=1, items=items, points=10, content_hash="0" * 64, drawn_at=now)
    Attempt.objects.filter(pk=broken.pk).update(paper=paper, deadline=broken.deadline - minute)
    assert services.end_overdue(now=whole.deadline + services.GRACE) == 1
    assert set(Attempt.objects.values_list("pk", "state")) == {(broken.pk, "open"), (whole.pk, "graded")}


def test_who_fails_with_tries_left_is_decided_when_the_sitting_closes(now, passed_signals):
    attempt = makers.taken(now=now, right=1)
    assert not Result.objects.exists()
    services.end_overdue(now=attempt.candidacy.sitting.closes_at)
    result = Result.objects.get()
    assert (result.passed, result.score, passed_signals) == (False, 20, [])


def test_the_best_try_counts(now):
    attempt = makers.taken(now=now, right=2)
    second = services.start_attempt(candidacy=attempt.candidacy, part=attempt.part, now=now + 20 * minute)
    makers.answer(second, 1, now=now + 20 * minute)
    services.submit(attempt=second, now=now + 21 * minute)
    result = Result.objects.get()
    assert (result.passed, result.score, result.parts[0]["attempt"]) == (False, 40, attempt.pk)


def test_all_parts_must_be_passed(now, passed_signals):
    attempt = makers.taken(now=now, parts=2)
    assert not Result.objects.exists()
    invited = attempt.candidacy
    second = services.start_attempt(candidacy=invited, part=makers.part(invited, 1), now=now + 20 * minute)
    makers.answer(second, 4, now=now + 20 * minute)
    services.submit(attempt=second, now=now + 20 * minute)
    result = Result.objects.get()
    assert (result.passed, result.score, len(passed_signals)) == (True, 90, 1)


def test_a_void_attempt_counts_no_more_and_the_ruling_stays(now, passed_signals):
    attempt = makers.taken(now=now)
    examiner = factories.person("周敏")
    refused("no_reason", services.rule, attempt=attempt, kind="void", by=examiner, reason=" ", now=now)
    ruling = services.rule(attempt=attempt, kind="void", by=examiner, reason="替考", now=now + 20 * minute)
    again = services.rule(attempt=attempt, kind="void", by=examiner, reason="替考", now=now + 20 * minute)
    result = Result.objects.get()
    assert (again.pk, result.passed, result.parts[0]["attempt"]) == (ruling.pk, False, None)
    told = attempt.candidacy.user.notifications.get(kind="exams.void")
    assert told.params["reason"] == "替考"
    second = services.start_attempt(candidacy=attempt.candidacy, part=attempt.part, now=now + 21 * minute)
    makers.answer(second, now=now + 21 * minute)
    services.submit(attempt=second, now=now + 22 * minute)
    result.refresh_from_db()
    assert (result.passed, len(passed_signals)) == (True, 2)


def test_an_invigilator_ends_an_attempt_with_a_reason(now):
    attempt = makers.started(now=now)
    examiner = factories.person("周敏")
    refused("no_reason", services.end_attempt, attempt=attempt, by=examiner, reason="", now=now)
    ended = services.end_attempt(attempt=attempt, by=examiner, reason="交谈", now=now)
    assert (ended.state, ended.ended_by) == ("graded", "invigilator")
    assert JournalEntry.objects.get(verb="attempt.ended").reason == "交谈"


def test_a_leaver_in_the_middle_of_an_exam_stops_writing_and_is_graded(now):
    attempt = makers.started(now=now)
    makers.answer(attempt, 3, now=now)
    end_access(user=attempt.candidacy.user, now=now, by=None, reason="离职")
    assert makers.answer(attempt, 5, now=now, seq=2) == dict.fromkeys(range(1, 6), "ended")
    attempt.refresh_from_db()
    assert (attempt.ended_by, attempt.score, attempt.generation) == ("access", 60, 2)
    given = {"candidacy": attempt.candidacy, "part": attempt.part, "now": now}
    refused("inactive", services.start_attempt, **given)


def _to(state, now):
    attempt = makers.started(now=now)
    if state != Attempt.State.OPEN:
        services.submit(attempt=attempt, now=now)
    if state == Attempt.State.VOID:
        services.rule(attempt=attempt, kind="void", by=factories.person("周敏"), reason="替考", now=now)
    return Attempt.objects.get(pk=attempt.pk)


@pytest.mark.parametrize("before", Attempt.State.values)
@pytest.mark.parametrize("after", [Attempt.State.GRADED, Attempt.State.VOID])
def test_an_attempt_moves_only_as_its_table_says(now, before, after):
    attempt = _to(before, now)
    examiner = factories.person("周敏")

    def act():
        if after == Attempt.State.GRADED:
            services.submit(attempt=attempt, now=now)
        else:
            services.rule(attempt=attempt, kind="void", by=examiner, reason="替考", now=now)

    if after in Attempt.MOVES[before] or before == after:
        act()
        assert Attempt.objects.get(pk=attempt.pk).state == after
    elif after == Attempt.State.VOID:
        with pytest.raises(Refused):
            act()
    else:
        act()  # handing in what has ended changes nothing
        assert Attempt.objects.get(pk=attempt.pk).state == before


def test_starting_takes_the_same_number_of_queries_for_a_small_and_a_large_paper(now):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for kinds in (("single",), ("single", "multiple", "true_false", "numeric", "short_text")):
        invited = Candidacy.objects.get(pk=makers.candidacy(now=now, kinds=kinds).pk)
        part = makers.part(invited)
        with CaptureQueriesContext(connection) as captured:
            services.start_attempt(candidacy=invited, part=part, now=now)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_board_asks_the_same_for_one_candidate_and_for_many(now):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    paper = makers.exam()
    counts = []
    for size in (1, 6):
        people = [factories.person(f"员工{number}") for number in range(size)]
        sitting = makers.sitting(paper, *people, now=now)
        for invited in sitting.candidacies.all():
            attempt = services.start_attempt(candidacy=invited, part=makers.part(invited), now=now)
            makers.answer(attempt, 2, now=now)
        with CaptureQueriesContext(connection) as captured:
            rows = queries.board(sitting, now + minute).rows
        assert [(row.state, row.answered, row.questions, row.minutes_left) for row in rows] == [
            ("sitting", 2, 5, 29)
        ] * size
        counts.append(len(captured))
    assert counts[0] == counts[1]
