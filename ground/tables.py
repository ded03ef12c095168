"""Lists as people use them: search, filters, order and page in the query string, the same rows as a spreadsheet.

Works without script. Costs the count, the page and what the filters need for their choices, whatever the number of rows.
A value that makes no sense in the address (a page of 9999, an unknown order) is passed over, never an error.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import IO, Any, ClassVar

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import FileResponse, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ground import spreadsheets

Text = str | Promise
Rows = QuerySet[Any] | Sequence[Any]
NOTHING = "–"
WORDS = 40
"""From so many characters on, a column holds words, not a name or a figure."""


@dataclass(frozen=True)
class Column:
    """One column. `value` gives what is shown and exported; `order` names the fields to sort by (none: cannot be sorted).

    For rows in a list, `order` is any non-empty tuple and the sort goes by `key`, or by `value`.
    `badge` gives ok, due, late or plain; `export` replaces the value in the spreadsheet; `width` is its width in characters.
    """

    name: str
    label: Text
    value: Callable[[Any], Any]
    order: tuple[Any, ...] = ()
    url: Callable[[Any], str | None] | None = None
    badge: Callable[[Any], str | None] | None = None
    numeric: bool = False
    export: Callable[[Any], Any] | None = None
    key: Callable[[Any], Any] | None = None
    width: int = 18
    nowrap: bool = False

    @property
    def css(self) -> str:
        """Figures stand right; columns of words are given room; some values stay in one line."""
        return "numeric" if self.numeric else "nowrap" if self.nowrap else "words" if self.width >= WORDS else ""


@dataclass(frozen=True)
class Filter:
    """One drop-down. Only a value among `choices(request)` is applied; with a `default`, one always is."""

    name: str
    label: Text
    choices: Callable[[HttpRequest], Sequence[tuple[Any, Text]]]
    apply: Callable[[Any, str], Any]
    default: str = ""


@dataclass(frozen=True)
class Heading:
    """A column's head: `direction` is ascending, descending or empty; `url` sorts by it, the other way when sorted."""

    name: str
    label: Text
    css: str
    direction: str
    url: str


@dataclass(frozen=True)
class Cell:
    """What one cell shows."""

    label: Text
    text: str
    url: str
    badge: str
    css: str


@dataclass(frozen=True)
class Row:
    """One row with its object, for templates that want more than the cells."""

    object: Any
    cells: list[Cell]


@dataclass(frozen=True)
class FilterField:
    """A filter with its choices and what is chosen, or else its default."""

    name: str
    label: Text
    choices: list[tuple[str, Text]]
    selected: str
    default: str = ""


class NumberedPage(Page):
    """A page that knows which page numbers to offer; None stands for a gap."""

    @property
    def numbers(self) -> list[int | None]:
        last = self.paginator.num_pages
        wanted = sorted({1, last, *range(max(1, self.number - 2), min(last, self.number + 2) + 1)})
        shown: list[int | None] = []
        for number in wanted:
            if shown and shown[-1] is not None and number - shown[-1] > 1:
                shown.append(None)
            shown.append(number)
        return shown


class NumberedPaginator(Paginator):
    """Gives numbered pages."""

    def _get_page(self, *args: Any, **kwargs: Any) -> NumberedPage:
        return NumberedPage(*args, **kwargs)


