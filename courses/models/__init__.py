"""Facts about courses, by topic: pages and versions, files, learning, assigning, class sessions, reports."""

from courses.models.assigning import Assignment, Exemption, LearningPath, PathStep
from courses.models.learning import Acknowledgement, Completion, Enrolment, LessonProgress, PracticeAnswer
from courses.models.media import LessonMedia, ScormPackage
from courses.models.pages import CourseIndexPage, CoursePage, CourseVersion, LessonPage
from courses.models.reports import Report, TrainingExport
from courses.models.sessions import Attendance, ClassSession

__all__ = [
    "Acknowledgement",
    "Assignment",
    "Attendance",
    "ClassSession",
    "Completion",
    "CourseIndexPage",
    "CoursePage",
    "CourseVersion",
    "Enrolment",
    "Exemption",
    "LearningPath",
    "LessonMedia",
    "LessonPage",
    "LessonProgress",
    "PathStep",
    "PracticeAnswer",
    "Report",
    "ScormPackage",
    "TrainingExport",
]
