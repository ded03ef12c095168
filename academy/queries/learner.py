"""The learner's home screen: one obvious next action, what comes, and the way to the next level."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from certificates import queries as certificates
from courses import queries as courses
from exams import queries as exams
from exams.models import Attempt, TypingRun
from exams.queries import MySitting
from exams.typing import queries as typing
from people.models import User
from people.policy import today
from promotions import queries as promotions

ROWS = 6
"""How many rows a card shows; the page behind it shows all."""


@dataclass(frozen=True)
class Action:
    """The one thing to do now: what, why and until when, and the button."""

    title: str
    why: str
    url: str
    button: str
    progress: str = ""


@dataclass(frozen=True)
class Coming:
    """Something that is waiting, with the day that orders it."""

    when: datetime
    icon: str
    what: str
    why: str
    url: str
    badge: str
    word: str


@dataclass(frozen=True)
class Typing:
    """The last figures of typing against the next standard; `points` of practice, oldest first."""

    speed: float
    accuracy: float
    standard: Any
    missing: float
    points: list[tuple[date, float]]


@dataclass(frozen=True)
class Learner:
    """Everybody's home screen."""

    greeting: str
    action: Action
    coming: list[Coming]
    typing: Typing | None
    way: Any
    certificates: list[Any] = field(default_factory=list)
    to_practise: int = 0


# The learner.


def learner(request: HttpRequest) -> Learner:
    """What now, until when and why; what comes next; the way to the next level."""
    on, user = today(request), request.user
    learning = courses.learning_of(user, on, request)
    sittings = exams.sittings_for(user, request.now)
    waiting = [
        *_courses(learning.assigned),
        *_sittings(sittings, request.now),
        *_sessions(user, request.now, on),
    ]
    waiting.sort(key=lambda pair: pair[0].when)
    action, taken = _action(waiting, learning.chosen)
    held = certificates.certificates_of(user, on)
    completions = [(standing.course, standing.completion) for standing in learning.completed]
    released = [mine for mine in sittings if mine.released]
    known = promotions.Known(held, [mine.candidacy for mine in released], completions)
    return Learner(
        greeting=greeting(user, request.now),
        action=action,
        coming=[coming for coming, _what in waiting if coming is not taken][:ROWS],
        typing=_typing(user, released),
        way=promotions.way(user, on, known),
        certificates=held[:3],
        to_practise=courses.ready_today(user, request.now),
    )


def greeting(user: User, now: datetime) -> str:
    """Good morning or whatever the organisation's clock says."""
    hour, name = timezone.localtime(now).hour, {"name": user.get_short_name()}
    if 5 <= hour < 12:
        return _("Good morning, %(name)s.") % name
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s.") % name
    return _("Good evening, %(name)s.") % name


Waiting = tuple[Coming, Callable[[], Action] | None]


def _courses(standings: list[Any]) -> list[Waiting]:
    rows: list[Waiting] = []
    for standing in standings:
        if not standing.lessons:
            continue
        ends = timezone.make_aware(datetime.combine(standing.assignment.due_on, time.max))
        coming = Coming(
            ends, "course", standing.course.title, standing.why, standing.url, standing.badge, standing.word
        )
        rows.append((coming, lambda standing=standing: _study(standing)))
    return rows


def _study(standing: Any) -> Action:
    begun = standing.enrolment is not None
    values = {"course": standing.course.title, "number": standing.number}
    if begun and standing.lesson:
        title = _("Continue %(course)s, lesson %(number)s: %(lesson)s") % {**values, "lesson": standing.lesson.title}
    elif standing.only_changes:
        title = _("See what has changed in %(course)s") % values
    elif standing.again:
        title = _("Take %(course)s again") % values
    else:
        title = _("Begin %(course)s") % values
    reasons = [ngettext("About %(minutes)s minute", "About %(minutes)s minutes", standing.minutes)]
    why = reasons[0] % {"minutes": standing.minutes} if standing.minutes else ""
    if standing.must:
        until = _("due by %(day)s") % {"day": _day(standing.assignment.due_on)}
        late = standing.word if standing.days_late else ""
        why = " · ".join(part for part in (why, until, late, standing.why) if part)
    progress = _("%(done)s of %(total)s lessons done") % {"done": standing.done, "total": standing.total}
    return Action(title, why, standing.url, _("Continue learning") if begun else _("Begin"), progress)


