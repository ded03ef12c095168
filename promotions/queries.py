"""Reads for promotion pages. Facts are gathered for one person or for many with the same number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypedDict

from django.db.models import CharField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncMonth
from django.utils import timezone

from certificates.models import Certificate, CertificateKind
from courses.models import Completion, CoursePage
from exams.models import Attempt, Candidacy, Exam, Result, TypingRun
from people.models import Employment, Level, Unit, User
from people.policy import below
from promotions import eligibility, sentences
from promotions.models import Case, Dossier, LadderRule, ReviewRound, Vote
from quality.models import Appraisal, Observation, Violation

Names = dict[str, dict[str, str]]
Ladder = dict[int | None, LadderRule]


class Step(TypedDict):
    """One requirement on somebody's way, as a page shows it. `url` is empty where nothing can be done about it."""

    kind: str
    text: str
    evidence: str
    met: bool
    url: str
    action: str
    reached_on: date | None


@dataclass(frozen=True)
class Way:
    """The way to the next level: from where to where, and every requirement on it."""

    from_level: Level | None
    to_level: Level
    steps: list[Step]

    @property
    def met(self) -> int:
        """How many requirements are met, out of `total`."""
        return sum(step["met"] for step in self.steps)

    @property
    def total(self) -> int:
        return len(self.steps)


@dataclass(frozen=True)
class Ready:
    """Somebody on a level that has a way up, and how far they are."""

    user: User
    employment: Employment
    rule: LadderRule
    judged: list[eligibility.Judged]
    names: Names

    @property
    def met(self) -> int:
        """How many requirements are met, out of `total`."""
        return sum(judged.met for judged in self.judged)

    @property
    def total(self) -> int:
        return len(self.judged)

    @property
    def all_met(self) -> bool:
        return self.met == self.total

    @property
    def missing(self) -> list[str]:
        """What is missing, by its short name."""
        return [sentences.title(judged.required, self.names) for judged in self.judged if not judged.met]


def midnight(day: date) -> datetime:
    """The first moment of a day in the organisation's zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _written() -> QuerySet[LadderRule]:
    return LadderRule.objects.filter(current__isnull=False).select_related("from_level", "to_level", "current")


def rules() -> Ladder:
    """{id of the level one stands on, or None: the rule of the next rung}, for rules that have a version."""
    return {rule.from_level_id: rule for rule in _written().order_by("-to_level__rank")}


@dataclass(frozen=True)
class Known:
    """Rows that the page of one person has read already, all of them; `facts_of` does not ask for them again.

    The candidacies have their exam, their result and their attempts with the typing runs at hand;
    the completed courses their level.
    """

    certificates: Sequence[Certificate]
    candidacies: Sequence[Candidacy]
    completions: Sequence[tuple[CoursePage, Completion]]


def rule_for(user: User, on: date) -> LadderRule | None:
    """The rule of the person's next rung; None for somebody not employed, or at the top."""
    held = user.employments.all().current(on)
    stands = Exists(held.filter(level=OuterRef("from_level")))
    joins = Q(Exists(held.filter(level__isnull=True)), from_level__isnull=True)
    return _written().filter(stands | joins).order_by("to_level__rank").first()


