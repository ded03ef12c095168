from datetime import UTC, datetime

import pytest
from django.core import checks
from django.db import IntegrityError, connection, transaction

from ground import guards, journal
from ground.append_only import erasing
from ground.models import JournalEntry
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture
def entry():
    return journal.record("noted", factories.company(), by=None, now=NOW, reason="because", data={"b": 1})


def test_the_journal_keeps_who_what_and_why(entry):
    person = factories.person("林晓雨")
    line = journal.record("renamed", person, by=person, now=NOW)
    assert (line.actor_id, line.actor_name, line.object_type, line.object_id, line.object_name) == (
        person.pk,
        "林晓雨",
        "people.user",
        str(person.pk),
        "林晓雨",
    )
    assert (entry.actor_id, entry.actor_name, entry.reason, entry.data) == (None, "", "because", {"b": 1})


def test_a_line_is_never_changed(entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        JournalEntry.objects.filter(pk=entry.pk).update(reason="other")
    assert JournalEntry.objects.get(pk=entry.pk).reason == "because"


def test_a_line_is_never_deleted(entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.delete()
    assert JournalEntry.objects.filter(reason="because").count() == 1


def test_only_the_guarded_switch_erases_and_it_closes_again(entry):
    with erasing():
        JournalEntry.objects.filter(pk=entry.pk).delete()
    assert not JournalEntry.objects.filter(pk=entry.pk).exists()
    other = journal.record("noted", factories.company(), by=None, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        other.delete()


def test_every_guard_is_in_place_after_migrate():
    assert guards.missing() == {}


def test_a_lost_guard_is_named_by_the_check_and_restored():
    table = JournalEntry._meta.db_table
    guard = next(guard for guard in guards._guards if guard.model is JournalEntry)
    name = next(iter(guard.triggers(connection.vendor)))
    with connection.cursor() as cursor:
        on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
        cursor.execute(f'DROP TRIGGER "{name}"{on}')
    found = checks.run_checks(databases=["default"], tags=[checks.Tags.database])
    assert [error.msg for error in found if error.id == "ground.E001"] == [f"The database has lost the guard {name}."]
    guards.restore()
    assert guards.missing() == {}
