"""Requests that come twice, late or in the wrong order, races at the deadline, and an exam that changes while it is sat."""

import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from exams import queries, services
from exams.models import Attempt, Candidacy, Exam, Mark, Question, Result, Sitting
from ground.errors import Refused
from ground.known import forget_everything
from ground.models import JournalEntry
from people.models import Notification
from tests import factories
from tests.exams import makers

SIMULATED = int(os.environ.get("ACADEMY_SIMULATED", "10000"))
HANDS = 8
second, minute = timedelta(seconds=1), timedelta(minutes=1)


def at_once(acts):
    """All acts from a few threads, each with its own connection; what they returned."""

    def run(act):
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(run, acts))


def test_doubled_delayed_and_reordered_requests_leave_the_newest_answers(receipts):
    now = receipts.now = timezone.now()
    attempt = makers.started(now=now)
    shuffled = random.Random(7)
    sent = [
        [{"position": position, "seq": seq, "answer": {"chosen": [seq % 4]}, "marked": False}]
        for position in range(1, 6)
        for seq in range(1, 41)
    ] * 2
    shuffled.shuffle(sent)

    def act(answers):
        codes = services.save_responses(attempt_id=attempt.pk, generation=1, answers=answers, now=now)
        receipts.note(attempt.pk, answers, codes)
        return set(codes.values())

    codes = set().union(*at_once([lambda answers=answers: act(answers) for answers in sent]))
    assert codes == {"saved", "stale"}
    assert [(row.seq, row.answer) for row in attempt.responses.order_by("position")] == [(40, {"chosen": [0]})] * 5


def test_an_answer_on_its_way_when_the_hand_in_comes_is_graded_or_refused(receipts):
    """Both ways round: whichever is first under way is slow to commit, and the other waits for it."""
    now = receipts.now = timezone.now()
    for first in ("save", "submit"):
        attempt = makers.started(now=now)
        answers, under_way = makers.answers(attempt), threading.Event()

        def save(attempt=attempt, answers=answers):
            codes = services.save_responses(attempt_id=attempt.pk, generation=1, answers=answers, now=now + minute)
            receipts.note(attempt.pk, answers, codes)
            return set(codes.values())

        def slow(act, under_way=under_way):
            with transaction.atomic():
                done = act()
                under_way.set()
                time.sleep(1)
            return done

        def after(act, under_way=under_way):
            assert under_way.wait(timeout=20)
            return act()

        def submit(attempt=attempt):
            return services.submit(attempt=attempt, now=now + minute).points

        if first == "save":
            assert at_once([lambda: slow(save), lambda: after(submit)]) == [{"saved"}, 10]
        else:
            assert at_once([lambda: slow(submit), lambda: after(save)]) == [0, {"ended"}]
        assert attempt.responses.count() == (5 if first == "save" else 0)


def test_a_hand_in_that_comes_ten_times_grades_folds_and_tells_once(receipts):
    now = receipts.now = timezone.now()
    attempt = makers.started(now=now)
    makers.answer(attempt, now=now)
    at_once([lambda: services.submit(attempt=attempt, now=now + minute)] * 10)
    assert (Mark.objects.count(), Result.objects.count()) == (5, 1)
    assert JournalEntry.objects.filter(verb="attempt.ended").count() == 1
    assert Notification.objects.filter(kind="exams.passed").count() == 1


def test_at_the_deadline_every_answer_is_graded_or_refused(receipts):
    now = timezone.now()
    attempts = [makers.started(now=now) for _ in range(6)]
    end = attempts[0].deadline + services.GRACE
    receipts.now = end + 30 * second
    gate = threading.Barrier(HANDS)

    def hand(number):
        gate.wait()
        found = []
        for attempt in attempts:
            answers = [{**answer, "seq": number + 1} for answer in makers.answers(attempt)]
            if number == 0:
                services.end_overdue(now=end)
            elif number == 1:
                services.submit(attempt=attempt, now=end - second)
            else:
                moment = end + (number - 5) * second
                codes = services.save_responses(attempt_id=attempt.pk, generation=1, answers=answers, now=moment)
                receipts.note(attempt.pk, answers, codes)
                found.append((moment, set(codes.values())))
        return found

    told = [
        pair for pairs in at_once([lambda number=number: hand(number) for number in range(HANDS)]) for pair in pairs
    ]
    assert all(codes <= {"saved", "stale", "late", "ended"} for _moment, codes in told)
    assert all("saved" not in codes for moment, codes in told if moment >= end)
    for attempt in attempts:
        right = set(Mark.objects.filter(attempt=attempt, points__gt=0).values_list("position", flat=True))
        assert right == set(attempt.responses.values_list("position", flat=True))


