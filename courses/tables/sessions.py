"""Class sessions."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ground.tables import Column, Filter, Rows, Table


class SessionTable(Table):
    """Class sessions with their instructor and how many are expected."""

    name = "sessions"
    title = _("Class sessions")
    default_order = "-starts"
    empty_title = _("No class sessions yet")
    empty_text = _("Schedule the first one; the people expected are told at once.")
    search = staticmethod(lambda rows, words: rows.filter(title__icontains=words))
    columns = [
        Column(
            "title",
            _("Title"),
            value=lambda row: row.title,
            order=("title",),
            url=lambda row: reverse("courses:session", args=[row.pk]),
            width=30,
        ),
        Column("topic", _("Topic"), value=lambda row: row.topic.name, order=("topic__order", "topic__code")),
        Column("starts", _("Starts"), value=lambda row: row.starts_at, order=("starts_at",)),
        Column("place", _("Place"), value=lambda row: row.place, order=("place",)),
        Column(
            "instructor",
            _("Instructor"),
            value=lambda row: row.instructor.name,
            order=("instructor__name_sort",),
        ),
        Column("people", _("People / places"), value=lambda row: f"{row.people} / {row.places}", numeric=True),
        Column("waiting", _("Waiting list"), value=lambda row: row.waiting, numeric=True),
        Column("attended", _("Attended"), value=lambda row: row.attended, numeric=True),
        Column(
            "state",
            _("State"),
            value=lambda row: gettext("Cancelled") if row.cancelled_at else "",
            badge=lambda row: "late" if row.cancelled_at else None,
        ),
    ]

    def __init__(self, request: HttpRequest, rows: Rows) -> None:
        super().__init__(request, rows)
        self.filters = [
            Filter(
                "when",
                _("When"),
                choices=lambda _request: [("coming", gettext("still to come")), ("past", gettext("already held"))],
                apply=lambda found, value: (
                    found.filter(starts_at__gte=request.now)
                    if value == "coming"
                    else found.filter(starts_at__lt=request.now)
                ),
            )
        ]
