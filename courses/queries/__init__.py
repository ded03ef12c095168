"""What people learn, shaped for the page, by topic: their state in each course, what is due and why, who is late."""

from courses.queries.authoring import (
    VersionRow,
    has_history,
    media_shown,
    people_inside,
    ruling_of_newest,
    versions_of,
)
from courses.queries.catalogue import (
    courses_for,
    lessons_per_topic,
    live_courses,
    questions_per_topic,
    search,
)
from courses.queries.checks import Check, check_codes, checks_of
from courses.queries.learners import (
    Learning,
    PathMap,
    Step,
    assignments_of,
    completions_of,
    learning_of,
    next_step,
    paths_of,
)
from courses.queries.matrix import STATES, Cell, in_state, matrix
from courses.queries.reading import Requirement, acknowledged, newest_round, notices_of, reflections, requirements
from courses.queries.reasons import day, why, why_of
from courses.queries.reports import CourseReport, LessonFigures, course_report, courses_reported
from courses.queries.rules import Wanted, looked_at, meant_by, reach_of, rules_in_reach, wanted_by
from courses.queries.search import Found, search_lessons, words_of
from courses.queries.sessions import calendar_of, open_sessions, sessions_for, sessions_of
from courses.queries.state import LessonRow, Standing, outdated, settled, standing, standings, wanted_lessons
from courses.queries.trainers import WeakTopic, late_assignments, sessions_in_reach, weak_topics

__all__ = [
    "STATES",
    "Cell",
    "Check",
    "CourseReport",
    "Found",
    "Learning",
    "LessonFigures",
    "LessonRow",
    "PathMap",
    "Requirement",
    "Standing",
    "Step",
    "VersionRow",
    "Wanted",
    "WeakTopic",
    "acknowledged",
    "assignments_of",
    "calendar_of",
    "check_codes",
    "checks_of",
    "completions_of",
    "course_report",
    "courses_for",
    "courses_reported",
    "day",
    "has_history",
    "in_state",
    "late_assignments",
    "learning_of",
    "lessons_per_topic",
    "live_courses",
    "looked_at",
    "matrix",
    "meant_by",
    "media_shown",
    "newest_round",
    "next_step",
    "notices_of",
    "open_sessions",
    "outdated",
    "paths_of",
    "people_inside",
    "questions_per_topic",
    "reach_of",
    "reflections",
    "requirements",
    "rules_in_reach",
    "ruling_of_newest",
    "search",
    "search_lessons",
    "sessions_for",
    "sessions_in_reach",
    "sessions_of",
    "settled",
    "standing",
    "standings",
    "versions_of",
    "wanted_by",
    "wanted_lessons",
    "weak_topics",
    "why",
    "why_of",
    "words_of",
]
