"""What an imported question must be: every fault of every row as a sentence, and what is right in its one shape."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from django.utils.translation import gettext as _

from exams import formats
from exams.formats import Fault, Row
from exams.formats.rows import unwritable
from exams.models import BankMedia, Question, QuestionVersion
from exams.services.wording import checked
from ground.errors import Refused
from ground.freezing import fingerprint
from people.models import Level
from topics.models import Topic

LIMIT_QUESTIONS = 30_000
LONGEST_EXPLANATION = 10_000
_NAMED = re.compile(r"/media/([0-9a-f]{64})/")
WORDS = ("kind", "content", "key", "points", "difficulty", "explanation", "source")
"""What makes a version: the same words, in the same order of thought, as the services of the bank freeze."""


@dataclass(frozen=True)
class Judged:
    """One question of a file: its row in the one shape, or why it cannot be taken."""

    place: str
    row: Row | None
    faults: list[Fault]


def words_of(row: Row) -> dict[str, Any]:
    """The words that a version of this row freezes."""
    return {name: getattr(row, name) for name in WORDS}


def judged(file: IO[bytes], format: str, topic: str = "") -> Iterator[Judged]:
    """Every question of a file, judged; faults that show only at the end come last, without a row.

    `topic` is the code of the topic for questions that name none the bank knows. Raises Refused for a file that cannot be
    read at all.
    """
    judge = _Judge(topic)
    count = 0
    for place, read in formats.READERS[format](file):
        count += 1
        if count > LIMIT_QUESTIONS:
            raise Refused(
                _("The file has more than %(limit)s questions. Split it into parts.") % {"limit": LIMIT_QUESTIONS},
                code="too_many",
            )
        if isinstance(read, str):
            yield Judged(place, None, [Fault(place, read)])
            continue
        row, sentences = judge.row(place, read)
        yield Judged(place, None if sentences else row, [Fault(place, sentence) for sentence in sentences])
    if not count:
        raise Refused(_("There is no question in the file."), code="empty")
    if faults := judge.cases():
        yield Judged("", None, faults)


class _Judge:
    """Looks topics and levels up once, and remembers the codes it has seen."""

    def __init__(self, topic: str) -> None:
        self.otherwise = topic
        self.topics = _by_word(Topic.objects.values_list("code", "name"))
        self.levels = _by_word(Level.objects.values_list("code", "name"))
        self.leading = set(Question.objects.filter(case__isnull=False).values_list("case__code", flat=True).distinct())
        self.media = set(BankMedia.objects.values_list("sha256", flat=True))
        self.seen: dict[str, str] = {}
        self.stories: set[str] = set()
        self.wanted: list[tuple[str, str]] = []

    def row(self, place: str, row: Row) -> tuple[Row, list[str]]:
        """The row in its one shape, and what is wrong with it."""
        faults: list[str] = []
        if unwritable(row):
            return row, [_("It holds control characters that a file cannot carry.")]
        try:
            content, key = checked(row.kind, row.content, row.key)
            row = replace(row, content=content, key=key)
        except Refused as refusal:
            faults.append(str(refusal))
        if not row.code.strip() or len(row.code) > 40:
            row = replace(row, code=f"q-{fingerprint([row.kind, row.content, row.key])[:16]}")
        row = replace(
            row,
            code=" ".join(row.code.split()),
            topics=self._topics(row, faults),
            level=self._level(row, faults),
            explanation=row.explanation.strip(),
            source=" ".join(row.source.split()),
            case=" ".join(row.case.split()),
        )
        if not self.media.issuperset(_NAMED.findall(str(row.content))):
            faults.append(_("It names a picture or recording that this bank does not have. Add it in the editor."))
        self._figures(row, faults)
        self._code(place, row, faults)
        return row, faults

    def _topics(self, row: Row, faults: list[str]) -> tuple[str, ...]:
        known = dict.fromkeys(self.topics[word.casefold()] for word in row.topics if word.casefold() in self.topics)
        unknown = [word for word in row.topics if word.casefold() not in self.topics]
        if self.otherwise:
            return tuple(sorted(known or [self.otherwise]))
        faults += [_("There is no topic “%(topic)s”.") % {"topic": word[:60]} for word in unknown]
        if not row.topics:
            faults.append(_("Name at least one topic that the question tests."))
        return tuple(sorted(known))

    def _level(self, row: Row, faults: list[str]) -> str:
        level = self.levels.get(row.level.casefold(), "") if row.level else ""
        if row.level and not level:
            faults.append(_("There is no level “%(level)s”.") % {"level": row.level[:40]})
        return level

    def _figures(self, row: Row, faults: list[str]) -> None:
        if not 1 <= row.points <= 100:
            faults.append(_("A question is worth 1 to 100 points."))
        if row.difficulty not in (1, 2, 3):
            faults.append(_("The difficulty is 1 (easy), 2 (medium) or 3 (hard)."))
        if not 0 <= row.place <= 1000:
            faults.append(_("The place in the case is a number from 0 to 1000."))
        if len(row.explanation) > LONGEST_EXPLANATION:
            faults.append(
                _("The explanation has more than %(limit)s characters.") % {"limit": LONGEST_EXPLANATION},
            )
        if len(row.source) > 200:
            faults.append(_("The source rule has more than 200 characters."))

    def _code(self, place: str, row: Row, faults: list[str]) -> None:
        first = self.seen.setdefault(row.code, place)
        if first != place:
            faults.append(_("The code %(code)s already stands at %(place)s.") % {"code": row.code, "place": first})
        if row.kind == QuestionVersion.Kind.CASE:
            self.stories.add(row.code)
            if row.case:
                faults.append(_("A case study cannot be a question of another one."))
        elif row.code in self.leading:
            faults.append(_("This case study has questions of its own; it stays a case study."))
        if row.case:
            self.wanted.append((place, row.case))

    def cases(self) -> list[Fault]:
        """Cases that are neither in the file nor in the bank."""
        elsewhere = {case for _place, case in self.wanted} - self.stories
        known = set(cases_of(elsewhere))
        return [
            Fault(place, _("There is no case study “%(code)s”.") % {"code": case[:40]})
            for place, case in self.wanted
            if case in elsewhere and case not in known
        ]


def cases_of(codes: set[str]) -> dict[str, int]:
    """{code: id} of the case studies in the bank among these codes."""
    found: dict[str, int] = {}
    wanted = sorted(codes)
    for start in range(0, len(wanted), 500):
        questions = Question.objects.filter(code__in=wanted[start : start + 500]).select_related("current", "draft")
        found |= {each.code: each.pk for each in questions if each.newest and each.newest.kind == "case"}
    return found


def _by_word(pairs: Any) -> dict[str, str]:
    """{code or name: code}, without names that two share; a code goes before a name."""
    pairs = list(pairs)
    words: dict[str, str] = {}
    shared: set[str] = set()
    for code, name in pairs:
        word = name.casefold()
        if word in words:
            shared.add(word)
        words[word] = code
    return {word: code for word, code in words.items() if word not in shared} | {
        code.casefold(): code for code, _name in pairs
    }