def _sittings(sittings: list[MySitting], now: datetime) -> list[Waiting]:
    rows: list[Waiting] = []
    for mine in sittings:
        if mine.state not in ("open", "coming"):
            continue
        sitting = mine.sitting
        url = reverse("exams:candidacy", args=[mine.candidacy.pk])
        parts = _(", ").join(
            _("%(title)s %(minutes)s minutes") % {"title": part.part.title, "minutes": part.minutes}
            for part in mine.parts
        )
        if mine.state == "open":
            when, badge, word = sitting.closes_at, "due", _("Open now")
            period = _("until %(moment)s") % {"moment": _moment(sitting.closes_at)}
        else:
            days = (timezone.localdate(sitting.opens_at) - timezone.localdate(now)).days
            when, badge = sitting.opens_at, "due" if days <= 7 else "plain"
            word = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days} if days else _("Today")
            period = _("from %(moment)s") % {"moment": _moment(sitting.opens_at)}
        why = " · ".join(part for part in (period, parts, sitting.place) if part)
        act = (lambda mine=mine, why=why, url=url: _sit(mine, why, url)) if mine.next else None
        rows.append((Coming(when, "exam", sitting.name, why, url, badge, word), act))
    return rows


def _sit(mine: MySitting, why: str, url: str) -> Action:
    resumed = mine.next is not None and mine.next.action == "resume"
    title = _("Go on with %(exam)s") if resumed else _("Take %(exam)s")
    return Action(title % {"exam": mine.sitting.name}, why, url, _("Go on") if resumed else _("To the exam"))


def _sessions(user: User, now: datetime, on: date) -> list[Waiting]:
    rows: list[Waiting] = []
    for attendance in courses.sessions_of(user, on):
        session = attendance.session
        state = attendance.state
        if session.ends_at <= now or session.cancelled_at or state not in ("expected", "waiting"):
            continue
        period = f"{_moment(session.starts_at)}–{_clock(session.ends_at)}"
        teacher = _("with %(name)s") % {"name": session.instructor.name}
        why = " · ".join(part for part in (period, session.place, teacher) if part)
        url = reverse("courses:session_mine", args=[session.pk])
        badge, word = (
            ("ok", _("You are expected")) if state == "expected" else ("due", _("You are waiting for a place"))
        )
        rows.append((Coming(session.starts_at, "people", session.title, why, url, badge, word), None))
    return rows


def _action(waiting: list[Waiting], chosen: list[Any]) -> tuple[Action, Coming | None]:
    """What ends first among what can be done now; else what was begun last; else practice."""
    for coming, act in waiting:
        if act is not None:
            return act(), coming
    begun = [standing for standing in chosen if standing.lessons and standing.enrolment]
    if begun:
        return _study(max(begun, key=lambda standing: standing.enrolment.started_at)), None
    return (
        Action(
            _("Nothing is due. A good moment to learn something new."),
            _("Choose a course you like, or practise typing for five minutes."),
            reverse("courses:catalogue"),
            _("Look at the courses"),
        ),
        None,
    )


def _typing(user: User, sittings: list[MySitting]) -> Typing | None:
    """The last practice, else the best exam. Sittings come with their attempts and typing runs."""
    trend = typing.practice_trend(user)
    if trend:
        score, standard = trend[-1][1], typing.goal(trend).standard
    elif (best := typing.best_of(_runs(sittings))) is not None:
        score = typing.figures_of(best)
        standard = typing.goal([(best, score)]).standard
    else:
        return None
    points = [(timezone.localdate(run.started_at), figures.speed) for run, figures in trend]
    missing = max(0, round(standard.threshold - score.speed, 1)) if standard else 0
    return Typing(score.speed, score.accuracy, standard, missing, points if len(points) > 1 else [])


def _runs(sittings: list[MySitting]) -> list[TypingRun]:
    attempts = [one for mine in sittings for one in mine.candidacy.attempts.all() if one.state == Attempt.State.GRADED]
    runs = [run for one in attempts if (run := getattr(one, "typing", None)) is not None]
    return [run for run in runs if run.typed is not None]


def _day(value: date) -> str:
    return date_format(value, "MONTH_DAY_FORMAT")


def _clock(value: datetime) -> str:
    return time_format(timezone.localtime(value).time(), "H:i")


def _moment(value: datetime) -> str:
    return f"{_day(timezone.localdate(value))} {_clock(value)}"


# The tabs.
