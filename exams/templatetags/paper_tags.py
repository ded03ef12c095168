"""Questions of a paper as HTML. The markup is that of templates/exams/asked.html and question.html alone.

A version never changes, so each is rendered once for every state in which candidates may find it: with slots where position,
order of options and the tab's token stand, which are filled for each page. So a paper of forty costs a few joined strings.
"""

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

from exams.queries import AnsweredPaper, Asked, Reviewed
from ground.known import Known

register = template.Library()
CHOICES = frozenset({"single", "multiple"})
FEW_STATES = frozenset({"single", "multiple", "true_false"})
SLOTS = ("previous", "next", "next_seq", "hidden", "spent", "token", "csrf", "save", "upload")
_MARK = f"\ue000{secrets.token_hex(8)}"
"""What no author can write into a question."""
_SLOT = re.compile(f"{_MARK}([a-z0-9_]+)\ue001")
_rendered: Known[tuple[object, ...], list[str]] = Known(8000)


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
    language = get_language()
    return mark_safe("".join(_filled(question, len(questions), at, values, language) for question in questions))


@register.simple_tag(takes_context=True)
def asked_links(context: template.Context) -> SafeString:
    """A link to every question of `questions`, with what is answered and marked."""
    attempt, at = context["attempt"], context.get("at")
    values = {"paper": context["paper_url"], "tab": str(attempt.generation)}
    language, links = get_language(), []
    for question in context["questions"]:
        state = {"answered": question.answered, "marked": question.marked, "here": question.position == at}
        parts = _in_state("exams/asked_link.html", language, state, ("paper", "tab", "position"))
        links.append(_fill(parts, values | {"position": str(question.position)}))
    return mark_safe("".join(links))


@register.simple_tag(takes_context=True)
def answered_questions(context: template.Context, paper: AnsweredPaper) -> SafeString:
    """The questions of a paper after release, as templates/exams/result_question.html has them."""
    reveals_key = context["reveals_key"]
    shown = (
        reviewed_question(row.review)
        if reveals_key and row.plain
        else render_to_string("exams/result_question.html", {"row": row, "reveals_key": reveals_key})
        for row in paper.questions
    )
    return mark_safe("".join(f"<li>{question}</li>" for question in shown))


@register.simple_tag
def reviewed_question(item: Reviewed) -> SafeString:
    """A question after release, as templates/exams/reviewed.html has it."""
    asked = item.asked
    few = asked.kind in FEW_STATES or not asked.answered
    key = (
        "reviewed",
        get_language(),
        asked.version,
        asked.case,
        asked.points,
        item.points,
        item.pending,
        asked.answered,
        None if asked.kind in CHOICES else (repr(asked.answer), repr(asked.order)),
    )
    parts = _rendered.get(key)
    if parts is None:
        shown = replace(item, asked=replace(asked, position=_slot("position")))
        options = _slot("options") if asked.kind in CHOICES else None
        parts = _kept(key, "exams/reviewed.html", {"item": shown, "options": options}, keep=few)
    options = _options(item) if asked.kind in CHOICES else ""
    return mark_safe(_fill(parts, {"position": str(asked.position), "options": options}))


@register.simple_tag(takes_context=True)
def reviewed_options(context: template.Context, item: Reviewed) -> SafeString:
    """The options of a question after release: which are right, which were chosen."""
    return context.get("options") or _options(item)


def _options(item: Reviewed) -> SafeString:
    language, chosen, lines = get_language(), item.asked.chosen, []
    for place, option in enumerate(item.asked.options):
        state = {"right": place in item.correct, "chosen": place in chosen}
        lines.append(_fill(_in_state("exams/reviewed_option.html", language, state, ("option",)), {"option": option}))
    return mark_safe("".join(lines))


def _in_state(name: str, language: str | None, state: dict[str, bool], slots: tuple[str, ...]) -> list[str]:
    """A small template in one of its few states, with these slots."""
    key = (name, language, *state.values())
    known = _rendered.get(key)
    return _kept(key, name, state | {slot: _slot(slot) for slot in slots}) if known is None else known


def _fill(parts: list[str], values: dict[str, str]) -> str:
    """Text and names of slots in turn, joined with what stands in the slots."""
    filled = parts.copy()
    filled[1::2] = [values[name] for name in parts[1::2]]
    return "".join(filled)


def _kept(key: tuple[object, ...], name: str, context: dict[str, object], *, keep: bool = True) -> list[str]:
    parts = _rendered.get(key)
    if parts is None:
        parts = _SLOT.split(render_to_string(name, context))
        if keep and not settings.DEBUG:
            _rendered.keep({key: parts})
    return parts


def _filled(question: Asked, of: int, at: int, values: dict[str, str], language: str | None) -> str:
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
    return _fill(_parts(question, of, language), values)


def _parts(question: Asked, of: int, language: str | None) -> list[str]:
    """Text and names of slots in turn, as the template wrote them."""
    edge = (question.position == 1) + 2 * (question.position == of)
    key = (
        language,
        question.version,
        question.case,
        question.points,
        edge,
        question.marked,
        repr(question.answer),
        None if question.kind in CHOICES else repr(question.order),
    )
    known = _rendered.get(key)
    if known is not None:
        return known
    shown = replace(question, position=_slot("position"), seq=_slot("seq"))
    if question.kind in CHOICES:
        shown.options = [_slot(f"option_{number}") for number in range(len(question.options))]
    given = {"question": shown, "first": edge & 1, "last": edge & 2, "of": True}
    few = question.kind in FEW_STATES or not question.answered
    return _kept(key, "exams/asked.html", given | {name: _slot(name) for name in SLOTS}, keep=few)


def _slot(name: str) -> SafeString:
    return mark_safe(f"{_MARK}{name}\ue001")
