"""Tables that refuse UPDATE and DELETE, on both engines.

Mark a model with `@append_only`. Foreign keys out of such a table need `on_delete=DO_NOTHING,
db_constraint=False`: a cascade into it would be refused. Only code inside `erasing()` may delete.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import connections, models, transaction

from ground import guards

PASS_TABLE = "ground_erasingpass"
Model = TypeVar("Model", bound=type[models.Model])


def append_only(model: Model) -> Model:
    """Class decorator: rows of this model can be written once and never changed."""
    guards.register(model, name="append_only", sqlite=_sqlite, postgresql=_postgresql)
    return model


def _sqlite(table: str) -> dict[str, str]:
    template = (
        'CREATE TRIGGER "{name}" BEFORE {verb} ON "{table}" WHEN NOT EXISTS (SELECT 1 FROM "{passes}") '
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
    triggers = {}
    for verb in ("UPDATE", "DELETE"):
        name = f"{table}_refuses_{verb.lower()}"
        triggers[name] = template.format(name=name, verb=verb, table=table, passes=PASS_TABLE)
    return triggers


def _postgresql(table: str) -> dict[str, str]:
    function = (
        "CREATE OR REPLACE FUNCTION academy_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF current_setting('academy.erasing', true) = 'on' THEN "
        "IF TG_OP = 'UPDATE' THEN RETURN NEW; ELSIF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NULL; END IF; END IF; "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$; "
    )
    rows, whole = f"{table}_refuses_change", f"{table}_refuses_truncate"
    call = "EXECUTE FUNCTION academy_append_only()"
    return {
        rows: f'{function}CREATE TRIGGER "{rows}" BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW {call}',
        whole: f'{function}CREATE TRIGGER "{whole}" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {call}',
    }


@contextmanager
def erasing(using: str = "default") -> Iterator[None]:
    """Lifts the guards for one transaction. For the retention service and for test teardown only."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL academy.erasing = 'on'")
            yield
            cursor.execute("SET LOCAL academy.erasing = 'off'")
        else:
            cursor.execute(f'INSERT INTO "{PASS_TABLE}" DEFAULT VALUES')
            yield
            cursor.execute(f'DELETE FROM "{PASS_TABLE}"')
