"""Questions of a paper as HTML. The markup is that of templates/exams/asked.html and question.html alone.

A version never changes, so each is rendered once for every state in which candidates may find it: with slots where position,
order of options and the tab's token stand, which are filled for each page. So a paper of forty costs a few joined strings.
"""

import json
import re
import secrets
from dataclasses import replace

from django import template
from django.conf import settings
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from exams.queries import Asked

register = template.Library()
MOST = 8000
CHOICES = frozenset({"single", "multiple"})
FEW_STATES = frozenset({"single", "multiple", "true_false"})
SLOTS = ("previous", "next", "next_seq", "hidden", "spent", "token", "csrf", "save", "upload")
_MARK = f"\ue000{secrets.token_hex(8)}"
"""What no author can write into a question."""
_SLOT = re.compile(f"{_MARK}([a-z0-9_]+)\ue001")
_rendered: dict[tuple[object, ...], list[str]] = {}


@register.simple_tag(takes_context=True)
def asked_questions(context: template.Context) -> SafeString:
    """Every question of `questions` as a form of its own; the one at `at` is shown."""
    attempt, questions, at = context["attempt"], context["questions"], context["at"]
    values = {
        "token": escape(context["token"]),
        "csrf": get_token(context["request"]),
        "save": reverse("exams:save", args=[attempt.pk]),
        "upload": reverse("exams:upload", args=[attempt.pk, 0]).removesuffix("0/"),
    }
    return mark_safe("".join(_filled(question, len(questions), at, values) for question in questions))


def _filled(question: Asked, of: int, at: int, values: dict[str, str]) -> str:
    place = question.position
    values |= {
        "position": str(place),
        "previous": str(place - 1),
        "next": str(place + 1),
        "seq": str(question.seq),
        "spent": str(question.spent_ms),
        "next_seq": str(question.seq + 1),
        "hidden": "" if place == at else " hidden",
    }
    if question.kind in CHOICES:
        values |= {f"option_{number}": option for number, option in enumerate(question.options)}
    parts = _parts(question, of)
    parts[1::2] = [values[name] for name in parts[1::2]]
    return "".join(parts)


def _parts(question: Asked, of: int) -> list[str]:
    """Text and names of slots in turn, as the template wrote them."""
    edge = (question.position == 1) + 2 * (question.position == of)
    key = (
        get_language(),
        question.version,
        question.case,
        question.points,
        edge,
        question.marked,
        json.dumps(question.answer),
        None if question.kind in CHOICES else json.dumps(question.order),
    )
    parts = _rendered.get(key)
    if parts is None:
        parts = _SLOT.split(_rendering(question, edge))
        if not settings.DEBUG and (question.kind in FEW_STATES or not question.answered):
            if len(_rendered) >= MOST:
                _rendered.clear()
            _rendered[key] = parts
    return list(parts)


def _rendering(question: Asked, edge: int) -> str:
    shown = replace(question, position=_slot("position"), seq=_slot("seq"))
    if question.kind in CHOICES:
        shown.options = [_slot(f"option_{number}") for number in range(len(question.options))]
    slots = {name: _slot(name) for name in SLOTS}
    return render_to_string(
        "exams/asked.html", {"question": shown, "first": edge & 1, "last": edge & 2, "of": True, **slots}
    )


def _slot(name: str) -> SafeString:
    return mark_safe(f"{_MARK}{name}\ue001")


def forget() -> None:
    """Forgets every rendering, for another database in the same process."""
    _rendered.clear()
