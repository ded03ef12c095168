"""The tracking of 5,000 people x 60 courses: first screens, filters, the hours of a year, and the file of the matrix.

The many are made once, in var/matrix.sqlite3. Milliseconds on the wall, of which the bare view is the yardstick; a limit
of the matrix that is missed gives exit status 1. Run by `bin/bench matrix`; figures also go to var/bench-matrix.json.
"""

import json
import os
import sqlite3
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "academy.settings.development"
os.environ["DEBUG"] = "0"

import django

django.setup()

from django.conf import settings  # noqa: E402 - after setup
from django.db import connection  # noqa: E402
from django.http import HttpRequest, QueryDict  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from courses.models import Assignment, Completion, CourseIndexPage, CoursePage, CourseVersion, Enrolment  # noqa: E402
from courses.tables import MatrixTable  # noqa: E402
from people.models import User  # noqa: E402
from tests.benchmarks.crowd import fill  # noqa: E402

PEOPLE, COURSES, ROUNDS = 5_000, 60, 5
TRAINER = "100003"
FIRST_SCREEN_MS, QUERIES, FILE_SECONDS = 1_000, 20, 60
PAGES = [
    "/bare/",
    "/learn/training/matrix/",
    "/learn/training/matrix/?state=late",
    "/learn/training/matrix/?state=done",
    "/learn/training/matrix/?state=none",
    "/learn/training/matrix/?state=expired",
    "/learn/training/",
    "/learn/training/cohorts/",
    "/learn/training/hours/",
]


def many() -> None:
    """Turns to the database of the many, made from the demo when there is none."""
    path = Path(settings.VAR_DIR / "matrix.sqlite3")
    making = path.with_suffix(".making")
    source, fresh = connection.settings_dict["NAME"], not path.exists()
    if fresh:
        making.unlink(missing_ok=True)
        with sqlite3.connect(source) as demo, sqlite3.connect(making) as copy:
            demo.backup(copy)
    connection.close()
    connection.settings_dict["NAME"] = making if fresh else path
    if fresh:
        fill(PEOPLE)
        _courses()
        connection.close()
        making.rename(path)
        connection.settings_dict["NAME"] = path


def _courses() -> None:
    """As many courses as wanted; of each a third of the people must take it, and a third have completed it."""
    index, first, now = CourseIndexPage.objects.get(), CoursePage.objects.first(), timezone.now()
    on, people = timezone.localdate(now), list(User.objects.filter(is_active=True).values_list("pk", flat=True))
    for number in range(CoursePage.objects.count(), COURSES):
        course = index.add_child(
            instance=CoursePage(
                title=f"课程 {number}", slug=f"b{number}", code=f"b{number}", strand=first.strand, live=True
            )
        )
        version = CourseVersion.objects.create(
            course=course,
            number=1,
            content={"title": course.title, "summary": "", "minutes": 30, "lessons": []},
            content_hash=str(number),
            published_at=now,
        )
        must = [user for user in people if (user + number) % 3 == 0]
        done = [user for user in people if (user + number) % 3 == 1]
        Assignment.objects.bulk_create(
            [
                Assignment(
                    user_id=user,
                    course=course,
                    cause="plan",
                    cause_date=on,
                    due_on=on + timedelta(days=user % 90 - 20),
                    assigned_at=now,
                )
                for user in must
            ],
            batch_size=900,
        )
        rounds = Enrolment.objects.bulk_create(
            [Enrolment(user_id=user, course=course, version=version, started_at=now, ended_at=now) for user in done],
            batch_size=900,
        )
        Completion.objects.bulk_create(
            [
                Completion(
                    user_id=row.user_id,
                    course=course,
                    version=version,
                    enrolment=row,
                    completed_at=now - timedelta(days=row.user_id % 300),
                    expires_on=on - timedelta(days=5) if row.user_id % 7 == 0 else None,
                )
                for row in rounds
            ],
            batch_size=900,
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@override_settings(ROOT_URLCONF="tests.benchmarks.bare", ALLOWED_HOSTS=["*"])
def screens() -> dict[str, dict[str, float]]:
    """Queries and median milliseconds of every page, warm."""
    client, figures = Client(), {}
    client.force_login(User.objects.get(employee_no=TRAINER), backend=settings.AUTHENTICATION_BACKENDS[1])
    for address in PAGES:
        assert client.get(address).status_code == 200, address
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked, times = len(queries), []
        for _round in range(ROUNDS):
            start = time.perf_counter()
            client.get(address)
            times.append((time.perf_counter() - start) * 1000)
        figures[address] = {"queries": asked, "ms": statistics.median(times)}
    return figures


def file_seconds() -> float:
    """How long the file of all of the matrix takes, as the queue makes it."""
    request = HttpRequest()
    request.method, request.GET, request.now = "GET", QueryDict(""), timezone.now()
    request.user = User.objects.get(employee_no=TRAINER)
    start = time.perf_counter()
    MatrixTable(request).workbook().close()
    return time.perf_counter() - start


def main() -> int:
    many()
    figures, seconds = screens(), file_seconds()
    bare = figures["/bare/"]["ms"]
    print(f"{User.objects.count()} people, {CoursePage.objects.live().count()} courses")
    print(f"{'page':<44}{'queries':>8}{'ms':>9}{'ratio':>8}")
    missed = []
    for address, row in figures.items():
        print(f"{address:<44}{row['queries']:>8}{row['ms']:>9.1f}{row['ms'] / bare:>8.1f}")
        if "/matrix/" in address and (row["ms"] > FIRST_SCREEN_MS or row["queries"] > QUERIES):
            missed.append(address)
    print(f"{'the file of the matrix':<44}{'':>8}{seconds:>8.1f}s")
    Path("var/bench-matrix.json").write_text(json.dumps({"pages": figures, "file_seconds": seconds}, indent=2))
    if seconds > FILE_SECONDS:
        missed.append("the file")
    for name in missed:
        print(f"Over its limit: {name}", file=sys.stderr)
    return int(bool(missed))


sys.exit(main())
