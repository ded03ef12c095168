"""What a corrected key makes of the attempts that asked the question: for the preview, and for the regrading itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from exams import folding, grading, marking, signals
from exams.models import (
    Attempt,
    Candidacy,
    KeyCorrection,
    LateResponse,
    Mark,
    QuestionVersion,
    Response,
    Result,
)
from exams.queries.release import with_sitters
from exams.queries.verdicts import verdict_of, with_attempts

State, Source = Attempt.State, Mark.Source
Correction = tuple[str, Mapping[str, Any]]
BATCH = 200
SHOWN = 500
"""How many changes a preview names; it counts them all."""


@dataclass
class Change:
    """What one attempt becomes. `marks` are (position, item, points, out of) to append; the figures are those after."""

    attempt: Attempt
    marks: list[tuple[int, dict[str, Any], Decimal, int]]
    points: Decimal
    out_of: int
    state: str
    score: Decimal | None
    passed: bool | None

    def apply(self, attempt: Attempt) -> None:
        """Puts the new figures on an attempt in memory."""
        attempt.points, attempt.out_of = self.points, self.out_of
        attempt.state, attempt.score, attempt.passed = self.state, self.score, self.passed


def asked_in(version: QuestionVersion) -> list[int]:
    """The ended attempts that asked this version, in order: those with a mark for it, and those whose mark a person owes."""
    ended = Attempt.objects.filter(state__in=(State.MARKING, State.GRADED))
    ids = set(
        Mark.objects.filter(version=version, attempt__state__in=(State.MARKING, State.GRADED)).values_list(
            "attempt_id", flat=True
        )
    )
    if version.kind in grading.BY_PEOPLE:
        unmarked = ended.filter(state=State.MARKING).values_list("pk", "paper__items")
        ids |= {pk for pk, items in unmarked if any(item["version"] == version.pk for item in items or ())}
    return sorted(ids)


def newest_correction(version: QuestionVersion) -> Correction | None:
    """(action, key) of the newest correction of a version."""
    return KeyCorrection.objects.filter(version=version).order_by("id").values_list("action", "key").last()


def changes(ids: Iterable[int], version: QuestionVersion, correction: Correction) -> list[Change]:
    """What a correction makes of these attempts; those that it changes nothing of stay out. Four queries.

    What a person has given stands when only the key is corrected; a question that leaves the count or is credited does so
    for everybody.
    """
    attempts = list(
        Attempt.objects.filter(pk__in=list(ids), state__in=(State.MARKING, State.GRADED))
        .select_related("paper")
        .order_by("pk")
    )
    newest: dict[int, dict[int, tuple[Decimal, int, str]]] = defaultdict(dict)
    late: set[tuple[int, int]] = set()
    rows = Mark.objects.filter(attempt__in=attempts).order_by("id")
    for attempt, position, *mark in rows.values_list("attempt_id", "position", "points", "out_of", "source"):
        newest[attempt][position] = tuple(mark)
        if mark[2] == Source.LATE:
            late.add((attempt, position))
    answers = _answers(attempts, version, late) if correction[0] == marking.KEY else {}
    found = []
    for attempt in attempts:
        marks = newest[attempt.pk]
        new = []
        for position, item in enumerate(attempt.paper.items, start=1):
            if item["version"] != version.pk:
                continue
            before = marks.get(position)
            if correction[0] == marking.KEY and before and before[2] in (Source.MARKER, Source.REMARK):
                continue
            answer, points, order = answers.get((attempt.pk, position)), item["points"], item["order"]
            given = marking.effective(version.kind, version.content, version.key, correction, answer, points, order)
            if given is not None and (before is None or given != before[:2]):
                new.append((position, item, *given))
                marks[position] = (*given, Source.CORRECTION)
        if new:
            found.append(_change(attempt, new, marks))
    return found


def _change(
    attempt: Attempt, new: list[tuple[int, dict[str, Any], Decimal, int]], marks: dict[int, tuple[Decimal, int, str]]
) -> Change:
    points = sum((mark[0] for mark in marks.values()), Decimal(0))
    out_of = sum(mark[1] for mark in marks.values())
    whole = len(marks) == len(attempt.paper.items)
    return Change(
        attempt=attempt,
        marks=new,
        points=points,
        out_of=out_of,
        state=State.GRADED if whole else State.MARKING,
        score=folding.percent(points, out_of) if whole else None,
        passed=folding.passes(points, out_of, attempt.pass_percent or 0) if whole else None,
    )


def _answers(
    attempts: Sequence[Attempt], version: QuestionVersion, late: set[tuple[int, int]]
) -> dict[tuple[int, int], Any]:
    """The answer that counts at each place of the question: the one saved, or the late one that somebody accepted."""
    asked = Mark.objects.filter(attempt=OuterRef("attempt"), position=OuterRef("position"), version=version)
    rows = Response.objects.filter(Exists(asked), attempt__in=attempts)
    found = {(attempt, position): answer for attempt, position, answer in rows.values_list(*ANSWER)}
    if late:
        accepted = LateResponse.objects.filter(attempt__in={attempt for attempt, _position in late}).order_by("seq")
        for attempt, position, answer in accepted.values_list(*ANSWER):
            if (attempt, position) in late:
                found[attempt, position] = answer
    return found


ANSWER = ("attempt_id", "position", "answer")


@dataclass
class Turn:
    """One candidacy before and after: the attempt's score, and what the whole comes to."""

    candidacy: Candidacy
    attempt: Attempt
    before: Decimal | None
    after: Decimal | None
    verdict: folding.Verdict
    result: Result | None

    @property
    def turned(self) -> bool:
        """Whether somebody who had passed no longer has, or the other way round."""
        if self.result is None:
            return self.verdict.decided
        return self.result.passed != self.verdict.passed

    @property
    def altered(self) -> bool:
        """Whether the stored result says anything else now."""
        said = self.result
        return said is not None and (said.passed, said.score, said.parts) != (
            self.verdict.passed,
            self.verdict.score,
            self.verdict.parts,
        )


