"""A copy of the demo academy with as many more staff as wanted: everybody and their history over and over again.

Rows are copied inside the database, past the services, so ten thousand people take a minute or two. Every other copy works
in units and sits exams of its own; the rest crowd into those of the demo. So both long lists and full teams are measured.
"""

from django.apps import apps
from django.db import connection, models

from people.models import User

STRIDE = 1_000_000
"""More than the primary keys of the demo; copy n of row 7 is n strides further."""

# What each copy has of its own, and its texts that only one row may have.
OWN = {
    "people.User": ["employee_no"],
    "people.Employment": [],
    "people.Notification": [],
    "courses.Assignment": [],
    "courses.Enrolment": [],
    "courses.LessonProgress": [],
    "courses.Completion": [],
    "courses.Attendance": [],
    "quality.Observation": [],
    "quality.Finding": [],
    "quality.Appraisal": [],
    "quality.Violation": [],
    "exams.Candidacy": [],
    "exams.Attempt": [],
    "exams.AttemptRuling": [],
    "exams.Response": [],
    "exams.Mark": [],
    "exams.Result": [],
    "exams.TypingRun": [],
    "exams.PracticeRun": [],
    "certificates.Certificate": ["number", "code"],
    "promotions.Case": [],
    "promotions.Dossier": [],
    "promotions.Vote": [],
    "promotions.Decision": [],
    "plans.PlanItem_assignments": [],
    "ground.JournalEntry": [],
}
# What every other copy has of its own, where the copies between share the demo's.
EVERY_OTHER = {
    "people.Unit": ["code", "path"],
    "courses.ClassSession": [],
    "exams.Sitting": [],
    "plans.Need": ["key"],
    "plans.PlanItem": [],
}
# Whoever taught, examined, inspected or led the first did so for all.
SHARED = {"manager", "instructor", "inspector", "by", "member"}
SHARED |= {"assigned_by", "created_by", "given_by", "noted_by", "override_by", "proposed_by"}


def fill(staff: int) -> None:
    """Copies everybody until there are at least so many people."""
    copies = -(-staff // User.objects.count()) - 1
    checks = ("PRAGMA foreign_keys = {}", "OFF", "ON")
    if connection.vendor == "postgresql":
        checks = ("SET session_replication_role = {}", "replica", "origin")
    with connection.cursor() as cursor:
        cursor.execute(checks[0].format(checks[1]))
        for copy in range(1, copies + 1):
            copied = {**EVERY_OTHER, **OWN} if copy % 2 else OWN
            cursor.execute("BEGIN")
            for label, unique in copied.items():
                cursor.execute(_insert(apps.get_model(label), copy, set(copied), unique))
            cursor.execute("COMMIT")
        cursor.execute("UPDATE people_unit SET numchild = numchild + %s WHERE depth = 1", [(copies + 1) // 2])
        cursor.execute("ANALYZE")
        cursor.execute(checks[0].format(checks[2]))


def _insert(model: type[models.Model], copy: int, copied: set[str], unique: list[str]) -> str:
    name = connection.ops.quote_name
    columns = {}
    for field in model._meta.concrete_fields:
        column = name(field.column)
        follows = field.is_relation and field.related_model._meta.label in copied and field.name not in SHARED
        if field.primary_key or follows:
            columns[column] = f"{column} + {copy * STRIDE}"
        elif field.name == "path":  # the whole company once more, as a child of the first
            columns[column] = f"'00011{copy:03d}' || substr({column}, 5)"
        elif field.name == "depth":
            columns[column] = f"{column} + 1"
        else:
            columns[column] = f"{column} || '-{copy}'" if field.name in unique else column
    table, key = name(model._meta.db_table), name(model._meta.pk.column)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {table} WHERE {key} < {STRIDE}"
