"""Class sessions: scheduled, attended."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Attendance, ClassSession
from ground import journal
from ground.errors import Refused
from people.models import User
from people.services import notify
from topics.models import Topic


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
