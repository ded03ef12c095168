"""Violations that ask for a demotion, and the levels it may lead to."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from people.models import Employment, Level, User
from quality.models import Violation


def demotion_due(user: User, on: date) -> Violation | None:
    """The newest violation in force that asks for a demotion, carried out or not."""
    asking = user.violations.filter(grade=Violation.Grade.DEMOTION, valid_from__lte=on, valid_to__gt=on)
    return asking.order_by("-valid_from", "-pk").first()


def demotions(people: QuerySet[User], on: date) -> QuerySet[Violation]:
    """Violations in force that ask for a demotion of one of these people and have not brought it about."""
    done = Employment.objects.filter(
        user=OuterRef("user"), cause=Employment.Cause.DEMOTION, valid_from__gte=OuterRef("valid_from")
    )
    asking = Violation.objects.filter(
        grade=Violation.Grade.DEMOTION, valid_from__lte=on, valid_to__gt=on, user__in=people
    )
    return asking.filter(~Exists(done)).select_related("user", "by").order_by("valid_from")


def levels_below(user: User, on: date) -> QuerySet[Level]:
    """The levels under the one a person holds on a day; none for somebody without a level."""
    row = user.employments.all().current(on).select_related("level").first()
    rank = row.level.rank if row is not None and row.level is not None else 0
    return Level.objects.filter(rank__lt=rank)
