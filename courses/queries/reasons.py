"""Why a course is due, in words: to the learner, and about the learner."""

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Assignment


def day(value: date) -> str:
    """A day as the reader's language writes it."""
    return date_format(value, "DATE_FORMAT")


def why(assignment: Assignment) -> str:
    """Why a course is due, as a sentence to the person who has to take it."""
    if assignment.cause == Assignment.Cause.HIRE:
        days = (assignment.due_on - assignment.cause_date).days
        return ngettext(
            "Because you were hired on %(day)s; due %(days)s day later.",
            "Because you were hired on %(day)s; due %(days)s days later.",
            days,
        ) % {"day": day(assignment.cause_date), "days": days}
    if assignment.cause == Assignment.Cause.EXPIRY:
        return _("Because your completion holds only until %(day)s.") % {"day": _last(assignment)}
    if assignment.cause == Assignment.Cause.UPDATE:
        return _("Because the course has changed on %(day)s: you take only what is new.") % {
            "day": day(assignment.cause_date)
        }
    return why_of(assignment)


def _last(assignment: Assignment) -> str:
    return day(assignment.cause_date - timedelta(days=1))


def why_of(assignment: Assignment) -> str:
    """Why a course is due, as a sentence about the person."""
    values = {"day": day(assignment.cause_date), "note": assignment.note}
    if assignment.cause == Assignment.Cause.HIRE:
        days = (assignment.due_on - assignment.cause_date).days
        return ngettext(
            "Hired on %(day)s; due %(days)s day later.", "Hired on %(day)s; due %(days)s days later.", days
        ) % {**values, "days": days}
    if assignment.cause == Assignment.Cause.PLAN:
        if assignment.note:
            return _("The annual training plan asks for it: %(note)s") % values
        return _("The annual training plan asks for it since %(day)s.") % values
    if assignment.cause == Assignment.Cause.EXPIRY:
        return _("The completion holds only until %(day)s.") % {"day": _last(assignment)}
    if assignment.cause == Assignment.Cause.UPDATE:
        return _("The course has changed on %(day)s; only what is new is asked for.") % values
    values["name"] = assignment.assigned_by.name if assignment.assigned_by else ""
    if assignment.note:
        return _("Assigned by %(name)s on %(day)s: %(note)s") % values
    return _("Assigned by %(name)s on %(day)s.") % values
