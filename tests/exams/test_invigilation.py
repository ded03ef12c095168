"""What an invigilator does during an exam: time, pauses, ends, incidents; and what the board and the report say of it."""

from datetime import timedelta

import pytest

from exams import queries, services
from exams.models import Attempt, Incident, TimeGrant
from ground.errors import Refused
from ground.models import JournalEntry
from tests import factories
from tests.exams import makers
from tests.typing import scenes

pytestmark = pytest.mark.django_db
minute = timedelta(minutes=1)


def one(attempt):
    return Attempt.objects.filter(pk=attempt.pk)


def sitting_of(*people, now, **more):
    """A sitting in which every one of these people has started the first part, and their attempts in this order."""
    sitting = makers.sitting(makers.exam(**more), *people, now=now)
    mine = [sitting.candidacies.get(user=person) for person in people]
    return sitting, [services.start_attempt(candidacy=invited, part=makers.part(invited), now=now) for invited in mine]


def test_time_given_moves_the_deadline_apart_from_the_parts_own_minutes(now):
    attempt, by = makers.started(now=now), factories.examiner()
    done = services.give_time(attempts=one(attempt), minutes=7, reason="停电", by=by, now=now + minute)
    attempt.refresh_from_db()
    assert (done.done, attempt.deadline - attempt.base_deadline, attempt.base_deadline) == (
        1,
        7 * minute,
        now + 30 * minute,
    )
    given = TimeGrant.objects.get()
    assert (given.seconds, given.by, given.reason) == (420, by, "停电")
    entry = JournalEntry.objects.get(verb="attempt.time_given")
    assert (entry.reason, entry.data) == ("停电", {"minutes": 7})


def test_time_given_twice_counts_twice_and_answers_are_kept_until_the_new_deadline(now):
    attempt, by = makers.started(now=now), factories.examiner()
    for _time in range(2):
        services.give_time(attempts=one(attempt), minutes=5, reason="停电", by=by, now=now + minute)
    assert set(makers.answer(attempt, 1, now=now + 39 * minute).values()) == {"saved"}
    assert services.end_overdue(now=now + 39 * minute) == 0
    assert services.end_overdue(now=now + 41 * minute) == 1


def test_time_for_everybody_leaves_the_invigilators_own_attempt_and_ended_ones(now):
    by, one_, two = factories.person("监考"), factories.person("甲"), factories.person("乙")
    sitting, attempts = sitting_of(by, one_, two, now=now)
    services.submit(attempt=attempts[2], now=now + minute)
    people = type(by).objects.all()
    done = services.give_time(
        attempts=queries.open_attempts(sitting, people), minutes=5, reason="火警", by=by, now=now + 2 * minute
    )
    assert (done.done, done.left) == (1, 1)
    assert TimeGrant.objects.get().attempt == attempts[1]


@pytest.mark.parametrize(
    ("minutes", "reason", "code"), [(0, "停电", "minutes"), (241, "停电", "minutes"), (5, "  ", "no_reason")]
)
def test_time_needs_sensible_minutes_and_a_reason(now, minutes, reason, code):
    attempt = makers.started(now=now)
    with pytest.raises(Refused) as refused:
        services.give_time(attempts=one(attempt), minutes=minutes, reason=reason, by=factories.examiner(), now=now)
    assert (refused.value.code, TimeGrant.objects.count()) == (code, 0)


def test_nobody_gives_time_to_themselves_and_none_is_given_when_the_time_is_over(now):
    attempt = makers.started(now=now)
    with pytest.raises(Refused) as own:
        services.give_time(attempts=one(attempt), minutes=5, reason="我", by=attempt.candidacy.user, now=now)
    with pytest.raises(Refused) as over:
        services.give_time(
            attempts=one(attempt), minutes=5, reason="晚", by=factories.examiner(), now=attempt.deadline + minute
        )
    assert (own.value.code, over.value.code) == ("own", "over")


def test_a_pause_stops_the_clock_and_both_deadlines_move_by_it(now):
    attempt, by = makers.started(now=now), factories.examiner()
    services.pause(attempts=one(attempt), reason="火警", by=by, now=now + 10 * minute)
    assert set(makers.answer(attempt, 1, now=now + 11 * minute).values()) == {"paused"}
    assert services.end_overdue(now=now + 600 * minute) == 0
    services.resume(attempts=one(attempt), by=by, now=now + 25 * minute)
    attempt.refresh_from_db()
    assert (attempt.paused_at, attempt.deadline, attempt.base_deadline) == (None, now + 45 * minute, now + 45 * minute)
    assert set(makers.answer(attempt, 1, now=now + 44 * minute).values()) == {"saved"}


