"""The way between the pages about the training of others."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.policy import COACHES, CONFIRMERS, KEEPERS, OVERSEERS, TEACHERS, TRAINERS
from people.policy import has_role


def tabs(request: HttpRequest) -> list[dict[str, object]]:
    """The pages that the person may open; the one being shown is marked."""
    pages = [
        ("courses:training", _("Overview"), TRAINERS),
        ("courses:matrix", _("Training matrix"), OVERSEERS),
        ("courses:report_list", _("Courses in figures"), OVERSEERS),
        ("courses:cohorts", _("New hires"), OVERSEERS),
        ("courses:hours", _("Hours"), OVERSEERS),
        ("courses:rule_list", _("Rules"), TRAINERS),
        ("courses:leave_list", _("Leave"), KEEPERS),
        ("courses:session_list", _("Class sessions"), TEACHERS),
        ("courses:job_list", _("On the job"), COACHES),
        ("courses:external_list", _("External courses"), CONFIRMERS),
    ]
    return [
        {"url": reverse(name), "label": label, "current": request.resolver_match.view_name == name}
        for name, label, roles in pages
        if has_role(request, *roles, reads=True)
    ]
