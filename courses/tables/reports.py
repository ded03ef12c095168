"""Courses and their lessons in figures."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.queries import LessonFigures
from ground.tables import Column, Table


class CourseReportTable(Table):
    """Published courses; each leads to its report."""

    name = "courses"
    title = _("Courses in figures")
    default_order = "course"
    search = staticmethod(lambda rows, words: rows.filter(title__icontains=words))
    columns = (
        Column(
            "course",
            _("Course"),
            value=lambda row: row.title,
            order=("title",),
            url=lambda row: reverse("courses:report", args=[row.pk]),
            width=30,
        ),
        Column("strand", _("Strand"), value=lambda row: row.strand.name, order=("strand__order",)),
        Column("begun", _("People who began"), value=lambda row: row.begun, order=("begun",), numeric=True),
        Column(
            "finished", _("People who completed"), value=lambda row: row.finished, order=("finished",), numeric=True
        ),
        Column("overdue", _("People who are late"), value=lambda row: row.overdue, order=("overdue",), numeric=True),
    )
    empty_title = _("There are no courses yet")
    empty_text = _("A trainer publishes them in the authoring pages; they appear here at once.")


def _minutes(row: LessonFigures) -> float | None:
    return None if row.seconds is None else round(row.seconds / 60, 1)


class LessonReportTable(Table):
    """The lessons of a course, in order."""

    name = "lessons"
    title = _("Lesson by lesson")
    page_size = 200
    columns = (
        Column("lesson", _("Lesson"), value=lambda row: row.lesson.title, width=30),
        Column("opened", _("Opened"), value=lambda row: row.opened, numeric=True),
        Column("completed", _("Completed"), value=lambda row: row.completed, numeric=True),
        Column("planned", _("Planned minutes"), value=lambda row: row.lesson.minutes, numeric=True),
        Column("minutes", _("Minutes read (median)"), value=_minutes, numeric=True),
        Column("stopped", _("Stopped here for 14 days"), value=lambda row: row.stopped, numeric=True),
    )
    empty_title = _("This course has no lessons yet")
    empty_text = _("Its lessons appear here as soon as they are published.")
