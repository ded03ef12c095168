"""What people learn, shaped for the page, by topic: their state in each course, what is due and why, who is late."""

from courses.queries.catalogue import (
    courses_for,
    lessons_per_topic,
    live_courses,
    questions_per_topic,
    search,
)
from courses.queries.checks import Check, check_codes, checks_of
from courses.queries.feedback import Feedback, feedback, may_give_feedback
from courses.queries.hours import Minutes, minutes_by_person, minutes_of_rounds, moments, session_minutes
from courses.queries.learners import (
    Learning,
    PathMap,
    Step,
    assignments_of,
    completions_of,
    learning_of,
    next_step,
    paths_of,
    with_earlier,
)
from courses.queries.matrix import STATES, Cell, in_state, matrix
from courses.queries.practice import (
    Daily,
    DailyQuestion,
    ReadAgain,
    answers_today,
    daily,
    is_asked_today,
    read_again,
    ready_today,
)
from courses.queries.reading import Requirement, acknowledged, newest_round, notices_of, requirements
from courses.queries.reasons import day, why, why_of
from courses.queries.record import Record, Section, record_of
from courses.queries.reports import CourseReport, LessonFigures, course_report, courses_reported
from courses.queries.search import Found, search_lessons, words_of
from courses.queries.sessions import calendar_of, open_sessions, sessions_for, sessions_of
from courses.queries.state import LessonRow, Standing, outdated, settled, standing, standings, wanted_lessons
from courses.queries.trainers import WeakTopic, late_assignments, sessions_in_reach, weak_topics

__all__ = [
    "STATES",
    "Cell",
    "Check",
    "CourseReport",
    "Daily",
    "DailyQuestion",
    "Feedback",
    "Found",
    "Learning",
    "LessonFigures",
    "LessonRow",
    "Minutes",
    "PathMap",
    "ReadAgain",
    "Record",
    "Requirement",
    "Section",
    "Standing",
    "Step",
    "WeakTopic",
    "acknowledged",
    "answers_today",
    "assignments_of",
    "calendar_of",
    "check_codes",
    "checks_of",
    "completions_of",
    "course_report",
    "courses_for",
    "courses_reported",
    "daily",
    "day",
    "feedback",
    "in_state",
    "is_asked_today",
    "late_assignments",
    "learning_of",
    "lessons_per_topic",
    "live_courses",
    "matrix",
    "may_give_feedback",
    "minutes_by_person",
    "minutes_of_rounds",
    "moments",
    "newest_round",
    "next_step",
    "notices_of",
    "open_sessions",
    "outdated",
    "paths_of",
    "questions_per_topic",
    "read_again",
    "ready_today",
    "record_of",
    "requirements",
    "search",
    "search_lessons",
    "session_minutes",
    "sessions_for",
    "sessions_in_reach",
    "sessions_of",
    "settled",
    "standing",
    "standings",
    "wanted_lessons",
    "weak_topics",
    "why",
    "why_of",
    "with_earlier",
    "words_of",
]