def test_a_typing_test_is_not_given_time(now):
    attempt, by = scenes.attempt(now), factories.examiner()
    before = attempt.deadline
    with pytest.raises(Refused) as refused:
        services.give_time(attempts=one(attempt), minutes=5, reason="因", by=by, now=now)
    attempt.refresh_from_db()
    assert (refused.value.code, attempt.deadline, TimeGrant.objects.count()) == ("typing", before, 0)


def test_a_paused_attempt_may_be_given_time_and_ended(now):
    attempt, by = makers.started(now=now), factories.examiner()
    services.pause(attempts=one(attempt), reason="火警", by=by, now=now + minute)
    services.give_time(attempts=one(attempt), minutes=5, reason="火警", by=by, now=now + 50 * minute)
    services.end_attempts(
        attempts=list(one(attempt).select_related("candidacy")), reason="疏散", by=by, now=now + 51 * minute
    )
    attempt.refresh_from_db()
    assert (attempt.state, attempt.ended_by, attempt.paused_at) == ("graded", "invigilator", None)


STATES = ("running", "paused", "ended")
LEGAL = {
    ("running", "pause"),
    ("running", "time"),
    ("paused", "resume"),
    ("paused", "time"),
    ("running", "end"),
    ("paused", "end"),
}


@pytest.mark.parametrize("action", ["pause", "resume", "time", "end"])
@pytest.mark.parametrize("state", STATES)
def test_every_act_in_every_state(now, state, action):
    attempt, by = makers.started(now=now), factories.examiner()
    if state == "paused":
        services.pause(attempts=one(attempt), reason="火警", by=by, now=now)
    elif state == "ended":
        services.submit(attempt=attempt, now=now)
    acts = {
        "pause": lambda: services.pause(attempts=one(attempt), reason="因", by=by, now=now + minute),
        "resume": lambda: services.resume(attempts=one(attempt), by=by, now=now + minute),
        "time": lambda: services.give_time(attempts=one(attempt), minutes=5, reason="因", by=by, now=now + minute),
        "end": lambda: services.end_attempts(
            attempts=list(one(attempt).select_related("candidacy")), reason="因", by=by, now=now + minute
        ),
    }
    if (state, action) in LEGAL:
        assert acts[action]().done == 1
    else:
        with pytest.raises(Refused):
            acts[action]()


def test_an_incident_is_about_candidates_or_about_the_room(now):
    by = factories.examiner()
    sitting, attempts = sitting_of(factories.person(), now=now)
    services.note_incident(sitting=sitting, text="空调漏水", by=by, now=now)
    services.note_incident(sitting=sitting, candidacies=[attempts[0].candidacy], text="交谈", by=by, now=now)
    assert list(Incident.objects.values_list("text", "candidacy")) == [
        ("空调漏水", None),
        ("交谈", attempts[0].candidacy_id),
    ]
    with pytest.raises(Refused):
        services.note_incident(sitting=sitting, text=" ", by=by, now=now)
    with pytest.raises(Refused):
        services.note_incident(
            sitting=makers.sitting(now=now), candidacies=[attempts[0].candidacy], text="交谈", by=by, now=now
        )


def test_a_personal_factor_counts_at_the_start_and_in_an_open_paper(now):
    invited, by = makers.candidacy(now=now), factories.examiner()
    given = {"candidacy": invited, "by": by, "reason": "手部受伤", "now": now}
    services.grant(extra_percent=50, extra_minutes=2, extra_tries=0, **given)
    attempt = services.start_attempt(candidacy=invited, part=makers.part(invited), now=now)
    assert (attempt.base_deadline, attempt.deadline) == (now + 30 * minute, now + 47 * minute)
    services.grant(extra_percent=100, extra_minutes=2, extra_tries=0, **given)
    attempt.refresh_from_db()
    assert attempt.deadline == now + 62 * minute
    with pytest.raises(Refused):
        services.grant(extra_percent=0, extra_minutes=2, extra_tries=0, **given)


