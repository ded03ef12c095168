"""The columns with which every list of people begins."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ground.tables import Column
from people.models import User


def person_columns(
    url: Callable[[Any], str | None] | None = None, *, of: Callable[[Any], User] = lambda row: row.user
) -> list[Column]:
    """Name and employee number of the person of a row, in a queryset of rows with a `user` or in a list."""
    return [
        Column(
            "name",
            pgettext_lazy("of a person", "Name"),
            value=lambda row: of(row).name,
            order=("user__name_sort",),
            key=lambda row: of(row).name_sort,
            url=url,
        ),
        Column("number", _("Employee number"), value=lambda row: of(row).employee_no, order=("user__employee_no",)),
    ]
