"""Records of checklists on the job, and external courses."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from courses.models import ExternalTraining, JobChecklist
from courses.tables.person import person_columns
from ground.tables import Column, Filter, Rows, Table
from people.queries import named_like


class JobTable(Table):
    """Whose checklists are how far."""

    name = "on-the-job"
    title = _("On the job")
    default_order = "state"
    search = staticmethod(lambda rows, words: rows.filter(named_like(words, "user__")))
    empty_title = _("No checklist has been begun")
    empty_text = _("Begin one for somebody; then sign item by item, as you see it done.")
    columns = [
        *person_columns(lambda row: reverse("courses:job", args=[row.pk])),
        Column(
            "checklist",
            _("On-the-job checklist"),
            value=lambda row: row.checklist.title,
            order=("checklist__title",),
            width=30,
        ),
        Column(
            "signed", _("Signed"), value=lambda row: f"{row.signed} / {len(row.items)}", order=("signed",), numeric=True
        ),
        Column("begun", _("Coaching began"), value=lambda row: row.begun_at, order=("begun_at",)),
        Column(
            "state",
            _("State"),
            value=lambda row: gettext("complete") if row.completed_at else gettext("under way"),
            badge=lambda row: "ok" if row.completed_at else "due",
            order=("completed_at", "-begun_at"),
            export=lambda row: row.completed_at,
        ),
    ]

    def __init__(self, request: HttpRequest, rows: Rows) -> None:
        super().__init__(request, rows)
        self.filters = [
            Filter(
                "checklist",
                _("On-the-job checklist"),
                choices=lambda _request: list(JobChecklist.objects.values_list("pk", "title")),
                apply=lambda found, value: found.filter(checklist=value),
            ),
            Filter(
                "state",
                _("State"),
                choices=lambda _request: [("open", gettext("under way")), ("complete", gettext("complete"))],
                apply=lambda found, value: found.filter(completed_at__isnull=value == "open"),
            ),
        ]


class ExternalTable(Table):
    """External courses that people have handed in."""

    name = "external"
    title = _("External courses")
    default_order = "state"
    search = staticmethod(lambda rows, words: rows.filter(named_like(words, "user__")))
    empty_title = _("Nothing has been handed in")
    empty_text = _("Whoever takes a course elsewhere hands in its proof; you confirm it here.")
    columns = [
        Column(
            "title",
            _("Course"),
            value=lambda row: row.title,
            order=("title",),
            url=lambda row: reverse("courses:external", args=[row.pk]),
            width=30,
        ),
        Column(
            "name", pgettext_lazy("of a person", "Name"), value=lambda row: row.user.name, order=("user__name_sort",)
        ),
        Column("provider", _("Who gave it"), value=lambda row: row.provider, order=("provider",)),
        Column("hours", _("Hours"), value=lambda row: round(row.minutes / 60, 1), order=("minutes",), numeric=True),
        Column("finished", _("Last day"), value=lambda row: row.finished_on, order=("finished_on",)),
        Column(
            "state",
            _("State"),
            value=lambda row: row.get_state_display(),
            badge=lambda row: row.badge,
            order=("state", "-claimed_at"),
        ),
    ]

    def __init__(self, request: HttpRequest, rows: Rows) -> None:
        super().__init__(request, rows)
        self.filters = [
            Filter(
                "state",
                _("State"),
                choices=lambda _request: list(ExternalTraining.State.choices),
                apply=lambda found, value: found.filter(state=value),
            )
        ]
