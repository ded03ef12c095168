"""System checks of the mechanisms."""

from django.core.checks import Error, Tags, register
from django.db.utils import DatabaseError

from ground import guards


@register(Tags.database)
def guards_are_in_place(databases: list[str] | None = None, **_options: object) -> list[Error]:
    """Names every trigger that an append-only or period table has lost."""
    errors = []
    for using in databases or []:
        try:
            lost = guards.missing(using)
        except DatabaseError:
            continue
        errors += [
            Error(f"The database has lost the guard {name}.", hint="Run manage.py migrate.", id="ground.E001")
            for name in lost
        ]
    return errors
