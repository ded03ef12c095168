"""Every address against every role: generated from the URLconf, so that a new URL cannot be forgotten."""

import importlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from wagtail.models import Page

from people.models import Role
from tests.matrix import EVERYBODY, OWNER, PEOPLE, PUBLIC, Row, World

OURS = ["academy", "plans", "promotions", "certificates", "courses", "quality", "exams", "topics", "people"]
LOGIN = "/account/login/"
# Nothing is refused and nothing broke: shown, redirected, an incomplete form, or a check that says "not ready".
PASSED = {200, 201, 202, 204, 301, 302, 303, 304, 400, 409, 422, 503}


@dataclass(frozen=True)
class Address:
    """One URL pattern: its full name (or its path when it has none), the module of its view, and where it is mounted."""

    name: str
    module: str
    route: str
    top: bool


def addresses(resolver: URLResolver | None = None, namespace: str = "", route: str = "/") -> Iterator[Address]:
    for pattern in (resolver or get_resolver()).url_patterns:
        here = route + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            inner = ":".join(part for part in (namespace, pattern.namespace) if part)
            yield from addresses(pattern, inner, here)
        elif isinstance(pattern, URLPattern):
            name = ":".join(part for part in (namespace, pattern.name) if part) if pattern.name else here
            yield Address(name, _module(pattern.callback), here, top=resolver is None)


def _module(view) -> str:
    return getattr(getattr(view, "view_class", None) or view, "__module__", "")


def is_ours(address: Address) -> bool:
    """Ours by namespace, by the module of the view, or because academy/urls.py says it itself; Wagtail's admin has rules
    of its own below."""
    if address.top:
        return True
    ours = address.name.split(":")[0] in OURS or address.module.split(".")[0] in [*OURS, "ground"]
    return ours and not address.route.startswith("/admin/")


def rows_of(app: str) -> list[Row]:
    """The rows an app ships; none while it ships no file."""
    try:
        return importlib.import_module(f"tests.matrix.{app}").ROWS
    except ModuleNotFoundError as missing:
        if missing.name != f"tests.matrix.{app}":
            raise
        return []


ROWS = [row for app in OURS for row in rows_of(app)]
ROW_NAMES = Counter(row.name for row in ROWS)
ADDRESSES = sorted({address.name: address for address in addresses()}.values(), key=lambda one: one.name)
OUR_NAMES = [address.name for address in ADDRESSES if is_ours(address)]


@pytest.mark.parametrize("name", OUR_NAMES)
def test_every_url_of_ours_has_exactly_one_row(name):
    app = name.split(":")[0] if ":" in name else "academy"
    assert ROW_NAMES[name] == 1, f"{name} has {ROW_NAMES[name]} rows in tests/matrix/{app}.py; say who may open it."


def test_no_row_speaks_of_a_url_that_does_not_exist():
    assert sorted(set(ROW_NAMES) - set(OUR_NAMES)) == []


# --- the rows ---------------------------------------------------------------------------------------------------------


@dataclass
class Try:
    """Asks for one URL as one person and undoes what the request did."""

    url: str
    data: dict

    def __call__(self, person, method: str = "get") -> tuple[int, str]:
        client = Client(raise_request_exception=True)
        if person is not None:
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        with transaction.atomic():
            response = getattr(client, method)(self.url, self.data if method == "post" else None)
            transaction.set_rollback(True)
        return response.status_code, response.headers.get("Location", "")


def to_login(answer: tuple[int, str]) -> bool:
    return answer[0] == 302 and urlsplit(answer[1]).path == LOGIN


def passed(answer: tuple[int, str]) -> bool:
    return answer[0] in PASSED and not to_login(answer)


