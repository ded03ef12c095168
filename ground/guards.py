"""Triggers that the database keeps for a model: registered by decorators, put back after every migrate."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections, models

Statements = Callable[[str], dict[str, str]]


@dataclass(frozen=True)
class Guard:
    """One rule on one table; `sqlite` and `postgresql` map a table to {trigger name: CREATE statement}."""

    model: type[models.Model]
    name: str
    sqlite: Statements
    postgresql: Statements

    def triggers(self, vendor: str) -> dict[str, str]:
        make = self.postgresql if vendor == "postgresql" else self.sqlite
        return make(self.model._meta.db_table)


_guards: list[Guard] = []


def register(model: type[models.Model], *, name: str, sqlite: Statements, postgresql: Statements) -> None:
    """Adds a guard; called by decorators while models load."""
    _guards.append(Guard(model, name, sqlite, postgresql))


def restore(using: str = DEFAULT_DB_ALIAS, **_signal: object) -> None:
    """Creates the triggers that are missing on tables that exist. Connected to post_migrate."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in missing(using).values():
            cursor.execute(statement)


def missing(using: str = DEFAULT_DB_ALIAS) -> dict[str, str]:
    """{trigger name: CREATE statement} of every guard that the database has lost."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {row[0] for row in cursor.fetchall()}
    return {
        name: statement
        for guard in _guards
        if guard.model._meta.db_table in tables
        for name, statement in guard.triggers(connection.vendor).items()
        if name not in present
    }