def turns(found: Sequence[Change], now: datetime) -> list[Turn]:
    """What the candidacies of these changes come to with the new figures, nothing written. Five queries."""
    by_attempt = {change.attempt.pk: change for change in found}
    wanted = {change.attempt.candidacy_id for change in found}
    candidacies = with_attempts(with_sitters(Candidacy.objects.filter(pk__in=wanted))).select_related(
        "sitting__exam", "user", "result__user", "result__exam"
    )
    rows = []
    for candidacy in candidacies:
        mine = [attempt for attempt in candidacy.attempts.all() if attempt.pk in by_attempt]
        scores = {attempt.pk: attempt.score for attempt in mine}
        for attempt in mine:
            by_attempt[attempt.pk].apply(attempt)
        verdict = verdict_of(candidacy, candidacy.attempts.all(), candidacy.sitting.exam.parts.all(), now)
        result = getattr(candidacy, "result", None)
        rows += [Turn(candidacy, attempt, scores[attempt.pk], attempt.score, verdict, result) for attempt in mine]
    return sorted(rows, key=lambda row: (row.candidacy.user.name_sort, row.attempt.pk))


@dataclass
class Preview:
    """What a correction would do. `hidden` counts the changes of people out of reach, who are not named."""

    asked: int
    changed: int = 0
    rows: list[Turn] = field(default_factory=list)
    passing: list[Turn] = field(default_factory=list)
    failing: list[Turn] = field(default_factory=list)
    certificates: list[tuple[Turn, str, str]] = field(default_factory=list)
    hidden: int = 0
    hidden_turned: int = 0

    @property
    def more(self) -> int:
        """How many changes are counted but not named."""
        return self.changed - self.hidden - len(self.rows)


def preview_correction(
    version: QuestionVersion, action: str, key: Mapping[str, Any], now: datetime, people: set[int] | None = None
) -> Preview:
    """Who changes mark, who passes or fails then, and which certificates rest on it; names only of `people`, if said."""
    ids = asked_in(version)
    shown = Preview(asked=len(ids))
    for start in range(0, len(ids), BATCH):
        for row in turns(changes(ids[start : start + BATCH], version, (action, key)), now):
            shown.changed += 1
            if people is not None and row.candidacy.user_id not in people:
                shown.hidden += 1
                shown.hidden_turned += row.turned
                continue
            if len(shown.rows) < SHOWN:
                shown.rows.append(row)
            if row.turned:
                (shown.passing if row.verdict.passed else shown.failing).append(row)
    failing = {row.result.pk: row for row in shown.failing if row.result is not None}
    for _receiver, said in signals.what_rests_on.send(sender=Result, results=list(failing)):
        shown.certificates += [(failing[result], words, url) for result, words, url in said]
    return shown
