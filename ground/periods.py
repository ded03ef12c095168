"""Half-open periods [valid_from, valid_to) that never overlap for one owner, refused by the database."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.db import models
from django.db.models import Q

from ground import guards

Model = TypeVar("Model", bound=type[models.Model])


def never_overlap(owner: str) -> Callable[[Model], Model]:
    """Class decorator: rows with the same `owner` column have disjoint [valid_from, valid_to) periods.

    PostgreSQL serialises writers of one owner with an advisory lock inside the trigger, so two
    transactions cannot both pass; SQLite has one writer anyway.
    """

    def decorate(model: Model) -> Model:
        guards.register(
            model,
            name="never_overlap",
            sqlite=lambda table: _sqlite(table, owner),
            postgresql=lambda table: _postgresql(table, owner),
        )
        return model

    return decorate


def current(on: date, prefix: str = "") -> Q:
    """Rows whose period holds the day `on`; `prefix` is the way to them from another table, such as `employments__`."""
    begun = Q(**{f"{prefix}valid_from__lte": on})
    return begun & (Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": on}))


_OVERLAP = (
    'SELECT 1 FROM "{table}" other WHERE other."{owner}" = NEW."{owner}" AND other.id <> NEW.id '
    "AND other.valid_from < COALESCE(NEW.valid_to, '9999-12-31') "
    "AND NEW.valid_from < COALESCE(other.valid_to, '9999-12-31')"
)


def _sqlite(table: str, owner: str) -> dict[str, str]:
    overlap = _OVERLAP.format(table=table, owner=owner)
    return {
        f"{table}_never_overlap_{verb.lower()}": (
            f'CREATE TRIGGER "{table}_never_overlap_{verb.lower()}" AFTER {verb} ON "{table}" WHEN EXISTS ({overlap}) '
            f"BEGIN SELECT RAISE(ABORT, '{table} periods never overlap'); END"
        )
        for verb in ("INSERT", "UPDATE")
    }


def _postgresql(table: str, owner: str) -> dict[str, str]:
    name = f"{table}_never_overlap"
    overlap = _OVERLAP.format(table=table, owner=owner)
    return {
        name: (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"PERFORM pg_advisory_xact_lock(hashtext('{name}'), hashtext(NEW.\"{owner}\"::text)); "
            f"IF EXISTS ({overlap}) THEN "
            f"RAISE EXCEPTION '{table} periods never overlap' USING ERRCODE = 'exclusion_violation'; END IF; "
            f'RETURN NEW; END $$; CREATE TRIGGER "{name}" AFTER INSERT OR UPDATE ON "{table}" '
            f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
    }
