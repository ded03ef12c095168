"""The facts that requirements are judged by, read for one person or a thousand at the same price."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, F, IntegerField, Q, QuerySet, Sum, Value
from django.utils import timezone

from certificates.models import Certificate
from courses.models import Completion, CoursePage
from exams.models import Attempt, Candidacy, Result, TypingRun
from exams.queries import released_only
from people.models import Employment, User
from promotions import eligibility
from quality.models import Appraisal, Observation, Violation
from quality.queries import midnight


@dataclass(frozen=True)
class Known:
    """Rows that the page of one person has read already, all of them; `facts_of` does not ask for them again.

    The candidacies have their exam, their result and their attempts with the typing runs at hand;
    the completed courses their level.
    """

    certificates: Sequence[Certificate]
    candidacies: Sequence[Candidacy]
    completions: Sequence[tuple[CoursePage, Completion]]


def facts_of(
    users: Iterable[User],
    on: date,
    windows: Collection[int] = (),
    known: Known | None = None,
    released_at: datetime | None = None,
) -> dict[int, eligibility.Facts]:
    """{person's id: facts on a day}. `windows` are the days over which the quality average is wanted.

    With `released_at` only exams whose people may see their results at that moment count: for a person's own page.
    Six queries, and one for all windows, for one person or a thousand; four less for what is `known`.
    """
    ids = [user.pk for user in users]
    after = midnight(on + timedelta(days=1))
    certificates: dict[int, list[eligibility.CertificateFact]] = defaultdict(list)
    held = (
        known.certificates if known else Certificate.objects.filter(user__in=ids).select_related("kind", "revocation")
    )
    for certificate in held:
        revocation = getattr(certificate, "revocation", None)
        certificates[certificate.user_id].append(
            eligibility.CertificateFact(
                certificate.pk,
                certificate.kind.code,
                certificate.number,
                certificate.issued_on,
                certificate.expires_on,
                timezone.localdate(revocation.at) if revocation else None,
            )
        )
    exams: dict[int, list[eligibility.ExamFact]] = defaultdict(list)
    for pk, user_id, code, score, passed, at in _results(ids, known, released_at):
        if at < after:
            exams[user_id].append(eligibility.ExamFact(pk, code, score, passed, timezone.localdate(at)))
    typing: dict[int, list[eligibility.TypingFact]] = defaultdict(list)
    for pk, user_id, certified, typed, duration, at in _typed(ids, known, released_at):
        if at < after:
            typing[user_id].append(eligibility.TypingFact(pk, certified, typed, duration, timezone.localdate(at)))
    completions: dict[int, list[eligibility.CompletionFact]] = defaultdict(list)
    for pk, user_id, code, title, level, at in _completed(ids, known):
        if at < after:
            completions[user_id].append(eligibility.CompletionFact(pk, code, title, level, timezone.localdate(at)))
    appraisals: dict[int, list[eligibility.AppraisalFact]] = defaultdict(list)
    violations: dict[int, list[eligibility.ViolationFact]] = defaultdict(list)
    for noun, pk, user_id, since, until, rating in _conduct(ids, on, after):
        if noun == "appraisal":
            appraisals[user_id].append(eligibility.AppraisalFact(pk, since, rating))
        else:
            violations[user_id].append(eligibility.ViolationFact(pk, since, until))
    quality: dict[int, dict[int, eligibility.QualityFact]] = defaultdict(dict)
    for user_id, days, total, count in _scores(ids, on, sorted(set(windows))):
        quality[user_id][days] = eligibility.QualityFact(Decimal(total) / count, count)
    level_since = _level_since(ids, on)
    return {
        pk: eligibility.Facts(
            level_since.get(pk),
            tuple(certificates[pk]),
            tuple(exams[pk]),
            tuple(typing[pk]),
            tuple(completions[pk]),
            tuple(appraisals[pk]),
            tuple(violations[pk]),
            quality[pk],
        )
        for pk in ids
    }


def _results(ids: list[int], known: Known | None, released_at: datetime | None) -> Iterable[tuple[Any, ...]]:
    """(id, person, code of the exam, score, passed, when) of every result."""
    if known is None:
        rows = Result.objects.filter(user__in=ids)
        if released_at is not None:
            rows = released_only(rows, released_at)
        return rows.values_list("pk", "user_id", "exam__code", "score", "passed", "decided_at")
    results = [(getattr(candidacy, "result", None), candidacy.sitting.exam) for candidacy in known.candidacies]
    return [(r.pk, r.user_id, exam.code, r.score, r.passed, r.decided_at) for r, exam in results if r is not None]


def _typed(ids: list[int], known: Known | None, released_at: datetime | None) -> Iterable[tuple[Any, ...]]:
    """(id, person, certified, typed, ms, when) of every graded typing test."""
    graded = Attempt.State.GRADED
    if known is None:
        runs = TypingRun.objects.filter(
            attempt__candidacy__user__in=ids,
            attempt__state=graded,
            attempt__ordered__isnull=True,
            certified__isnull=False,
        )
        if released_at is not None:
            runs = released_only(runs, released_at, "attempt__candidacy")
        person = "attempt__candidacy__user_id"
        return runs.values_list("pk", person, "certified", "typed", "duration_ms", "attempt__ended_at")
    attempts = [
        (candidacy.user_id, attempt)
        for candidacy in known.candidacies
        for attempt in candidacy.attempts.all()
        if attempt.state == graded and getattr(attempt, "typing", None) is not None
    ]
    return [
        (run.pk, user_id, run.certified, run.typed, run.duration_ms, attempt.ended_at)
        for user_id, attempt in attempts
        if (run := attempt.typing).certified is not None
    ]


def _completed(ids: list[int], known: Known | None) -> Iterable[tuple[Any, ...]]:
    """(id, person, code, title and level of the course, when) of every completed course that has a level."""
    if known is None:
        rows = Completion.objects.filter(user__in=ids, course__level__isnull=False)
        return rows.values_list("pk", "user_id", "course__code", "course__title", "course__level__code", "completed_at")
    completed = [(course, one) for course, one in known.completions if course.level is not None]
    return [(c.pk, c.user_id, course.code, course.title, course.level.code, c.completed_at) for course, c in completed]


def _conduct(ids: list[int], on: date, after: datetime) -> QuerySet[Any]:
    """("appraisal", id, person, quarter, quarter, rating) and ("violation", id, person, from, to, 0), in one query."""
    columns = ("noun", "pk", "user_id", "since", "until", "figure")
    rated = Appraisal.objects.filter(user__in=ids, at__lt=after).annotate(
        noun=Value("appraisal", CharField()), since=F("quarter"), until=F("quarter"), figure=F("rating")
    )
    in_force = Violation.objects.filter(user__in=ids, valid_from__lte=on, valid_to__gt=on).annotate(
        noun=Value("violation", CharField()),
        since=F("valid_from"),
        until=F("valid_to"),
        figure=Value(0, IntegerField()),
    )
    rows = [found.order_by().values_list(*columns) for found in (rated, in_force)]
    return rows[0].union(rows[1], all=True)


def _scores(ids: list[int], on: date, windows: Sequence[int]) -> Iterator[tuple[int, int, Any, int]]:
    """(person, days of the window, sum of scores, reviews) where there were any; one query for all windows."""
    if not windows:
        return
    seen = Observation.objects.filter(
        user__in=ids,
        contact_at__gte=midnight(on - timedelta(days=max(windows) - 1)),
        contact_at__lt=midnight(on + timedelta(days=1)),
    )
    figures: dict[str, Any] = {}
    for days in windows:
        within = Q(contact_at__gte=midnight(on - timedelta(days=days - 1)))
        figures |= {f"total_{days}": Sum("score", filter=within), f"count_{days}": Count("pk", filter=within)}
    for row in seen.order_by().values("user_id").annotate(**figures):
        for days in windows:
            if row[f"count_{days}"]:
                yield row["user_id"], days, row[f"total_{days}"], row[f"count_{days}"]


def _level_since(ids: list[int], on: date) -> dict[int, date]:
    """{person: first day of the unbroken time on the level held on a day}."""
    since: dict[int, date] = {}
    last: dict[int, Employment] = {}
    for row in Employment.objects.filter(user__in=ids, valid_from__lte=on).order_by("user_id", "valid_from"):
        before = last.get(row.user_id)
        unbroken = before is not None and before.level_id == row.level_id and before.valid_to == row.valid_from
        if not unbroken:
            since[row.user_id] = row.valid_from
        last[row.user_id] = row
    return {
        user_id: since[user_id]
        for user_id, row in last.items()
        if row.level_id is not None and (row.valid_to is None or row.valid_to > on)
    }
