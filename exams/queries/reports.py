"""What exams and questions are like: figures aggregated in the database, only the newest mark of an answer counts."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.functional import cached_property
from django.utils.html import strip_tags

from exams import grading, statistics
from exams.models import Attempt, ExamPart, KeyCorrection, Mark, QuestionVersion, Response
from exams.queries.newest import newest_only
from people.models import User
from topics.models import Topic

MOST = 5000
"""Up to so many attempts are named one by one in a statement."""
# Sums by question. `rest` leaves the question itself out, and papers that have no other point.
_ITEMS = """
WITH marks AS ({marks}),
papers AS (SELECT attempt_id, SUM(points) AS points, SUM(out_of) AS out_of FROM marks GROUP BY attempt_id),
shares AS (
  SELECT m.version_id, m.points / m.out_of AS x,
    CASE WHEN p.out_of > m.out_of THEN (p.points - m.points) / (p.out_of - m.out_of) END AS r
  FROM marks m JOIN papers p ON p.attempt_id = m.attempt_id)
SELECT version_id, COUNT(*), SUM(x), SUM(x * x), COUNT(r),
  SUM(CASE WHEN r IS NOT NULL THEN x END), SUM(CASE WHEN r IS NOT NULL THEN x * x END), SUM(r), SUM(r * r), SUM(x * r)
FROM shares GROUP BY version_id
"""
# Sums for the reliability of the whole.
_SPREAD = """
WITH marks AS ({marks}),
means AS (SELECT version_id, AVG(points) AS mean FROM marks GROUP BY version_id),
papers AS (
  SELECT m.attempt_id, COUNT(*) AS n, SUM(m.points - i.mean) AS d, SUM((m.points - i.mean) * (m.points - i.mean)) AS dd
  FROM marks m JOIN means i ON i.version_id = m.version_id GROUP BY m.attempt_id)
SELECT COUNT(*), SUM(n), SUM(n * (n - 1)), SUM(dd), SUM(d * d), (SELECT COUNT(*) FROM means) FROM papers
"""
# The middle of the time spent on each question, by those who spent any.
_MEDIANS = """
WITH marks AS ({marks}),
spent AS (
  SELECT m.version_id, r.spent_ms, ROW_NUMBER() OVER (PARTITION BY m.version_id ORDER BY r.spent_ms) AS place,
    COUNT(*) OVER (PARTITION BY m.version_id) AS n
  FROM marks m JOIN exams_response r ON r.attempt_id = m.attempt_id AND r.position = m.position WHERE r.spent_ms > 0)
SELECT version_id, AVG(spent_ms) FROM spent WHERE place IN ((n + 1) / 2, (n + 2) / 2) GROUP BY version_id
"""


def graded(part: ExamPart, people: QuerySet[User], sitting: int | None = None) -> QuerySet[Attempt]:
    """The graded attempts at a part, of people in reach."""
    attempts = Attempt.objects.filter(
        part=part, state=Attempt.State.GRADED, ordered__isnull=True, candidacy__user__in=people
    )
    return attempts if sitting is None else attempts.filter(candidacy__sitting=sitting)


def _rows(statement: str, attempts: QuerySet[Attempt], version: int | None = None) -> list[tuple[Any, ...]]:
    marks = newest_only(Mark.objects.filter(attempt__in=attempts.values("pk"), out_of__gt=0))
    if version is not None:
        marks = marks.filter(attempt__in=Mark.objects.filter(version=version).values("attempt"))
    wanted = marks.order_by().values("attempt_id", "position", "version_id", "points", "out_of")
    inner, params = wanted.query.sql_with_params()
    # Binary floats add up several times faster than decimals, and these are estimates.
    kind = "double precision" if connection.vendor == "postgresql" else "REAL"
    columns = f"CAST(points AS {kind}) AS points, CAST(out_of AS {kind}) AS out_of"
    # Only our own words and the ORM's statement are put together; every value is a parameter.
    cast = f"SELECT attempt_id, position, version_id, {columns} FROM ({inner}) AS given"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement.format(marks=cast), params)
        return cursor.fetchall()


def _item(sums: tuple[Any, ...]) -> statistics.Item:
    return statistics.Item(*(value or 0 for value in sums))


@dataclass
class ItemRow:
    """A question version in a report. Shares are 0 to 1, `seconds` the median time spent."""

    version: QuestionVersion
    item: statistics.Item
    seconds: float | None

    @property
    def code(self) -> str:
        """The question's code with its version."""
        return f"{self.version.question.code} v{self.version.number}"

    @property
    def words(self) -> str:
        """The first words of the question."""
        return strip_tags(self.version.content.get("stem", ""))[:60]

    @cached_property
    def facility(self) -> float | None:
        """The mean share of points, percent."""
        return _percent(statistics.difficulty(self.item))

    @cached_property
    def discrimination(self) -> float | None:
        """The corrected item-total correlation."""
        found = statistics.discrimination(self.item)
        return None if found is None else round(found, 2) + 0.0

    @cached_property
    def suspicions(self) -> list[str]:
        """Why to look at it."""
        return statistics.suspicions(self.item)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


