"""Recording what an inspector saw and heard."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from ground.errors import Refused
from ground.models import JournalEntry
from people import services as people
from people.models import Role
from quality import queries, services
from quality.models import Checklist, Finding, Observation
from tests import factories
from tests.quality import scenes

pytestmark = pytest.mark.django_db


def test_points_lost_make_the_score_and_findings_that_point_at_the_topics(now):
    observation = scenes.observe(now, factories.person(), lost={1: 10, 2: 0})
    assert observation.score == 90
    findings = [(finding.topic.code, finding.lost) for finding in observation.findings.select_related("topic")]
    assert findings == [("s-listening", 10)]
    assert JournalEntry.objects.filter(verb="observation.recorded").count() == 1


def test_the_same_contact_recorded_twice_is_one_observation_and_one_notification(now):
    person, inspector = factories.person(), factories.with_role(Role.INSPECTOR)
    first = scenes.observe(now, person, inspector=inspector, lost={0: 3}, contact="4417")
    again = scenes.observe(now, person, inspector=inspector, lost={0: 9}, contact="4417")
    assert again == first
    assert (Observation.objects.count(), Finding.objects.count(), person.notifications.count()) == (1, 1, 1)


def test_nobody_inspects_themselves(now):
    inspector = factories.with_role(Role.INSPECTOR)
    with pytest.raises(Refused) as refusal:
        scenes.observe(now, inspector, inspector=inspector)
    assert refusal.value.code == "own_contact"
    observation = scenes.observe(now, factories.person())
    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.filter(pk=observation.pk).update(user=observation.inspector)


@pytest.mark.parametrize(("place", "points"), [(0, 11), (0, -1), (2, 61)])
def test_points_that_an_item_does_not_have_are_refused_and_nothing_is_written(now, place, points):
    person = factories.person()
    with pytest.raises(Refused) as refusal:
        scenes.observe(now, person, lost={place: points})
    assert refusal.value.code == "wrong_points"
    assert not Observation.objects.exists()


def test_an_item_of_another_checklist_is_refused(now):
    used, other = scenes.new_checklist(now), scenes.new_checklist(now, name="柜台评分表")
    with pytest.raises(Refused) as refusal:
        services.record_observation(
            user=factories.person(),
            inspector=factories.with_role(Role.INSPECTOR),
            checklist=used,
            channel="call",
            contact="1",
            contact_at=now,
            lost={other.items.first(): (1, "")},
            now=now,
        )
    assert refusal.value.code == "foreign_item"


def test_a_contact_that_has_not_happened_is_refused(now):
    with pytest.raises(Refused) as refusal:
        scenes.observe(now, factories.person(), days_ago=-1)
    assert refusal.value.code == "future"


@pytest.mark.parametrize("weights", [[100, 10], [50, 40], []])
def test_a_checklist_must_make_a_hundred(now, weights):
    items = [{"text": "一", "weight": weight, "topic": factories.topic()} for weight in weights]
    with pytest.raises(Refused) as refusal:
        services.create_checklist(name="评分表", items=items, by=None, now=now)
    assert refusal.value.code == "not_a_hundred"
    assert not Checklist.objects.exists()


def test_a_changed_checklist_is_a_new_version_and_the_old_scores_stay(now):
    first = scenes.new_checklist(now)
    observation = scenes.observe(now, factories.person(), checklist=first, lost={0: 5})
    items = [{"text": "仪容仪表", "weight": 100, "topic": factories.topic()}]
    second = services.revise_checklist(checklist=first, name=first.name, items=items, by=None, now=now)
    same = services.revise_checklist(checklist=second, name=second.name, items=items, by=None, now=now)
    assert (second.version, same) == (2, second)
    assert list(Checklist.objects.filter(retired_at__isnull=True)) == [second]
    observation.refresh_from_db()
    assert (observation.checklist, observation.score, first.items.count()) == (first, 95, 3)
    with pytest.raises(Refused) as refusal:
        scenes.observe(now, factories.person(), checklist=first)
    assert refusal.value.code == "retired"


def test_two_checklists_in_use_never_share_a_name(now):
    scenes.new_checklist(now)
    with pytest.raises(Refused) as refusal:
        scenes.new_checklist(now)
    assert refusal.value.code == "taken"


def test_the_average_counts_the_days_asked_for_both_included(now):
    person = factories.person()
    for days_ago, lost in [(0, 20), (10, 10), (40, 60)]:
        scenes.observe(now, person, days_ago=days_ago, lost={2: lost})
    today = date(2026, 11, 23)
    assert queries.average_score(person, today - timedelta(days=10), today) == (Decimal("85.0"), 2)
    assert queries.average_score(person, today, today) == (Decimal("80.0"), 1)
    assert queries.average_score(factories.person(), date(2026, 1, 1), today) == (None, 0)


def test_findings_are_counted_by_topic_and_by_the_unit_of_that_day(now):
    first, second = factories.unit("热线一班"), factories.unit("热线二班")
    moved, stayed = factories.person(at=first), factories.person(at=first)
    scenes.observe(now, moved, days_ago=20, lost={1: 5})
    scenes.observe(now, stayed, days_ago=20, lost={1: 5, 2: 5})
    people.change_employment(user=moved, on=date(2026, 11, 13), unit=second, now=now, by=None, cause="transfer")
    scenes.observe(now, moved, days_ago=2, lost={1: 5})
    listening, complaints = factories.topic("s-listening"), factories.topic()
    rows = queries.findings_by_topic(date(2026, 9, 1))
    found = {(row["topic_id"], row["unit_id"]): (row["findings"], row["people"]) for row in rows}
    assert found == {
        (listening.pk, first.pk): (2, 2),
        (complaints.pk, first.pk): (1, 1),
        (listening.pk, second.pk): (1, 1),
    }
    assert [row["unit_id"] for row in queries.findings_by_topic(date(2026, 9, 1), [second])] == [second.pk]
    assert queries.findings_by_topic(date(2026, 11, 15), [first]) == []