def test_the_board_knows_every_state(now):
    names = ["缺席", "作答", "离线", "暂停", "两部之间", "完成", "免考"]
    people = {name: factories.person(name) for name in names}
    sitting = makers.sitting(makers.exam(parts=2), *people.values(), now=now)
    by = factories.examiner()
    mine = {row.user.name: row for row in sitting.candidacies.select_related("user")}

    def start(name, order=0):
        return services.start_attempt(candidacy=mine[name], part=makers.part(mine[name], order), now=now)

    start("作答")
    offline = start("离线")
    Attempt.objects.filter(pk=offline.pk).update(seen_at=now, away=4)
    services.pause(attempts=one(start("暂停")), reason="因", by=by, now=now)
    between = start("两部之间")
    makers.answer(between, now=now)
    services.submit(attempt=between, now=now)
    for order in (0, 1):
        attempt = start("完成", order)
        makers.answer(attempt, now=now)
        services.submit(attempt=attempt, now=now)
    services.excuse(candidacy=mine["免考"], by=by, reason="产假", now=now)
    services.note_incident(sitting=sitting, candidacies=[mine["作答"]], text="交谈", by=by, now=now)
    board = queries.board(sitting, now + minute)
    assert {row.user.name: row.state for row in board.rows} == {
        "缺席": "absent",
        "作答": "sitting",
        "离线": "offline",
        "暂停": "paused",
        "两部之间": "between",
        "完成": "done",
        "免考": "excused",
    }
    assert (board.everybody, board.sitting, board.absent, board.passed, board.flagged, board.open) == (7, 3, 1, 1, 2, 3)
    assert [row.user.name for row in queries.board(sitting, now + minute, state="paused").rows] == ["暂停"]
    assert {row.user.name for row in queries.board(sitting, now + minute, state="flagged").rows} == {"作答", "离线"}
    found = queries.board(sitting, now + minute, words="queXi")
    assert ([row.user.name for row in found.rows], found.found, found.everybody) == (["缺席"], 1, 7)


def test_the_clock_on_the_board_stands_while_paused_and_shows_what_is_extra(now):
    attempt, by = makers.started(now=now), factories.examiner()
    services.give_time(attempts=one(attempt), minutes=6, reason="因", by=by, now=now)
    services.pause(attempts=one(attempt), reason="因", by=by, now=now + 10 * minute)
    row = queries.board(attempt.candidacy.sitting, now + 20 * minute).rows[0]
    assert (row.minutes_left, row.extra_minutes, row.given) == (26, 6, 360)


def test_a_board_of_many_shows_a_hundred_and_figures_over_all(now):
    from exams.models import Candidacy
    from people.models import User

    sitting = makers.sitting(now=now)
    people = User.objects.bulk_create(
        [User(employee_no=f"9{number:05}", name=f"员工{number}", name_sort=f"{number:05}") for number in range(130)]
    )
    Candidacy.objects.bulk_create([Candidacy(sitting=sitting, user=user, invited_at=now) for user in people])
    second = queries.board(sitting, now, page=2)
    assert (len(second.rows), second.everybody, second.rows[0].user.employee_no) == (30, 130, "900100")


def test_the_report_says_who_came_what_was_given_and_what_was_decided(now):
    by = factories.examiner()
    sitting, attempts = sitting_of(factories.person("甲"), factories.person("乙"), now=now)
    services.invite(sitting=sitting, users=[factories.person("丙")], by=None, now=now)
    services.give_time(attempts=one(attempts[0]), minutes=5, reason="停电", by=by, now=now)
    services.pause(attempts=one(attempts[1]), reason="火警", by=by, now=now)
    services.resume(attempts=one(attempts[1]), by=by, now=now + minute)
    services.note_incident(sitting=sitting, text="空调漏水", by=by, now=now)
    services.submit(attempt=attempts[0], now=now + minute)
    services.end_attempts(
        attempts=list(one(attempts[1]).select_related("candidacy")), reason="替考", by=by, now=now + 2 * minute
    )
    attempts[1].refresh_from_db()
    services.rule(attempt=attempts[1], kind="void", by=by, reason="替考", now=now + 3 * minute)
    report = queries.sitting_report(sitting, type(by).objects.all())
    assert report.figures == {"invited": 3, "came": 2, "excused": 0, "absent": 1, "passed": 0}
    by_name = {row.candidacy.user.name: row for row in report.rows}
    assert [(one_.base_minutes, one_.more_minutes) for one_ in by_name["甲"].attempts] == [(30, 5)]
    assert [(entry.verb, attempt.pk) for entry, attempt in report.interventions] == [
        ("attempt.paused", attempts[1].pk),
        ("attempt.resumed", attempts[1].pk),
        ("attempt.ended", attempts[1].pk),
    ]
    assert ([given.reason for given in report.grants], [ruling.reason for ruling in report.rulings]) == (
        ["停电"],
        ["替考"],
    )
    assert [incident.text for incident in report.incidents] == ["空调漏水"]
