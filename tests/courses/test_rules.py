"""Rules that keep working: whom they mean, who is assigned, who is let go; and the pages of trainers."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from courses import queries, rules, services
from courses.models import Assignment, AssignmentRule
from ground.errors import Refused
from people import audience
from people.models import Notification
from people.services import change_employment, end_role, hire
from tests import factories
from tests.courses import build
from tests.courses.test_services import assign, finish
from tests.factories import signed_in

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def make(course, rule, by, now, *, due="assignment", days=30, due_on=None, knowing=True, name="新到班组"):
    return services.make_rule(
        name=name,
        course=course,
        audience=rule,
        due=due,
        days=days,
        due_on=due_on,
        note="",
        by=by,
        now=now,
        knowing=knowing,
    )


@given(st.sampled_from(["hire", "move", "assignment", "expiry", "day"]), st.integers(0, 400), DAYS, DAYS, DAYS, DAYS)
def test_nobody_gets_less_than_two_weeks_and_the_cause_is_never_later_than_the_day(word, days, a, b, c, day):
    facts = rules.Facts(hired=min(a, TODAY), moved=min(b, TODAY), expires=c)
    due = rules.due(word=word, days=days, day=day, facts=facts, today=TODAY)
    if due is None:
        assert word == "expiry"
        return
    if word != "assignment":
        assert due.on >= TODAY + timedelta(days=14)
    if due.cause in ("hire", "move"):
        assert (due.on - due.since).days == days
    if due.cause == "rule":
        assert due.since == TODAY


def test_what_is_not_known_makes_nothing_due():
    for word in ("hire", "move", "expiry"):
        assert rules.due(word=word, days=3, day=None, facts=rules.Facts(), today=TODAY) is None


@given(DAYS, DAYS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=4))
def test_leave_only_gives_time_and_never_more_than_its_days(due_on, assigned_on, spells):
    leaves, first = [], assigned_on - timedelta(days=30)
    for pause, length in spells:
        first += timedelta(days=pause + 1)
        leaves.append((first, first + timedelta(days=length)))
        first += timedelta(days=length)
    moved = rules.after_leave(due_on=due_on, assigned_on=assigned_on, leaves=leaves)
    assert timedelta(0) <= moved - due_on <= sum(((b - a) + timedelta(days=1) for a, b in leaves), timedelta(0))
    assert moved == rules.after_leave(due_on=due_on, assigned_on=assigned_on, leaves=leaves[::-1])
    if not leaves:
        assert moved == due_on


@pytest.fixture
def team(db):
    """A unit, its trainer and two people in it."""
    unit = factories.unit()
    trainer = factories.with_role("trainer", over=unit)
    return unit, trainer, [factories.person(at=unit), factories.person(at=unit)]


@pytest.mark.django_db
def test_a_rule_assigns_whom_it_means_within_its_makers_reach(team, now):
    _unit, trainer, people = team
    outsider = factories.person(at=factories.unit())
    post = factories.post()
    _rule, count = make(build.course(), {"posts": [post.pk]}, trainer, now)
    assert set(Assignment.objects.values_list("user", flat=True)) == {user.pk for user in [*people, trainer]}
    assert count == 3
    assert not Assignment.objects.filter(user=outsider).exists()
    row = Assignment.objects.get(user=people[0])
    assert (row.cause, row.because, row.due_on) == ("rule", "新到班组", date(2026, 12, 23))
    with translation.override("en"):
        assert queries.why(row) == (
            "Because the rule “新到班组” has meant you since 23 November 2026; due 30 days later."
        )


@pytest.mark.django_db
def test_people_who_come_are_assigned_and_who_leave_is_let_go_unless_they_have_begun(team, now):
    unit, trainer, (idle, busy) = team
    course, elsewhere = build.course(), factories.unit()
    rule, _count = make(course, {"units": [unit.pk]}, trainer, now)
    services.enrol(user=busy, course=course, now=now)
    for user in (idle, busy):
        change_employment(user=user, on=TODAY, unit=elsewhere, cause="transfer", now=now, by=None)
    gone, kept = Assignment.objects.get(user=idle), Assignment.objects.get(user=busy)
    assert (gone.withdrawn_at, gone.withdrawn_by, kept.withdrawn_at) == (now, None, None)
    assert Notification.objects.filter(user=idle, kind="course_let_go").count() == 1
    newcomer = factories.person(at=elsewhere)
    change_employment(user=newcomer, on=TODAY, unit=unit, cause="transfer", now=now, by=None)
    assert Assignment.objects.open().filter(user=newcomer, rule=rule).count() == 1
    change_employment(user=idle, on=TODAY, unit=unit, cause="transfer", now=now + timedelta(hours=1), by=None)
    assert Assignment.objects.open().filter(user=idle).count() == 1


@pytest.mark.django_db
def test_a_move_says_where_to_and_counts_from_its_day(team, now):
    unit, trainer, _people = team
    course = build.course()
    make(course, {"units": [unit.pk]}, trainer, now, due="move", days=30)
    user = factories.person(at=factories.unit())
    change_employment(user=user, on=TODAY, unit=unit, cause="transfer", now=now, by=None)
    row = Assignment.objects.get(user=user)
    assert (row.cause, row.because, row.cause_date, row.due_on) == ("move", unit.name, TODAY, date(2026, 12, 23))
    with translation.override("en"):
        assert queries.why(row) == f"Because you moved to {unit.name} on 23 November 2026; due 30 days later."


@pytest.mark.django_db
def test_two_rules_and_a_trainer_never_give_the_same_course_twice(team, now):
    unit, trainer, (user, done) = team
    course = build.course()
    assign(user, course, now, by=trainer)
    finish(done, course, now)
    make(course, {"units": [unit.pk]}, trainer, now, name="一")
    make(course, {"posts": [factories.post().pk]}, trainer, now, name="二")
    assert services.apply_rules(now=now + timedelta(days=1)) == 0
    assert Assignment.objects.open().filter(user=user).count() == 1
    assert not Assignment.objects.filter(user=done).exists()


@pytest.mark.django_db
def test_whom_a_person_let_off_the_rule_leaves_alone(team, now):
    unit, trainer, (user, _other) = team
    make(build.course(), {"units": [unit.pk]}, trainer, now)
    services.withdraw_assignment(
        assignment=Assignment.objects.get(user=user), by=trainer, reason="下月调离", now=now + timedelta(hours=1)
    )
    services.apply_rules(now=now + timedelta(days=1))
    assert not Assignment.objects.open().filter(user=user).exists()


@pytest.mark.django_db
def test_a_completion_that_expires_is_due_so_many_days_before(team, now):
    unit, trainer, (user, never) = team
    course = build.course(valid_months=12)
    finish(user, course, now - timedelta(days=320))
    make(course, {"units": [unit.pk]}, trainer, now, due="expiry", days=10)
    expires = user.completions.get().expires_on
    row = Assignment.objects.get()
    assert (row.user, row.cause, row.due_on) == (user, "expiry", expires - timedelta(days=10))
    assert not Assignment.objects.filter(user=never).exists()


@pytest.mark.django_db
def test_a_rule_whose_maker_trains_no_more_assigns_nobody_new(team, now):
    unit, trainer, _people = team
    make(build.course(), {"units": [unit.pk]}, trainer, now)
    end_role(assignment=trainer.role_assignments.get(), on=TODAY, now=now, by=None)
    factories.person(at=unit)
    before = Assignment.objects.open().count()
    services.apply_rules(now=now + timedelta(days=1))
    assert Assignment.objects.open().count() <= before


@pytest.mark.django_db
def test_a_rule_that_means_nobody_or_everybody_is_told_first(team, now):
    unit, trainer, _people = team
    course = build.course()
    nobody = {"units": [unit.pk], "levels": [factories.level("senior").pk]}
    for rule, code in ((nobody, "nobody"), ({"units": [unit.pk]}, "everybody"), ({"units": []}, "empty")):
        with pytest.raises(Refused) as refusal:
            make(course, rule, trainer, now, knowing=False)
        assert refusal.value.code == code
    assert AssignmentRule.objects.count() == 0
    _rule, count = make(course, nobody, trainer, now)
    assert count == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"due": "day", "due_on": date(2026, 11, 22), "days": None}, {"due": "hire", "days": None}]
)
def test_a_rule_without_a_day_makes_nothing(team, now, wrong):
    unit, trainer, _people = team
    with pytest.raises(Refused):
        make(build.course(), {"units": [unit.pk]}, trainer, now, **wrong)
    assert (AssignmentRule.objects.count(), Assignment.objects.count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("withdraw", [True, False])
def test_an_ended_rule_assigns_nobody_and_keeps_or_withdraws_what_nobody_began(team, now, withdraw):
    unit, trainer, (idle, busy) = team
    course = build.course()
    rule, _count = make(course, {"units": [unit.pk]}, trainer, now)
    services.enrol(user=busy, course=course, now=now)
    gone = services.end_rule(rule=rule, withdraw=withdraw, by=trainer, now=now)
    assert gone == (2 if withdraw else 0)
    assert Assignment.objects.open().filter(user=busy).exists()
    assert Assignment.objects.open().filter(user=idle).exists() is not withdraw
    assert services.end_rule(rule=rule, withdraw=True, by=trainer, now=now) == 0
    factories.person(at=unit)
    assert services.apply_rules(now=now) == 0


@pytest.mark.django_db
def test_people_hired_since_a_day_and_those_who_aim_at_a_level(now):
    junior, intermediate = factories.level("junior"), factories.level("intermediate")
    unit = factories.unit()
    old, aiming = factories.person(at=unit, level=None), factories.person(at=unit, level=junior)
    fresh = hire(
        employee_no="990001",
        name="新人",
        unit=unit,
        post=factories.post(),
        level=None,
        on=TODAY,
        now=now,
        by=None,
    )
    here = {"units": [unit.pk]}
    assert set(audience.members({**here, "hired_since": ["2026-11-01"]}, TODAY)) == {fresh}
    assert set(audience.members({**here, "aims": [intermediate.pk]}, TODAY)) == {aiming}
    assert set(audience.members({**here, "aims": [junior.pk]}, TODAY)) == {old, fresh}
    with translation.override("en"):
        assert audience.because({**here, "hired_since": ["2026-11-01"]}) == [
            f"works in {unit.name}",
            "was hired on or after 1 November 2026",
        ]


def the_form(course, unit, **more):
    return {"name": "新到班组", "course": course.pk, "unit": unit.pk, "due": "assignment", "days": "30", **more}


@pytest.mark.django_db
def test_a_trainer_sees_whom_the_rule_means_before_it_works(team):
    unit, trainer, people = team
    course, client, page = build.course(), signed_in(trainer), reverse("courses:rule_new")
    seen = client.post(page, the_form(course, unit))
    assert (seen.context["meant"], seen.context["fresh"], seen.context["unusual"]) == (3, 3, "everybody")
    assert people[0].employee_no in seen.text
    assert AssignmentRule.objects.count() == 0
    told = client.post(page, the_form(course, unit, confirm="1"))
    assert told.context["asked"]
    assert AssignmentRule.objects.count() == 0
    done = client.post(page, the_form(course, unit, confirm="1", knowing="1"))
    rule = AssignmentRule.objects.get()
    assert done["Location"] == reverse("courses:rule", args=[rule.pk])
    assert client.get(done["Location"]).context["meant"] == 3
    assert client.get(reverse("courses:rule_list")).context["table"].count == 1
    assert client.post(page, {**the_form(course, unit), "unit": ""}).context["form"].errors
    client.post(reverse("courses:rule_end", args=[rule.pk]), {"withdraw": "1"})
    assert Assignment.objects.open().count() == 0


@pytest.mark.django_db
def test_a_rule_of_somebody_out_of_reach_is_nowhere(team, now):
    unit, trainer, _people = team
    rule, _count = make(build.course(), {"units": [unit.pk]}, trainer, now)
    stranger = signed_in(factories.with_role("trainer", over=factories.unit()))
    assert stranger.get(reverse("courses:rule", args=[rule.pk])).status_code == 404
    assert stranger.post(reverse("courses:rule_end", args=[rule.pk])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("due", ["hire", "expiry"])
def test_applying_a_rule_asks_as_much_for_many_as_for_one(team, now, due, django_assert_max_num_queries):
    unit, trainer, _people = team
    course = build.course(valid_months=12)
    rule, _count = make(course, {"units": [unit.pk]}, trainer, now, due=due, days=10)
    for _number in range(30):
        factories.person(at=unit)
    with django_assert_max_num_queries(24):
        services.apply_rule(rule=rule, now=now + timedelta(days=1))


@pytest.mark.django_db
def test_the_preview_costs_the_same_for_many_as_for_one(team, django_assert_max_num_queries):
    unit, trainer, _people = team
    client, form = signed_in(trainer), the_form(build.course(), unit)
    client.post(reverse("courses:rule_new"), form)
    for _number in range(30):
        factories.person(at=unit)
    with django_assert_max_num_queries(32):
        client.post(reverse("courses:rule_new"), form)


@pytest.mark.django_db
def test_the_day_of_the_page_is_today(team):
    unit, trainer, _people = team
    rule, _count = make(build.course(), {"units": [unit.pk]}, trainer, timezone.now())
    page = signed_in(trainer).get(reverse("courses:rule", args=[rule.pk]))
    assert page.context["fresh"] == 0