class Table:
    """A list of one kind of row. Subclasses name columns, filters, search and what to say when there is nothing.

    `rows` may be a queryset (sorted and cut by the database) or a list (sorted and cut here).
    """

    name: ClassVar[str] = "table"
    title: ClassVar[Text] = ""
    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    search: ClassVar[Callable[[Any, str], Any] | None] = None
    default_order: ClassVar[str] = ""
    page_size: ClassVar[int] = 50
    exports: ClassVar[bool] = True
    empty_title: Text = ""
    empty_text: Text = ""
    empty_url: str = ""
    empty_action: Text = ""

    def __init__(self, request: HttpRequest, rows: Rows) -> None:
        self.request = request
        self.all_rows = rows

    # What the address asks for.

    @cached_property
    def parameters(self) -> QueryDict:
        return self.request.GET

    @cached_property
    def words(self) -> str:
        """What is searched for, at most 100 characters."""
        return self.parameters.get("q", "").replace("\x00", "").strip()[:100] if self.searchable else ""

    @property
    def searchable(self) -> bool:
        return self.search is not None

    @property
    def has_filters(self) -> bool:
        return self.searchable or bool(self.filters)

    @cached_property
    def filter_fields(self) -> list[FilterField]:
        fields = []
        for filter in self.filters:
            choices = [(str(value), label) for value, label in filter.choices(self.request)]
            asked = self.parameters.get(filter.name, "")
            selected = asked if any(asked == value for value, _label in choices) else filter.default
            fields.append(FilterField(filter.name, filter.label, choices, selected, filter.default))
        return fields

    @property
    def is_filtered(self) -> bool:
        return bool(self.words) or any(field.selected != field.default for field in self.filter_fields)

    @cached_property
    def order(self) -> str:
        """The column sorted by, with a minus when downwards; the default when the address asks for none there is."""
        asked = self.parameters.get("sort", "")
        sortable = {column.name for column in self.columns if column.order}
        return asked if asked.removeprefix("-") in sortable else self.default_order

    # The rows.

    @cached_property
    def found(self) -> Rows:
        """All rows that answer the search and the filters, in order."""
        rows: Any = self.all_rows
        for filter, field in zip(self.filters, self.filter_fields, strict=True):
            if field.selected:
                rows = filter.apply(rows, field.selected)
        if self.words and self.search is not None:
            rows = type(self).search(rows, self.words)
        return self._sorted(rows)

    def _sorted(self, rows: Any) -> Rows:
        name, downwards = self.order.removeprefix("-"), self.order.startswith("-")
        column = next((column for column in self.columns if column.name == name and column.order), None)
        if column is None:
            return rows
        if isinstance(rows, QuerySet):
            fields = [_downwards(field) if downwards else field for field in column.order]
            return rows.order_by(*fields, "-pk" if downwards else "pk")
        key = column.key or column.value
        known = [row for row in rows if key(row) is not None]
        unknown = [row for row in rows if key(row) is None]
        return sorted(known, key=key, reverse=downwards) + unknown

    @cached_property
    def page(self) -> NumberedPage:
        return NumberedPaginator(self.found, self.page_size).get_page(self.parameters.get("page"))

    @property
    def count(self) -> int:
        """How many rows were found, on all pages."""
        return self.page.paginator.count

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of this page with their cells."""
        return [Row(item, [self._cell(column, item) for column in self.columns]) for item in self.page.object_list]

    def _cell(self, column: Column, item: Any) -> Cell:
        return Cell(
            label=column.label,
            text=shown(column.value(item)),
            url=(column.url(item) if column.url else "") or "",
            badge=(column.badge(item) if column.badge else "") or "",
            css=column.css,
        )

    # The addresses.

    @cached_property
    def headings(self) -> list[Heading]:
        heads = []
        for column in self.columns:
            direction = ""
            if column.order and self.order.removeprefix("-") == column.name:
                direction = "descending" if self.order.startswith("-") else "ascending"
            turned = f"-{column.name}" if direction == "ascending" else column.name
            url = self.address(sort=turned, page=None) if column.order else ""
            heads.append(Heading(column.name, column.label, column.css, direction, url))
        return heads

    def address(self, **changes: str | None) -> str:
        """This page's query string with parameters replaced, or taken away by None."""
        parameters = self.parameters.copy()
        for name, value in {"export": None, **changes}.items():
            if value is None:
                parameters.pop(name, None)
            else:
                parameters[name] = value
        return f"?{parameters.urlencode()}"

    @property
    def reset_url(self) -> str:
        return self.address(q=None, page=None, **{filter.name: None for filter in self.filters})

    @property
    def export_url(self) -> str:
        return self.address(export="xlsx", page=None)

    @property
    def kept_parameters(self) -> list[tuple[str, str]]:
        """What the filter form must carry along: the order, and parameters of the page around."""
        own = {"q", "page", "export", *(filter.name for filter in self.filters)}
        return [(name, value) for name, values in self.parameters.lists() if name not in own for value in values]

    # The spreadsheet.

    @property
    def export_wanted(self) -> bool:
        return self.exports and self.parameters.get("export") == "xlsx"

    def export(self) -> FileResponse:
        """Every row found, in order, as a workbook; read in portions, so memory stays flat."""
        return spreadsheets.response(self.workbook(), filename=self.file_name)

    @property
    def file_name(self) -> str:
        """What the workbook is called, with the organisation's day."""
        return f"{self.name}-{timezone.localdate(self.request.now).isoformat()}.xlsx"

    def workbook(self, watch: Callable[[Iterator[list[Any]]], Iterator[list[Any]]] = iter) -> IO[bytes]:
        """The workbook as an open file; `watch` is given the rows on their way, such as to report progress."""
        return spreadsheets.write(
            title=str(self.title or self.name),
            headings=[str(column.label) for column in self.columns],
            rows=watch(self._exported()),
            widths=[column.width for column in self.columns],
        )

    def _exported(self) -> Iterator[list[Any]]:
        found = self.found
        items = found.iterator(chunk_size=1000) if isinstance(found, QuerySet) else found
        for item in items:
            yield [(column.export or column.value)(item) for column in self.columns]


def _downwards(field: Any) -> Any:
    if isinstance(field, str):
        return field.removeprefix("-") if field.startswith("-") else f"-{field}"
    if hasattr(field, "descending"):
        turned = field.copy()
        turned.reverse_ordering()
        return turned
    return (F(field) if isinstance(field, str) else field).desc()


def shown(value: Any) -> str:
    """A value as a cell shows it: dates and numbers in the reader's format, a dash for nothing."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value) if timezone.is_aware(value) else value, "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, int):
        return number_format(value, force_grouping=abs(value) >= 10_000)
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            return NOTHING
        hundredths = Decimal(str(value)).quantize(Decimal("0.01"))
        return number_format(hundredths.normalize() if hundredths else 0, force_grouping=abs(value) >= 10_000)
    return str(value)
