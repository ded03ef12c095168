"""Reads about people, shaped for the pages."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db import connection
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from people import formats, notifications
from people.models import Employment, Level, Notification, Post, RoleAssignment, Unit, User
from people.policy import below

# Fewer than the parameters a statement may have on SQLite.
PORTION = 900


def portions(items: Sequence[object]) -> Iterator[Sequence[object]]:
    """The items in slices that fit into one statement."""
    for start in range(0, len(items), PORTION):
        yield items[start : start + PORTION]


# The frame of every page.

_FRAME = """
    SELECT (SELECT unit.name FROM people_employment AS job JOIN people_unit AS unit ON unit.id = job.unit_id
            WHERE job.user_id = %(user)s AND job.valid_from <= %(on)s AND (job.valid_to IS NULL OR job.valid_to > %(on)s)),
           (SELECT count(*) FROM people_notification WHERE user_id = %(user)s AND read_at IS NULL)
"""


def unit_and_unread(user: User, on: date) -> tuple[str, int]:
    """The name of a person's unit on a day (empty when employed nowhere) and how many notifications are new. By hand,
    because every page asks it and building it from models costs four times as much as answering it."""
    with connection.cursor() as cursor:
        cursor.execute(_FRAME, {"user": user.pk, "on": on.isoformat()})
        unit, unread = cursor.fetchone()
    return unit or "", unread


# The staff list.


def staff_rows(paths: Sequence[str], on: date) -> QuerySet[Employment]:
    """The standing row of employment of everybody at or below the unit paths, with `hired`, the first day of all."""
    first = Employment.objects.filter(user=OuterRef("user")).order_by().values("user").annotate(day=Min("valid_from"))
    return (
        Employment.objects.standing(on)
        .filter(below(paths, "unit__path"))
        .select_related("user", "unit", "post", "level")
        .annotate(hired=Subquery(first.values("day")), goes_on=_goes_on())
    )


def _goes_on() -> Exists:
    """Whether a later row follows: its end is then a planned change, not a leaving."""
    return Exists(Employment.objects.filter(user=OuterRef("user"), valid_from__gt=OuterRef("valid_from")))


def named_like(words: str, prefix: str = "") -> Q:
    """People whose name, pinyin, initials or number holds every one of the words."""
    found = Q()
    for word in words.lower().split():
        found &= Q(**{f"{prefix}name_search__contains": word})
    return found


def state_of(row: Employment, on: date) -> tuple[str, str]:
    """(badge, word) of a person's standing row: employed, leaving, yet to begin, left."""
    if row.valid_from > on:
        return "plain", _("begins on %(day)s") % {"day": row.valid_from}
    if row.valid_to is None or row.goes_on:
        return "ok", _("employed")
    if row.valid_to > on:
        return "due", _("leaves after %(day)s") % {"day": row.last_day}
    return "plain", _("left on %(day)s") % {"day": row.last_day}


def history(user: User) -> QuerySet[Employment]:
    """Every row of employment, newest first."""
    return user.employments.select_related("unit", "post", "level", "manager").order_by("-valid_from")


def standing(user: User, on: date) -> Employment | None:
    """The row in force, else the last, else the first to come."""
    rows = Employment.objects.standing(on).filter(user=user).annotate(goes_on=_goes_on())
    return rows.select_related("unit", "post", "level", "manager").first()


def roles_held(user: User, on: date) -> QuerySet[RoleAssignment]:
    """Roles in force or to come."""
    return (
        RoleAssignment.objects.filter(user=user)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .select_related("unit")
    )


def unit_path(unit: Unit) -> list[str]:
    """Names from the root down to the unit."""
    return [*unit.get_ancestors().values_list("name", flat=True), unit.name]


# Units.


@dataclass(frozen=True)
class UnitLine:
    """A unit in its tree: how many work in it and how many in it and below."""

    unit: Unit
    depth: int
    own: int
    whole: int

    @property
    def steps(self) -> range:
        """As many steps as the unit stands in from the left."""
        return range(self.depth)


def unit_lines(units: QuerySet[Unit], on: date) -> list[UnitLine]:
    """The units in tree order with their head counts on a day; two queries."""
    rows = list(units.order_by("path"))
    counts = dict(
        Employment.objects.current(on).values_list("unit__path").annotate(people=Count("pk")).order_by("unit__path")
    )
    top = min((unit.depth for unit in rows), default=1)
    whole: dict[str, int] = {}
    for path, people in counts.items():
        for length in range(Unit.steplen, len(path) + 1, Unit.steplen):
            whole[path[:length]] = whole.get(path[:length], 0) + people
    return [UnitLine(unit, unit.depth - top, counts.get(unit.path, 0), whole.get(unit.path, 0)) for unit in rows]


