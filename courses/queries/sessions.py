"""Class sessions for those who attend them: what is open, one's own place, the calendar entry."""

from datetime import date, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from courses.models import Attendance, ClassSession
from ground import calendar
from people.models import User

State = Attendance.State
SEATED = Q(attendances__state__in=(State.EXPECTED, State.ATTENDED, State.ABSENT))


def counted(sessions: QuerySet[ClassSession]) -> QuerySet[ClassSession]:
    """With `people` who have a place, `attended` and `waiting`."""
    return sessions.annotate(
        people=Count("attendances", filter=SEATED),
        attended=Count("attendances", filter=Q(attendances__state=State.ATTENDED)),
        waiting=Count("attendances", filter=Q(attendances__state=State.WAITING)),
    )


def sessions_of(user: User, since: date) -> QuerySet[Attendance]:
    """The class sessions a person is expected in, waits for or has attended, from a day on."""
    rows = Attendance.objects.filter(user=user, session__starts_at__date__gte=since).exclude(state=State.SIGNED_OFF)
    return rows.select_related("session", "session__instructor", "session__topic").order_by("session__starts_at")


def open_sessions(user: User, now: datetime) -> QuerySet[ClassSession]:
    """Sessions still to come that everybody may sign up for, and this person has not; with their counts."""
    mine = Attendance.objects.filter(session=OuterRef("pk"), user=user).exclude(state=State.SIGNED_OFF)
    coming = ClassSession.objects.filter(~Exists(mine), sign_up=True, cancelled_at__isnull=True, starts_at__gt=now)
    return counted(coming).select_related("topic", "instructor").order_by("starts_at", "pk")


def sessions_for(user: User) -> QuerySet[ClassSession]:
    """What a person may look at as a learner: sessions open to sign up, and those on whose list they are or were."""
    mine = Attendance.objects.filter(session=OuterRef("pk"), user=user)
    return counted(ClassSession.objects.filter(Q(sign_up=True) | Exists(mine))).select_related("topic", "instructor")


def calendar_of(session: ClassSession, *, gone: bool = False) -> bytes:
    """The session as a calendar file; cancelled when it is, or for whoever is no longer on its list."""
    return calendar.event(
        uid=f"session-{session.pk}@{urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname}",
        # Being taken off does not change the session, but must count as newer than what the calendar holds.
        sequence=session.sequence * 2 + gone,
        stamp=session.cancelled_at or session.starts_at,
        starts=session.starts_at,
        ends=session.ends_at,
        summary=session.title,
        description=f"{session.topic.name} · {session.instructor.name}",
        location=session.place,
        url=settings.WAGTAILADMIN_BASE_URL + reverse("courses:session_mine", args=[session.pk]),
        cancelled=gone or session.cancelled_at is not None,
    )
