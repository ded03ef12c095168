"""Audience rules: who is meant by {"units": [id], "posts": [id], "levels": [id], "people": [id], ...}.

Within one word the values are alternatives, the words narrow each other; people are added by name. What other apps know of
people (a certificate, a weak topic) are words too: they register a `Condition` in `ready()`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.models import Employment, Level, Post, Unit, User
from people.policy import below

Rule = dict[str, list[Any]]


@dataclass(frozen=True)
class Condition:
    """A word of rules. `choices()` gives (value, label) to choose from; None asks for a day, kept as its ISO text.

    `users(values, on)` is the condition on User, `because(values)` the words for "in, because the person ...".
    """

    label: str | Promise
    choices: Callable[[], list[tuple[str, str]]] | None
    users: Callable[[Sequence[Any], date], Q]
    because: Callable[[Sequence[Any]], str]


_conditions: dict[str, Condition] = {}


def register(word: str, condition: Condition) -> None:
    """Adds a word that rules may use."""
    _conditions[word] = condition


def conditions() -> dict[str, Condition]:
    """The registered words."""
    return dict(_conditions)


def members(rule: Rule, on: date) -> QuerySet[User]:
    """Active people employed on a day who are meant by the rule; nobody for an empty rule."""
    meant = Q(pk__in=rule.get("people", []))
    words = [word for word in ("units", "posts", "levels", *_conditions) if rule.get(word)]
    if words:
        rows = Employment.objects.current(on)
        if rule.get("units"):
            paths = Unit.objects.filter(pk__in=rule["units"]).values_list("path", flat=True)
            rows = rows.filter(below(paths, "unit__path"))
        if rule.get("posts"):
            rows = rows.filter(post__in=rule["posts"])
        if rule.get("levels"):
            rows = rows.filter(level__in=rule["levels"])
        narrowed = Q(pk__in=rows.values("user"))
        for word in words:
            if word in _conditions:
                narrowed &= _conditions[word].users(rule[word], on)
        meant |= narrowed
    return User.objects.filter(meant, is_active=True)


def because(rule: Rule) -> list[str]:
    """What the rule asks of a person, a clause a word: "works in ...", "holds no certificate ...". Three queries at most."""
    said = []
    for word, model, clause in (
        ("units", Unit, _("works in %(names)s")),
        ("posts", Post, _("works as %(names)s")),
        ("levels", Level, _("has the level %(names)s")),
    ):
        if rule.get(word):
            names = model.objects.filter(pk__in=rule[word]).values_list("name", flat=True)
            said.append(clause % {"names": "、".join(names)})
    return said + [condition.because(rule[word]) for word, condition in _conditions.items() if rule.get(word)]


def _hired_since(values: Sequence[str], _on: date) -> Q:
    earlier = Employment.objects.filter(user=OuterRef("pk"), valid_from__lt=date.fromisoformat(values[0]))
    return ~Exists(earlier)


def _aiming_at(values: Sequence[int], on: date) -> Q:
    """The next rung of the ladder above the person's own; nobody who has left aims at one."""
    ranks = list(Level.objects.order_by("rank").values_list("pk", flat=True))
    rungs = [ranks.index(int(value)) for value in values if int(value) in ranks]
    own = Q(level__in=[ranks[rung - 1] for rung in rungs if rung])
    if 0 in rungs:
        own |= Q(level__isnull=True)
    return Q(pk__in=Employment.objects.current(on).filter(own).values("user")) if rungs else Q(pk__in=[])


def _levels() -> list[tuple[str, str]]:
    return [(str(level.pk), level.name) for level in Level.objects.all()]


def _level_names(values: Sequence[Any]) -> str:
    return "、".join(Level.objects.filter(pk__in=values).values_list("name", flat=True))


register(
    "hired_since",
    Condition(
        label=gettext_lazy("Hired on or after"),
        choices=None,
        users=_hired_since,
        because=lambda values: (
            _("was hired on or after %(day)s") % {"day": date_format(date.fromisoformat(values[0]), "DATE_FORMAT")}
        ),
    ),
)
register(
    "aims",
    Condition(
        label=gettext_lazy("Next level"),
        choices=_levels,
        users=_aiming_at,
        because=lambda values: _("has %(names)s as the next level") % {"names": _level_names(values)},
    ),
)
