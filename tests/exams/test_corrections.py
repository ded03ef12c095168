"""A wrong key put right after the exam: what a preview says is what the regrading does, once, however often it runs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams import queries, services
from exams.grading import as_shown
from exams.models import Attempt, Candidacy, KeyCorrection, Mark, Regrade, Result
from ground.errors import Refused
from ground.models import JournalEntry
from people.models import Notification, Role
from tests import factories
from tests.exams import makers
from tests.exams.test_release import certificate_kind

pytestmark = pytest.mark.django_db
minute = timedelta(minutes=1)
REASON = "第二项才对"


def refused(code, act, **arguments):
    with pytest.raises(Refused) as caught:
        act(**arguments)
    assert caught.value.code == code


@pytest.fixture
def examiner(db):
    return factories.with_role(Role.EXAMINER)


def exam_of(now, *people, closed=2, **rules):
    """A sitting with `closed` single choices, pass mark 60, and the version of the first."""
    sitting = makers.mixed(*people, now=now, kinds=(), closed=closed, **rules)
    return sitting, sitting.exam.parts.get().fixed.order_by("order")[0].question.current


def sits(person, sitting, options, now):
    """The person's attempt with these options (the author's index) chosen, by position."""
    candidacy = Candidacy.objects.get(sitting=sitting, user=person)
    attempt = services.start_attempt(candidacy=candidacy, part=makers.part(candidacy), now=now)
    answers = [
        {"position": asked.position, "seq": 1, "answer": as_shown({"chosen": [option]}, asked.order)}
        for asked, option in zip(queries.asked(attempt), options, strict=True)
    ]
    services.save_responses(attempt_id=attempt.pk, generation=attempt.generation, answers=answers, now=now)
    return services.submit(attempt=attempt, now=now + minute)


def correct(version, examiner, now, action="key", key=None):
    given = {"correct": [1]} if key is None and action == "key" else key or {}
    correction = services.correct_key(version=version, action=action, key=given, reason=REASON, by=examiner, now=now)
    return services.regrade(regrade=correction.regrade, now=now)


def test_a_corrected_key_turns_who_was_right_after_all_and_who_was_not(examiner, now):
    right, wrong, same = (factories.person(name) for name in ("林晓雨", "陈思远", "王一"))
    sitting, version = exam_of(now, right, wrong, same)
    certificate_kind(sitting.exam, now)
    # Whoever chose option 1 was marked wrong; 50 % fails, 100 % passes.
    gains, loses, stays = (
        sits(person, sitting, options, now) for person, options in ((right, [1, 0]), (wrong, [0, 0]), (same, [2, 1]))
    )
    assert [Result.objects.get(user=one).passed for one in (right, wrong)] == [False, True]
    later = now + 30 * minute
    before = Mark.objects.count()
    preview = queries.preview_correction(version, "key", {"correct": [1]}, later)
    assert (preview.asked, preview.changed, Mark.objects.count()) == (3, 2, before)
    assert [row.candidacy.user for row in preview.passing] == [right]
    assert [row.candidacy.user for row in preview.failing] == [wrong]
    assert [(row.before, row.after) for row in preview.passing] == [(50, 100)]
    assert [row.candidacy.user for row, _words, _url in preview.certificates] == [wrong]
    hidden = queries.preview_correction(version, "key", {"correct": [1]}, later, people={right.pk})
    assert ([row.candidacy.user for row in hidden.rows], hidden.hidden, hidden.hidden_turned) == ([right], 1, 1)

    done = correct(version, examiner, later)
    assert (done.total, done.done, done.changed, done.turned) == (3, 3, 2, 2)
    assert done.ended_at == later
    for attempt, score in ((gains, 100), (loses, 50), (stays, 0)):
        attempt.refresh_from_db()
        assert attempt.score == score
    assert [Result.objects.get(user=one).passed for one in (right, wrong)] == [True, False]
    newest = Mark.objects.filter(attempt=gains, version=version).order_by("id")
    assert [(mark.source, mark.points) for mark in newest] == [("key", 0), ("correction", 2)]
    assert (newest.last().given_by, newest.last().why) == (examiner, REASON)
    notes = Notification.objects.filter(kind="exams.corrected").values_list("user", flat=True)
    assert sorted(notes) == sorted([right.pk, wrong.pk])
    said = {
        entry.data["before"]["passed"]: entry.data["after"]
        for entry in JournalEntry.objects.filter(verb="result.changed")
    }
    assert said == {False: {"passed": True, "score": "100.00"}, True: {"passed": False, "score": "50.00"}}
    assert not list(queries.recount(later))
    # Again: nothing more.
    marks, notes = Mark.objects.count(), Notification.objects.count()
    again = services.regrade(regrade=done, now=later + minute)
    assert (again.changed, Mark.objects.count(), Notification.objects.count()) == (2, marks, notes)


def test_a_question_out_of_the_count_leaves_the_rest_and_credit_gives_to_everybody(examiner, now):
    person = factories.person()
    sitting, version = exam_of(now, person)
    attempt = sits(person, sitting, [1, 0], now)
    correct(version, examiner, now + minute, "neutral")
    attempt.refresh_from_db()
    assert (attempt.points, attempt.out_of, attempt.score, attempt.passed) == (2, 2, 100, True)
    correct(version, examiner, now + 2 * minute, "credit")
    attempt.refresh_from_db()
    assert (attempt.points, attempt.out_of, attempt.score) == (4, 4, 100)
    correct(version, examiner, now + 3 * minute, "key", {"correct": [2]})
    attempt.refresh_from_db()
    assert (attempt.points, attempt.out_of, attempt.passed) == (2, 4, False)
    assert not list(queries.recount(now))


def test_later_attempts_are_graded_by_the_newest_correction(examiner, now):
    early, late = factories.person(), factories.person("陈思远")
    sitting, version = exam_of(now, early, late)
    sits(early, sitting, [1, 0], now)
    correct(version, examiner, now + minute)
    attempt = sits(late, sitting, [1, 0], now + 2 * minute)
    assert attempt.score == 100
    assert [mark.source for mark in Mark.objects.filter(attempt=attempt)] == ["key", "key"]


def test_a_score_that_changes_without_turning_is_on_record(examiner, now):
    person = factories.person()
    sitting, version = exam_of(now, person, closed=4)
    sits(person, sitting, [1, 0, 0, 0], now)
    done = correct(version, examiner, now + minute)
    assert (done.changed, done.turned) == (1, 0)
    assert Result.objects.get().score == 100
    change = JournalEntry.objects.get(verb="result.changed").data
    assert (change["before"]["score"], change["after"]["score"]) == ("75.00", "100.00")
    assert not Notification.objects.filter(kind="exams.corrected").exists()


def test_who_turns_before_the_release_is_not_told(examiner, now):
    person = factories.person()
    sitting, version = exam_of(now, person, release="by_hand")
    sits(person, sitting, [1, 0], now)
    correct(version, examiner, now + minute)
    assert Result.objects.get().passed is True
    kinds = ("exams.corrected", "exams.passed", "exams.not_passed")
    assert not Notification.objects.filter(user=person, kind__in=kinds).exists()


def test_what_a_person_has_marked_again_stands_when_only_the_key_changes(examiner, now):
    person = factories.person()
    sitting, version = exam_of(now, person)
    attempt = sits(person, sitting, [2, 0], now)
    over = sitting.closes_at + minute
    asked = services.ask_remark(attempt=attempt, position=1, reason="也对", by=person, now=over)
    services.answer_remark(request=asked, picks=["2"], answer="也对", by=factories.with_role(Role.EXAMINER), now=over)
    done = correct(version, examiner, over)
    assert done.changed == 0
    assert correct(version, examiner, over + minute, "neutral").changed == 1


def test_a_correction_needs_a_reason_a_key_that_fits_and_somebody_who_was_not_asked(examiner, now):
    sitting, version = exam_of(now, examiner)
    given = {"version": version, "action": "key", "key": {"correct": [1]}, "reason": REASON, "by": examiner, "now": now}
    refused("no_reason", services.correct_key, **{**given, "reason": " "})
    refused("key", services.correct_key, **{**given, "key": {"correct": [9]}})
    refused("same", services.correct_key, **{**given, "key": {"correct": [0]}})
    refused("action", services.correct_key, **{**given, "action": "delete"})
    sits(examiner, sitting, [0, 0], now)
    refused("own", services.correct_key, **given)
    essay = makers.written().current
    refused("by_people", services.correct_key, **{**given, "version": essay})
    assert not KeyCorrection.objects.exists()


def test_saying_the_same_again_makes_no_second_correction(examiner, now):
    person = factories.person()
    _sitting, version = exam_of(now, person)
    given = {"version": version, "action": "neutral", "key": {}, "reason": REASON, "by": examiner}
    first = services.correct_key(now=now, **given)
    assert services.correct_key(now=now + minute, **given) == first
    assert Regrade.objects.count() == 1


def test_an_essay_that_nobody_has_marked_can_leave_the_count(examiner, now):
    person = factories.person()
    sitting = makers.mixed(person, now=now)
    attempt = makers.written_by(person, sitting, now=now)
    version = attempt.paper.items[1]["version"]
    from exams.models import QuestionVersion

    correct(QuestionVersion.objects.get(pk=version), examiner, now + minute, "neutral")
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.out_of) == (Attempt.State.GRADED, Decimal(100), 2)
    assert Result.objects.get().passed is True


def test_regrading_asks_the_same_for_one_attempt_and_for_many(examiner, now):
    asked = []
    for many in (1, 6):
        people = [factories.person() for _number in range(many)]
        sitting, version = exam_of(now, *people, closed=4)
        for person in people:
            sits(person, sitting, [1, 0, 0, 0], now)
        given = {"version": version, "action": "key", "key": {"correct": [1]}, "reason": REASON, "by": examiner}
        correction = services.correct_key(now=now, **given)
        with CaptureQueriesContext(connection) as seen:
            assert services.regrade(regrade=correction.regrade, now=now).changed == many
        asked.append(len(seen))
    assert asked[0] == asked[1]
