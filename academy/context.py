"""What the frame of every page needs: navigation by role, unread notifications. Asked only when a template draws it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from academy.models import AcademySettings
from people.models import Role
from people.policy import roles_of, today
from people.queries import unit_and_unread


@dataclass(frozen=True)
class Place:
    """An entry of the navigation: where, what it is called, for whom (nobody named: everybody)."""

    url_name: str
    label: Promise
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """A place as the person sees it; `current` when the page is there or below."""

    url: str
    label: Promise
    current: bool


EVERYBODY = (
    Place("home", _("Home")),
    Place("courses:catalogue", _("Courses")),
    Place("exams:mine", _("Exams")),
    Place("exams:practice", _("Typing practice")),
    Place("certificates:mine", _("Certificates")),
)
WORK = (
    Place("courses:training", _("Training"), (Role.TRAINER, Role.AUDITOR)),
    Place("courses:matrix", _("Training"), (Role.MANAGER, Role.PERSONNEL)),
    Place("exams:sitting_list", _("Sittings"), (Role.EXAMINER, Role.AUDITOR)),
    Place("exams:marking", _("Marking"), (Role.EXAMINER,)),
    Place("exams:typing_flagged", _("Typing checks"), (Role.EXAMINER, Role.AUDITOR)),
    Place(
        "quality:observation_list",
        _("Quality"),
        (Role.INSPECTOR, Role.MANAGER, Role.PERSONNEL, Role.TRAINER, Role.AUDITOR),
    ),
    Place("people:staff_list", _("My people"), (Role.MANAGER,)),
    Place("people:staff_list", _("Staff"), (Role.PERSONNEL, Role.AUDITOR)),
    Place("certificates:list", _("Issued certificates"), (Role.PERSONNEL, Role.AUDITOR)),
    Place("plans:needs", _("Needs"), (Role.PERSONNEL, Role.TRAINER, Role.AUDITOR)),
    Place("plans:plan_list", _("Annual plan"), (Role.PERSONNEL, Role.MANAGER, Role.TRAINER, Role.AUDITOR)),
    Place("promotions:round_list", _("Promotions"), (Role.PERSONNEL, Role.MANAGER, Role.PANEL, Role.AUDITOR)),
    Place("journal", _("Journal"), (Role.AUDITOR,)),
    Place("wagtailadmin_home", _("Authoring"), (Role.ADMINISTRATOR, Role.TRAINER, Role.EXAMINER)),
)


class Frame:
    """Everything base.html draws around a page; each part is asked for once, when it is drawn."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def academy(self) -> AcademySettings:
        """Name, organisation and logo."""
        return AcademySettings.current()

    @property
    def languages(self) -> list[tuple[str, str]]:
        """(code, name in the language itself)."""
        return settings.LANGUAGES

    @cached_property
    def signed_in(self) -> bool:
        return bool(getattr(self.request, "user", None) and self.request.user.is_authenticated)

    @cached_property
    def roles(self) -> dict[str, list[str]]:
        return roles_of(self.request.user, today(self.request)) if self.signed_in else {}

    @cached_property
    def nav(self) -> list[Link]:
        """Where everybody goes."""
        return self._links(EVERYBODY) if self.signed_in else []

    @cached_property
    def work(self) -> list[Link]:
        """Where the person's roles lead."""
        return self._links(place for place in WORK if any(role in self.roles for role in place.roles))

    def _links(self, places: Iterable[Place]) -> list[Link]:
        links: dict[str, Link] = {}
        for place in places:
            if any(link.label == place.label for link in links.values()):
                continue
            url = reverse(place.url_name)
            path = self.request.path
            here = path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
            links.setdefault(url, Link(url, place.label, here))
        return _only_nearest(list(links.values()))

    @cached_property
    def _person(self) -> tuple[str, int]:
        return unit_and_unread(self.request.user, today(self.request))

    @property
    def unit(self) -> str:
        """The name of the person's unit today; empty for somebody employed nowhere."""
        return self._person[0]

    @property
    def unread(self) -> int:
        """How many notifications are new."""
        return self._person[1]


def _only_nearest(links: list[Link]) -> list[Link]:
    """Of several entries above the page, only the nearest is current."""
    nearest = max((link.url for link in links if link.current), key=len, default=None)
    return [Link(link.url, link.label, link.url == nearest) for link in links]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context for base.html; lazy, so that pages without the frame ask nothing of the database."""
    return {"frame": Frame(request)}
