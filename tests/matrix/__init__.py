"""Who may open what: the words in which each app writes its rows, and the small world the rows are tried in.

Each app ships `tests/matrix/<app>.py` with `ROWS: list[Row]`, one row for every URL name of its own. `tests/test_roles.py`
walks the URLconf and fails with the name of every URL that has no row, or two.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from people import services
from people.models import Role, Unit, User
from tests import factories

EVERYBODY, PUBLIC, OWNER = "everybody", "public", "owner"
LEARNER = "learner"
PEOPLE = [LEARNER, *Role.values]


@dataclass(frozen=True)
class Row:
    """One URL and who passes.

    `roles`: a set of roles, or "everybody" (any signed-in person), "public" (no login), "owner" (the person the object
    belongs to and the roles in `also`; every other person gets 404). Whoever is not listed gets 403, anonymous people
    are led to the login. `args(world)` makes the URL's arguments; `method="post"` marks a URL that refuses GET with 405;
    `data(world)` fills the POST; `outside` is what a holder of the role over another unit gets.
    The name of a URL without a name is its path, beginning with a slash.
    """

    name: str
    roles: set[str] | str
    args: Callable[["World"], list[Any]] | None = None
    method: str = "get"
    outside: int | None = None
    also: set[str] = field(default_factory=set)
    data: Callable[["World"], dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.roles, str):
            assert self.roles in (EVERYBODY, PUBLIC, OWNER), f"{self.name}: unknown word {self.roles!r}"
        else:
            assert set(self.roles) <= set(Role.values), f"{self.name}: unknown roles {set(self.roles)}"
        assert set(self.also) <= set(Role.values), f"{self.name}: unknown roles {set(self.also)}"


class World:
    """A company with two teams. Everything is made when it is first asked for, through services and factories.

    `unit` is where the learner and the owner work; everybody's role reaches it, the manager's no further. An outsider
    has the same role over `other_unit` only. `now` is the moment the requests are made.
    """

    def __init__(self, now: Any) -> None:
        self.now = now

    @cached_property
    def company(self) -> Unit:
        return factories.company()

    @cached_property
    def unit(self) -> Unit:
        return factories.unit("热线一班", parent=self.company)

    @cached_property
    def other_unit(self) -> Unit:
        return factories.unit("营业厅班", parent=self.company)

    @cached_property
    def learner(self) -> User:
        """No role at all."""
        return factories.person("林晓雨", at=self.unit)

    @cached_property
    def owner(self) -> User:
        """The person whose objects the rows build; no role either."""
        return factories.person("陈思远", at=self.unit)

    @cached_property
    def _holders(self) -> dict[str, User]:
        return {}

    def holder(self, role: str) -> User:
        """The person with exactly this role (or the learner)."""
        if role == LEARNER:
            return self.learner
        if role not in self._holders:
            over = self.unit if role == Role.MANAGER else self.company
            self._holders[role] = factories.with_role(role, over=over, name=f"周{Role(role).label}")
        return self._holders[role]

    def outsider(self, role: str) -> User:
        """The person with this role over the other team."""
        key = f"outside {role}"
        if key not in self._holders:
            self._holders[key] = factories.with_role(role, over=self.other_unit, name=f"吴{Role(role).label}")
        return self._holders[key]

    def __getattr__(self, name: str) -> Any:
        """`world.trainer`, `world.personnel` and so on."""
        if name in Role.values:
            return self.holder(name)
        raise AttributeError(name)

    def also(self, user: User, role: str) -> User:
        """The same person with one more role over the company."""
        services.assign_role(
            user=user, role=Role(role), unit=self.company, valid_from=factories.FIRST_DAY, now=factories.START, by=None
        )
        return user
