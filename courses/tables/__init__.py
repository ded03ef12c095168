"""Lists of trainers, by topic."""

from courses.tables.matrix import MatrixTable
from courses.tables.reports import CourseReportTable, LessonReportTable
from courses.tables.rules import LeaveTable, MeantTable, RuleTable, due_words
from courses.tables.sessions import SessionTable
from courses.tables.training import LateTable

__all__ = [
    "CourseReportTable",
    "LateTable",
    "LeaveTable",
    "LessonReportTable",
    "MatrixTable",
    "MeantTable",
    "RuleTable",
    "SessionTable",
    "due_words",
]
