"""People who mark: rounds, rubrics, drafts, sheets, requests to mark again. The pure rules and the services."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams import marking, queries, services
from exams.models import Attempt, Candidacy, Mark, Marking, MarkingDraft, Result
from ground.errors import Refused
from ground.models import JournalEntry
from people.models import Notification, Role
from tests import factories
from tests.exams import makers

minute = timedelta(minutes=1)
points = st.integers(0, 1000).map(lambda hundredths: Decimal(hundredths) / 100)


def refused(code, act, **arguments):
    with pytest.raises(Refused) as caught:
        act(**arguments)
    assert caught.value.code == code


# The pure rules


@given(points)
def test_one_marker_decides_unless_the_exam_asks_for_two(said):
    assert marking.standing([]) == marking.Standing("first")
    assert marking.standing([("first", said)]) == marking.Standing("", said)
    assert marking.standing([("first", said)], second_marker=True) == marking.Standing("second")


@given(points, points, st.integers(0, 10))
def test_two_markers_within_the_tolerance_come_to_their_mean_cut_and_beyond_it_to_a_third(first, second, tolerance):
    found = marking.standing([("first", first), ("second", second)], second_marker=True, tolerance=tolerance)
    if abs(first - second) > tolerance:
        assert found == marking.Standing("reconciled")
    else:
        assert found.wants == ""
        assert 0 <= (first + second) / 2 - found.points < Decimal("0.01")
        assert min(first, second) <= found.points <= max(first, second)


@given(points, points, points, points)
def test_a_third_person_decides_and_who_marks_again_decides_anew(first, second, third, again):
    said = [("first", first), ("second", second), ("reconciled", third)]
    rule = {"second_marker": True, "tolerance": 0}
    if first != second:
        assert marking.standing(said, **rule) == marking.Standing("", third)
    assert marking.standing([*said, ("remark", again)], **rule) == marking.Standing("", again)


levels = st.lists(st.integers(0, 20), min_size=1, max_size=5, unique=True)
rubrics = st.lists(levels, min_size=1, max_size=5).map(
    lambda criteria: [
        {"name": str(place), "levels": [{"points": figure, "text": ""} for figure in offered]}
        for place, offered in enumerate(criteria)
    ]
)


@given(rubrics, st.integers(1, 50), st.data())
def test_a_rubric_gives_all_points_for_its_best_levels_and_never_more(rubric, worth, data):
    best = [max(level["points"] for level in criterion["levels"]) for criterion in rubric]
    picks = [data.draw(st.sampled_from([level["points"] for level in criterion["levels"]])) for criterion in rubric]
    found = marking.judged(rubric, [str(pick) for pick in picks], worth)
    assert 0 <= found <= worth
    if sum(best):
        assert marking.judged(rubric, best, worth) == worth
    assert marking.judged(rubric, [*picks, 0], worth) is None
    assert marking.judged(rubric, [None, *picks[1:]], worth) is None
    assert marking.judged(rubric, [21, *picks[1:]], worth) is None


@pytest.mark.parametrize("pick", [None, "", "x", "-1", "11", "1.005", "NaN", "1e400", True, {}])
def test_a_figure_outside_the_question_is_no_judgement(pick):
    assert marking.judged([], [pick], 10) is None
    assert marking.judged([], ["7.5"], 10) == Decimal("7.5")


@given(st.sampled_from(["single", "essay"]), st.integers(1, 9))
def test_a_correction_takes_out_credits_or_grades_by_the_corrected_key(kind, worth):
    old, content = {"correct": [0]}, {"stem": "", "options": ["甲", "乙"]}

    def effective(correction):
        return marking.effective(kind, content, old, correction, {"chosen": [0]}, worth, [1, 0])

    assert effective(("neutral", {})) == (0, 0)
    assert effective(("credit", {})) == (worth, worth)
    if kind == "essay":
        assert effective(None) is None
    else:
        # The place 0 shows the option 1.
        assert effective(None) == (0, worth)
        assert effective(("key", {"correct": [1]})) == (worth, worth)


# The services


@pytest.fixture
def people(db):
    return factories.person("林晓雨"), *(
        factories.with_role(Role.EXAMINER, name=name) for name in ("周敏", "吴刚", "郑华")
    )


BEST, MIDDLE = ["6", "4"], ["3", "4"]


def mark(attempt, by, now, picks=BEST, position=2, comment="条理清楚"):
    return services.mark_answer(attempt=attempt, position=position, picks=picks, comment=comment, by=by, now=now)


def test_an_essay_waits_for_its_marker_then_the_attempt_is_graded_and_folded(people, now):
    candidate, marker, *_others = people
    attempt = makers.written_by(candidate, makers.mixed(candidate, now=now), now=now)
    assert (attempt.state, attempt.score, Result.objects.count()) == (Attempt.State.MARKING, None, 0)
    given = mark(attempt, marker, now, MIDDLE)
    attempt.refresh_from_db()
    assert (given.round, given.points) == ("first", 7)
    assert (attempt.state, attempt.points, attempt.out_of, attempt.passed) == (Attempt.State.GRADED, 9, 12, True)
    newest = Mark.objects.get(attempt=attempt, position=2)
    assert (newest.source, newest.given_by, newest.points, newest.out_of) == ("marker", marker, 7, 10)
    assert Result.objects.get().passed is True
    assert not list(queries.recount(now))
    # The same again changes nothing; anything else is refused.
    assert mark(attempt, marker, now, MIDDLE) == given
    refused("twice", mark, attempt=attempt, by=marker, now=now)
    refused("decided", mark, attempt=attempt, by=people[2], now=now)
    assert Marking.objects.count() == 1


def test_two_markers_within_the_tolerance_come_to_the_mean(people, now):
    candidate, first, second, _third = people
    sitting = makers.mixed(candidate, now=now, second_marker=True, tolerance=3)
    attempt = makers.written_by(candidate, sitting, now=now)
    mark(attempt, first, now, BEST)
    assert Mark.objects.filter(attempt=attempt, position=2).count() == 0
    refused("twice", mark, attempt=attempt, by=first, now=now, picks=MIDDLE)
    mark(attempt, second, now, MIDDLE)
    assert Mark.objects.get(attempt=attempt, position=2).points == Decimal("8.5")


def test_beyond_the_tolerance_a_third_person_decides(people, now):
    candidate, first, second, third = people
    sitting = makers.mixed(candidate, now=now, second_marker=True, tolerance=2)
    attempt = makers.written_by(candidate, sitting, now=now)
    mark(attempt, first, now, BEST)
    mark(attempt, second, now, MIDDLE)
    assert Mark.objects.filter(attempt=attempt, position=2).count() == 0
    assert mark(attempt, third, now, ["0", "4"]).round == "reconciled"
    decided = Mark.objects.get(attempt=attempt, position=2)
    assert (decided.points, decided.given_by) == (4, third)


def test_nobody_marks_themselves_a_closed_question_or_points_that_are_not_there(people, now):
    candidate, marker, *_others = people
    attempt = makers.written_by(candidate, makers.mixed(candidate, now=now), now=now)
    refused("own", mark, attempt=attempt, by=candidate, now=now)
    refused("by_key", mark, attempt=attempt, by=marker, now=now, position=1)
    refused("position", mark, attempt=attempt, by=marker, now=now, position=3)
    for picks in (["6"], ["5", "4"], [], ["6", "4", "0"]):
        refused("picks", mark, attempt=attempt, by=marker, now=now, picks=picks)
    assert not Marking.objects.exists()


def test_a_draft_is_kept_as_typed_and_is_gone_once_it_is_a_marking(people, now):
    candidate, marker, other, _third = people
    attempt = makers.written_by(candidate, makers.mixed(candidate, now=now), now=now)
    draft = {"attempt": attempt, "position": 2, "by": marker, "now": now}
    services.keep_draft(picks=["6", None], comment="开头很好", **draft)
    services.keep_draft(picks=["6", "x"], comment="开头很好，", **draft)
    kept = MarkingDraft.objects.get()
    assert (kept.picks, kept.comment) == (["6", None], "开头很好，")
    seen = queries.judged(attempt, [2], marker)[0]
    assert ([one.picked for one in seen.criteria], seen.comment) == (["6", ""], "开头很好，")
    assert queries.judged(attempt, [2], other)[0].comment == ""
    mark(attempt, marker, now)
    assert services.keep_draft(picks=["0", "0"], comment="迟到", **draft) is None
    assert not MarkingDraft.objects.exists()


def test_the_queue_holds_what_waits_for_this_marker_without_a_name(people, now, django_assert_num_queries):
    candidate, first, second, _third = people
    other = factories.person("陈思远")
    sitting = makers.mixed(candidate, other, first, now=now, second_marker=True, kinds=("essay", "essay"))
    attempts = [makers.written_by(person, sitting, now=now) for person in (candidate, other, first)]
    everybody = Attempt.objects.all()
    with django_assert_num_queries(4):
        mine = queries.waiting(everybody, first)
    assert {(answer.attempt.pk, answer.position) for answer in mine} == {
        (attempt.pk, position) for attempt in attempts[:2] for position in (2, 3)
    }
    assert len(queries.waiting(everybody, second)) == 6
    assert [pile.waiting for pile in queries.piles(everybody, first)] == [2, 2]
    mark(attempts[0], first, now)
    assert len(queries.waiting(everybody, first)) == 3
    wants = [answer.wants for answer in queries.waiting(everybody, second)]
    assert wants == ["first"] * 5 + ["second"]
    assert len({answer.code for answer in mine}) == 4


def test_an_examiner_scores_a_face_to_face_part_on_one_sheet(people, now):
    candidate, examiner, *_others = people
    sitting = makers.mixed(
        candidate, now=now, part={"kind": "rubric"}, closed=0, kinds=("task", "task"), second_marker=True
    )
    candidacy = Candidacy.objects.get(user=candidate)
    part = makers.part(candidacy)
    begin = {"candidacy": candidacy, "part": part, "now": now}
    refused("by_examiner", services.start_attempt, **begin)
    refused("own", services.begin_rubric, by=candidate, **begin)
    row = queries.my_sitting(queries.with_attempts(Candidacy.objects.filter(user=candidate)).get(), now)
    assert (row.next, row.parts[0].action) == (None, "")
    attempt = services.begin_rubric(by=examiner, **begin)
    assert services.begin_rubric(by=examiner, **begin) == attempt
    row = queries.my_sitting(queries.with_attempts(Candidacy.objects.filter(user=candidate)).get(), now)
    assert row.next is None
    half = {1: (BEST, "")}
    refused("picks", services.score_rubric, attempt=attempt, scores=half, by=examiner, now=now)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.OPEN
    scores = {1: (BEST, "语气好"), 2: (["0", "4"], "")}
    ended = services.score_rubric(attempt=attempt, scores=scores, by=examiner, now=now + minute)
    assert (ended.state, ended.ended_by, ended.score) == ("graded", "invigilator", 70)
    again = services.score_rubric(attempt=attempt, scores=half, by=examiner, now=now + minute)
    assert (again.score, Marking.objects.count()) == (70, 2)
    assert Result.objects.get(candidacy__sitting=sitting).passed is True
    assert not list(queries.recount(now))


def test_a_sheet_whose_clock_ran_out_is_still_scored(people, now):
    candidate, examiner, *_others = people
    makers.mixed(candidate, now=now, part={"kind": "rubric"}, closed=0, kinds=("task",))
    candidacy = Candidacy.objects.get(user=candidate)
    attempt = services.begin_rubric(candidacy=candidacy, part=makers.part(candidacy), by=examiner, now=now)
    assert services.end_overdue(now=now + 31 * minute) == 1
    scored = services.score_rubric(attempt=attempt, scores={1: (BEST, "")}, by=examiner, now=now + 33 * minute)
    assert (scored.state, scored.ended_by, scored.score) == ("graded", "clock", 100)


def over(sitting):
    return sitting.closes_at + minute


def test_a_candidate_asks_once_and_somebody_else_answers(people, now):
    candidate, marker, other, _third = people
    sitting = makers.mixed(candidate, now=now)
    attempt = makers.written_by(candidate, sitting, now=now)
    mark(attempt, marker, now, ["0", "0"])
    ask = {"attempt": attempt, "position": 2, "reason": "第二点写到了", "by": candidate}
    refused("not_released", services.ask_remark, now=now, **ask)
    after = over(sitting)
    refused("not_own", services.ask_remark, now=after, **{**ask, "by": other})
    asked = services.ask_remark(now=after, **ask)
    assert services.ask_remark(now=after, **ask) == asked
    told = Notification.objects.filter(kind="exams.remark_asked").values_list("user__name", flat=True)
    assert sorted(told) == sorted({"周敏", "吴刚", "郑华"} - {marker.name})
    answer = {"request": asked, "picks": BEST, "answer": "确实写到了", "now": after}
    refused("twice", services.answer_remark, by=marker, **answer)
    refused("own", services.answer_remark, by=candidate, **answer)
    refused("no_reason", services.answer_remark, by=other, **{**answer, "answer": " "})
    assert list(queries.remark_requests(Attempt.objects.all(), marker)) == []
    assert list(queries.remark_requests(Attempt.objects.all(), other)) == [asked]
    before = Result.objects.get()
    assert (before.passed, before.score) == (False, Decimal("16.66"))
    done = services.answer_remark(by=other, **answer)
    assert (done.state, done.answered_by) == ("changed", other)
    newest = Mark.objects.filter(attempt=attempt, position=2).latest("id")
    assert (newest.source, newest.points, newest.why) == ("remark", 10, "确实写到了")
    assert Result.objects.get().passed is True
    changed = JournalEntry.objects.get(verb="result.changed").data
    assert changed == {"before": {"passed": False, "score": "16.66"}, "after": {"passed": True, "score": "100.00"}}
    assert Notification.objects.filter(user=candidate, kind="exams.remark_changed").count() == 1
    assert services.answer_remark(by=other, **answer).state == "changed"
    assert not list(queries.recount(after))


def test_a_mark_that_stands_is_no_new_mark(people, now):
    candidate, marker, other, _third = people
    sitting = makers.mixed(candidate, now=now)
    attempt = makers.written_by(candidate, sitting, now=now, right=False)
    mark(attempt, marker, now)
    after = over(sitting)
    asked = services.ask_remark(attempt=attempt, position=1, reason="题目有歧义", by=candidate, now=after)
    done = services.answer_remark(request=asked, picks=["0"], answer="答案无误", by=other, now=after)
    assert (done.state, Mark.objects.filter(attempt=attempt, position=1).count()) == ("kept", 1)
    assert Notification.objects.filter(user=candidate, kind="exams.remark_kept").count() == 1
