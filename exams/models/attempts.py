"""What happened in an exam: papers, attempts, responses, marks, rulings and the one stored fold."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exams.models.bank import QuestionVersion
from exams.models.sittings import Candidacy, Exam, ExamPart
from ground.append_only import append_only
from people.models import User


@append_only
class Paper(models.Model):
    """The frozen set that one candidate sees.

    `items` is a list by position: {"version": id, "topic": id, "points": int, "order": ..., "case": version id, only in a
    case}. `order` says which option stands at each place: [option index, ...]; for a gap text one such list a gap.
    Position 1 is items[0].
    """

    part = models.ForeignKey(ExamPart, verbose_name=_("part"), on_delete=models.PROTECT, related_name="papers")
    seed = models.BigIntegerField(_("seed"))
    items = models.JSONField(_("items"))
    points = models.PositiveIntegerField(_("points"))
    content_hash = models.CharField(_("fingerprint"), max_length=64)
    drawn_at = models.DateTimeField(_("drawn"))

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")

    def __str__(self) -> str:
        return self.content_hash[:12]


class Attempt(models.Model):
    """One try of one candidate at one part: open, then ended once by the candidate, the clock or an invigilator.

    `marking` is an ended attempt with answers that a person has yet to mark. `generation` rises when a newer tab takes over,
    when the attempt ends and when the account is disabled; a save under an older generation is refused. `points` of `out_of`
    are the sums of the newest marks; `score` (percent) and `passed` follow from them once every mark is there. `pass_percent`
    is the pass mark of a paper as it stood at the start (a typing run freezes its standard itself).

    `base_deadline` is the start plus the part's own minutes, `deadline` the one that counts, with everything granted; a pause
    moves both. While `paused_at` is set the clock stands still and nothing is saved. `seen_at` and `away` (how often the
    page was left) come from the page's own beat: shown to the invigilator, never part of a score.

    `ordered` is set in one kind of attempt only: a supervised re-check of a typing test, ordered by that ruling on another
    attempt. It is evidence beside that attempt, no try of its part: no fold, figure or certificate reads it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("in progress")
        MARKING = "marking", _("being marked")
        GRADED = "graded", _("graded")
        VOID = "void", _("void")

    class EndedBy(models.TextChoices):
        CANDIDATE = "candidate", _("handed in")
        CLOCK = "clock", _("time was up")
        INVIGILATOR = "invigilator", _("ended by the invigilator")
        ACCESS = "access", _("the account was closed")

    MOVES = {
        State.OPEN: {State.MARKING, State.GRADED},
        State.MARKING: {State.GRADED, State.VOID},
        State.GRADED: {State.VOID},
        State.VOID: set(),
    }

    candidacy = models.ForeignKey(
        Candidacy, verbose_name=_("candidacy"), on_delete=models.PROTECT, related_name="attempts"
    )
    part = models.ForeignKey(ExamPart, verbose_name=_("part"), on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(_("try"))
    ordered = models.OneToOneField(
        "exams.AttemptRuling",
        verbose_name=_("re-check ordered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="recheck",
    )
    paper = models.ForeignKey(
        Paper, verbose_name=_("paper"), null=True, blank=True, on_delete=models.PROTECT, related_name="attempts"
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    generation = models.PositiveIntegerField(_("generation"), default=1)
    started_at = models.DateTimeField(_("started"))
    base_deadline = models.DateTimeField(_("deadline without extra time"))
    deadline = models.DateTimeField(_("deadline"))
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    away = models.PositiveIntegerField(_("times the page was left"), default=0)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=12, choices=EndedBy.choices, blank=True)
    pass_percent = models.PositiveSmallIntegerField(_("pass mark, percent"), null=True, blank=True)
    points = models.DecimalField(_("points"), max_digits=7, decimal_places=2, null=True, blank=True)
    out_of = models.PositiveIntegerField(_("out of"), null=True, blank=True)
    score = models.DecimalField(_("score, percent"), max_digits=5, decimal_places=2, null=True, blank=True)
    passed = models.BooleanField(_("passed"), null=True, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["candidacy_id", "part_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidacy", "part"], condition=Q(state="open"), name="one_open_attempt_per_candidate_and_part"
            ),
            models.UniqueConstraint(
                fields=["candidacy", "part", "number"],
                condition=Q(ordered__isnull=True),
                name="one_attempt_per_try",
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True, ended_by="")
                | (~Q(state="open") & Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="ended_attempts_say_when_and_by_what",
            ),
            models.CheckConstraint(
                condition=~Q(state="graded") | Q(passed__isnull=False), name="graded_attempts_say_whether_they_passed"
            ),
            models.CheckConstraint(
                condition=Q(base_deadline__gt=F("started_at")) & Q(deadline__gt=F("started_at")),
                name="an_attempt_has_time",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(state="open"), name="only_an_open_attempt_is_paused"
            ),
        ]
        indexes = [models.Index(fields=["deadline"], condition=Q(state="open"), name="open_attempts_by_deadline")]

    def __str__(self) -> str:
        return f"{self.candidacy} {self.part} {self.number}"


class Response(models.Model):
    """The one current answer to one position, guarded by its sequence number.

    `answer` by kind, options always by the *place* at which this paper shows them, so that nothing in the page tells the
    author's order: choice {"chosen": [place, ...]}, true/false {"answer": bool}, numeric, short text and essay
    {"text": "..."}, ordering {"sequence": [place or null, ...]}, matching {"pairs": [place or null for each prompt]}, gap text
    {"gaps": [text, place or null, ...]}, file {"file": AnswerFile id, which must be of this attempt}; an empty object means the
    answer was taken back.
    `spent_ms` is what the page says of the time spent on the question: for statistics only.
    """

    attempt = models.ForeignKey(Attempt, verbose_name=_("attempt"), on_delete=models.CASCADE, related_name="responses")
    position = models.PositiveSmallIntegerField(_("position"))
    seq = models.PositiveIntegerField(_("sequence number"))
    answer = models.JSONField(_("answer"), default=dict)
    marked = models.BooleanField(_("marked for later"), default=False)
    spent_ms = models.PositiveIntegerField(_("time spent, ms"), default=0)
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [models.UniqueConstraint(fields=["attempt", "position"], name="one_response_per_position")]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}"


