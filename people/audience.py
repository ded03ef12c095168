"""Audience rules: who is meant by {"units": [id], "posts": [id], "levels": [id], "people": [id]}.

Within one word the ids are alternatives, the words units, posts and levels narrow each other; people are added by name.
"""

from datetime import date

from django.db.models import Q, QuerySet

from people.models import Employment, Unit, User
from people.policy import below


def members(rule: dict[str, list[int]], on: date) -> QuerySet[User]:
    """Active people employed on a day who are meant by the rule; nobody for an empty rule."""
    meant = Q(pk__in=rule.get("people", []))
    if any(rule.get(word) for word in ("units", "posts", "levels")):
        rows = Employment.objects.current(on)
        if rule.get("units"):
            paths = Unit.objects.filter(pk__in=rule["units"]).values_list("path", flat=True)
            rows = rows.filter(below(paths, "unit__path"))
        if rule.get("posts"):
            rows = rows.filter(post__in=rule["posts"])
        if rule.get("levels"):
            rows = rows.filter(level__in=rule["levels"])
        meant |= Q(pk__in=rows.values("user"))
    return User.objects.filter(meant, is_active=True)