@pytest.fixture
def world(db):
    return World(timezone.now())


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_row(row, world):
    """Anonymous people, one person a role, the owner and people of other units get exactly what the row says."""
    args = row.args(world) if row.args else []
    url = row.name if row.name.startswith("/") else reverse(row.name, args=args)
    ask = Try(url, row.data(world) if row.data else {})
    wrong = []

    def expect(right: bool, who: str, method: str, answer: tuple[int, str], wanted: str) -> None:
        if not right:
            wrong.append(f"{who} {method.upper()} {url}: {answer[0]} {answer[1]}, wanted {wanted}")

    methods = ["get", "head", "post"]
    if row.roles == PUBLIC:
        answer = ask(None, row.method)
        expect(answer[0] in PASSED, "anonymous", row.method, answer, "to pass")
    else:
        for method in methods:
            answer = ask(None, method)
            expect(to_login(answer), "anonymous", method, answer, "the login")

    for role in PEOPLE:
        person = world.holder(role)
        if row.roles == PUBLIC:
            listed = row.name != "/_util/login/"
        elif row.roles == EVERYBODY:
            listed = True
        else:
            listed = role in (row.also if row.roles == OWNER else row.roles)
        if listed:
            answer = ask(person, row.method)
            expect(passed(answer), role, row.method, answer, "to pass")
            if row.method == "get":
                expect((head := ask(person, "head"))[0] == answer[0], role, "head", head, f"{answer[0]} as for GET")
            else:
                expect((get := ask(person, "get"))[0] == 405, role, "get", get, "405")
            if role == Role.AUDITOR and row.method == "get" and not isinstance(row.roles, str):
                expect((post := ask(person, "post"))[0] in (403, 404, 405), role, "post", post, "403 or 405")
        elif row.roles != PUBLIC:
            refusal = 404 if row.roles == OWNER else 403
            for method in methods if row.method == "get" else ["post"]:
                answer = ask(person, method)
                # A page that is only read refuses POST with 405 before it asks who it is.
                fine = answer[0] == refusal or (method == "post" and row.method == "get" and answer[0] == 405)
                expect(fine, role, method, answer, str(refusal))

    if row.roles == OWNER:
        answer = ask(world.owner, row.method)
        expect(passed(answer), "owner", row.method, answer, "to pass")
    if row.outside is not None:
        for role in sorted(row.also if row.roles == OWNER else row.roles):
            answer = ask(world.outsider(role), row.method)
            expect(answer[0] == row.outside, f"outside {role}", row.method, answer, str(row.outside))
    assert wrong == []


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [m for m in apps.get_models() if issubclass(m, Page) and m is not Page])
def test_page_types_are_served_to_signed_in_people_only(model, world):
    from tests.matrix import pages

    make = pages.MAKERS.get(model._meta.label)
    assert make is not None, f"{model._meta.label} has no maker in tests/matrix/pages.py; say how its pages are made."
    ask = Try(make(world).get_url(), {})
    assert to_login(ask(None))
    assert passed(ask(world.learner))


# --- what others bring ------------------------------------------------------------------------------------------------


def third_party() -> list[Address]:
    return [address for address in ADDRESSES if not is_ours(address)]


# How the account pages answer somebody who has not signed in; every other address of others leads to the login.
OPEN_TO_ANONYMOUS = {
    "account_login",
    "account_signup",  # closed by the adapter: a page that says so
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_inactive",
    "account_confirm_login_code",
    "account_request_login_code",
    "wagtailcore_login",  # stands behind our own /_util/login/
    "mfa_authenticate",  # the second step of a login; without the first it leads back to it
}
KNOWN = ("/admin/", "/account/", "/documents/", "/_util/")


@pytest.mark.parametrize("address", third_party(), ids=lambda address: address.name)
def test_nothing_of_others_is_open_without_a_login(address, db):
    """Wagtail's and allauth's own URLs: unknown mounts fail, and those without arguments are tried."""
    assert address.route.startswith(KNOWN) or address.name in ("wagtail_serve",), f"{address.name} is new: {address}"
    if set("<(*") & set(address.route) or address.name in OPEN_TO_ANONYMOUS:
        return
    try:
        url = reverse(address.name) if not address.name.startswith("/") else address.route.rstrip("$")
    except Exception:
        return
    answer = Try(url, {})(None)
    if answer[1].startswith("/admin/login/"):
        answer = Try(answer[1], {})(None)
    assert to_login(answer) or answer[0] in (404, 405), answer


# Managers review there what their department issues.
ADMIN_ROLES = {Role.TRAINER, Role.EXAMINER, Role.INSPECTOR, Role.PERSONNEL, Role.ADMINISTRATOR, Role.MANAGER}


@pytest.mark.parametrize("role", PEOPLE)
def test_wagtails_admin_lets_authors_in_and_refuses_everybody_else(role, world):
    answer = Try("/admin/", {})(world.holder(role))
    if role in ADMIN_ROLES:
        assert answer[0] == 200
    else:
        assert answer[0] == 302
        assert Try(answer[1], {})(world.holder(role))[0] == 403


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("wagtailusers_users:index", {Role.ADMINISTRATOR}),
        ("wagtailimages:index", {Role.TRAINER, Role.ADMINISTRATOR}),
        ("wagtaildocs:index", {Role.TRAINER, Role.ADMINISTRATOR}),
    ],
)
def test_sections_of_the_admin_open_to_their_roles_only(name, roles, world):
    for role in PEOPLE:
        answer = Try(reverse(name), {})(world.holder(role))
        assert (answer[0] == 200) == (role in roles), (role, answer)


def test_sign_up_is_closed(client, db):
    response = client.post(reverse("account_signup"), {"username": "x1", "password1": "y" * 12, "password2": "y" * 12})
    assert response.status_code == 200
    assert not response.wsgi_request.user.is_authenticated