def facts_of(
    users: Iterable[User], on: date, windows: Collection[int] = (), known: Known | None = None
) -> dict[int, eligibility.Facts]:
    """{person's id: facts on a day}. `windows` are the days over which the quality average is wanted.

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
    for pk, user_id, code, score, passed, at in _results(ids, known):
        if at < after:
            exams[user_id].append(eligibility.ExamFact(pk, code, score, passed, timezone.localdate(at)))
    typing: dict[int, list[eligibility.TypingFact]] = defaultdict(list)
    for pk, user_id, certified, typed, duration, at in _typed(ids, known):
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


def _results(ids: list[int], known: Known | None) -> Iterable[tuple[Any, ...]]:
    """(id, person, code of the exam, score, passed, when) of every result."""
    if known is None:
        rows = Result.objects.filter(user__in=ids)
        return rows.values_list("pk", "user_id", "exam__code", "score", "passed", "decided_at")
    results = [(getattr(candidacy, "result", None), candidacy.sitting.exam) for candidacy in known.candidacies]
    return [(r.pk, r.user_id, exam.code, r.score, r.passed, r.decided_at) for r, exam in results if r is not None]


def _typed(ids: list[int], known: Known | None) -> Iterable[tuple[Any, ...]]:
    """(id, person, certified, typed, ms, when) of every graded typing test."""
    graded = Attempt.State.GRADED
    if known is None:
        runs = TypingRun.objects.filter(
            attempt__candidacy__user__in=ids, attempt__state=graded, certified__isnull=False
        )
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


def names_of(requirements: Sequence[eligibility.Requirement]) -> Names:
    """{"certificate": {code: name}, "exam": ..., "level": ...} of everything the requirements point at."""
    kinds = {r["kind_code"] for r in requirements if r["kind"] == "certificate"}
    exams = {r["exam"] for r in requirements if r["kind"] == "exam"}
    levels = {r["level"] for r in requirements if r["kind"] == "courses"}
    named = {
        "certificate": CertificateKind.objects.filter(code__in=kinds),
        "exam": Exam.objects.filter(code__in=exams),
        "level": Level.objects.filter(code__in=levels),
    }
    rows = [found.order_by().values_list(Value(noun, CharField()), "code", "name") for noun, found in named.items()]
    names: Names = {noun: {} for noun in named}
    for noun, code, name in rows[0].union(*rows[1:], all=True):
        names[noun][code] = name
    return names


def steps(judged: Iterable[eligibility.Judged], names: Names, hidden: Collection[str] = ()) -> list[Step]:
    """Requirements as a page shows them, with where to go for what is missing; figures of hidden kinds are kept back."""
    rows = []
    for one in judged:
        url, action = ("", "") if one.met else sentences.way_out(one.required)
        rows.append(
            Step(
                kind=one.kind,
                text=sentences.title(one.required, names),
                evidence=sentences.confidential() if one.kind in hidden else sentences.evidence(one),
                met=one.met,
                url=url,
                action=action,
                reached_on=one.reached_on,
            )
        )
    return rows


def way(user: User, on: date, known: Known | None = None) -> Way | None:
    """The person's way to the next level; None at the top or off the ladder."""
    rule = rule_for(user, on)
    if rule is None:
        return None
    requirements = rule.current.requirements
    facts = facts_of([user], on, eligibility.windows(requirements), known)[user.pk]
    judged = eligibility.judge(requirements, facts, on)
    return Way(rule.from_level, rule.to_level, steps(judged, names_of(requirements)))


def way_to_next_level(user: User, on: date) -> list[Step]:
    """Every requirement of the next level; an empty list at the top or off the ladder."""
    found = way(user, on)
    return found.steps if found is not None else []


def candidates(units: Iterable[Unit] | QuerySet[Unit], on: date, ladder: Ladder | None = None) -> QuerySet[Employment]:
    """Rows of employment, in these very units, of people who stand on a level that has a way up.

    `ladder` is the answer of `rules`, where it is at hand.
    """
    level_ids = set(rules() if ladder is None else ladder)
    rows = Employment.objects.current(on).filter(unit__in=units, user__is_active=True)
    stands = Q(level__in=level_ids - {None})
    if None in level_ids:
        stands |= Q(level__isnull=True)
    return (
        rows.filter(stands)
        .select_related("user", "unit", "level", "post")
        .order_by("user__name_sort", "user__employee_no")
    )


def readiness(rows: Iterable[Employment], on: date, ladder: Ladder | None = None) -> list[Ready]:
    """How far each of these people is, the furthest first. `ladder` as for `candidates`."""
    rows = list(rows)
    ladder = rules() if ladder is None else ladder
    every = [requirement for rule in ladder.values() for requirement in rule.current.requirements]
    facts = facts_of([row.user for row in rows], on, eligibility.windows(every))
    names = names_of(every)
    found = []
    for row in rows:
        rule = ladder[row.level_id]
        judged = eligibility.judge(rule.current.requirements, facts[row.user_id], on)
        found.append(Ready(row.user, row, rule, judged, names))
    return sorted(found, key=lambda one: (one.total - one.met, -one.met, one.user.name_sort))


def ready(units: Iterable[Unit] | QuerySet[Unit], on: date) -> list[Ready]:
    """Everybody in these units who has a way up, the furthest first."""
    ladder = rules()
    return readiness(candidates(units, on, ladder), on, ladder)


def units_below(unit: Unit) -> QuerySet[Unit]:
    """A unit and all below it."""
    return Unit.objects.filter(below([unit.path]))


