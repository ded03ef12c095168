"""Who may do what for whom: roles and their reach. Nothing but RoleAssignment gives either.

A view asks one of three things: `requires(Role.X, ...)` for the role (403), `staff_in_reach(...)` for the people it may
show (a list, or 404 through `get_object_or_404`), and the app's own `policy` for its objects. An auditor reads what any
role may read: `reads=True` lets the auditor in, on GET and HEAD only.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ground.compiled import Compiled
from ground.periods import current
from people.models import Employment, Role, RoleAssignment, Unit, User

READING = ("GET", "HEAD", "OPTIONS")


_assignments = Compiled(
    lambda user, on: RoleAssignment.objects.filter(current(on), user=user).values_list("role", "unit__path")
)


def roles_of(user: User | AnonymousUser, on: date) -> dict[str, list[str]]:
    """{role: [unit paths]} in force on a day; one query, kept on the user object for the request."""
    if not user.is_authenticated:
        return {}
    kept: dict[date, dict[str, list[str]]] = user.__dict__.setdefault("_roles", {})
    if on not in kept:
        roles: dict[str, list[str]] = {}
        for role, path in _assignments(user.pk, on):
            roles.setdefault(role, []).append(path)
        kept[on] = roles
    return kept[on]


def today(request: HttpRequest) -> date:
    """The organisation's day of this request."""
    return timezone.localdate(request.now)


def has_role(request: HttpRequest, *roles: str, reads: bool = False) -> bool:
    """Whether the person has one of the roles now; with `reads`, an auditor has it for reading."""
    held = roles_of(request.user, today(request))
    if any(role in held for role in roles):
        return True
    return reads and request.method in READING and Role.AUDITOR in held


def requires(*roles: str, reads: bool = False) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """View decorator: 403 without one of the roles. `reads=True` admits auditors to GET and HEAD."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not has_role(request, *roles, reads=reads):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def reach(request: HttpRequest, *roles: str, reads: bool = False) -> list[str]:
    """The unit paths over which the person has one of the roles, topmost only."""
    held = roles_of(request.user, today(request))
    names = [*roles, Role.AUDITOR] if reads and request.method in READING else list(roles)
    return topmost(path for role in names for path in held.get(role, []))


def topmost(paths: Iterable[str]) -> list[str]:
    """The unit paths without those that lie below another of them."""
    tops: list[str] = []
    for path in sorted(set(paths)):
        if not tops or not path.startswith(tops[-1]):
            tops.append(path)
    return tops


def below(paths: Iterable[str], field: str = "path") -> Q:
    """Units (or what points at them through `field`) at or below any of the paths; nothing for no path."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


def units_in_reach(request: HttpRequest, *roles: str, reads: bool = False) -> QuerySet[Unit]:
    """Units at or below the person's reach in these roles."""
    return Unit.objects.filter(below(reach(request, *roles, reads=reads)))


def staff_in_reach(request: HttpRequest, *roles: str, reads: bool = False) -> QuerySet[User]:
    """People whose employment lies within the person's reach in these roles: the current one, the last of a leaver, the
    first of somebody yet to begin."""
    return _staff_below(reach(request, *roles, reads=reads), today(request))


def staff_of(user: User, on: date, *roles: str) -> QuerySet[User]:
    """The same without a request: whom somebody reaches in these roles on a day."""
    held = roles_of(user, on)
    return _staff_below(topmost(path for role in roles for path in held.get(role, [])), on)


def _staff_below(paths: list[str], on: date) -> QuerySet[User]:
    rows = Employment.objects.standing(on).filter(below(paths, "unit__path"), user=OuterRef("pk"))
    return User.objects.filter(Exists(rows))


def grantable(user: User, on: date) -> dict[str, list[str]]:
    """{role: [unit paths]} the person may give to others: an administrator every role, personnel all but administrator."""
    held = roles_of(user, on)
    all_roles, most = held.get(Role.ADMINISTRATOR, []), held.get(Role.PERSONNEL, [])
    given = {role: [*all_roles, *([] if role == Role.ADMINISTRATOR else most)] for role in Role.values}
    return {role: paths for role, paths in given.items() if paths}


def holders_of(roles: Iterable[str], on: date, *, over: Unit | None = None) -> QuerySet[User]:
    """Active people who hold one of the roles on a day, over a unit or one above it where one is given."""
    assignments = RoleAssignment.objects.filter(current(on), role__in=roles, user=OuterRef("pk"))
    if over is not None:
        step = Unit.steplen
        above = [over.path[:end] for end in range(step, len(over.path) + 1, step)]
        assignments = assignments.filter(unit__path__in=above)
    return User.objects.filter(Exists(assignments), is_active=True)


STAFF_READERS = (Role.PERSONNEL, Role.ADMINISTRATOR, Role.MANAGER, Role.TRAINER)
STAFF_WRITERS = (Role.PERSONNEL, Role.ADMINISTRATOR)


def may_manage(request: HttpRequest, person: User) -> bool:
    """Whether the person asking may change somebody's employment: never their own."""
    return person.pk != request.user.pk and staff_in_reach(request, *STAFF_WRITERS).filter(pk=person.pk).exists()


def may_set_level(request: HttpRequest, person: User) -> bool:
    """Levels are personnel's alone."""
    return person.pk != request.user.pk and staff_in_reach(request, Role.PERSONNEL).filter(pk=person.pk).exists()


def may_end_role(request: HttpRequest, assignment: RoleAssignment) -> bool:
    """Whether the person asking may take this role away: never one of their own."""
    if assignment.user_id == request.user.pk:
        return False
    paths = grantable(request.user, today(request)).get(assignment.role, [])
    return any(assignment.unit.path.startswith(path) for path in paths)
