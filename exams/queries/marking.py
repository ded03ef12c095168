"""What waits for markers: by question, without names; the answer to mark; requests to mark again."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from exams import grading, marking
from exams.models import (
    AnswerFile,
    Attempt,
    Candidacy,
    Exam,
    ExamPart,
    Mark,
    Marking,
    MarkingDraft,
    QuestionVersion,
    RemarkRequest,
    Response,
)
from people.models import User

Place = tuple[int, int]
"""(attempt, position): one answer."""


def code_of(attempt_id: int, position: int) -> str:
    """The number by which a marker knows a candidate: the same for one answer, telling nothing of the person."""
    return salted_hmac("exams.marking", f"{attempt_id}/{position}").hexdigest()[:12].upper()


@dataclass(frozen=True)
class Waiting:
    """An answer that this marker may mark now. `wants` is the round."""

    attempt: Attempt
    position: int
    version: int
    points: int
    wants: str

    @property
    def code(self) -> str:
        """The candidate's number."""
        return code_of(self.attempt.pk, self.position)

    @property
    def number(self) -> str:
        """The candidate's number as it is read."""
        return self.code[:6]


def waiting(attempts: QuerySet[Attempt], marker: User, version: int | None = None) -> list[Waiting]:
    """The answers among these attempts that wait for this marker: not their own, none that they have marked before.

    In the order of the candidates' numbers, those for a second or third person last. Four queries.
    """
    marked = attempts.filter(state=Attempt.State.MARKING, part__kind=ExamPart.Kind.PAPER)
    marked = list(
        marked.exclude(candidacy__user=marker)
        .select_related("paper", "part", "candidacy__sitting__exam")
        .order_by("pk")
    )
    ids = [attempt.pk for attempt in marked]
    done = set(Mark.objects.filter(attempt__in=ids).values_list("attempt_id", "position"))
    said, by = markings_of(ids)
    found = []
    versions = {item["version"] for attempt in marked for item in attempt.paper.items}
    people = set(
        QuestionVersion.objects.filter(
            pk__in=[version] if version else versions, kind__in=grading.BY_PEOPLE
        ).values_list("pk", flat=True)
    )
    for attempt in marked:
        for position, item in enumerate(attempt.paper.items, start=1):
            place = (attempt.pk, position)
            if item["version"] not in people or place in done or marker.pk in by[place]:
                continue
            standing = standing_of(attempt, said[place])
            if standing.wants:
                found.append(Waiting(attempt, position, item["version"], item["points"], standing.wants))
    rounds = list(Marking.Round)
    return sorted(found, key=lambda answer: (rounds.index(Marking.Round(answer.wants)), answer.code))


def standing_of(attempt: Attempt, said: list[tuple[str, Decimal]]) -> marking.Standing:
    """What the markings of one answer come to under its exam. A face-to-face task is scored once, by who saw it."""
    exam: Exam = attempt.candidacy.sitting.exam
    seen_once = attempt.part.kind == ExamPart.Kind.RUBRIC
    return marking.standing(said, second_marker=exam.second_marker and not seen_once, tolerance=exam.tolerance)


def markings_of(attempts: Iterable[int]) -> tuple[dict[Place, list[tuple[str, Decimal]]], dict[Place, set[int]]]:
    """({answer: [(round, points), ...]}, {answer: who marked it})."""
    said: dict[Place, list[tuple[str, Decimal]]] = defaultdict(list)
    by: dict[Place, set[int]] = defaultdict(set)
    rows = Marking.objects.filter(attempt__in=list(attempts)).order_by("id")
    for attempt, position, round_, points, marker in rows.values_list(
        "attempt_id", "position", "round", "points", "by_id"
    ):
        said[attempt, position].append((round_, points))
        by[attempt, position].add(marker)
    return said, by


@dataclass
class Pile:
    """A question with the answers that wait for this marker."""

    version: int
    code: str
    kind: str
    words: str
    exams: list[str]
    waiting: int
    again: int


def piles(attempts: QuerySet[Attempt], marker: User) -> list[Pile]:
    """The marker's queue by question, the fullest first."""
    by_version: dict[int, list[Waiting]] = defaultdict(list)
    for answer in waiting(attempts, marker):
        by_version[answer.version].append(answer)
    versions = QuestionVersion.objects.select_related("question").in_bulk(by_version)
    rows = [
        Pile(
            version=pk,
            code=versions[pk].question.code,
            kind=versions[pk].get_kind_display(),
            words=strip_tags(versions[pk].content["stem"])[:80],
            exams=sorted({answer.attempt.candidacy.sitting.exam.name for answer in answers}),
            waiting=len(answers),
            again=sum(answer.wants != marking.FIRST for answer in answers),
        )
        for pk, answers in by_version.items()
    ]
    return sorted(rows, key=lambda pile: (-pile.waiting, pile.code))