def rounds(visible: QuerySet[ReviewRound]) -> QuerySet[ReviewRound]:
    """Rounds with the number of their cases and of those decided; withdrawn cases are not counted."""
    return visible.annotate(
        case_count=Count("cases", filter=~Q(cases__state=Case.State.WITHDRAWN), distinct=True),
        decided_count=Count("cases__decision", distinct=True),
        panel_count=Count("panel", distinct=True),
    )


def cases_of(review: ReviewRound, visible: QuerySet[Case], on: date) -> list[Case]:
    """The visible cases of a round, each with `met`, `total`, `voted` and `voters` for its row.

    Before the round is in review the requirements are judged live; then the dossier speaks.
    """
    rows = list(
        visible.filter(round=review)
        .exclude(state=Case.State.WITHDRAWN)
        .select_related("user", "to_level", "from_level", "rule_version", "proposed_by", "dossier", "decision", "round")
        .prefetch_related("votes")
        .order_by("user__name_sort")
    )
    panel = {member.pk for member in review.panel.all()}
    live = judged_cases([case for case in rows if getattr(case, "dossier", None) is None], on)
    for case in rows:
        dossier = getattr(case, "dossier", None)
        judged = live[case.pk] if dossier is None else judged_in(dossier)
        case.met, case.total = sum(one.met for one in judged), len(judged)
        case.voters = len(panel - {case.user_id, case.proposed_by_id})
        case.voted = len({vote.member_id for vote in case.votes.all()})
    return rows


def judged_cases(cases: Iterable[Case], on: date) -> dict[int, list[eligibility.Judged]]:
    """{case's id: its requirements as the facts stand on a day}, by the rule version the case was proposed under."""
    cases = list(cases)
    every = [requirement for case in cases for requirement in case.rule_version.requirements]
    facts = facts_of([case.user for case in cases], on, eligibility.windows(every)) if cases else {}
    return {case.pk: eligibility.judge(case.rule_version.requirements, facts[case.user_id], on) for case in cases}


def judged_in(dossier: Dossier) -> list[eligibility.Judged]:
    """The requirements as they were frozen."""
    return [
        eligibility.Judged(
            row["kind"],
            row["met"],
            row["required"],
            row["actual"],
            date.fromisoformat(row["reached_on"]) if row["reached_on"] else None,
            tuple(row["evidence"]),
        )
        for row in dossier.content["requirements"]
    ]


def dossier_contents(cases: Iterable[Case], on: date) -> dict[int, dict[str, Any]]:
    """{case's id: what its dossier will say}: requirements and evidence, and the history behind them.

    The same number of queries for one case or for a hundred. Names are frozen with the figures.
    """
    cases = list(cases)
    ids = [case.user_id for case in cases]
    every = [requirement for case in cases for requirement in case.rule_version.requirements]
    judged, names = judged_cases(cases, on), names_of(every)
    history = _rows(
        Employment.objects.filter(user__in=ids, valid_from__lte=on).order_by("-valid_from"),
        {
            "unit": "unit__name",
            "post": "post__name",
            "level": "level__name",
            "cause": "cause",
            "valid_from": "valid_from",
            "valid_to": "valid_to",
        },
    )
    certificates = _rows(
        Certificate.objects.filter(user__in=ids, issued_on__lte=on).order_by("-issued_on", "-pk"),
        {
            "id": "pk",
            "name": "kind__name",
            "number": "number",
            "issued_on": "issued_on",
            "expires_on": "expires_on",
            "revoked_at": "revocation__at",
        },
    )
    exams = _rows(
        Result.objects.filter(user__in=ids).order_by("-decided_at", "-pk"),
        {"id": "pk", "name": "exam__name", "score": "score", "passed": "passed", "at": "decided_at"},
    )
    courses = _rows(
        Completion.objects.filter(user__in=ids).order_by("-completed_at", "-pk"),
        {"id": "pk", "title": "course__title", "level": "course__level__name", "at": "completed_at"},
    )
    appraisals = _rows(
        Appraisal.objects.filter(user__in=ids).order_by("-quarter"),
        {"id": "pk", "quarter": "quarter", "rating": "rating", "comment": "comment", "by": "by__name"},
    )
    year_ago = midnight(eligibility.add_months(on, -12))
    months: dict[int, list[dict[str, Any]]] = defaultdict(list)
    reviews = Observation.objects.filter(user__in=ids, contact_at__gte=year_ago).order_by()
    grouped = reviews.annotate(month=TruncMonth("contact_at")).values("user_id", "month")
    for row in grouped.annotate(total=Sum("score"), count=Count("pk")).order_by("month"):
        months[row["user_id"]].append(
            {
                "month": timezone.localdate(row["month"]),
                "average": eligibility.truncated(Decimal(row["total"]) / row["count"]),
                "count": row["count"],
            }
        )
    return {
        case.pk: {
            "frozen_on": on,
            "person": {"name": case.user.name, "employee_no": case.user.employee_no},
            "from_level": str(case.from_level or ""),
            "to_level": case.to_level.name,
            "rule": {"version": case.rule_version.number, "fingerprint": case.rule_version.content_hash},
            "names": names,
            "requirements": [vars(one) for one in judged[case.pk]],
            "history": history[case.user_id],
            "certificates": certificates[case.user_id],
            "exams": exams[case.user_id],
            "courses": courses[case.user_id],
            "quality": months[case.user_id],
            "appraisals": appraisals[case.user_id],
        }
        for case in cases
    }


