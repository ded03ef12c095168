"""Taking a course: rounds, lessons opened, read and worked through, notices acknowledged, completion."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import progress, queries, signals
from courses.models import (
    Acknowledgement,
    Assignment,
    Completion,
    CoursePage,
    Enrolment,
    LessonPage,
    LessonProgress,
    PracticeAnswer,
    Reflection,
)
from courses.services.versions import newest_version
from exams.models import Question
from ground import journal
from ground.days import add_months
from ground.errors import Refused
from people.models import User


@transaction.atomic
def enrol(*, user: User, course: CoursePage, now: datetime) -> Enrolment:
    """The round in which the person takes the course: the open one; or a new one at the newest version, when nothing was
    completed, the completion has expired, or the course must be taken again; else the one that is completed, to read in.

    Raises Refused when a new round is wanted and the course is not published.
    """
    rounds = Enrolment.objects.filter(user=user, course=course).order_by("-ended_at", "-pk")
    standing = rounds.filter(ended_at__isnull=True).first()
    if standing is not None:
        return standing
    last = Completion.objects.filter(user=user, course=course).order_by("completed_at", "pk").last()
    again = Assignment.objects.open().filter(user=user, course=course).first() if last else None
    if last is not None and again is None and progress.holds(expires_on=last.expires_on, on=timezone.localdate(now)):
        return last.enrolment
    if not course.live:
        raise Refused(_("The course “%(course)s” is not published.") % {"course": course}, code="not_live")
    version = newest_version(course, now)
    update = again is not None and again.cause == Assignment.Cause.UPDATE
    update = update and progress.changed(before=last.version.content["lessons"], after=version.content["lessons"])
    enrolment, _created = Enrolment.objects.get_or_create(
        user=user,
        course=course,
        ended_at=None,
        defaults={"version": version, "since": last.version if update else None, "started_at": now},
    )
    return enrolment


@transaction.atomic
def open_lesson(*, enrolment: Enrolment, lesson: LessonPage, now: datetime) -> LessonProgress:
    """Notes that a lesson was opened; an unfinished enrolment follows the course to its newest version."""
    _refuse_strange_lesson(enrolment, lesson)
    opened = LessonProgress.objects.filter(enrolment=enrolment, lesson=lesson).first()
    if opened is not None:
        return opened
    _follow(enrolment, now)
    opened, _created = LessonProgress.objects.get_or_create(
        enrolment=enrolment, lesson=lesson, defaults={"opened_at": now}
    )
    return opened


@transaction.atomic
def note_progress(
    *, enrolment: Enrolment, lesson: LessonPage, place: str, seconds: int, reached_end: bool, step: int, now: datetime
) -> LessonProgress:
    """A page reports where somebody is: the block in view, the seconds read in all, whether the end was seen.

    `step` counts the reports on this lesson over all devices: the place of an older or repeated one changes nothing, and
    a page that lags behind takes the kept step over. Seconds only grow, as `progress.believed` allows. Of a lesson that
    is done only the place moves on.
    """
    row = _row(enrolment, lesson, now)
    if row.completed_at is None:
        row.seconds = progress.believed(
            before=row.seconds,
            claimed=seconds,
            since_report=(now - (row.seen_at or row.opened_at)).total_seconds(),
            since_open=(now - row.opened_at).total_seconds(),
        )
        row.reached_end_at = row.reached_end_at or (now if reached_end else None)
        row.seen_at = max(now, row.seen_at or now)
    if step > row.step:
        row.step = step
        if any(block["id"] == place for block in lesson.body.raw_data):
            row.place = place
    row.save(update_fields=["seconds", "reached_end_at", "seen_at", "step", "place"])
    return row


@transaction.atomic
def note_check_answer(
    *, enrolment: Enrolment, lesson: LessonPage, code: str, right: bool, now: datetime
) -> PracticeAnswer:
    """Keeps an answer to a quick check of the lesson. A right one counts for the lesson, whatever is answered later."""
    if code not in queries.check_codes(lesson):
        raise Refused(_("The question does not belong to this lesson."), code="strange_question")
    row = _row(enrolment, lesson, now)
    if right and code not in row.checks:
        row.checks = [*row.checks, code]
        row.save(update_fields=["checks"])
    question = Question.objects.get(code=code)
    return PracticeAnswer.objects.create(user=enrolment.user, question=question, lesson=lesson, right=right, at=now)


@transaction.atomic
def acknowledge(*, user: User, lesson: LessonPage, block: str, seen: str, now: datetime) -> Acknowledgement:
    """Somebody has read a policy notice and says so, once for the words as they read. `seen` is the fingerprint of the
    words on the person's page.

    Raises Refused when the notice is gone or reads differently by now.
    """
    notice = queries.notices_of(lesson).get(block)
    if notice is None:
        raise Refused(_("This notice is no longer part of the lesson."), code="gone")
    if notice.words_hash != seen:
        raise Refused(_("The notice reads differently by now. Read it again, then acknowledge it."), code="changed")
    row, created = Acknowledgement.objects.get_or_create(
        user=user, lesson=lesson, block=block, words_hash=seen, defaults={"words": notice.words, "at": now}
    )
    if created:
        data = {"block": block, "notice": notice["title"], "words_hash": seen}
        journal.record("notice.acknowledged", lesson, by=user, now=now, data=data)
    return row


@transaction.atomic
def complete_lesson(*, enrolment: Enrolment, lesson: LessonPage, now: datetime, at_end: bool = True) -> LessonProgress:
    """The person has worked through a lesson. With the last one the course is completed, once and for ever.

    The button stands at the end of the page, so saying "done" is having reached it, unless the page knows better
    (`at_end`). Raises Refused with all that is still missing.
    """
    enrolment = Enrolment.objects.select_for_update(of=("self",)).select_related("user").get(pk=enrolment.pk)
    row = _row(enrolment, lesson, now)
    if row.completed_at is None:
        asked = queries.requirements(enrolment.user, lesson, row, now, at_end=at_end)
        sentences = [requirement.sentence for requirement in asked if not requirement.met]
        if sentences:
            raise Refused(" ".join(sentences), code="missing")
        row.reached_end_at = row.reached_end_at or (now if at_end else None)
        row.completed_at = now
        row.save(update_fields=["reached_end_at", "completed_at"])
    _complete_course(enrolment, now)
    return row


def _row(enrolment: Enrolment, lesson: LessonPage, now: datetime) -> LessonProgress:
    """The locked progress in a lesson, which is opened when it was not."""
    _refuse_strange_lesson(enrolment, lesson)
    row, _created = LessonProgress.objects.select_for_update().get_or_create(
        enrolment=enrolment, lesson=lesson, defaults={"opened_at": now}
    )
    return row


def _refuse_strange_lesson(enrolment: Enrolment, lesson: LessonPage) -> None:
    if not lesson.is_child_of(enrolment.course):
        raise Refused(_("The lesson does not belong to this course."), code="strange_lesson")


def _follow(enrolment: Enrolment, now: datetime) -> None:
    """An unfinished enrolment moves to the newest version: what is read is what will be completed."""
    if enrolment.ended_at is not None:
        return
    newest = newest_version(enrolment.course, now)
    if enrolment.version_id != newest.pk:
        enrolment.version = newest
        enrolment.save(update_fields=["version"])


def _complete_course(enrolment: Enrolment, now: datetime) -> None:
    if enrolment.ended_at is not None:
        return
    _follow(enrolment, now)
    done = set(enrolment.progress.filter(completed_at__isnull=False).values_list("lesson", flat=True))
    if not progress.is_complete(wanted=queries.wanted_lessons(enrolment), done=done):
        return
    months = enrolment.course.valid_months
    completion = Completion.objects.create(
        user=enrolment.user,
        course=enrolment.course,
        version=enrolment.version,
        enrolment=enrolment,
        completed_at=now,
        expires_on=add_months(timezone.localdate(now), months) if months else None,
    )
    enrolment.ended_at = now
    enrolment.save(update_fields=["ended_at"])
    Assignment.objects.open().filter(user=enrolment.user_id, course=enrolment.course_id).update(completion=completion)
    data = {"course": enrolment.course.code, "version": enrolment.version.number}
    journal.record("course.completed", enrolment.user, by=enrolment.user, now=now, data=data)
    signals.course_completed.send(sender=Completion, completion=completion, now=now)


LONGEST_REFLECTION = 5_000


@transaction.atomic
def write_reflection(*, user: User, lesson: LessonPage, block: str, text: str, now: datetime) -> None:
    """Keeps what somebody writes for themselves at a reflection; an empty text takes it away. No journal line: it is theirs.

    Raises Refused for what is no reflection of the lesson, and beyond 5,000 characters.
    """
    if not any(one["id"] == block and one["type"] == "reflection" for one in lesson.body.raw_data):
        raise Refused(_("The lesson has changed. Open it again."), code="missing")
    text = text.strip()
    if len(text) > LONGEST_REFLECTION:
        raise Refused(_("A reflection may have at most 5,000 characters."), code="too_long")
    mine = {"user": user, "lesson": lesson, "block": block}
    if text:
        Reflection.objects.update_or_create(**mine, defaults={"text": text, "written_at": now})
    else:
        Reflection.objects.filter(**mine).delete()