def test_a_question_edited_and_an_exam_retired_change_nothing_for_who_sits(receipts):
    now = receipts.now = timezone.now()
    attempt = makers.started(now=now)
    answers = makers.answers(attempt)
    services.save_responses(attempt_id=attempt.pk, generation=1, answers=answers[:2], now=now)
    before = [(one.version, one.stem) for one in queries.asked(attempt)]
    for question in Question.objects.all():
        services.revise_question(
            question=question,
            topics=list(question.topics.all()),
            level=None,
            kind="true_false",
            content={"stem": "换成别的。"},
            key={"answer": False},
            author=None,
            now=now,
        )
        services.review_question(question=question, verdict="approved", by=factories.examiner(), now=now)
        services.move_question(question=question, to="retired", by=None, now=now)
    exam = Exam.objects.get()
    services.move_exam(exam=exam, to="retired", by=None, now=now)
    forget_everything()
    assert [(one.version, one.stem) for one in queries.asked(attempt)] == before
    codes = services.save_responses(attempt_id=attempt.pk, generation=1, answers=answers[2:], now=now + minute)
    receipts.note(attempt.pk, answers[2:], codes)
    ended = services.submit(attempt=attempt, now=now + 2 * minute)
    assert (ended.points, ended.passed) == (10, True)


def test_a_window_that_moves_while_candidates_wait_starts_nobody_early_and_everybody_once(receipts):
    """Moved away and back again by its examiner while twelve people press the button, each several times."""
    now = timezone.now()
    exam, users = makers.exam(), [factories.person(f"考生{number}") for number in range(12)]
    sitting = makers.sitting(exam, *users, now=now + 10 * minute)
    part = exam.parts.get()
    invited = list(Candidacy.objects.filter(sitting=sitting))

    def move(by):
        moved = Sitting.objects.get(pk=sitting.pk)
        times = {"opens_at": moved.opens_at + by, "closes_at": moved.closes_at + by}
        services.move_sitting(sitting=moved, by=factories.examiner(), reason="教室未开", now=now, **times)

    def start(candidacy, moment):
        try:
            return services.start_attempt(candidacy=candidacy, part=part, now=moment).pk
        except Refused as refusal:
            return refusal.code

    presses = [lambda one=one: start(one, now + 11 * minute) for one in invited * 4]
    move(20 * minute)
    assert at_once(presses) == ["early"] * 48
    move(-20 * minute)
    begun = at_once(presses)
    assert len(set(begun)) == Attempt.objects.count() == 12
    # Somebody sits: whoever has begun is not left standing.
    with pytest.raises(Refused) as refused:
        move(20 * minute)
    assert refused.value.code == "strands"
    receipts.now = now + 12 * minute


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_server_clock_that_jumps_by_a_day_ends_each_attempt_once_with_what_it_had(receipts, hours):
    now = timezone.now()
    attempt = makers.started(now=now)
    answers = makers.answers(attempt, 4)
    receipts.note(
        attempt.pk, answers, services.save_responses(attempt_id=attempt.pk, generation=1, answers=answers, now=now)
    )
    jumped = now + timedelta(hours=hours)
    services.end_overdue(now=jumped)
    services.end_overdue(now=attempt.deadline + 10 * second)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points, attempt.ended_by) == ("graded", 8, "clock")
    assert attempt.ended_at <= attempt.deadline
    receipts.now = max(jumped, attempt.deadline + 10 * second)


def test_ten_thousand_attempts_and_nothing_is_lost(receipts):
    """ACADEMY_SIMULATED says how many; answers come doubled, reordered and from older tabs; a third hands in, the clock ends the
    others, and three sweepers run at once."""
    now = timezone.now()
    exam = makers.exam(tries=1)
    part = exam.parts.get()
    users = factories.User.objects.bulk_create(
        factories.User(employee_no=f"s{number:06}", name="考生", is_active=True) for number in range(SIMULATED)
    )
    sitting = Sitting.objects.create(exam=exam, name="大考", opens_at=now, closes_at=now + 240 * minute)
    Candidacy.objects.bulk_create(Candidacy(sitting=sitting, user=user, invited_at=now) for user in users)
    candidacies = list(Candidacy.objects.filter(sitting=sitting))

    def sit(candidacy):
        attempt = services.start_attempt(candidacy=candidacy, part=part, now=now)
        hand = random.Random(candidacy.pk)
        tab = 1
        for seq in hand.choice([(1, 2, 3), (2, 1, 3), (1, 3, 3)]):  # in order, reordered, doubled
            answers = [
                {"position": position, "seq": seq, "answer": {"chosen": [(candidacy.pk + seq) % 4]}, "marked": False}
                for position in hand.sample(range(1, 6), 3)
            ]
            if candidacy.pk % 10 == seq:  # a newer tab: what the older one still sends is refused
                services.take_over(attempt=attempt, now=now)
                codes = services.save_responses(attempt_id=attempt.pk, generation=tab, answers=answers, now=now)
                assert set(codes.values()) == {"superseded"}
                tab = attempt.generation
            codes = services.save_responses(attempt_id=attempt.pk, generation=tab, answers=answers, now=now + minute)
            receipts.note(attempt.pk, answers, codes)
        if candidacy.pk % 3 == 0:
            services.submit(attempt=attempt, now=now + 2 * minute)

    shares = [candidacies[first::HANDS] for first in range(HANDS)]
    at_once([lambda share=share: [sit(candidacy) for candidacy in share] for share in shares])
    receipts.now = now + part.minutes * minute + 30 * second
    at_once([lambda: services.end_overdue(now=receipts.now)] * 3)
    assert Attempt.objects.filter(state="graded").count() == SIMULATED
    assert Result.objects.filter(candidacy__sitting=sitting).count() == SIMULATED
