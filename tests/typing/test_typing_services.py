"""Passages, runs and batches, on the database."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from exams import queries as exam_queries
from exams import services as exams
from exams.models import Attempt, Candidacy, ExamPart, Result
from exams.typing import passages, queries, services
from exams.typing.models import Passage, TypingBatch, TypingRun
from exams.typing.normalise import normalise
from ground.errors import Refused
from tests import factories
from tests.typing import scenes
from tests.typing.scenes import Browser, insert, note

pytestmark = pytest.mark.django_db


def after(attempt: Attempt, **period):
    return attempt.started_at + timedelta(**period)


def refused(call) -> str:
    before = TypingBatch.objects.count()
    with pytest.raises(Refused) as error:
        call()
    assert TypingBatch.objects.count() == before
    return error.value.code


class TestPassages:
    def test_publishing_freezes_a_version_and_the_same_text_again_changes_nothing(self, now):
        first = scenes.passage(now)
        again = scenes.passage(now)
        assert first.current == again.current
        title, text = scenes.passage_text()
        newer = services.publish_passage(
            code="exam-0", title=title, text=text.replace("老花镜", "放大镜"), use="exam", now=now
        )
        assert [version.number for version in newer.versions.order_by("number")] == [1, 2]
        assert newer.current.number == 2
        with pytest.raises(IntegrityError), transaction.atomic():
            newer.versions.update(text="x")

    def test_a_faulty_text_is_refused_with_the_figures_in_a_sentence(self, now):
        with pytest.raises(Refused) as error:
            services.publish_passage(code="x", title="x", text="客户，" * 10, use="exam", now=now)
        assert error.value.code == "short"
        assert "20" in str(error.value)
        assert not Passage.objects.exists()

    def test_exam_text_is_never_used_in_practice(self, now):
        title, text = scenes.passage_text()
        scenes.passage(now)
        for code, reason in (("exam-0", "use"), ("other", "duplicate")):
            with pytest.raises(Refused) as error:
                services.publish_passage(code=code, title=title, text=text, use="practice", now=now)
            assert error.value.code == reason

    def test_a_retired_passage_is_not_drawn_and_comes_back_when_published_again(self, now):
        retired = services.retire_passage(passage=scenes.passage(now), by=factories.person(), now=now)
        with pytest.raises(Refused):
            services.choose_passages(user=factories.person(), tokens=100, seed=1, now=now)
        assert services.retire_passage(passage=retired, by=factories.person(), now=now).retired_at == now
        scenes.passage(now)
        assert len(services.choose_passages(user=factories.person(), tokens=100, seed=1, now=now)) == 1


class TestChoice:
    def test_nobody_gets_a_passage_twice_within_six_months(self, now):
        for number in range(2):
            scenes.passage(now, number)
        user = factories.person()
        first = scenes.attempt(now, user=user)
        scenes.end(first, after(first, minutes=6))
        second = scenes.attempt(now + timedelta(days=30), user=user)
        scenes.end(second, after(second, minutes=6))
        assert first.typing.version.passage != second.typing.version.passage
        with pytest.raises(Refused) as error:
            scenes.attempt(now + timedelta(days=60), user=user)
        assert error.value.code == "no_passage"
        third = scenes.attempt(now + timedelta(days=184), user=user)
        assert third.typing.version.passage == first.typing.version.passage

    def test_the_least_exposed_comes_first_and_the_seed_breaks_ties(self, now):
        for number in range(4):
            scenes.passage(now, number)
        used = [scenes.attempt(now, seed=seed).typing.version.passage_id for seed in range(4)]
        assert len(set(used)) == 4
        user = factories.person()
        draws = {services.choose_passages(user=user, tokens=1, seed=seed, now=now)[0].pk for seed in range(20)}
        again = [services.choose_passages(user=user, tokens=1, seed=3, now=now)[0].pk for _ in range(3)]
        assert len(draws) > 1
        assert len(set(again)) == 1

    def test_a_short_passage_is_followed_by_the_next(self, now):
        for number in range(2):
            scenes.passage(now, number)
        long = scenes.standard(now, minutes=15)
        run = scenes.attempt(now, of=long).typing
        assert run.chained.count() == 1
        assert passages.figures(run.text).tokens >= 15 * 200
        user = run.attempt.candidacy.user
        with pytest.raises(Refused):
            services.choose_passages(user=user, tokens=1, seed=1, now=now + timedelta(days=1))

    def test_choosing_asks_the_same_number_of_questions_for_one_passage_and_many(self, now, django_assert_num_queries):
        user = factories.person()
        for count in (1, 5):
            for number in range(count):
                scenes.passage(now, number)
            with django_assert_num_queries(6):
                services.choose_passages(user=user, tokens=1, seed=1, now=now)


class TestBegin:
    def test_standard_passage_and_time_are_frozen(self, now):
        attempt = scenes.attempt(now)
        run = attempt.typing
        assert attempt.deadline == now + timedelta(minutes=5)
        assert (run.duration_ms, run.standard["threshold"], run.standard["gate"]) == (300_000, 30, 95)
        standard = attempt.part.standard
        standard.threshold = 99
        standard.save()
        assert services.begin(attempt=attempt, now=now + timedelta(minutes=1)) == run
        assert TypingRun.objects.get(pk=run.pk).standard["threshold"] == 30

    def test_extra_minutes_never_lengthen_the_time_of_a_rate(self, now):
        invited, part = scenes.candidacy(now)
        scenes.passage(now)
        invited.extra_minutes, invited.override_reason, invited.override_by = 10, "x", factories.person()
        invited.save()
        attempt = Attempt.objects.create(
            candidacy=invited,
            part=part,
            number=1,
            started_at=now,
            base_deadline=now + timedelta(minutes=15),
            deadline=now + timedelta(minutes=15),
        )
        services.begin(attempt=attempt, now=now)
        attempt.refresh_from_db()
        assert attempt.deadline == now + timedelta(minutes=5)


class TestFinish:
    def typed(self, now, text_of=lambda text: text[:170], **more):
        attempt = scenes.attempt(now, **more)
        text = "".join(attempt.typing.text.split())
        Browser(attempt).type(text_of(text))
        return attempt

    def test_a_run_above_the_threshold_passes_and_is_written_once(self, now):
        attempt = self.typed(now)
        run = scenes.end(attempt, after(attempt, minutes=5))
        assert (run.typed, run.errors, run.certified, run.passed) == (170, 0, 170, True)
        assert queries.figures_of(run).speed == 34.0
        assert services.finish(attempt=attempt, now=after(attempt, minutes=9)) == run

    def test_the_time_is_the_whole_time_also_for_who_stops_early(self, now):
        attempt = self.typed(now, text_of=lambda text: text[:140])
        run = scenes.end(attempt, after(attempt, minutes=3))
        assert (queries.figures_of(run).speed, run.passed) == (28.0, False)

    def test_speed_without_accuracy_does_not_pass(self, now):
        attempt = self.typed(now, text_of=lambda text: text[:200:2] + text[200:260])
        run = scenes.end(attempt, after(attempt, minutes=5))
        assert queries.figures_of(run).accuracy < 95
        assert run.passed is False

    def test_nothing_typed_is_nothing(self, now):
        attempt = scenes.attempt(now)
        run = scenes.end(attempt, after(attempt, minutes=5, seconds=6), by="clock")
        assert (run.typed, run.certified, run.passed, run.flags) == (0, 0, False, [])

    def test_flags_never_change_the_score(self, now):
        honest = self.typed(now)
        clean = scenes.end(honest, after(honest, minutes=5))
        watched = scenes.attempt(now, of=honest.part.standard)
        browser = Browser(watched)
        text = "".join(watched.typing.text.split())[:170]
        browser.send([note(1, "paste"), insert(2, 0, text), scenes.check(3, "x")], after(watched, minutes=4))
        run = scenes.end(watched, after(watched, minutes=5))
        assert (run.certified, run.passed) == (clean.certified, clean.passed)
        assert {flag["code"] for flag in run.flags} == {
            "paste",
            "text_differs",
            "long_commit",
            "burst",
            "network_gap",
        }

    def test_rescoring_proves_every_run_and_names_what_was_tampered_with(self, now):
        attempt = self.typed(now)
        run = scenes.end(attempt, after(attempt, minutes=5))
        out = StringIO()
        call_command("rescore", stdout=out)
        assert out.getvalue() == "1 runs recounted, 0 differ.\n"
        TypingRun.objects.filter(pk=run.pk).update(typed=171, certified=171)
        with pytest.raises(CommandError):
            call_command("rescore", stdout=StringIO(), stderr=StringIO())

    def test_a_rescore_does_not_look_at_the_standard_or_the_passage_of_today(self, now):
        attempt = self.typed(now)
        run = scenes.end(attempt, after(attempt, minutes=5))
        standard = attempt.part.standard
        standard.threshold = 100
        standard.save()
        call_command("rescore", stdout=StringIO())
        assert TypingRun.objects.get(pk=run.pk).passed is True


class TestQueries:
    def test_the_best_run_is_the_fastest_that_kept_its_accuracy(self, now):
        for number in range(3):
            scenes.passage(now, number)
        user = factories.person()
        assert queries.best_run(user) is None
        runs = []
        for index, part in enumerate((lambda t: t[:150], lambda t: t[:180], lambda t: t[:600:3])):
            attempt = scenes.attempt(now + timedelta(days=index), user=user)
            Browser(attempt).type(part("".join(attempt.typing.text.split())))
            runs.append(scenes.end(attempt, after(attempt, minutes=5)))
        assert queries.best_run(user) == runs[1]

    def test_a_piece_is_shown_only_when_the_text_has_come_near(self, now):
        attempt = scenes.attempt(now)
        run = attempt.typing
        assert queries.chunk(attempt, run, 2) is not None
        assert queries.chunk(attempt, run, 3) is None
        pieces = passages.chunks(run.text)
        Browser(attempt).type("".join(pieces[0]), per_minute=100)
        assert queries.chunk(attempt, run, 3) == pieces[3]
        assert queries.chunk(attempt, run, 99) is None
        assert len(queries.resume(attempt, run, now)["chunks"]) == 4

    def test_feedback_shows_every_mistake_with_its_kind(self, now):
        attempt = scenes.attempt(now)
        text = "".join(attempt.typing.text.split())
        Browser(attempt).type(text[:10] + "错" + text[11:20] + text[21:30] + "多" + text[30:40])
        run = scenes.end(attempt, after(attempt, minutes=5))
        found = queries.feedback(run)
        assert found.counts == {"wrong": 1, "extra": 1, "missing": 1}
        assert "".join(part["typed"] for part in found.parts) == queries.as_printed(normalise(run.committed))


class TestPractice:
    def test_practice_is_scored_by_the_same_definition(self, now):
        user = factories.person()
        scenes.passage(now, 5, use="practice")
        run = services.start_practice(user=user, minutes=1, now=now)
        text = services.practice_text(run)
        ended = services.finish_practice(run=run, text=text[:60], now=now + timedelta(seconds=61))
        assert services.finish_practice(run=run, text="", now=now + timedelta(seconds=62)).typed == ended.typed
        ((_run, score),) = queries.practice_trend(user)
        assert score.certified == ended.typed
        scenes.standard(now, threshold=30)
        scenes.standard(now, threshold=90)
        goal = queries.goal(queries.practice_trend(user))
        assert (goal.standard.threshold, goal.best, goal.missing) == (90, score.speed, 90 - score.speed)
        assert queries.goal([]).standard.threshold == 30

    def test_practice_never_shows_an_exam_passage(self, now):
        scenes.passage(now)
        with pytest.raises(Refused) as error:
            services.start_practice(user=factories.person(), minutes=1, now=now)
        assert error.value.code == "no_passage"

    def test_a_practice_handed_in_long_after_its_time_is_refused(self, now):
        scenes.passage(now, use="practice")
        run = services.start_practice(user=factories.person(), minutes=1, now=now)
        with pytest.raises(Refused):
            services.finish_practice(run=run, text="客户", now=now + timedelta(minutes=2))
        with pytest.raises(Refused):
            services.start_practice(user=run.user, minutes=7, now=now)

    def test_the_person_gets_the_passage_typed_least(self, now):
        for number in range(2):
            scenes.passage(now, number, use="practice")
        user = factories.person()
        seen = {services.start_practice(user=user, minutes=1, now=now).version_id for _ in range(2)}
        assert len(seen) == 2


class TestStandardsThatChange:
    """Whoever has begun keeps the figures, the tries and the rule that they began with."""

    def test_results_given_under_an_old_standard_stay_in_every_figure(self, now):
        attempt = scenes.attempt(now, of=scenes.standard(now, threshold=30))
        text = "".join(attempt.typing.text.split())
        Browser(attempt).type(text[:170])
        exams.submit(attempt=attempt, now=after(attempt, minutes=5))
        candidacy = attempt.candidacy
        result = Result.objects.get(candidacy=candidacy)
        before = Result.objects.values().get(), TypingRun.objects.values().get()
        services.change_standard(
            standard=attempt.part.standard,
            by=factories.person(),
            now=after(attempt, minutes=6),
            threshold=200,
            gate=100,
            minutes=1,
            punctuation="strict",
            tries=1,
            counts="last",
        )
        exams.fold(candidacy=candidacy, now=after(attempt, minutes=7))
        call_command("rescore", stdout=StringIO())
        call_command("recount", stdout=StringIO())
        assert (Result.objects.values().get(), TypingRun.objects.values().get()) == before
        assert result.passed

    def test_tries_and_the_try_that_counts_are_those_of_the_start(self, now):
        for number in range(4):
            scenes.passage(now, number)
        standard = scenes.standard(now, tries=2, counts="last")
        invited, part = scenes.candidacy(now, of=standard)

        def take(minutes: int, share: int) -> Attempt:
            at = now + timedelta(minutes=minutes)
            attempt = exams.start_attempt(candidacy=invited, part=ExamPart.objects.get(pk=part.pk), now=at)
            Browser(attempt).type("".join(attempt.typing.text.split())[:share])
            return exams.submit(attempt=attempt, now=at + timedelta(minutes=5))

        take(0, 20)
        services.change_standard(standard=standard, by=None, now=now, tries=1, counts="best")
        take(10, 10)
        with pytest.raises(Refused) as error:
            take(20, 10)
        assert error.value.code == "no_tries"
        frozen = [run.standard["tries"] for run in TypingRun.objects.order_by("pk")]
        assert frozen == [2, 1]

    def test_a_part_that_nobody_began_has_the_tries_of_its_standard(self, now):
        invited, part = scenes.candidacy(now, of=scenes.standard(now, tries=5))
        assert part.tries_allowed == 5
        (row,) = exam_queries.my_sitting(
            exam_queries.with_attempts(Candidacy.objects.filter(pk=invited.pk)).get(), now
        ).parts
        assert row.left == 5


class TestOwnSpeed:
    """A person may be granted another speed: by a named person, with a reason, for tests that begin from then on."""

    def grant(self, invited, by, now, speed: int | None):
        return exams.grant(
            candidacy=invited, extra_minutes=0, extra_tries=0, typing_threshold=speed, by=by, reason="手部受伤", now=now
        )

    def test_a_granted_speed_decides_and_is_frozen_with_who_granted_it(self, now):
        for number in range(2):
            scenes.passage(now, number)
        invited, part = scenes.candidacy(now, of=scenes.standard(now, threshold=50))
        examiner = factories.person()
        self.grant(invited, examiner, now, 20)
        attempt = exams.start_attempt(candidacy=invited, part=part, now=now)
        self.grant(invited, examiner, now, None)
        Browser(attempt).type("".join(attempt.typing.text.split())[:120])
        assert exams.submit(attempt=attempt, now=after(attempt, minutes=5)).passed
        run = TypingRun.objects.get()
        assert run.standard["threshold"] == 20
        assert run.standard["granted"] == {"instead_of": 50, "by": examiner.employee_no, "reason": "手部受伤"}
        call_command("rescore", stdout=StringIO())
        again = scenes.attempt(now, of=part.standard)
        assert (again.typing.standard["threshold"], again.typing.standard["granted"]) == (50, None)

    @pytest.mark.parametrize("speed", [0, 401])
    def test_a_speed_beyond_reason_is_refused(self, now, speed):
        invited, _part = scenes.candidacy(now)
        with pytest.raises(Refused) as error:
            self.grant(invited, factories.person(), now, speed)
        assert error.value.code == "too_much"
        assert Candidacy.objects.get().typing_threshold is None

    def test_nobody_grants_it_to_themselves(self, now):
        invited, _part = scenes.candidacy(now)
        with pytest.raises(Refused) as error:
            self.grant(invited, invited.user, now, 10)
        assert error.value.code == "own"


class TestExposure:
    def test_first_and_chained_draws_both_count(self, now):
        for number in range(3):
            scenes.passage(now, number)
        scenes.attempt(now, of=scenes.standard(now, minutes=15))
        scenes.attempt(now)
        drawn = {passage.pk: passage.drawn for passage in queries.with_exposure(Passage.objects.all())}
        assert sorted(drawn.values()) == [1, 1, 1]
        assert queries.exposure() == drawn == queries.exposure(latest=2)
        assert sum(queries.exposure(latest=1).values()) == 1
        assert not queries.exposure(latest=0)
