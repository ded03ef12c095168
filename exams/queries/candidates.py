"""What a candidate sees of a sitting: its state, its parts, and what can be done about each now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams.folding import extra_minutes
from exams.models import Attempt, Candidacy, Exam, ExamPart, Result, Sitting
from exams.queries.release import released_to_candidate, with_sitters
from exams.queries.verdicts import parts_of, tries_allowed, tries_to_show, with_attempts
from ground.compiled import Compiled
from people.models import User


@dataclass
class PartState:
    """A part as its candidate sees it. `action` is start, resume or empty; `minutes` count the `extra` ones in."""

    part: ExamPart
    tries: list[Attempt]
    allowed: int
    minutes: int
    attempt: Attempt | None = None
    passed: bool = False
    action: str = ""
    extra: int = 0

    @property
    def base(self) -> int:
        """The part's own minutes."""
        return self.minutes - self.extra

    @property
    def sheet(self) -> Attempt | None:
        """The try that is being sat or marked."""
        unfinished = (Attempt.State.OPEN, Attempt.State.MARKING)
        return next((attempt for attempt in self.tries if attempt.state in unfinished), None)

    @property
    def marking(self) -> bool:
        """Whether a person is still marking a try."""
        return any(attempt.state == Attempt.State.MARKING for attempt in self.tries)

    @property
    def left(self) -> int:
        """Tries left."""
        return max(0, self.allowed - len(self.tries))


@dataclass
class MySitting:
    """A sitting as one invited person sees it. `state` is open, coming, past, excused, cancelled.

    `released` says whether the person may see scores and the result, (`shown`).
    """

    candidacy: Candidacy
    sitting: Sitting
    state: str
    result: Result | None
    parts: list[PartState] = field(default_factory=list)
    begun: bool = False
    released: bool = True
    late: bool = False

    @property
    def sitting_now(self) -> bool:
        """Whether a part is open."""
        return any(part.attempt for part in self.parts)

    @property
    def rule(self) -> str:
        """What is asked to pass, in one sentence."""
        exam = self.sitting.exam
        if exam.rule == Exam.Rule.PARTS:
            parts = len(self.parts)
            return ngettext("Pass its one part.", "Pass all %(parts)s parts.", parts) % {"parts": parts}
        scored = [row.part for row in self.parts if row.part.standard_id is None]
        weights = _("; ").join(
            _("%(part)s counts %(weight)s") % {"part": part.title, "weight": part.weight} for part in scored
        )
        given = {"percent": exam.pass_percent, "weights": weights}
        typed = len(scored) < len(self.parts)
        if exam.rule == Exam.Rule.BOTH:
            if len(scored) < 2:
                return _("Pass every part, and reach %(percent)s%% in all.") % given
            return _("Pass every part, and reach %(percent)s%% in all (%(weights)s).") % given
        sentence = (
            _("Take every part and reach %(percent)s%% in all (%(weights)s).")
            if len(scored) > 1
            else _("Reach %(percent)s%% in all.")
        )
        return sentence % given + (" " + _("The typing test must be passed by itself.") if typed else "")

    @property
    def next(self) -> PartState | None:
        """The part to begin or go on with."""
        ready = [part for part in self.parts if part.action]
        return next((part for part in ready if part.action == "resume"), ready[0] if ready else None)

    @property
    def face_to_face(self) -> PartState | None:
        """A part that an examiner begins, as long as it can still be taken."""
        if self.state != "open":
            return None
        parts = (part for part in self.parts if part.part.kind == ExamPart.Kind.RUBRIC)
        return next((part for part in parts if part.left and not part.passed), None)

    @property
    def shown(self) -> Result | None:
        """The result, as far as its person may see it."""
        return self.result if self.released else None

    @property
    def exam(self) -> Exam:
        """What is examined."""
        return self.sitting.exam


def sittings_for(user: User, now: datetime) -> list[MySitting]:
    """Everything a person is or was invited to: what is open first, then what comes, then what is past. Four queries."""
    candidacies = with_sitters(with_attempts(Candidacy.objects.filter(user=user))).select_related(
        "sitting__exam__level", "result"
    )
    order = {"open": 0, "coming": 1}
    mine = [my_sitting(candidacy, now) for candidacy in candidacies]
    return sorted(
        mine,
        key=lambda row: (
            order.get(row.state, 2),
            row.sitting.closes_at.timestamp() * (1 if row.state in order else -1),
        ),
    )


_candidacy_of = Compiled(
    lambda candidacy, user: with_sitters(
        Candidacy.objects.filter(pk=candidacy, user=user).select_related("sitting__exam", "result")
    )
)


def marked_sitting(candidacy: int, user: User, now: datetime) -> MySitting | None:
    """A person's own candidacy by its id, with the papers that they sat; None where there is none. Three queries."""
    mine = _candidacy_of.first(candidacy, user.pk)
    if mine is None:
        return None
    return _sitting_of(mine, tries_to_show(mine.pk), parts_of(mine.sitting.exam_id), now)


def my_sitting(candidacy: Candidacy, now: datetime) -> MySitting:
    """One candidacy (from `with_attempts`) with what can be done about each part now."""
    return _sitting_of(candidacy, list(candidacy.attempts.all()), candidacy.sitting.exam.parts.all(), now)


def _sitting_of(candidacy: Candidacy, attempts: list[Attempt], parts: Iterable[ExamPart], now: datetime) -> MySitting:
    sitting = candidacy.sitting
    result = getattr(candidacy, "result", None)
    released = released_to_candidate(candidacy, now)
    if sitting.cancelled_at is not None:
        state = "cancelled"
    elif candidacy.state == Candidacy.State.EXCUSED:
        state = "excused"
    elif now < sitting.opens_at:
        state = "coming"
    else:
        state = "open" if now < sitting.closes_at else "past"
    sitting_now = [attempt for attempt in attempts if attempt.state == Attempt.State.OPEN]
    if sitting_now and state == "past":
        state = "open"
    late = not attempts and now > sitting.last_entry
    rows = []
    for part in parts:
        tries = [attempt for attempt in attempts if attempt.part_id == part.pk]
        base = part.standard.minutes if part.standard else part.minutes
        extra = 0 if part.standard else extra_minutes(base, candidacy.extra_percent, candidacy.extra_minutes)
        row = PartState(
            part=part,
            tries=tries,
            allowed=tries_allowed(part, attempts) + candidacy.extra_tries,
            minutes=base + extra,
            extra=extra,
            attempt=next((attempt for attempt in tries if attempt.state == Attempt.State.OPEN), None),
            passed=any(attempt.state == Attempt.State.GRADED and attempt.passed for attempt in tries),
        )
        # A face-to-face part is begun and written by its examiner.
        if part.kind == ExamPart.Kind.RUBRIC:
            row.action = ""
        elif row.attempt is not None:
            row.action = "resume"
        elif (
            state == "open" and now < sitting.closes_at and not late and not sitting_now and not row.passed and row.left
        ):
            row.action = "start"
        rows.append(row)
    if state == "open" and result is not None and not any(row.action for row in rows):
        state = "past"
    return MySitting(
        candidacy,
        sitting,
        state,
        result,
        rows,
        begun=bool(attempts),
        released=released,
        late=late and state == "open",
    )
