"""Lists of trainers, by topic."""

from courses.tables.cohorts import CohortTable, NewcomerTable
from courses.tables.every import PAGES, figures, table_of
from courses.tables.hours import HoursTable
from courses.tables.jobs import ExternalTable, JobTable
from courses.tables.matrix import MatrixTable
from courses.tables.reports import CourseReportTable, LessonReportTable
from courses.tables.rules import LeaveTable, MeantTable, RuleTable, due_words
from courses.tables.sessions import SessionTable
from courses.tables.training import LateTable

__all__ = [
    "PAGES",
    "CohortTable",
    "CourseReportTable",
    "ExternalTable",
    "HoursTable",
    "JobTable",
    "LateTable",
    "LeaveTable",
    "LessonReportTable",
    "MatrixTable",
    "MeantTable",
    "NewcomerTable",
    "RuleTable",
    "SessionTable",
    "due_words",
    "figures",
    "table_of",
]
