"""Facts about courses, by topic: pages and versions, files, learning, assigning, class sessions, checklists, external
courses, reports."""

from courses.models.assigning import (
    Assignment,
    AssignmentRule,
    DueChange,
    Exemption,
    LearningPath,
    Leave,
    PathStep,
    ReminderSettings,
)
from courses.models.checklists import JobChecklist, JobChecklistItem, JobRecord, JobSignature
from courses.models.external import ExternalTraining
from courses.models.learning import (
    Acknowledgement,
    Completion,
    CourseFeedback,
    Enrolment,
    FeedbackGiven,
    LessonProgress,
    PracticeAnswer,
    Reflection,
)
from courses.models.media import LessonMedia, ScormPackage
from courses.models.pages import CourseIndexPage, CoursePage, CourseVersion, LessonPage, VersionRuling
from courses.models.reports import Report, ReportSchedule, TrainingExport
from courses.models.review import DepartmentReview
from courses.models.sessions import Attendance, ClassSession

__all__ = [
    "Acknowledgement",
    "Assignment",
    "AssignmentRule",
    "Attendance",
    "ClassSession",
    "Completion",
    "CourseFeedback",
    "CourseIndexPage",
    "CoursePage",
    "CourseVersion",
    "DepartmentReview",
    "DueChange",
    "Enrolment",
    "Exemption",
    "ExternalTraining",
    "FeedbackGiven",
    "JobChecklist",
    "JobChecklistItem",
    "JobRecord",
    "JobSignature",
    "LearningPath",
    "Leave",
    "LessonMedia",
    "LessonPage",
    "LessonProgress",
    "PathStep",
    "PracticeAnswer",
    "Reflection",
    "ReminderSettings",
    "Report",
    "ReportSchedule",
    "ScormPackage",
    "TrainingExport",
    "VersionRuling",
]
