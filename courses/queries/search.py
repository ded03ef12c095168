"""Searching: words that occur in lessons, also inside longer Chinese words, with the place where they stand.

No index of words: Chinese has no spaces, and a `LIKE` over a column of plain words finds 投诉 in 客户投诉处理.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from courses.models import CoursePage, LessonPage

MOST_WORDS = 8
CANDIDATES = 200
BEFORE, AFTER = 20, 60

Pieces = list[tuple[str, bool]]
"""A text in pieces: (piece, whether it is one of the words)."""


@dataclass(frozen=True)
class Found:
    """A lesson that holds every word. `title` and `excerpt` have the words marked; `block` is the place of the excerpt,
    empty when only the title holds them; `notice` says that it is a policy notice."""

    lesson: LessonPage
    title: Pieces
    excerpt: Pieces
    block: str
    notice: bool


def words_of(query: str) -> list[str]:
    """The words somebody typed, in the width that texts are written in; at most eight."""
    plain = unicodedata.normalize("NFKC", query).replace("\0", "")
    return list(dict.fromkeys(plain.split()))[:MOST_WORDS]


def marked(text: str, words: list[str]) -> Pieces:
    """The whole text with the words marked. Joined again, the pieces are the text."""
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pieces = re.split(f"({pattern})", text, flags=re.IGNORECASE) if pattern else [text]
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]


def excerpt(text: str, words: list[str]) -> Pieces:
    """The text around the first of the words, marked; empty when none occurs."""
    plain = " ".join(text.split())
    places = [found.start() for word in words if (found := re.search(re.escape(word), plain, re.IGNORECASE))]
    if not places:
        return []
    start, end = max(0, min(places) - BEFORE), min(places) + AFTER
    pieces = marked(plain[start:end], words)
    return [*([("…", False)] if start else []), *pieces, *([("…", False)] if end < len(plain) else [])]


def in_lesson(word: str) -> Q:
    """Lessons that hold a word in the title or the body."""
    return Q(title__icontains=word) | Q(body_words__icontains=word)


def search_lessons(query: str, limit: int = 20) -> list[Found]:
    """Published lessons of published courses that hold every word: words in the title first, then how often they occur."""
    words = words_of(query)
    if not words:
        return []
    lessons = _holding(words)
    paths = set(CoursePage.objects.live().values_list("path", flat=True))
    rows = [row for row in lessons[:CANDIDATES] if row.path[: -CoursePage.steplen] in paths]
    rows.sort(key=lambda row: (-row.in_title, -_times(row.body_words, words)))
    bodies = LessonPage.objects.in_bulk([row.pk for row in rows[:limit]])
    return [_found(bodies[row.pk], words) for row in rows[:limit]]


def _holding(words: list[str]) -> QuerySet[LessonPage]:
    lessons = LessonPage.objects.live().defer("body")
    titled = Value(0, IntegerField())
    for word in words:
        lessons = lessons.filter(in_lesson(word))
        titled = titled + Case(When(title__icontains=word, then=1), default=0, output_field=IntegerField())
    return lessons.annotate(in_title=titled).order_by("-in_title", "path")


def _times(text: str, words: list[str]) -> int:
    return sum(text.lower().count(word.lower()) for word in words)


def _found(lesson: LessonPage, words: list[str]) -> Found:
    best: tuple[int, str, str, bool] = (0, "", "", False)
    for block in lesson.body:
        text = " ".join(map(str, block.block.get_searchable_content(block.value)))
        held = sum(word.lower() in text.lower() for word in words)
        if held > best[0]:
            best = (held, text, block.id, block.block_type == "notice")
    _held, text, block_id, notice = best
    return Found(lesson, marked(lesson.title, words), excerpt(text, words), block_id, notice)
