"""The record of a person: everything completed, attended, confirmed, signed and passed, and the hours it took."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import record
from courses.models import Attendance, Completion, ExternalTraining, JobRecord
from courses.queries.hours import Minutes, minutes_of_rounds, session_minutes
from courses.record import Line
from exams.queries import released_only, results_of
from people.models import User


@dataclass(frozen=True)
class Section:
    """A part of the record, newest first."""

    name: str
    label: str | Promise
    lines: list[Line]

    @property
    def minutes(self) -> int:
        return sum(line.minutes or 0 for line in self.lines)

    @property
    def timed(self) -> bool:
        """Whether its lines took time that counts."""
        return any(line.minutes is not None for line in self.lines)


@dataclass(frozen=True)
class Record:
    """The record of a person, of one year or (None) of all. `years` are those in which there is something, newest first."""

    person: User
    sections: list[Section]
    years: list[int]
    year: int | None

    @property
    def minutes(self) -> Minutes:
        """The time behind it, as `minutes_by_person` counts it."""
        took = {section.name: section.minutes for section in self.sections}
        return Minutes(took["courses"], took["sessions"], took["external"])

    @property
    def hours(self) -> list[tuple[str, float]]:
        """(what, hours) of the time: all of it first, then its parts."""
        took = self.minutes
        parts = [
            (_("Hours of training"), took.total),
            (_("in courses"), took.courses),
            (_("in class sessions"), took.sessions),
            (_("in external courses"), took.external),
        ]
        return [(label, minutes / 60) for label, minutes in parts]


def record_of(person: User, now: datetime, year: int | None = None) -> Record:
    """Everything a person has achieved, in sections; a year without anything shows all."""
    on = timezone.localdate(now)
    sections = [
        Section("courses", gettext_lazy("Courses completed"), _courses(person)),
        Section("sessions", gettext_lazy("Class sessions attended"), _sessions(person)),
        Section("external", gettext_lazy("External courses"), _external(person)),
        Section("job", gettext_lazy("Learned on the job"), _on_the_job(person)),
        Section("exams", gettext_lazy("Exams passed"), _exams(person, now)),
        *[Section(added.name, added.label, added.lines(person, on)) for added in record.added()],
    ]
    years = sorted({line.on.year for section in sections for line in section.lines}, reverse=True)
    year = year if year in years else None
    shown = [Section(section.name, section.label, _newest_first(section.lines, year)) for section in sections]
    return Record(person, shown, years, year)


def _newest_first(lines: list[Line], year: int | None) -> list[Line]:
    kept = [line for line in lines if year is None or line.on.year == year]
    return sorted(kept, key=lambda line: line.on, reverse=True)


def _day(value: date) -> str:
    return date_format(value, "DATE_FORMAT")


def _courses(person: User) -> list[Line]:
    rows = list(
        Completion.objects.filter(user=person)
        .select_related("course", "version", "enrolment")
        .defer("version__content")
        .order_by("completed_at", "pk")
    )
    took = minutes_of_rounds((row.version_id, row.enrolment.since_id) for row in rows)
    lines = []
    for row in rows:
        detail = _("Version %(number)s") % {"number": row.version.number}
        if row.enrolment.since_id:
            detail += " · " + _("only what had changed")
        if row.expires_on is not None:
            detail += " · " + _("valid until %(day)s") % {"day": _day(row.expires_on - timedelta(days=1))}
        minutes = took[row.version_id, row.enrolment.since_id]
        lines.append(Line(timezone.localdate(row.completed_at), row.course.title, detail, minutes))
    return lines


def _sessions(person: User) -> list[Line]:
    rows = Attendance.objects.filter(
        user=person, state=Attendance.State.ATTENDED, session__cancelled_at__isnull=True
    ).select_related("session__instructor", "session__topic")
    return [
        Line(
            timezone.localdate(row.session.starts_at),
            row.session.title,
            f"{row.session.topic.name} · {row.session.instructor.name}",
            session_minutes(row.session),
        )
        for row in rows.order_by("session__starts_at", "pk")
    ]


def _external(person: User) -> list[Line]:
    rows = ExternalTraining.objects.filter(user=person, state=ExternalTraining.State.CONFIRMED)
    return [Line(row.finished_on, row.title, row.provider, row.minutes) for row in rows.order_by("finished_on", "pk")]


def _on_the_job(person: User) -> list[Line]:
    rows = JobRecord.objects.filter(user=person, completed_at__isnull=False).select_related("checklist__topic")
    return [
        Line(timezone.localdate(row.completed_at), row.checklist.title, row.checklist.topic.name)
        for row in rows.order_by("completed_at", "pk")
    ]


def _exams(person: User, now: datetime) -> list[Line]:
    """What was passed and may be seen by the person; so nobody reads it here before the person does."""
    rows = released_only(results_of(person).filter(passed=True), now)
    return [
        Line(
            timezone.localdate(row.decided_at),
            row.exam.name,
            "" if row.score is None else _("%(score)s percent") % {"score": floatformat(row.score, "-2")},
        )
        for row in rows
    ]
