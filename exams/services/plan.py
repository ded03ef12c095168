"""Writes about exams themselves: their parts, blueprints and publication."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from exams import queries
from exams.models import BlueprintRow, Exam, ExamPart, FixedQuestion, Question, QuestionVersion
from ground import journal
from ground.errors import Refused
from people.models import Level, User


@transaction.atomic
def create_exam(
    *,
    code: str,
    name: str,
    level: Level | None,
    parts: list[dict[str, Any]],
    now: datetime,
    by: User | None,
    description: str = "",
    **rules: Any,
) -> Exam:
    """A draft exam; `rules` are further fields of Exam. `parts` are dicts of ExamPart's fields with `blueprint` and `fixed`, lists of dicts of their rows' fields."""
    if Exam.objects.filter(code=code).exists():
        raise Refused(_("The code %(code)s is already in use.") % {"code": code}, code="taken")
    exam = Exam(code=code, name=name, level=level, description=description, **rules)
    exam.clean()
    exam.save()
    for order, given in enumerate(parts):
        fields = {name: value for name, value in given.items() if name not in ("blueprint", "fixed")}
        part = ExamPart(exam=exam, order=order, **fields)
        part.clean()
        part.save()
        BlueprintRow.objects.bulk_create([BlueprintRow(part=part, **row) for row in given.get("blueprint", [])])
        FixedQuestion.objects.bulk_create(
            [FixedQuestion(part=part, order=place, **row) for place, row in enumerate(given.get("fixed", []))]
        )
    journal.record("exam.created", exam, by=by, now=now)
    return exam


@transaction.atomic
def write_exam(*, exam: Exam, by: User | None, now: datetime) -> Exam:
    """Saves an exam with the parts and rows held in memory, as the editor's form left them.

    A published exam must stay drawable; a part that somebody has taken cannot be taken out.
    """
    new = exam.pk is None
    if new:
        exam.state = Exam.State.DRAFT
    else:
        exam.state = Exam.objects.select_for_update().values_list("state", flat=True).get(pk=exam.pk)
    try:
        exam.save()
    except ProtectedError as protected:
        raise Refused(_("A part that candidates have taken cannot be removed."), code="taken") from protected
    if exam.state == Exam.State.PUBLISHED:
        _check(Exam.objects.get(pk=exam.pk))
    journal.record("exam.created" if new else "exam.changed", exam, by=by, now=now)
    return exam


@transaction.atomic
def publish_exam(*, exam: Exam, by: User | None, now: datetime) -> Exam:
    """Opens the exam for sittings. Raises Refused, naming the rows, when the bank cannot fill a blueprint."""
    return move_exam(exam=exam, to=Exam.State.PUBLISHED, by=by, now=now)


@transaction.atomic
def move_exam(*, exam: Exam, to: str, by: User | None, now: datetime) -> Exam:
    """Draft, published, retired. Raises Refused for a move that is not in the table."""
    exam = Exam.objects.select_for_update(of=("self",)).get(pk=exam.pk)
    if exam.state == to:
        return exam
    if to not in Exam.MOVES[exam.state]:
        raise Refused(
            _("An exam that is %(state)s cannot become %(to)s.")
            % {"state": exam.get_state_display(), "to": Exam.State(to).label},
            code="wrong_state",
        )
    if to == Exam.State.PUBLISHED:
        _check(exam)
    Exam.objects.filter(pk=exam.pk).update(state=to)
    exam.state = to
    journal.record(f"exam.{to}", exam, by=by, now=now)
    return exam


def _check(exam: Exam) -> None:
    parts = list(ExamPart.objects.filter(exam=exam).prefetch_related("blueprint__topic"))
    if not parts:
        raise Refused(_("Add at least one part before publishing the exam."), code="no_parts")
    lacking = []
    for part in parts:
        try:
            part.clean()
        except ValidationError as error:
            raise Refused(" ".join(error.messages), code="part") from error
        if part.kind == ExamPart.Kind.TYPING:
            continue
        if fixed := list(part.fixed.select_related("question__current")):
            if part.blueprint.all():
                raise Refused(
                    _("Part “%(part)s” names its questions and has blueprint rows as well: keep one of them.")
                    % {"part": part},
                    code="fixed_and_drawn",
                )
            _check_fixed(part, fixed)
            _check_kinds(part, [row.question.current.kind for row in fixed])
            continue
        _check_kinds(part, [row.kind for row in part.blueprint.all()])
        if not part.blueprint.all():
            raise Refused(_("Part “%(part)s” has no blueprint rows.") % {"part": part}, code="no_rows")
        lacking += [
            _("%(part)s, row %(row)s (%(topic)s): %(wanted)s asked, %(found)s in the bank")
            % {
                "part": part,
                "row": lack.row + 1,
                "topic": part.blueprint.all()[lack.row].topic,
                "wanted": lack.wanted,
                "found": lack.found,
            }
            for lack in queries.shortages(part, exam)
        ]
    if lacking:
        raise Refused(
            _("The question bank cannot fill the blueprint: %(rows)s.") % {"rows": _("; ").join(lacking)},
            code="bank_too_small",
        )


def _check_kinds(part: ExamPart, kinds: list[str]) -> None:
    """A face-to-face part asks tasks and nothing else; a paper asks none."""
    tasks = [kind == QuestionVersion.Kind.TASK for kind in kinds]
    if part.kind == ExamPart.Kind.RUBRIC and not all(tasks):
        raise Refused(
            _("Part “%(part)s” is a face-to-face part: every row must ask for face-to-face tasks.") % {"part": part},
            code="not_tasks",
        )
    if part.kind == ExamPart.Kind.PAPER and any(tasks):
        raise Refused(
            _("Part “%(part)s” is a paper: put face-to-face tasks into a part of their own.") % {"part": part},
            code="tasks",
        )


def _check_fixed(part: ExamPart, fixed: list[FixedQuestion]) -> None:
    asked = {candidate.version for candidate, _topic, _points in queries.fixed_questions(part)}
    lacking = [
        row.question.code
        for row in fixed
        if row.question.state != Question.State.LIVE or row.question.current_id not in asked
    ]
    if lacking:
        raise Refused(
            _("Part “%(part)s” asks questions that are not live: %(codes)s.")
            % {"part": part, "codes": _("; ").join(lacking)},
            code="not_live",
        )
