"""Small template tags that every template has without loading them: icons, charts, query strings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import count
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from academy.icons import ICONS

register = template.Library()
_ids = count(1)

Number = int | float | Decimal


@register.simple_tag
@lru_cache(1000, typed=True)
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """The icon as inline SVG; silent for screen readers unless a label says what it means. Unknown names draw `info`."""
    drawing = mark_safe(ICONS.get(name) or ICONS["info"])
    if label:
        return format_html(
            '<svg class="icon {}" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', extra, label, drawing
        )
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', extra, drawing
    )


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """The page's query string with parameters replaced; None takes one away. For links: `href="{% query page=2 %}"`."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.simple_tag
def options(values: Iterable[Any]) -> SafeString:
    """An option of a drop-down for each value, which is its own label."""
    return format_html_join("", '<option value="{}">{}</option>', ((value, value) for value in values))


@register.filter
def kept(parameters: Any, names: str) -> list[tuple[str, str]]:
    """(name, value) pairs of a query string without the named parameters: hidden fields of a GET form."""
    dropped = set(names.split(","))
    return [(name, value) for name in parameters for value in parameters.getlist(name) if name not in dropped]


@register.filter
def unlocalized(value: Any) -> str:
    """A number as SVG and JavaScript read it, whatever the reader's language."""
    return str(value)


def shown(value: Any) -> str:
    """A label or a figure in the reader's format: dates short, numbers with at most one decimal."""
    if isinstance(value, date):
        return date_format(value, "MONTH_DAY_FORMAT")
    if isinstance(value, int):
        return number_format(value, force_grouping=abs(value) >= 10_000)
    if isinstance(value, float | Decimal):
        rounded = round(value, 1)
        return number_format(rounded, 0 if rounded == int(rounded) else 1)
    return str(value)


@dataclass(frozen=True)
class Dot:
    """A point of the line: its place in the drawing, its words, whether to write a date under it."""

    x: float
    y: float
    label: str
    value: str
    marked: bool


def _pair(item: Any) -> tuple[Any, Any]:
    if isinstance(item, Mapping):
        return item["label"], item["value"]
    return item[0], item[1]


@register.inclusion_tag("components/line_chart.html")
def line_chart(
    points: Sequence[Any],
    label: str = "",
    unit: str = "",
    threshold: Number | None = None,
    threshold_label: str = "",
) -> dict[str, Any]:
    """A line through (when, value) points, oldest first, with a dashed threshold and a table behind it.

    A point is a pair or a mapping with `label` and `value`; `when` is a date or a word.
    """
    pairs = [(when, value) for when, value in map(_pair, points) if value is not None]
    if not pairs:
        return {"dots": []}
    width, top, bottom, left, right = 620, 26, 128, 10, 610
    figures = [float(value) for _when, value in pairs]
    extent = [*figures, float(threshold)] if threshold is not None else figures
    low, high = min(extent), max(extent)
    room = (high - low) * 0.12 or max(abs(high) * 0.1, 1)
    low, high = low - room, high + room

    def height(value: float) -> float:
        return round(bottom - (value - low) / (high - low) * (bottom - top), 1)

    step = (right - left) / max(len(pairs) - 1, 1)
    last = len(pairs) - 1
    dots = [
        Dot(
            round(left + step * place, 1) if last else float(right),
            height(figures[place]),
            shown(when),
            shown(value),
            place in (0, last),
        )
        for place, (when, value) in enumerate(pairs)
    ]
    return {
        "id": f"chart-{next(_ids)}",
        "dots": dots,
        "first": dots[0],
        "last": dots[-1],
        "line": " ".join(f"{dot.x},{dot.y}" for dot in dots),
        "label": label,
        "unit": unit,
        "width": width,
        "height": bottom + 28,
        "floor": bottom + 6,
        "words": bottom + 24,
        "threshold": height(float(threshold)) if threshold is not None else None,
        "threshold_words": f"{threshold_label} {shown(threshold)}".strip() if threshold is not None else "",
    }


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(
    rows: Sequence[Any], label: str = "", unit: str = "", maximum: Number | None = None, threshold: Number | None = None
) -> dict[str, Any]:
    """Horizontal bars of (label, value) rows, with a table behind them. `maximum` fixes the scale, such as 100 percent.

    Lengths are shares of the width, so the words keep their size however narrow the card is.
    """
    pairs = [(words, value) for words, value in map(_pair, rows) if value is not None]
    if not pairs:
        return {"bars": []}
    top = float(maximum) if maximum is not None else max([*(float(value) for _words, value in pairs), 1e-9])
    full, line = 100, 44
    bars = [
        {
            "label": shown(words),
            "value": shown(value),
            "width": round(min(max(float(value) / top, 0), 1) * full, 1),
            "y": place * line,
        }
        for place, (words, value) in enumerate(pairs)
    ]
    return {
        "id": f"chart-{next(_ids)}",
        "bars": bars,
        "label": label,
        "unit": unit if unit in ("", "%") else f" {unit}",
        "line": line,
        "height": len(bars) * line,
        "threshold": round(min(float(threshold) / top, 1) * full, 1) if threshold is not None else None,
        "threshold_words": shown(threshold) if threshold is not None else "",
    }


@register.inclusion_tag("components/deviation_chart.html")
def deviation_chart(
    rows: Sequence[tuple[str, float, float | None]], label: str = "", unit: str = "", band: Number = 0
) -> dict[str, Any]:
    """Dots left and right of a middle line at 0, each with its margin, over a band that is still as expected; a table behind them.

    A row is (label, value, margin); a margin of None is not drawn.
    """
    if not rows:
        return {"rows": []}
    line = 44
    reach = max(*(abs(value) + (margin or 0) for _label, value, margin in rows), float(band) * 1.6, 1e-9)

    def place(value: float) -> float:
        return round(50 + min(max(value / reach, -1), 1) * 48, 1)

    return {
        "id": f"chart-{next(_ids)}",
        "rows": [
            {
                "label": words,
                "value": f"{value:+.1f}".replace("-", "−"),
                "margin": None if margin is None else shown(float(margin)),
                "x": place(value),
                "from": None if margin is None else place(value - margin),
                "to": None if margin is None else place(value + margin),
                "beyond": abs(value) > band,
                "y": number * line,
            }
            for number, (words, value, margin) in enumerate(rows)
        ],
        "label": label,
        "unit": unit if unit in ("", "%") else f" {unit}",
        "height": len(rows) * line,
        "low": place(-float(band)),
        "wide": round(place(float(band)) - place(-float(band)), 1),
    }
