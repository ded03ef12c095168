"""The lists of people and roles."""

from collections.abc import Sequence
from functools import cached_property

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ground.tables import Column, Filter, Table
from people import queries
from people.models import Employment, Level, Post, Role, RoleAssignment, Unit
from people.policy import STAFF_READERS, today, units_in_reach


def _units(request: HttpRequest) -> Sequence[tuple[str, str]]:
    return queries.indented(units_in_reach(request, *STAFF_READERS, reads=True))


def _within(rows: QuerySet, value: str) -> QuerySet:
    unit = Unit.objects.get(pk=value)
    return rows.filter(unit__path__startswith=unit.path)


def _names(rows: QuerySet) -> Sequence[tuple[str, str]]:
    return [(str(row.pk), row.name) for row in rows]


class StaffTable(Table):
    """Everybody within reach: who, where, as what, since when."""

    name = "staff"
    title = _("Staff")
    default_order = "name"
    search = staticmethod(lambda rows, words: rows.filter(queries.named_like(words, "user__")))
    empty_title = _("Nobody here yet")
    empty_text = _("People appear here as soon as somebody is hired into a unit within your reach.")
    filters = [
        Filter("unit", _("Unit"), choices=_units, apply=_within),
        Filter(
            "level",
            _("Level"),
            choices=lambda request: [*_names(Level.objects.all()), ("none", _("none yet"))],
            apply=lambda rows, value: rows.filter(Q(level__isnull=True) if value == "none" else Q(level=value)),
        ),
        Filter(
            "post",
            _("Post"),
            choices=lambda request: _names(Post.objects.all()),
            apply=lambda rows, value: rows.filter(post=value),
        ),
    ]

    @cached_property
    def parameters(self) -> QueryDict:
        """Leavers are shown when they are asked for."""
        parameters = self.request.GET.copy()
        parameters.setdefault("state", "employed")
        return parameters

    @property
    def is_filtered(self) -> bool:
        """Leaving out the leavers is how the list stands, no narrowing."""
        return bool(self.words) or any(
            field.selected and (field.name, field.selected) != ("state", "employed") for field in self.filter_fields
        )

    def __init__(self, request: HttpRequest, rows: QuerySet[Employment]) -> None:
        super().__init__(request, rows)
        on = today(request)
        left = Q(valid_to__isnull=False, valid_to__lte=on)
        self.filters = [
            *self.filters,
            Filter(
                "state",
                _("State"),
                choices=lambda request: [("employed", _("employed")), ("left", _("left"))],
                apply=lambda rows, value: rows.filter(left) if value == "left" else rows.exclude(left),
            ),
        ]
        self.columns = [
            Column(
                "number", _("Number"), value=lambda row: row.user.employee_no, order=("user__employee_no",), width=12
            ),
            Column(
                "name",
                pgettext_lazy("of a person", "Name"),
                value=lambda row: row.user.name,
                order=("user__name_sort", "user__employee_no"),
                url=lambda row: row.user.get_absolute_url(),
            ),
            Column("unit", _("Unit"), value=lambda row: row.unit.name, order=("unit__path", "user__name_sort")),
            Column("post", _("Post"), value=lambda row: row.post.name, order=("post__name", "user__name_sort")),
            Column(
                "level",
                _("Level"),
                value=lambda row: row.level.name if row.level else None,
                order=("level__rank", "user__name_sort"),
            ),
            Column("hired", _("Hired"), value=lambda row: row.hired, order=("hired", "user__name_sort"), width=12),
            Column(
                "state",
                _("State"),
                value=lambda row: queries.state_of(row, on)[1],
                badge=lambda row: queries.state_of(row, on)[0],
            ),
        ]


class RoleTable(Table):
    """Who has which role over what."""

    name = "roles"
    title = _("Roles")
    default_order = "name"
    search = staticmethod(lambda rows, words: rows.filter(queries.named_like(words, "user__")))
    empty_title = _("No roles yet")
    empty_text = _("Everybody is a learner. Give somebody a role and they see the pages that go with it.")
    filters = [
        Filter("unit", _("Unit"), choices=_units, apply=_within),
        Filter(
            "role",
            _("Role"),
            choices=lambda request: Role.choices,
            apply=lambda rows, value: rows.filter(role=value),
        ),
    ]
    columns = [
        Column(
            "name",
            pgettext_lazy("of a person", "Name"),
            value=lambda row: row.user.name,
            order=("user__name_sort", "user__employee_no"),
            url=lambda row: row.user.get_absolute_url(),
        ),
        Column("number", _("Number"), value=lambda row: row.user.employee_no, order=("user__employee_no",), width=12),
        Column("role", _("Role"), value=RoleAssignment.get_role_display, order=("role", "user__name_sort")),
        Column("unit", _("Over"), value=lambda row: row.unit.name, order=("unit__path", "user__name_sort")),
        Column("from", _("From"), value=lambda row: row.valid_from, order=("valid_from",), width=12),
        Column("to", _("Last day"), value=lambda row: row.last_day, order=("valid_to",), width=12),
    ]
