"""What came out: a person's results, the page of one result, and the topics behind it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet

from exams import grading, statistics
from exams.models import Attempt, Exam, Mark, Marking, QuestionVersion, RemarkRequest, Result
from exams.queries.candidates import MySitting, PartState
from exams.queries.marking import rubric_of
from exams.queries.newest import corrections_of
from exams.queries.papers import Reviewed, keyed_versions, reviewed
from exams.queries.release import over_for, released_to_candidate
from exams.queries.verdicts import verdict_of
from ground.compiled import Compiled
from people.models import User
from topics.models import Topic

Reveals = Exam.Reveals


def results_of(user: User) -> QuerySet[Result]:
    """A person's results, newest first, with exam and sitting at hand."""
    return (
        Result.objects.filter(user=user)
        .select_related("exam__level", "candidacy__sitting")
        .order_by("-decided_at", "-id")
    )


class Won(NamedTuple):
    """What a mark gives."""

    topic_id: int
    points: Decimal
    out_of: int


@dataclass
class Judgement:
    """What a marker said: criteria with the points given, and the comment. The candidate is not told by whom."""

    round: str
    criteria: list[tuple[str, str]]
    points: Decimal
    comment: str


@dataclass
class Answered:
    """A question on the result page: as reviewed, what markers said, what may still be asked."""

    review: Reviewed
    points: Decimal
    out_of: int
    judgements: list[Judgement] = field(default_factory=list)
    correction: str = ""
    remark: RemarkRequest | None = None

    @property
    def plain(self) -> bool:
        """Whether its key alone gave the mark, and nobody has said anything."""
        return bool(self.out_of) and not (self.judgements or self.correction or self.remark)


@dataclass
class AnsweredPaper:
    """A marked paper on the result page."""

    attempt: Attempt
    questions: list[Answered]

    @property
    def askable(self) -> list[str]:
        """The positions of the questions that nobody has been asked to mark again."""
        return [str(row.review.asked.position) for row in self.questions if row.remark is None]


def result_page(row: MySitting, now: datetime) -> dict[str, Any]:
    """What the result page shows: nothing of it before the release; then parts with the try that counts, topics, and the
    marked papers as far as the exam reveals them and the sitting is over for everybody."""
    if not row.released:
        return {"row": row, "withheld": row.begun, "parts": [], "topics": [], "papers": [], "reveals_key": False}
    exam = row.sitting.exam
    tried = [attempt for state in row.parts for attempt in state.tries]
    verdict = verdict_of(row.candidacy, tried, [state.part for state in row.parts], now)
    attempts = {attempt.pk: attempt for attempt in tried}
    parts = []
    for state, line in zip(row.parts, verdict.parts, strict=True):
        attempt = attempts.get(line["attempt"])
        if attempt is not None:
            attempt.part = state.part
        marking = next((one for one in state.tries if one.state == Attempt.State.MARKING), None)
        parts.append(
            {
                "state": state,
                "line": line,
                "attempt": attempt,
                "marking": marking,
                "pass_percent": _pass_percent(state, attempt),
            }
        )
    papers = [part["attempt"] for part in parts if part["attempt"] is not None and part["attempt"].paper_id]
    shown = exam.reveals != Reveals.SCORE and bool(papers) and over_for(row.candidacy, now)
    marks = {paper.pk: {position: Won(*mark) for position, *mark in _marks_of(paper.pk)} for paper in papers}
    return {
        "row": row,
        "withheld": False,
        "verdict": verdict,
        "parts": parts,
        "topics": [(topic, round(share * 100)) for topic, share in _strengths(marks)],
        "questions_shown": shown,
        "reveals": exam.reveals,
        "reveals_key": exam.reveals == Reveals.KEY,
        "papers": [AnsweredPaper(paper, answered(paper, marks[paper.pk])) for paper in papers] if shown else [],
    }


def questions_shown(attempt: Attempt, now: datetime) -> bool:
    """Whether its candidate sees the questions of an attempt: it is graded, the result is released, the exam reveals them
    and the sitting is over for everybody."""
    sitting = attempt.candidacy.sitting
    return (
        attempt.state == Attempt.State.GRADED
        and attempt.paper_id is not None
        and sitting.exam.reveals != Reveals.SCORE
        and released_to_candidate(attempt.candidacy, now)
        and over_for(attempt.candidacy, now)
    )


_remarks_of = Compiled(lambda attempt: RemarkRequest.objects.filter(attempt=attempt))
_marks_of = Compiled(
    lambda attempt: Mark.objects.filter(attempt=attempt).order_by("id").values_list("position", *Won._fields)
)


def answered(attempt: Attempt, marks: Mapping[int, Won]) -> list[Answered]:
    """The questions of a marked paper, whose newest marks by position these are, with everything said of them; call it only
    when they may be shown. Three queries once this process knows the words, four where people mark."""
    requests = {request.position: request for request in _remarks_of(attempt.pk)}
    ids = {item["version"] for item in attempt.paper.items}
    versions = keyed_versions(ids)
    said: dict[int, list[Marking]] = defaultdict(list)
    if requests or any(version.kind in grading.BY_PEOPLE for version in versions.values()):
        for marking in Marking.objects.filter(attempt=attempt).order_by("id"):
            said[marking.position].append(marking)
    corrections = {correction.version_id: correction.reason for correction in corrections_of(*ids)}
    rows = []
    for review in reviewed(attempt, {position: mark.points for position, mark in marks.items()}):
        position = review.asked.position
        item = attempt.paper.items[position - 1]
        version, mark = versions[item["version"]], marks.get(position)
        rows.append(
            Answered(
                review=review,
                points=mark.points if mark else Decimal(0),
                out_of=mark.out_of if mark else item["points"],
                judgements=[_judgement(version, marking) for marking in said[position]],
                correction=corrections.get(version.pk, ""),
                remark=requests.get(position),
            )
        )
    return rows


def _judgement(version: QuestionVersion, marking: Marking) -> Judgement:
    names = [criterion["name"] for criterion in rubric_of(version)]
    return Judgement(
        round=marking.get_round_display(),
        criteria=list(zip(names, marking.picks, strict=False)),
        points=marking.points,
        comment=marking.comment,
    )


def _pass_percent(state: PartState, attempt: Attempt | None) -> int | None:
    frozen = attempt.pass_percent if attempt is not None else None
    return state.part.pass_percent if frozen is None else frozen


def strengths(attempts: Iterable[Attempt]) -> list[tuple[Topic, float]]:
    """(topic, share of points) over attempts, weakest first; the newest mark of every answer counts. Two queries."""
    return _strengths(_newest_marks(attempts))


def _newest_marks(attempts: Iterable[Attempt]) -> dict[int, dict[int, Won]]:
    """{attempt: {position: what its newest mark gives}}."""
    newest: dict[int, dict[int, Won]] = {attempt.pk: {} for attempt in attempts}
    if newest:
        marks = Mark.objects.filter(attempt__in=newest).order_by("id")
        for attempt, position, *mark in marks.values_list("attempt_id", "position", *Won._fields):
            newest[attempt][position] = Won(*mark)
    return newest


_topics = Compiled(lambda *topics: Topic.objects.filter(pk__in=topics).order_by())


def _strengths(newest: Mapping[int, Mapping[int, Won]]) -> list[tuple[Topic, float]]:
    shares = statistics.strength_by_topic(mark for marks in newest.values() for mark in marks.values() if mark.out_of)
    topics = {topic.pk: topic for topic in _topics(*(topic for topic, _share in shares))}
    return [(topics[topic], share) for topic, share in shares if topic in topics]