@dataclass
class Criterion:
    """A criterion of a rubric with its levels and what is picked. `figure` stands for a question without a rubric."""

    place: int
    name: str
    levels: list[dict[str, Any]]
    picked: str


@dataclass
class Judged:
    """An answer as its marker sees it: the question, the answer, the rubric with what is picked, the comment so far."""

    position: int
    stem: SafeString
    kind: str
    points: int
    text: str
    file: AnswerFile | None
    answered: bool
    model: str
    criteria: list[Criterion]
    figure: str
    comment: str
    earlier: list[Marking] = field(default_factory=list)

    @property
    def rubric(self) -> bool:
        """Whether there is a rubric to pick from."""
        return bool(self.criteria)


def judged(attempt: Attempt, positions: Iterable[int], marker: User) -> list[Judged]:
    """Answers with their questions, rubrics and this marker's unfinished work. Paper at hand. Four queries."""
    wanted = sorted(positions)
    items = {position: attempt.paper.items[position - 1] for position in wanted}
    versions = QuestionVersion.objects.in_bulk({item["version"] for item in items.values()})
    answers = dict(Response.objects.filter(attempt=attempt, position__in=wanted).values_list("position", "answer"))
    drafts = {
        draft.position: draft for draft in MarkingDraft.objects.filter(attempt=attempt, by=marker, position__in=wanted)
    }
    files = {file.pk: file for file in AnswerFile.objects.filter(attempt=attempt, position__in=wanted)}
    return [
        _judged(position, item, versions[item["version"]], answers.get(position) or {}, drafts.get(position), files)
        for position, item in items.items()
    ]


def _judged(
    position: int,
    item: dict[str, Any],
    version: QuestionVersion,
    answer: dict[str, Any],
    draft: MarkingDraft | None,
    files: dict[int, AnswerFile],
) -> Judged:
    rubric = rubric_of(version)
    picks = [str(pick) if pick is not None else "" for pick in (draft.picks if draft else [])]
    picks += [""] * (max(len(rubric), 1) - len(picks))
    criteria = [
        Criterion(place, criterion["name"], criterion["levels"], picks[place]) for place, criterion in enumerate(rubric)
    ]
    text = answer.get("text")
    file = files.get(answer.get("file")) if isinstance(answer.get("file"), int) else None
    return Judged(
        position=position,
        stem=mark_safe(version.content["stem"]),
        kind=version.kind,
        points=item["points"],
        text=text if isinstance(text, str) else "",
        file=file,
        answered=bool(answer),
        model=str(version.key.get("model") or ""),
        criteria=criteria,
        figure="" if rubric else picks[0],
        comment=draft.comment if draft else "",
    )


def rubric_of(version: QuestionVersion) -> list[dict[str, Any]]:
    """The criteria of a question marked by people; none where it has no rubric, or is graded by its key."""
    return list(version.key.get("rubric") or []) if version.kind in grading.BY_PEOPLE else []


def markers_of(attempt: Attempt, position: int) -> set[int]:
    """Who has marked an answer, or given it a mark, by id; two queries."""
    said = attempt.markings.filter(position=position).values_list("by", flat=True)
    given = attempt.marks.filter(position=position).values_list("given_by", flat=True)
    return {*said, *given}


def remark_requests(attempts: QuerySet[Attempt], marker: User) -> QuerySet[RemarkRequest]:
    """Requests among these attempts that this person may answer: neither their own nor of an answer they have marked."""
    asked = RemarkRequest.objects.filter(attempt__in=attempts, state=RemarkRequest.State.ASKED)
    asked = asked.exclude(attempt__candidacy__user=marker)
    touched = Marking.objects.filter(by=marker).values("attempt")
    own = asked.filter(
        attempt__in=touched, attempt__markings__by=marker, attempt__markings__position=F("position")
    ).values("pk")
    given = asked.filter(attempt__marks__given_by=marker, attempt__marks__position=F("position")).values("pk")
    return (
        asked.exclude(pk__in=own)
        .exclude(pk__in=given)
        .select_related("attempt__candidacy__sitting__exam", "attempt__paper", "attempt__part")
    )


def may_begin_rubric(candidacy: Candidacy, part: ExamPart) -> bool:
    """Whether an examiner can begin this face-to-face part now, as far as its tries say."""
    return part.kind == ExamPart.Kind.RUBRIC and candidacy.state == Candidacy.State.INVITED
