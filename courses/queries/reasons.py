"""Why a course is due, in words: to the learner, and about the learner."""

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Assignment

Cause = Assignment.Cause


def day(value: date) -> str:
    """A day as the reader's language writes it."""
    return date_format(value, "DATE_FORMAT")


def why(assignment: Assignment) -> str:
    """Why a course is due, as a sentence to the person who has to take it."""
    values = _values(assignment)
    if assignment.cause == Cause.HIRE:
        sentence = ngettext(
            "Because you were hired on %(day)s; due %(days)s day later.",
            "Because you were hired on %(day)s; due %(days)s days later.",
            values["days"],
        )
    elif assignment.cause == Cause.MOVE:
        sentence = ngettext(
            "Because you moved to %(because)s on %(day)s; due %(days)s day later.",
            "Because you moved to %(because)s on %(day)s; due %(days)s days later.",
            values["days"],
        )
    elif assignment.cause == Cause.RULE:
        sentence = ngettext(
            "Because the rule “%(because)s” has meant you since %(day)s; due %(days)s day later.",
            "Because the rule “%(because)s” has meant you since %(day)s; due %(days)s days later.",
            values["days"],
        )
    elif assignment.cause == Cause.EXPIRY:
        sentence = _("Because your completion holds only until %(last)s.")
    elif assignment.cause == Cause.UPDATE:
        sentence = _("Because the course has changed on %(day)s: you take only what is new.")
    else:
        return why_of(assignment)
    return _complete(sentence % values, assignment)


def why_of(assignment: Assignment) -> str:
    """Why a course is due, as a sentence about the person."""
    values = _values(assignment)
    if assignment.cause == Cause.HIRE:
        sentence = ngettext(
            "Hired on %(day)s; due %(days)s day later.", "Hired on %(day)s; due %(days)s days later.", values["days"]
        )
    elif assignment.cause == Cause.MOVE:
        sentence = ngettext(
            "Moved to %(because)s on %(day)s; due %(days)s day later.",
            "Moved to %(because)s on %(day)s; due %(days)s days later.",
            values["days"],
        )
    elif assignment.cause == Cause.RULE:
        sentence = ngettext(
            "Meant by the rule “%(because)s” since %(day)s; due %(days)s day later.",
            "Meant by the rule “%(because)s” since %(day)s; due %(days)s days later.",
            values["days"],
        )
    elif assignment.cause == Cause.PLAN and assignment.note:
        sentence = _("The annual training plan asks for it: %(note)s")
    elif assignment.cause == Cause.PLAN:
        sentence = _("The annual training plan asks for it since %(day)s.")
    elif assignment.cause == Cause.EXPIRY:
        sentence = _("The completion holds only until %(last)s.")
    elif assignment.cause == Cause.UPDATE:
        sentence = _("The course has changed on %(day)s; only what is new is asked for.")
    elif assignment.note:
        sentence = _("Assigned by %(name)s on %(day)s: %(note)s")
    else:
        sentence = _("Assigned by %(name)s on %(day)s.")
    return _complete(sentence % values, assignment)


def _values(assignment: Assignment) -> dict[str, object]:
    """What the sentences name; `days` from the cause to the day as it was set, before anybody or a leave moved it."""
    return {
        "day": day(assignment.cause_date),
        "last": day(assignment.cause_date - timedelta(days=1)),
        "days": (assignment.due_on - assignment.cause_date).days - assignment.moved_days,
        "because": assignment.because,
        "note": assignment.note,
        "name": assignment.assigned_by.name if assignment.assigned_by else "",
    }


def _complete(sentence: str, assignment: Assignment) -> str:
    """With the note of a rule, and by how many days the day was moved."""
    said = [sentence]
    if assignment.note and assignment.rule_id:
        said.append(assignment.note)
    if assignment.moved_days > 0:
        moved = ngettext("Moved %(days)s day later.", "Moved %(days)s days later.", assignment.moved_days)
        said.append(moved % {"days": assignment.moved_days})
    elif assignment.moved_days < 0:
        moved = ngettext("Moved %(days)s day sooner.", "Moved %(days)s days sooner.", -assignment.moved_days)
        said.append(moved % {"days": -assignment.moved_days})
    return " ".join(said)
