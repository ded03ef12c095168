"""Inert rows for tests: a unit, a person, a topic; and a browser of somebody. Anything with a state is brought there by the
services."""

from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from django.test import Client

from people import services
from people.models import Level, Post, Role, Unit, User
from topics.models import Strand, Topic

START = datetime(2026, 1, 5, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FIRST_DAY = START.date()
_numbers = count(1)


def company() -> Unit:
    """The root unit, made once."""
    root = Unit.get_first_root_node()
    return root or Unit.add_root(code="C", name="云桥通信客户服务中心", kind=Unit.Kind.COMPANY)


def unit(name: str = "热线一班", parent: Unit | None = None) -> Unit:
    parent = Unit.objects.get(pk=(parent or company()).pk)
    return parent.add_child(code=f"U{next(_numbers)}", name=name, kind=Unit.Kind.TEAM)


def post(code: str = "agent", name: str = "话务员") -> Post:
    return Post.objects.get_or_create(code=code, defaults={"name": name})[0]


def level(code: str = "junior") -> Level:
    rank, name = {"junior": (1, "初级工"), "intermediate": (2, "中级工"), "senior": (3, "高级工")}[code]
    return Level.objects.get_or_create(code=code, defaults={"rank": rank, "name": name})[0]


def person(
    name: str = "林晓雨",
    *,
    at: Unit | None = None,
    on: date = FIRST_DAY,
    password: str | None = None,
    **more: object,
) -> User:
    return services.hire(
        employee_no=f"8{next(_numbers):05d}",
        name=name,
        unit=at or company(),
        post=post(),
        on=on,
        now=START,
        by=None,
        password=password,
        **more,
    )


def with_role(role: str, *, over: Unit | None = None, name: str = "周敏", **more: object) -> User:
    user = person(name, at=over, **more)
    services.assign_role(
        user=user, role=Role(role), unit=over or company(), valid_from=START.date(), now=START, by=None
    )
    return user


def examiner() -> User:
    """The second person who reviews questions, made once; employed nowhere, so that no list of staff holds them."""
    return User.objects.filter(employee_no="700001").first() or User.objects.create_user("700001", name="陈国栋")


def signed_in(user: User) -> Client:
    """A browser in which the person has signed in."""
    client = Client()
    client.force_login(user)
    return client


def strand(code: str = "skills", name: str = "服务技能") -> Strand:
    return Strand.objects.get_or_create(code=code, defaults={"name": name})[0]


def topic(code: str = "s-complaints", name: str = "投诉处理流程") -> Topic:
    return Topic.objects.get_or_create(code=code, defaults={"name": name, "strand": strand()})[0]
