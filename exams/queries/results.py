"""What came out: a person's results, the page of one result, and the topics behind it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from exams import statistics
from exams.models import Attempt, Mark, Result
from exams.queries.candidates import MySitting, PartState
from exams.queries.papers import released, reviewed
from exams.queries.verdicts import verdict_of
from people.models import User
from topics.models import Topic


def results_of(user: User) -> QuerySet[Result]:
    """A person's results, newest first, with exam and sitting at hand."""
    return (
        Result.objects.filter(user=user)
        .select_related("exam__level", "candidacy__sitting")
        .order_by("-decided_at", "-id")
    )


def result_page(row: MySitting, now: datetime) -> dict[str, Any]:
    """What the result page shows: parts with the try that counts, topics, and the marked papers once released."""
    verdict = verdict_of(row.candidacy, row.sitting.exam.parts.all(), now)
    attempts = {attempt.pk: attempt for attempt in row.candidacy.attempts.all()}
    parts = []
    for state, line in zip(row.parts, verdict.parts, strict=True):
        attempt = attempts.get(line["attempt"])
        parts.append({"state": state, "line": line, "attempt": attempt, "pass_percent": _pass_percent(state, attempt)})
    papers = [part["attempt"] for part in parts if part["attempt"] is not None and part["attempt"].paper_id]
    shown = bool(papers) and all(released(attempt, row.sitting, now) for attempt in papers)
    marked = list(Attempt.objects.filter(pk__in=[paper.pk for paper in papers]).select_related("paper", "part"))
    return {
        "row": row,
        "verdict": verdict,
        "parts": parts,
        "topics": [(topic, round(share * 100)) for topic, share in strengths(papers)] if papers else [],
        "released": shown,
        "papers": [(paper, reviewed(paper)) for paper in marked] if shown else [],
    }


def _pass_percent(state: PartState, attempt: Attempt | None) -> int | None:
    frozen = attempt.pass_percent if attempt is not None else None
    return state.part.pass_percent if frozen is None else frozen


def strengths(attempts: Iterable[Attempt]) -> list[tuple[Topic, float]]:
    """(topic, share of points) over attempts, weakest first. Two queries."""
    marks = Mark.objects.filter(attempt__in=list(attempts)).values_list("topic_id", "points", "out_of")
    shares = statistics.strength_by_topic(marks)
    topics = Topic.objects.in_bulk([topic for topic, _share in shares])
    return [(topics[topic], share) for topic, share in shares if topic in topics]
