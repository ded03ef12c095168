"""Class sessions: scheduled, moved, cancelled, joined, waited for and attended."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import codes
from courses.models import Attendance, ClassSession
from courses.services.letters import mail
from ground import journal
from ground.errors import Refused
from people.models import User
from people.services import notify
from topics.models import Topic

State = Attendance.State
EARLY = timedelta(minutes=30)
"""How long before the start people may check in."""
CALENDAR = ("starts_at", "ends_at", "place", "instructor", "title")
"""What stands in people's calendars."""


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
    sign_up: bool = False,
) -> ClassSession:
    """A class session with the people expected in it, who are told. Raises Refused when they are too many."""
    people = list({user.pk: user for user in users}.values())
    _refuse_times(starts_at, ends_at)
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
        sign_up=sign_up,
    )
    Attendance.objects.bulk_create([Attendance(session=session, user=user, joined_at=now) for user in people])
    journal.record("session.scheduled", session, by=by, now=now, data={"people": len(people), "place": place})
    _tell(session, people, "session_scheduled", now)
    return session


@transaction.atomic
def change_session(
    *,
    session: ClassSession,
    title: str,
    instructor: User,
    place: str,
    starts_at: datetime,
    ends_at: datetime,
    places: int,
    sign_up: bool,
    by: User,
    now: datetime,
) -> ClassSession:
    """Moves or mends a session that is still to come. Whoever is on the list is told when their calendar changes.

    Raises Refused for a session that is over or cancelled, and when fewer places are left than people are expected.
    """
    session = _open(session, now)
    _refuse_times(starts_at, ends_at)
    if starts_at < now:
        raise Refused(_("A session cannot be moved into the past."), code="past")
    seated = _seated(session)
    if places < seated:
        raise Refused(
            _("%(people)s people are expected; take some off the list before you give up places.") % {"people": seated},
            code="full",
        )
    wanted = {
        "title": title,
        "instructor": instructor,
        "place": place,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "places": places,
        "sign_up": sign_up,
    }
    changed = [name for name, value in wanted.items() if getattr(session, name) != value]
    if not changed:
        return session
    for name in changed:
        setattr(session, name, wanted[name])
    moved = any(name in CALENDAR for name in changed)
    session.sequence += moved
    session.save(update_fields=[*changed, "sequence"])
    journal.record("session.changed", session, by=by, now=now, data={"changed": changed})
    if moved:
        _tell(session, _on_the_list(session), "session_moved", now)
    _move_up(session, now)
    return session


@transaction.atomic
def cancel_session(*, session: ClassSession, reason: str, by: User, now: datetime) -> ClassSession:
    """Calls a session off; everybody on its list is told. Raises Refused without a reason, or when it is over."""
    standing = ClassSession.objects.select_for_update().get(pk=session.pk)
    if standing.cancelled_at is not None:
        return standing
    session = _open(standing, now)
    if not reason.strip():
        raise Refused(_("Say why the session is cancelled; the people read it."), code="no_reason")
    session.cancelled_at, session.cancel_reason = now, reason.strip()[:300]
    session.sequence += 1
    session.save(update_fields=["cancelled_at", "cancel_reason", "sequence"])
    journal.record("session.cancelled", session, by=by, now=now, reason=session.cancel_reason)
    _tell(session, _on_the_list(session), "session_cancelled", now)
    return session


@transaction.atomic
def invite_to_session(*, session: ClassSession, users: Iterable[User], by: User, now: datetime) -> tuple[int, int]:
    """Puts people on the list: (how many got a place, how many wait for one). Who is on it already stays as they are."""
    session = _open(session, now)
    listed = {row.user_id: row for row in session.attendances.all()}
    free = session.places - _seated(session)
    seats: list[User] = []
    waits: list[User] = []
    for user in {user.pk: user for user in users}.values():
        row = listed.get(user.pk)
        if row is not None and row.state != State.SIGNED_OFF:
            continue
        state = State.EXPECTED if len(seats) < free else State.WAITING
        (seats if state == State.EXPECTED else waits).append(user)
        _put(session, user, state, now)
    if seats or waits:
        data = {"people": len(seats), "waiting": len(waits)}
        journal.record("session.invited", session, by=by, now=now, data=data)
    _tell(session, seats, "session_scheduled", now)
    _tell(session, waits, "session_waiting", now)
    return len(seats), len(waits)


@transaction.atomic
def join_session(*, session: ClassSession, user: User, now: datetime) -> Attendance:
    """Somebody takes a free place, or waits for one. Returns what there is for whoever is on the list already.

    Raises Refused when the session has begun, is cancelled, or is not open to sign up.
    """
    session = _open(session, now)
    row = session.attendances.filter(user=user).first()
    if row is not None and row.state != State.SIGNED_OFF:
        return row
    if not session.sign_up:
        raise Refused(_("This session is by invitation; ask the instructor."), code="not_open")
    state = State.EXPECTED if _seated(session) < session.places else State.WAITING
    row = _put(session, user, state, now)
    journal.record(f"attendance.{state}", session, by=user, now=now, data={"user": user.pk, "name": user.name})
    return row