@dataclass
class Report:
    """An exam's part (in one sitting or in all): figures of the whole, and its questions. Scores in percent."""

    attempts: int
    passed: int
    mean: float | None
    deviation: float | None
    alpha: float | None
    error: float | None
    answers_each: float
    bins: list[tuple[str, int]]
    items: list[ItemRow]

    @property
    def pass_rate(self) -> float | None:
        """Passed, percent."""
        return round(100 * self.passed / self.attempts, 1) if self.attempts else None

    @property
    def too_few(self) -> bool:
        """Whether there are too few attempts to speak of reliability."""
        return self.attempts < statistics.ENOUGH_ATTEMPTS

    @property
    def to_look_at(self) -> list[ItemRow]:
        """The questions that somebody should look at, the most suspicious first."""
        rows = [row for row in self.items if row.suspicions]
        return sorted(rows, key=lambda row: (-len(row.suspicions), row.discrimination is None, row.discrimination or 0))


def report(attempts: QuerySet[Attempt]) -> Report:
    """The figures of graded attempts at one part, aggregated in the database. Six queries."""
    # Whose attempts are in reach is found once, not in every statement.
    ids = list(attempts.order_by().values_list("pk", flat=True)[: MOST + 1])
    if len(ids) <= MOST:
        attempts = Attempt.objects.filter(pk__in=ids)
    sums = attempts.order_by().aggregate(
        count=Count("pk"),
        passed=Count("pk", filter=Q(passed=True)),
        total=Sum("score"),
        squares=Sum(F("score") * F("score")),
        **{
            f"bin{low}": Count("pk", filter=Q(score__gte=low, score__lt=low + 10 if low < 90 else 101))
            for low in range(0, 100, 10)
        },
    )
    count, total = sums["count"], float(sums["total"] or 0)
    spread = deviation = None
    if count:
        spread = _rows(_SPREAD, attempts)[0]
        deviation = statistics.deviation(count, total, float(sums["squares"] or 0))
    alpha = _alpha(spread) if spread and spread[0] else None
    medians = dict(_rows(_MEDIANS, attempts)) if count else {}
    items = {version: _item(rest) for version, *rest in _rows(_ITEMS, attempts)} if count else {}
    versions = (
        QuestionVersion.objects.select_related("question")
        .only("number", "kind", "content", "question__code")
        .in_bulk(items)
    )
    rows = [
        ItemRow(versions[pk], item, None if pk not in medians else round(float(medians[pk]) / 1000, 1))
        for pk, item in items.items()
    ]
    return Report(
        attempts=count,
        passed=sums["passed"],
        mean=round(total / count, 1) if count else None,
        deviation=None if deviation is None else round(deviation, 1),
        alpha=None if alpha is None else round(alpha, 2),
        error=None if alpha is None else round(statistics.error(deviation or 0.0, alpha), 1),
        answers_each=round(spread[1] / spread[0], 1) if spread and spread[0] else 0,
        bins=[(f"{low}–{low + 9 if low < 90 else 100}", sums[f"bin{low}"]) for low in range(0, 100, 10)],
        items=sorted(rows, key=lambda row: row.code),
    )


