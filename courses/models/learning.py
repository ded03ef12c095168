"""What people did with courses: rounds of learning, how far they are in each lesson, what they finished and said."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.pages import CoursePage, CourseVersion, LessonPage
from exams.models import Question
from ground.append_only import append_only
from people.models import User


class Enrolment(models.Model):
    """One round of a person through a course, assigned or chosen. It is open until its completion; a course whose
    completion has expired is learned again in a new round.

    With `since`, the round holds only the lessons that have changed since that version, which the person had completed.
    """

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="enrolments")
    course = models.ForeignKey(
        CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="enrolments"
    )
    version = models.ForeignKey(
        CourseVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="enrolments"
    )
    since = models.ForeignKey(
        CourseVersion,
        verbose_name=_("only what changed since"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("completed"), null=True, blank=True)

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course"],
                condition=Q(ended_at__isnull=True),
                name="one_open_enrolment_per_person_and_course",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.course}"


class LessonProgress(models.Model):
    """Where somebody is in a lesson; done when `completed_at` is set, and then for ever.

    `place` is the block last read and `step` the number of the newest report of a page: older ones change nothing.
    `seconds` only grows and is what the page was read for, as the server can believe it. `checks` are the codes of the
    quick checks answered right. `package` is what a SCORM package keeps ({"status", "score", "location", "suspend_data", ...}).
    """

    enrolment = models.ForeignKey(
        Enrolment, verbose_name=_("enrolment"), on_delete=models.CASCADE, related_name="progress"
    )
    lesson = models.ForeignKey(LessonPage, verbose_name=_("lesson"), on_delete=models.PROTECT, related_name="progress")
    opened_at = models.DateTimeField(_("opened"))
    seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=40, blank=True)
    step = models.PositiveBigIntegerField(_("step"), default=0)
    seconds = models.PositiveIntegerField(_("seconds read"), default=0)
    reached_end_at = models.DateTimeField(_("read to the end"), null=True, blank=True)
    checks = models.JSONField(_("checks passed"), default=list, blank=True)
    package = models.JSONField(_("state of the package"), default=dict, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)

    class Meta:
        verbose_name = _("lesson progress")
        verbose_name_plural = _("lesson progress")
        constraints = [models.UniqueConstraint(fields=["enrolment", "lesson"], name="one_progress_per_lesson")]

    def __str__(self) -> str:
        return f"{self.enrolment_id}/{self.lesson_id}"


class Completion(models.Model):
    """The fact that somebody finished a version of a course, once a round.

    `expires_on` is frozen from the course's validity on that day; None holds for ever.
    """

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="completions")
    course = models.ForeignKey(
        CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="completions"
    )
    version = models.ForeignKey(
        CourseVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="completions"
    )
    enrolment = models.OneToOneField(
        Enrolment, verbose_name=_("enrolment"), on_delete=models.PROTECT, related_name="completion"
    )
    completed_at = models.DateTimeField(_("completed"))
    expires_on = models.DateField(_("valid until (exclusive)"), null=True, blank=True)

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        ordering = ["-completed_at"]

    def __str__(self) -> str:
        return f"{self.user} {self.course}"


@append_only
class Acknowledgement(models.Model):
    """Somebody has read a policy notice and said so. `words` are the notice as it read, `block` its place in the lesson."""

    user = models.ForeignKey(
        User, verbose_name=_("staff member"), on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    lesson = models.ForeignKey(
        LessonPage, verbose_name=_("lesson"), on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    block = models.CharField(_("block"), max_length=40)
    words = models.TextField(_("words"))
    words_hash = models.CharField(_("fingerprint"), max_length=64)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "lesson", "block", "words_hash"], name="a_notice_is_acknowledged_once_as_it_reads"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.lesson_id}/{self.block}"


@append_only
class PracticeAnswer(models.Model):
    """An ungraded answer: to a quick check in a lesson, or in the five minutes a day (then without a lesson).

    What is asked next, and streaks, are derived from these. Never an exam mark.
    """

    user = models.ForeignKey(
        User, verbose_name=_("staff member"), on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    question = models.ForeignKey(
        Question, verbose_name=_("question"), on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    lesson = models.ForeignKey(
        LessonPage,
        verbose_name=_("lesson"),
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    right = models.BooleanField(_("right"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("practice answer")
        verbose_name_plural = _("practice answers")
        indexes = [
            models.Index(fields=["user", "question", "at"], name="practice_answers_of_a_person"),
            models.Index(fields=["lesson", "question"], name="practice_in_a_lesson"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.question_id}"


class Reflection(models.Model):
    """What somebody wrote for themselves at a reflection of a lesson. Nobody else reads it."""

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.CASCADE, related_name="reflections")
    lesson = models.ForeignKey(LessonPage, verbose_name=_("lesson"), on_delete=models.CASCADE, related_name="+")
    block = models.CharField(_("block"), max_length=40)
    text = models.TextField(_("text"))
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("reflection")
        verbose_name_plural = _("reflections")
        constraints = [
            models.UniqueConstraint(fields=["user", "lesson", "block"], name="one_reflection_per_person_and_block")
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id}/{self.block}"


class CourseFeedback(models.Model):
    """What somebody thinks of a course, without a name: only the month stands there, and there is no way back to `FeedbackGiven`."""

    course = models.ForeignKey(CoursePage, verbose_name=_("course"), on_delete=models.PROTECT, related_name="feedback")
    stars = models.PositiveSmallIntegerField(_("stars"))
    words = models.TextField(_("words"), blank=True)
    month = models.DateField(_("month"))

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="feedback_has_one_to_five_stars")]

    def __str__(self) -> str:
        return f"{self.course_id}: {self.stars}"


class FeedbackGiven(models.Model):
    """Who has given feedback on a round, so that it is given once; not what it says."""

    enrolment = models.OneToOneField(
        Enrolment, verbose_name=_("enrolment"), on_delete=models.PROTECT, related_name="feedback_given"
    )

    class Meta:
        verbose_name = _("feedback given")
        verbose_name_plural = _("feedback given")

    def __str__(self) -> str:
        return str(self.enrolment_id)