@transaction.atomic
def leave_session(*, session: ClassSession, user: User, by: User, now: datetime) -> Attendance:
    """Takes somebody off the list before the start: themselves, or a trainer does. The longest waiting moves up."""
    session = _open(session, now)
    row = session.attendances.filter(user=user).first()
    if row is None:
        raise Refused(_("%(name)s is not on the list of this session.") % {"name": user}, code="not_listed")
    if row.state == State.SIGNED_OFF:
        return row
    row.state, row.noted_by, row.noted_at = State.SIGNED_OFF, by, now
    row.save(update_fields=["state", "noted_by", "noted_at"])
    journal.record("attendance.signed_off", session, by=by, now=now, data={"user": user.pk, "name": user.name})
    if by.pk != user.pk:
        _tell(session, [user], "session_off", now)
    _move_up(session, now)
    return row


@transaction.atomic
def check_in(*, session: ClassSession, user: User, code: str, now: datetime) -> Attendance:
    """Somebody in the room shows the code that hangs there now. Nobody can do it for another person.

    Raises Refused for a code that is over, off the list, and at the wrong time.
    """
    session = ClassSession.objects.get(pk=session.pk)
    if session.cancelled_at is not None:
        raise Refused(_("This session was cancelled."), code="cancelled")
    if now < session.starts_at - EARLY:
        raise Refused(_("It is too early: check in from half an hour before the start."), code="too_early")
    if now > session.ends_at:
        raise Refused(_("The session is over; ask the instructor to note you on the list."), code="too_late")
    row = Attendance.objects.select_for_update().filter(session=session, user=user).first()
    if row is None or row.state in (State.WAITING, State.SIGNED_OFF):
        raise Refused(_("You are not on the list of this session; speak to the instructor."), code="not_listed")
    if row.state == State.ATTENDED:
        return row
    if not codes.holds(session.secret, code, now):
        raise Refused(_("This code is over. Scan or type the one on the screen now."), code="expired")
    return _note(row, State.ATTENDED, Attendance.Means.CODE, user, now)


@transaction.atomic
def note_attendance(*, session: ClassSession, user: User, state: str, by: User | None, now: datetime) -> Attendance:
    """Writes down who came. Raises Refused before the day of the session, for oneself, and for people not on the list."""
    attendance = Attendance.objects.select_for_update().filter(session=session, user=user).first()
    if attendance is None or attendance.state in (State.WAITING, State.SIGNED_OFF):
        raise Refused(_("%(name)s is not on the list of this session.") % {"name": user}, code="not_listed")
    if attendance.state == state:
        return attendance
    if by is not None and by.pk == user.pk:
        raise Refused(_("Nobody notes their own attendance."), code="self")
    if session.cancelled_at is not None:
        raise Refused(_("This session was cancelled."), code="cancelled")
    if timezone.localdate(now) < timezone.localdate(session.starts_at):
        raise Refused(_("Attendance is noted on the day of the session, not before."), code="too_early")
    return _note(attendance, State(state), Attendance.Means.LIST, by, now)


def _note(row: Attendance, state: State, means: str, by: User | None, now: datetime) -> Attendance:
    row.state, row.means, row.noted_by, row.noted_at = state, means, by, now
    row.save(update_fields=["state", "means", "noted_by", "noted_at"])
    data = {"user": row.user_id, "name": row.user.name, "means": means}
    journal.record(f"attendance.{state}", row.session, by=by, now=now, data=data)
    return row


def _open(session: ClassSession, now: datetime) -> ClassSession:
    """The locked session while its list may still change."""
    session = ClassSession.objects.select_for_update().get(pk=session.pk)
    if session.cancelled_at is not None:
        raise Refused(_("This session was cancelled."), code="cancelled")
    if session.starts_at <= now:
        raise Refused(_("The session has begun; its list stays as it is."), code="begun")
    return session


def _refuse_times(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Refused(_("A session ends after it starts."), code="ends_before_it_starts")


def _seated(session: ClassSession) -> int:
    return session.attendances.exclude(state__in=(State.WAITING, State.SIGNED_OFF)).count()


def _on_the_list(session: ClassSession) -> list[User]:
    rows = session.attendances.exclude(state=State.SIGNED_OFF).select_related("user")
    return [row.user for row in rows]


def _put(session: ClassSession, user: User, state: State, now: datetime) -> Attendance:
    given = {"state": state, "joined_at": now, "noted_by": None, "noted_at": None}
    return Attendance.objects.update_or_create(session=session, user=user, defaults=given)[0]


def _move_up(session: ClassSession, now: datetime) -> None:
    """Free places go to those who have waited longest; they are told."""
    free = session.places - _seated(session)
    waiting = session.attendances.filter(state=State.WAITING).select_related("user").order_by("joined_at", "pk")
    for row in waiting[: max(0, free)]:
        row.state = State.EXPECTED
        row.save(update_fields=["state"])
        journal.record(
            "attendance.expected", session, by=None, now=now, data={"user": row.user_id, "name": row.user.name}
        )
        _tell(session, [row.user], "session_place", now)


def _tell(session: ClassSession, users: list[User], kind: str, now: datetime) -> None:
    """A line for each of them, and a letter with the calendar entry where they have an address."""
    notify(
        users=users,
        kind=kind,
        key=f"{kind}:{session.pk}:{now.isoformat()}",
        now=now,
        params={
            "title": session.title,
            "place": session.place,
            "day": timezone.localtime(session.starts_at).strftime("%Y-%m-%d %H:%M"),
            "reason": session.cancel_reason,
        },
        url=reverse("courses:session_mine", args=[session.pk]),
    )
    mail(session=session, users=users, kind=kind)
