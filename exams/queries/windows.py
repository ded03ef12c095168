"""What is known of a sitting beside its candidates' work: its calendar entry, its rules in figures, who still needs a pass."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse

from exams import blueprint
from exams.formats import safe_browser
from exams.models import (
    Attempt,
    BlueprintRow,
    Candidacy,
    Exam,
    ExamPart,
    FixedQuestion,
    Question,
    Result,
    Sitting,
    SittingSeries,
)
from exams.queries.bank import fixed_questions, pool, rows_of, shortages
from ground import calendar
from ground.models import JournalEntry
from people.models import User

CHANGES = ("sitting.moved", "sitting.cancelled", "sitting.guarded")


def sequence(sitting: Sitting) -> int:
    """How often the sitting was changed since it was opened: the SEQUENCE of its calendar entry."""
    return _changes(sitting)[0]


def _changes(sitting: Sitting) -> tuple[int, datetime | None]:
    changes = JournalEntry.objects.filter(
        object_type=Sitting._meta.label_lower, object_id=str(sitting.pk), verb__in=CHANGES
    ).aggregate(times=Count("pk"), last=Max("at"))
    return changes["times"], changes["last"]


def calendar_event(candidacy: Candidacy, sitting: Sitting, number: int | None = None) -> bytes:
    """A candidate's sitting as a calendar file. The same entry after every change, with a higher number."""
    times, last = _changes(sitting)
    gone = sitting.cancelled_at is not None or candidacy.state == Candidacy.State.EXCUSED
    # An excuse is a change of this person's entry only.
    times += candidacy.state == Candidacy.State.EXCUSED
    return calendar.event(
        uid=f"candidacy-{candidacy.pk}@{_host()}",
        sequence=times if number is None else number,
        stamp=max(filter(None, (last, candidacy.invited_at))),
        starts=sitting.opens_at,
        ends=sitting.closes_at,
        summary=sitting.name,
        description=sitting.exam.name,
        location=sitting.place,
        url=settings.WAGTAILADMIN_BASE_URL + reverse("exams:enter", args=[sitting.pk]),
        cancelled=gone,
    )


def _host() -> str:
    return settings.WAGTAILADMIN_BASE_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "academy"


def safe_browser_settings(sitting: Sitting) -> dict[str, object]:
    """What our settings file for the Safe Exam Browser says: open this sitting, and where to leave."""
    base = settings.WAGTAILADMIN_BASE_URL
    return safe_browser.settings(
        base + reverse("exams:enter", args=[sitting.pk]), base + reverse("exams:safe_browser_quit")
    )


def own_config_key(sitting: Sitting) -> str:
    """The Config Key of that file."""
    return safe_browser.config_key(safe_browser_settings(sitting))


def without_a_pass(sitting: Sitting) -> QuerySet[User]:
    """Who was invited, is still employed and has not passed, here or in a make-up; not those who are sat or marked still."""
    passed = Result.objects.filter(
        Q(candidacy__sitting=sitting) | Q(candidacy__sitting__makeup_of=sitting), user=OuterRef("pk"), passed=True
    )
    pending = Attempt.objects.filter(
        candidacy__user=OuterRef("pk"),
        candidacy__sitting=sitting,
        state__in=(Attempt.State.OPEN, Attempt.State.MARKING),
    )
    return User.objects.filter(
        ~Exists(passed),
        ~Exists(pending),
        candidacies__sitting=sitting,
        candidacies__state=Candidacy.State.INVITED,
        is_active=True,
    )


def series() -> QuerySet[SittingSeries]:
    """Monthly rules, the running ones first, with how many sittings each has opened."""
    return (
        SittingSeries.objects.select_related("exam", "created_by")
        .annotate(opened=Count("sittings"))
        .order_by("ended_at", "name", "pk")
    )


@dataclass(frozen=True)
class RowCheck:
    """A blueprint row against the bank: what it draws, how many questions fit, and how many are lacking."""

    row: BlueprintRow
    fits: int
    lacking: int


@dataclass(frozen=True)
class PartCheck:
    """A part against the bank. `shared` is how much of their papers two candidates share on average, percent."""

    part: ExamPart
    rows: list[RowCheck]
    fixed: list[tuple[FixedQuestion, bool]]
    questions: int
    points: int
    shared: int

    @property
    def ready(self) -> bool:
        """Whether a paper can be drawn now."""
        if self.part.kind == ExamPart.Kind.TYPING:
            return True
        if self.fixed:
            return all(live for _row, live in self.fixed)
        return bool(self.rows) and not any(row.lacking for row in self.rows)


def exam_check(exam: Exam) -> list[PartCheck]:
    """Every part of an exam with what the bank has for it."""
    parts = ExamPart.objects.filter(exam=exam).select_related("standard").order_by("order", "id")
    return [_part_check(part, exam) for part in parts.prefetch_related("blueprint__topic", "fixed__question__current")]


def _part_check(part: ExamPart, exam: Exam) -> PartCheck:
    fixed = list(part.fixed.all())
    if fixed:
        asked = fixed_questions(part)
        found = {candidate.version for candidate, _topic, _points in asked}
        items = blueprint.fixed(asked, seed=0)
        live = [(row, row.question.state == Question.State.LIVE and row.question.current_id in found) for row in fixed]
        return PartCheck(part, [], live, len(items), sum(item["points"] for item in items), 100)
    rows = list(part.blueprint.all())
    if not rows:
        return PartCheck(part, [], [], 0, 0, 0)
    questions, asked_rows = pool(rows, exam.level), rows_of(rows)
    lacking = {short.row: short.wanted - short.found for short in shortages(part, exam)}
    checks = [
        RowCheck(row, sum(wanted.takes(question) for question in questions), lacking.get(place, 0))
        for place, (row, wanted) in enumerate(zip(rows, asked_rows, strict=True))
    ]
    return PartCheck(
        part,
        checks,
        [],
        sum(row.count for row in rows),
        sum(row.count * row.points for row in rows),
        round(blueprint.overlap(questions, asked_rows) * 100),
    )
