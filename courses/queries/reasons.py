"""Why a course is due, in words: to the learner, and about the learner."""

from datetime import date

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
    return why_of(assignment)


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
    values["name"] = assignment.assigned_by.name if assignment.assigned_by else ""
    if assignment.note:
        return _("Assigned by %(name)s on %(day)s: %(note)s") % values
    return _("Assigned by %(name)s on %(day)s.") % values
