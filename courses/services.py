"""Every write about courses: frozen versions, who must learn what, how far they are, class sessions."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import progress, signals
from courses.models import (
    Assignment,
    Attendance,
    ClassSession,
    Completion,
    CoursePage,
    CourseVersion,
    Enrolment,
    LearningPath,
    LessonPage,
    LessonProgress,
)
from ground import journal
from ground.errors import Refused
from ground.freezing import fingerprint
from people.models import User
from people.services import notify
from topics.models import Topic


@transaction.atomic
def freeze(*, course: CoursePage, now: datetime) -> CourseVersion:
    """The course as it is published now: its newest version when nothing has changed since, else a new one."""
    course = CoursePage.objects.select_for_update(of=("self",)).get(pk=course.pk)
    content = _content(course)
    content_hash = fingerprint(content)
    newest = course.versions.order_by("-number").first()
    if newest is not None and newest.content_hash == content_hash:
        return newest
    version = CourseVersion.objects.create(
        course=course,
        number=newest.number + 1 if newest else 1,
        content=content,
        content_hash=content_hash,
        published_at=now,
    )
    journal.record("course.frozen", course, by=None, now=now, data={"version": version.number})
    return version


def _content(course: CoursePage) -> dict[str, Any]:
    lessons = list(LessonPage.objects.child_of(course).live().order_by("path"))
    topics: dict[int, list[int]] = {}
    pairs = LessonPage.topics.through.objects.filter(lessonpage__in=lessons).order_by("topic_id")
    for lesson, topic in pairs.values_list("lessonpage_id", "topic_id"):
        topics.setdefault(lesson, []).append(topic)
    return {
        "title": course.title,
        "summary": course.summary,
        "minutes": course.minutes,
        "lessons": [
            {
                "page": lesson.pk,
                "slug": lesson.slug,
                "title": lesson.title,
                "minutes": lesson.minutes,
                "topics": topics.get(lesson.pk, []),
                "body": lesson.body.get_prep_value(),
            }
            for lesson in lessons
        ],
    }


def _newest_version(course: CoursePage, now: datetime) -> CourseVersion:
    return course.versions.order_by("-number").first() or freeze(course=course, now=now)


@transaction.atomic
def assign(
    *,
    user: User,
    course: CoursePage,
    cause: str,
    cause_date: date,
    due_on: date,
    by: User | None,
    now: datetime,
    note: str = "",
    path: LearningPath | None = None,
) -> Assignment:
    """Somebody must take a course by a day. Returns the assignment in force when there is one.

    Raises Refused when the course is not published, or when a trainer names a day that is over.
    """
    standing = Assignment.objects.filter(user=user, course=course, withdrawn_at__isnull=True).first()
    if standing is not None:
        return standing
    _refuse_assigning(course, cause, due_on, now)
    assignment, created = Assignment.objects.get_or_create(
        user=user,
        course=course,
        withdrawn_at=None,
        defaults={
            "cause": cause,
            "cause_date": cause_date,
            "due_on": due_on,
            "note": note,
            "path": path,
            "assigned_by": by,
            "assigned_at": now,
        },
    )
    if created:
        data = {"course": course.code, "due": due_on.isoformat(), "cause": cause}
        journal.record("course.assigned", user, by=by, now=now, reason=note, data=data)
        _tell_assigned([assignment], course, now)
    return assignment


@transaction.atomic
def assign_all(
    *,
    users: Iterable[User],
    course: CoursePage,
    cause: str,
    cause_date: date,
    due_on: date,
    by: User | None,
    now: datetime,
    note: str = "",
) -> int:
    """Assigns a course to many at once and returns to how many; who has it assigned or completed already is left alone.

    Raises Refused as `assign` does.
    """
    _refuse_assigning(course, cause, due_on, now)
    people = list(users)
    settled = set(Assignment.objects.filter(course=course, withdrawn_at__isnull=True).values_list("user", flat=True))
    settled |= set(Completion.objects.filter(course=course).values_list("user", flat=True))
    rows = [
        Assignment(
            user=user,
            course=course,
            cause=cause,
            cause_date=cause_date,
            due_on=due_on,
            note=note,
            assigned_by=by,
            assigned_at=now,
        )
        for user in people
        if user.pk not in settled
    ]
    Assignment.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    if rows:
        data = {"people": [row.user_id for row in rows], "due": due_on.isoformat(), "cause": cause}
        journal.record("course.assigned_to_many", course, by=by, now=now, reason=note, data=data)
        _tell_assigned(rows, course, now)
    return len(rows)


def _refuse_assigning(course: CoursePage, cause: str, due_on: date, now: datetime) -> None:
    if not course.live:
        raise Refused(_("Publish the course “%(course)s” before you assign it.") % {"course": course}, code="not_live")
    if cause == Assignment.Cause.MANUAL and due_on < timezone.localdate(now):
        raise Refused(_("The due date is over; choose today or a later day."), code="past")


def _tell_assigned(assignments: list[Assignment], course: CoursePage, now: datetime) -> None:
    due_on = assignments[0].due_on
    notify(
        users=[assignment.user for assignment in assignments],
        kind="course_assigned",
        key=f"course-assigned:{course.pk}:{now.isoformat()}",
        now=now,
        params={"course": course.title, "due": due_on.isoformat()},
        url=course.get_url() or "",
    )


def assign_onboarding(*, user: User, on: date, now: datetime) -> list[Assignment]:
    """Gives a new hire every course of the onboarding paths, due so many days after the first day `on`.

    What the person has or had assigned already is left alone.
    """
    return onboard(hires=[(user, on)], now=now)


@transaction.atomic
def onboard(*, hires: Iterable[tuple[User, date]], now: datetime) -> list[Assignment]:
    """`assign_onboarding` for many: (person, first day of work). People whose whole path would be overdue before they
    were entered here are no new hires and get nothing."""
    hires = list(hires)
    paths = LearningPath.objects.filter(onboarding=True).prefetch_related("steps__course")
    given = []
    for path in paths:
        steps = [step for step in path.steps.all() if step.course.live]
        had = set(
            Assignment.objects.filter(user__in=[user.pk for user, _day in hires]).values_list("user_id", "course_id")
        )
        longest = max((step.due_days for step in steps), default=0)
        rows = [
            Assignment(
                user=user,
                course=step.course,
                path=path,
                cause=Assignment.Cause.HIRE,
                cause_date=first_day,
                due_on=progress.due_day(first_day, step.due_days),
                assigned_at=now,
            )
            for user, first_day in hires
            if progress.due_day(first_day, longest) >= timezone.localdate(now)
            for step in steps
            if (user.pk, step.course_id) not in had
        ]
        given += Assignment.objects.bulk_create(rows, batch_size=500)
        newcomers = {row.user_id: row.user for row in rows}
        for user in newcomers.values():
            courses = [row.course.code for row in rows if row.user_id == user.pk] if len(newcomers) < 50 else []
            journal.record("path.assigned", user, by=None, now=now, data={"path": path.code, "courses": courses})
        notify(
            users=newcomers.values(),
            kind="path_assigned",
            key=f"path-assigned:{path.pk}",
            now=now,
            params={"path": path.name},
            url=reverse("courses:path"),
        )
    return given


@transaction.atomic
def withdraw_assignment(*, assignment: Assignment, by: User, reason: str, now: datetime) -> None:
    """The person need not take the course any more; what was learned stays. Raises Refused without a reason."""
    assignment = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if assignment.withdrawn_at is not None:
        return
    if assignment.user_id == by.pk:
        raise Refused(_("Nobody withdraws their own assignment; ask another trainer."), code="self")
    if not reason.strip():
        raise Refused(_("Say why the assignment is withdrawn."), code="no_reason")
    assignment.withdrawn_at = now
    assignment.save(update_fields=["withdrawn_at"])
    data = {"course": assignment.course.code}
    journal.record("assignment.withdrawn", assignment.user, by=by, now=now, reason=reason.strip(), data=data)


@transaction.atomic
def enrol(*, user: User, course: CoursePage, now: datetime) -> Enrolment:
    """Starts a course at its newest version; returns the enrolment there is. Raises Refused when it is not published."""
    standing = Enrolment.objects.filter(user=user, course=course).first()
    if standing is not None:
        return standing
    if not course.live:
        raise Refused(_("The course “%(course)s” is not published.") % {"course": course}, code="not_live")
    version = _newest_version(course, now)
    enrolment, _created = Enrolment.objects.get_or_create(
        user=user, course=course, defaults={"version": version, "started_at": now}
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
def complete_lesson(*, enrolment: Enrolment, lesson: LessonPage, now: datetime) -> LessonProgress:
    """The person has worked through a lesson. With the last one the course is completed, once and for ever."""
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    _refuse_strange_lesson(enrolment, lesson)
    row, _created = LessonProgress.objects.get_or_create(
        enrolment=enrolment, lesson=lesson, defaults={"opened_at": now}
    )
    if row.completed_at is None:
        row.completed_at = now
        row.save(update_fields=["completed_at"])
    _complete_course(enrolment, now)
    return row


def _refuse_strange_lesson(enrolment: Enrolment, lesson: LessonPage) -> None:
    if not lesson.is_child_of(enrolment.course):
        raise Refused(_("The lesson does not belong to this course."), code="strange_lesson")


def _follow(enrolment: Enrolment, now: datetime) -> None:
    """An unfinished enrolment moves to the newest version: what is read is what will be completed."""
    if Completion.objects.filter(user=enrolment.user_id, course=enrolment.course_id).exists():
        return
    newest = _newest_version(enrolment.course, now)
    if enrolment.version_id != newest.pk:
        enrolment.version = newest
        enrolment.save(update_fields=["version"])


def _complete_course(enrolment: Enrolment, now: datetime) -> None:
    if Completion.objects.filter(user=enrolment.user_id, course=enrolment.course_id).exists():
        return
    _follow(enrolment, now)
    wanted = [lesson["page"] for lesson in enrolment.version.content["lessons"]]
    done = set(enrolment.progress.filter(completed_at__isnull=False).values_list("lesson", flat=True))
    if not progress.is_complete(wanted=wanted, done=done):
        return
    completion, created = Completion.objects.get_or_create(
        user=enrolment.user, version=enrolment.version, defaults={"course": enrolment.course, "completed_at": now}
    )
    if created:
        data = {"course": enrolment.course.code, "version": enrolment.version.number}
        journal.record("course.completed", enrolment.user, by=enrolment.user, now=now, data=data)
        signals.course_completed.send(sender=Completion, completion=completion, now=now)


@transaction.atomic
def schedule_session(
    *,
    title: str,
    topic: Topic,
    instructor: User,
    place: str,
    starts_at: datetime,
    ends_at: datetime,
    places: int,
    users: Iterable[User],
    by: User | None,
    now: datetime,
) -> ClassSession:
    """A class session with the people expected in it, who are told. Raises Refused when they are too many."""
    people = list({user.pk: user for user in users}.values())
    if ends_at <= starts_at:
        raise Refused(_("A session ends after it starts."), code="ends_before_it_starts")
    if len(people) > places:
        raise Refused(
            _("%(people)s people are invited, but there are %(places)s places.")
            % {"people": len(people), "places": places},
            code="full",
        )
    session = ClassSession.objects.create(
        title=title,
        topic=topic,
        instructor=instructor,
        place=place,
        starts_at=starts_at,
        ends_at=ends_at,
        places=places,
    )
    Attendance.objects.bulk_create([Attendance(session=session, user=user) for user in people])
    journal.record("session.scheduled", session, by=by, now=now, data={"people": len(people), "place": place})
    notify(
        users=people,
        kind="session_scheduled",
        key=f"session:{session.pk}",
        now=now,
        params={
            "title": title,
            "place": place,
            "day": timezone.localtime(starts_at).strftime("%Y-%m-%d %H:%M"),
        },
        url=reverse("courses:mine"),
    )
    return session


@transaction.atomic
def note_attendance(*, session: ClassSession, user: User, state: str, by: User | None, now: datetime) -> Attendance:
    """Writes down who came. Raises Refused before the day of the session, for oneself, and for people not on the list."""
    attendance = Attendance.objects.select_for_update().filter(session=session, user=user).first()
    if attendance is None:
        raise Refused(_("%(name)s is not on the list of this session.") % {"name": user}, code="not_listed")
    if attendance.state == state:
        return attendance
    if by is not None and by.pk == user.pk:
        raise Refused(_("Nobody notes their own attendance."), code="self")
    if timezone.localdate(now) < timezone.localdate(session.starts_at):
        raise Refused(_("Attendance is noted on the day of the session, not before."), code="too_early")
    attendance.state = Attendance.State(state)
    attendance.noted_by = by
    attendance.noted_at = now
    attendance.save(update_fields=["state", "noted_by", "noted_at"])
    journal.record(f"attendance.{state}", session, by=by, now=now, data={"user": user.pk, "name": user.name})
    return attendance