def _rows(rows: QuerySet[Any], columns: dict[str, str]) -> dict[int, list[dict[str, Any]]]:
    """{person: rows as plain dictionaries}, moments turned into the organisation's days."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for user_id, *values in rows.values_list("user_id", *columns.values()):
        days = [timezone.localdate(value) if isinstance(value, datetime) else value for value in values]
        found[user_id].append(dict(zip(columns, days, strict=True)))
    return found


def newest_votes(case: Case) -> list[Vote]:
    """The vote of each member that counts: the newest. The case has its votes with their members."""
    newest = {vote.member_id: vote for vote in sorted(case.votes.all(), key=lambda vote: vote.pk)}
    return sorted(newest.values(), key=lambda vote: vote.pk)


def quorum(voters: int) -> int:
    """How many votes a decision waits for: at least half of those entitled, never none."""
    return max(1, (voters + 1) // 2)


def tally(votes: Iterable[Vote]) -> list[tuple[str, int]]:
    """(choice in words, how many) of the votes that count, in the order for, against, abstain."""
    counted = [vote.choice for vote in votes]
    return [(str(label), counted.count(value)) for value, label in Vote.Choice.choices]


def shown_dossier(dossier: Dossier) -> dict[str, Any]:
    """A dossier for the page: its days as dates, its causes and ratings in the reader's words."""
    content = dossier.content
    causes = dict(Employment.Cause.choices)
    ratings = dict(Appraisal.Rating.choices)
    return {
        **content,
        "history": [_dated(row) | {"cause": causes.get(row["cause"], row["cause"])} for row in content["history"]],
        "certificates": [_dated(row) for row in content["certificates"]],
        "exams": [_dated(row) for row in content["exams"]],
        "courses": [_dated(row) for row in content["courses"]],
        "quality": [_dated(row) for row in content["quality"]],
        "appraisals": [_dated(row) | {"rating": ratings.get(row["rating"], "")} for row in content["appraisals"]],
    }


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    days = ("valid_from", "valid_to", "issued_on", "expires_on", "revoked_at", "at", "month", "quarter")
    return {name: date.fromisoformat(value) if name in days and value else value for name, value in row.items()}


def demotion_due(user: User, on: date) -> Violation | None:
    """The newest violation in force that asks for a demotion, carried out or not."""
    asking = user.violations.filter(grade=Violation.Grade.DEMOTION, valid_from__lte=on, valid_to__gt=on)
    return asking.order_by("-valid_from", "-pk").first()


def demotions(people: QuerySet[User], on: date) -> QuerySet[Violation]:
    """Violations in force that ask for a demotion of one of these people and have not brought it about."""
    done = Employment.objects.filter(
        user=OuterRef("user"), cause=Employment.Cause.DEMOTION, valid_from__gte=OuterRef("valid_from")
    )
    asking = Violation.objects.filter(
        grade=Violation.Grade.DEMOTION, valid_from__lte=on, valid_to__gt=on, user__in=people
    )
    return asking.filter(~Exists(done)).select_related("user", "by").order_by("valid_from")


def levels_below(user: User, on: date) -> QuerySet[Level]:
    """The levels under the one a person holds on a day; none for somebody without a level."""
    row = user.employments.all().current(on).select_related("level").first()
    rank = row.level.rank if row is not None and row.level is not None else 0
    return Level.objects.filter(rank__lt=rank)