def _alpha(sums: tuple[Any, ...]) -> float | None:
    attempts, answers, pairs, squares, whole, questions = sums
    if answers < statistics.ENOUGH_ANSWERS * questions:
        return None
    spread = statistics.Spread(attempts, int(answers), int(pairs), float(squares), float(whole))
    return statistics.reliability(spread)


@dataclass
class OptionShare:
    """An option with how many chose it, in the author's order."""

    words: str
    right: bool
    chosen: int
    percent: float


@dataclass
class QuestionReport:
    """One version over all exams and papers."""

    row: ItemRow | None
    options: list[OptionShare]
    answered: int
    corrections: list[KeyCorrection]


def question_report(version: QuestionVersion) -> QuestionReport:
    """How a version did in every exam: figures, options chosen, corrections of its key. Six queries."""
    asked = Mark.objects.filter(version=version, attempt__state=Attempt.State.GRADED)
    attempts = Attempt.objects.filter(pk__in=asked.values("attempt"))
    sums = {pk: _item(rest) for pk, *rest in _rows(_ITEMS, attempts)}
    medians = dict(_rows(_MEDIANS, attempts))
    item = sums.get(version.pk)
    spent = medians.get(version.pk)
    options, answered = _options(version, attempts)
    return QuestionReport(
        row=ItemRow(version, item, None if spent is None else round(float(spent) / 1000, 1)) if item else None,
        options=options,
        answered=answered,
        corrections=list(version.corrections.select_related("by").order_by("-id")),
    )


def _options(version: QuestionVersion, attempts: QuerySet[Attempt]) -> tuple[list[OptionShare], int]:
    """Options are stored by the place shown: each paper's order says which they were."""
    words = version.content.get("options", [])
    if version.kind not in ("single", "multiple"):
        return [], 0
    places = Mark.objects.filter(version=version, attempt__in=attempts).values_list("attempt_id", "position")
    position_of = dict(places)
    papers = dict(attempts.values_list("pk", "paper__items"))
    answers = Response.objects.filter(attempt__in=attempts, position__in=set(position_of.values()))
    chosen: Counter[int] = Counter()
    answered = 0
    for attempt, position, answer in answers.values_list("attempt_id", "position", "answer"):
        if position_of.get(attempt) != position:
            continue
        given = grading.in_author_order(answer, papers[attempt][position - 1]["order"]).get("chosen") or []
        answered += bool(given)
        chosen.update({index for index in given if isinstance(index, int)})
    right = set(version.key.get("correct", []))
    shares = [
        OptionShare(
            words=strip_tags(option),
            right=index in right,
            chosen=chosen[index],
            percent=round(100 * chosen[index] / answered, 1) if answered else 0.0,
        )
        for index, option in enumerate(words)
    ]
    return shares, answered


@dataclass
class PersonStrength:
    """How one person did in exams since a moment: share of points in percent, and their weakest topics."""

    user: User
    answered: int
    percent: float
    weakest: list[tuple[str, float]]


def strength_of_people(people: list[User], since: Any) -> list[PersonStrength]:
    """The strength of these people by topic. Two queries, whatever their number."""
    marks = newest_only(
        Mark.objects.filter(
            given_at__gte=since, attempt__state=Attempt.State.GRADED, attempt__candidacy__user__in=people, out_of__gt=0
        )
    )
    rows = marks.order_by().values_list("attempt__candidacy__user", "topic_id")
    found: dict[int, list[tuple[int, float, int, int]]] = {}
    for user, topic, won, out_of, answered in rows.annotate(Sum("points"), Sum("out_of"), Count("pk")):
        found.setdefault(user, []).append((topic, float(won), out_of, answered))
    names = dict(Topic.objects.values_list("pk", "name"))
    strengths = []
    for user in people:
        mine = found.get(user.pk, [])
        total = sum(out_of for _topic, _won, out_of, _answered in mine)
        if not total:
            continue
        shares = sorted((won / out_of, names.get(topic, "")) for topic, won, out_of, _answered in mine)
        strengths.append(
            PersonStrength(
                user=user,
                answered=sum(answered for *_rest, answered in mine),
                percent=round(100 * sum(won for _topic, won, *_rest in mine) / total, 1),
                weakest=[(name, round(100 * share)) for share, name in shares[:3]],
            )
        )
    return strengths
