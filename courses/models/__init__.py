"""Facts about courses, by topic: pages and versions, files, learning, assigning, training face to face, reports."""

from courses.models.assigning import (
    Assignment,
    AssignmentRule,
    DueChange,
    Exemption,
    LearningPath,
    PathStep,
    ReminderSettings,
)
from courses.models.learning import (
    Acknowledgement,
    Completion,
    CourseFeedback,
    Enrolment,
    FeedbackGiven,
    LessonProgress,
    PracticeAnswer,
)
from courses.models.media import LessonMedia, ScormPackage
from courses.models.pages import CourseIndexPage, CoursePage, CourseVersion, LessonPage, VersionRuling
from courses.models.reports import Report, ReportSchedule, TrainingExport
from courses.models.sessions import (
    Attendance,
    ClassSession,
    ExternalTraining,
    JobChecklist,
    JobChecklistItem,
    JobRecord,
    JobSignature,
)

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
    "LessonMedia",
    "LessonPage",
    "LessonProgress",
    "PathStep",
    "PracticeAnswer",
    "ReminderSettings",
    "Report",
    "ReportSchedule",
    "ScormPackage",
    "TrainingExport",
    "VersionRuling",
]