@append_only
class LateResponse(models.Model):
    """An answer edited before the deadline, by the browser's word, but received after the grace: evidence, not marked.

    A person may accept it with a reason: that appends a mark.
    """

    attempt = models.ForeignKey(
        Attempt, verbose_name=_("attempt"), on_delete=models.PROTECT, related_name="late_responses"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    seq = models.PositiveIntegerField(_("sequence number"))
    answer = models.JSONField(_("answer"), default=dict)
    edited_at = models.DateTimeField(_("edited, by the browser's clock"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("late answer")
        verbose_name_plural = _("late answers")
        ordering = ["attempt_id", "position", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position", "seq"], name="one_late_answer_per_sequence_number")
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}"


@append_only
class AnswerFile(models.Model):
    """A recording or document given as an answer, stored privately; the response that names it is the one that counts."""

    attempt = models.ForeignKey(Attempt, verbose_name=_("attempt"), on_delete=models.PROTECT, related_name="files")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size, bytes"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    stored = models.CharField(_("stored as"), max_length=200)
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("file of an answer")
        verbose_name_plural = _("files of answers")
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position", "sha256"], name="a_file_is_kept_once_per_answer")
        ]

    def __str__(self) -> str:
        return self.name


@append_only
class Mark(models.Model):
    """Points given to one position of one attempt; the newest counts, the older ones stay.

    `out_of` is 0 where a question was taken out of the count. `why` says in words what made a mark that is not the first.
    """

    class Source(models.TextChoices):
        KEY = "key", _("by the key")
        MARKER = "marker", _("by a marker")
        CORRECTION = "correction", _("after a corrected key")
        REMARK = "remark", _("after a re-mark")
        LATE = "late", _("late answer accepted")

    attempt = models.ForeignKey(Attempt, verbose_name=_("attempt"), on_delete=models.PROTECT, related_name="marks")
    position = models.PositiveSmallIntegerField(_("position"))
    version = models.ForeignKey(
        QuestionVersion, verbose_name=_("question version"), on_delete=models.PROTECT, related_name="marks"
    )
    topic_id = models.BigIntegerField(_("topic"), db_index=True)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2)
    out_of = models.PositiveSmallIntegerField(_("out of"))
    source = models.CharField(_("source"), max_length=10, choices=Source.choices, default=Source.KEY)
    given_by = models.ForeignKey(
        User, verbose_name=_("given by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(_("given"))
    why = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        ordering = ["attempt_id", "position", "id"]
        indexes = [
            models.Index(fields=["attempt", "position", "-id"], name="marks_newest_first"),
            # All that the strength of a topic is computed from, so that hundreds of thousands are added up without a row read.
            models.Index(
                fields=["attempt", "given_at", "topic_id", "points", "out_of"], name="marks_by_topic_strength"
            ),
            # The few marks that replace an older one, so that sums over all can leave out what was replaced.
            models.Index(
                fields=["attempt", "position", "id"],
                condition=Q(source__in=["correction", "late", "remark"]),
                name="marks_that_replace",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}: {self.points}"


@append_only
class AttemptRuling(models.Model):
    """A named person's decision on an attempt, with the reason: the only way a score is made void."""

    class Kind(models.TextChoices):
        VOID = "void", _("void")
        CONFIRM = "confirm", _("confirmed")
        LATE = "late", _("late answers accepted")
        RECHECK = "recheck", _("re-check ordered")

    attempt = models.ForeignKey(Attempt, verbose_name=_("attempt"), on_delete=models.PROTECT, related_name="rulings")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_ruling_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.kind}"


class Result(models.Model):
    """The one stored fold: what a person's candidacy came to. `manage.py recount` proves it.

    `parts` is a list by part order: {"part": id, "title": text, "kind": kind, "attempt": id or null, "score": "92.00" or null,
    "speed": "52.4" or null, "accuracy": "97.8" or null, "passed": bool}. Whether its person sees it yet is a question of the
    exam's release rule (`exams.queries.released_to_candidate`). What it said before a change stays in the journal.
    """

    candidacy = models.OneToOneField(
        Candidacy, verbose_name=_("candidacy"), on_delete=models.PROTECT, related_name="result"
    )
    exam = models.ForeignKey(Exam, verbose_name=_("exam"), on_delete=models.PROTECT, related_name="results")
    user = models.ForeignKey(User, verbose_name=_("candidate"), on_delete=models.PROTECT, related_name="results")
    passed = models.BooleanField(_("passed"))
    score = models.DecimalField(_("score, percent"), max_digits=5, decimal_places=2, null=True, blank=True)
    parts = models.JSONField(_("parts"), default=list)
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["-decided_at", "-id"]
        indexes = [models.Index(fields=["user", "exam"], name="results_of_a_person")]

    def __str__(self) -> str:
        return f"{self.user} {self.exam}"
