"""Querysets of the busiest pages: their SQL is put together once, where Django puts it together for every call.

For a short query that costs more than the database takes to answer it. The queryset stays written as any other.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet, ObjectDoesNotExist
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.db.transaction import TransactionManagementError
from django.http import Http404

Row = TypeVar("Row")
Given = int | date

_LARGEST = 2**63 - 1
_NUMBER, _YEAR = 7_000_000_000_000_000_000, 9000
"""What stands in the SQL for the values of a call: keys and years that no row has."""


class Compiled(Generic[Row]):
    """A queryset of models or of `values_list`, as a function of keys (int) and days (date) that returns its rows.

    `describe` says the queryset for such values: `Compiled(lambda exam: ExamPart.objects.filter(exam=exam))`. It must be the
    same queryset for every value, without prefetching; each value may stand in it as often as needed. A
    `lambda *parts: ...filter(pk__in=parts)` takes any number of keys. None is no value; a number that no key can be finds nothing.
    """

    def __init__(self, describe: Callable[..., QuerySet[Any, Row]]) -> None:
        self.describe = describe

    def __call__(self, *given: Given) -> list[Row]:
        connection = connections[DEFAULT_DB_ALIAS]
        # Kept by the connection, whose thread it serves and with which it goes.
        known = connection.__dict__.setdefault("_compiled", {})
        ready = known.get((self, len(given)))
        if ready is None:
            ready = known[self, len(given)] = _Ready(self.describe, given, connection)
        return ready.rows(given)

    def first(self, *given: Given) -> Row | None:
        """The first row, or None. All are read: for what is one row or none."""
        return next(iter(self(*given)), None)

    def one(self, *given: Given) -> Row:
        """The one row; raises ObjectDoesNotExist."""
        found = self.first(*given)
        if found is None:
            raise ObjectDoesNotExist(f"No row has {given}.")
        return found


def or_404(row: Row | None) -> Row:
    """The row that a page is about, where there is one."""
    if row is None:
        raise Http404
    return row


class _Ready:
    """The SQL for one connection, and how its rows become what the queryset yields."""

    def __init__(
        self, describe: Callable[..., QuerySet], given: tuple[Given, ...], connection: BaseDatabaseWrapper
    ) -> None:
        self.connection = connection
        self.days = [isinstance(value, date) for value in given]
        stand_ins = [date(_YEAR + n, 1, 1) if day else _NUMBER + n for n, day in enumerate(self.days)]
        queryset = describe(*stand_ins)
        compiler = queryset.query.get_compiler(connection=connection)
        self.locks = queryset.query.select_for_update
        try:
            self.sql, self.parameters = compiler.as_sql()
        except EmptyResultSet:
            # One of no keys is nothing. With keys, Django has looked into the values.
            if given:
                raise
            self.sql, self.parameters = "", ()
            return
        adapted = self._adapted(stand_ins)
        self.places = [(at, adapted.index(found)) for at, found in enumerate(self.parameters) if found in adapted]
        if {number for _at, number in self.places} != set(range(len(given))):
            raise ValueError("Every value of a compiled queryset stands in its SQL as it is.")
        self.converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        self.convert = compiler.apply_converters
        self.build = self._models(compiler) if issubclass(queryset._iterable_class, ModelIterable) else tuple

    def _adapted(self, given: Any) -> list[Any]:
        adapt = self.connection.ops.adapt_datefield_value
        return [adapt(value) if day else value for value, day in zip(given, self.days, strict=True)]

    def _models(self, compiler: Any) -> Callable[[Any], Any]:
        """Builds a model with what is selected with it and annotated, as Django's ModelIterable does."""
        alias, info, notes = self.connection.alias, compiler.klass_info, compiler.annotation_col_map or {}
        start, end = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [column.target.attname for column, *_ in compiler.select[start:end]]
        from_db, related = info["model"].from_db, get_related_populators(info, compiler.select, alias)

        def build(row: Any) -> Any:
            found = from_db(alias, names, row[start:end])
            for populator in related:
                populator.populate(row, found)
            for name, at in notes.items():
                setattr(found, name, row[at])
            return found

        return build

    def rows(self, given: tuple[Given, ...]) -> list[Any]:
        if not self.sql or any(isinstance(value, int) and abs(value) > _LARGEST for value in given):
            return []
        if self.locks and not self.connection.in_atomic_block:
            raise TransactionManagementError("A lock is held by a transaction; there is none.")
        values = self._adapted(given)
        parameters = list(self.parameters)
        for at, number in self.places:
            parameters[at] = values[number]
        with self.connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            rows = cursor.fetchall()
        if self.converters:
            rows = self.convert(rows, self.converters)
        return [self.build(row) for row in rows]