def indented(units: Iterable[Unit]) -> list[tuple[str, str]]:
    """Choices of a drop-down in tree order; a full-width space a step."""
    rows = sorted(units, key=lambda unit: unit.path)
    top = min((unit.depth for unit in rows), default=1)
    return [(str(unit.pk), "\u3000" * (unit.depth - top) + unit.name) for unit in rows]


# Notifications.


@dataclass(frozen=True)
class Notice:
    """A notification in the reader's language."""

    sentence: str
    url: str
    at: datetime
    is_new: bool


@dataclass(frozen=True)
class Day:
    """The notices of one day of the organisation."""

    day: date
    notices: list[Notice]


def unread_count(user: User) -> int:
    """How many notifications the person has not read; one query."""
    return Notification.objects.filter(user=user, read_at__isnull=True).count()


def notifications_of(user: User) -> QuerySet[Notification]:
    """The person's notifications, newest first."""
    return Notification.objects.filter(user=user).order_by("-created_at", "-pk")


def by_day(rows: Iterable[Notification]) -> list[Day]:
    """Notifications, newest first, grouped by the organisation's day."""
    days = groupby(rows, key=lambda row: timezone.localdate(row.created_at))
    return [
        Day(
            day,
            [
                Notice(notifications.sentence(row.kind, row.params), row.url, row.created_at, row.read_at is None)
                for row in group
            ],
        )
        for day, group in days
    ]


# The import.


def known_for_import(
    lines: Sequence[formats.Line], *, on: date, paths: Sequence[str] | None, by: User | None
) -> formats.Known:
    """What the rows of a staff list are checked against; `paths` limits the reach, None means everything."""
    names: dict[str, tuple[str, ...]] = {}
    units = []
    reachable = set()
    for unit in Unit.objects.order_by("path"):
        names[unit.path] = (*names.get(unit.path[: -Unit.steplen], ()), unit.name)
        within = paths is None or any(unit.path.startswith(path) for path in paths)
        if within:
            reachable.add(unit.pk)
        units.append(formats.KnownUnit(unit.pk, unit.code, names[unit.path], within))
    posts = [
        formats.KnownPost(
            post.pk,
            post.code,
            post.name,
            post.least_level.rank if post.least_level else 0,
            post.least_level.name if post.least_level else "",
        )
        for post in Post.objects.select_related("least_level")
    ]
    levels = [formats.KnownLevel(level.pk, level.code, level.name, level.rank) for level in Level.objects.all()]
    numbers = sorted({line[column] for line in lines for column in ("employee_no", "manager")} - {""})
    return formats.Known(
        units, posts, levels, _known_people(numbers, on, reachable), own_number=by.employee_no if by else ""
    )


def _known_people(numbers: Sequence[str], on: date, reachable: set[int]) -> dict[str, formats.KnownPerson]:
    people = {}
    for some in portions(numbers):
        users = list(User.objects.filter(employee_no__in=some).values("pk", "employee_no", "name", "email", "phone"))
        rows: dict[int, list[Employment]] = {}
        for row in Employment.objects.filter(user__employee_no__in=some).order_by("valid_from"):
            rows.setdefault(row.user_id, []).append(row)
        for user in users:
            own = rows.get(user["pk"], [])
            # Somebody yet to begin is compared with, and changed in, the row they will begin with.
            day = max(on, own[0].valid_from) if own else on
            held = next((r for r in own if r.valid_from <= day and (r.valid_to is None or r.valid_to > day)), None)
            people[user["employee_no"]] = formats.KnownPerson(
                **user,
                hired=own[0].valid_from if own else None,
                effective=day,
                row=(held.unit_id, held.post_id, held.level_id, held.manager_id) if held else None,
                later=any(row.valid_from > day for row in own),
                reachable=held is not None and held.unit_id in reachable,
            )
    return people


# Roles.


def role_rows(paths: Sequence[str], on: date) -> QuerySet[RoleAssignment]:
    """Roles in force or to come over units at or below the paths, by person."""
    return (
        RoleAssignment.objects.filter(below(paths, "unit__path"))
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .select_related("user", "unit")
        .order_by(F("user__name_sort"), "role")
    )
