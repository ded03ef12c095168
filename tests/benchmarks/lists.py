"""Every list and home screen, as the role that reaches it: with the staff of the demo and with ten thousand.

Queries must be the same for both, and no page may take half a second. CPU as in `pages`, SQLite's share with it. Run by
`bin/bench lists`, which makes the ten thousand once, in var/crowd.sqlite3; figures also go to var/bench-lists.json.
"""

import json
import os
import sqlite3
import statistics
import sys
import time
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "academy.settings.development"
os.environ["DEBUG"] = "0"

import django

django.setup()

from django.conf import settings  # noqa: E402 - after setup
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from exams.models import Candidacy, Sitting  # noqa: E402
from people.models import User  # noqa: E402
from promotions.models import ReviewRound  # noqa: E402
from tests.benchmarks.crowd import fill  # noqa: E402

STAFF = 10_000
ROUNDS = 5
ENOUGH = 2000  # milliseconds on one page
LEARNER, TRAINER, EXAMINER, INSPECTOR = "100031", "100003", "100004", "100005"
MANAGER, PERSONNEL, PANEL, AUDITOR, ADMINISTRATOR = "100006", "100002", "100009", "100008", "100001"


def pages() -> list[tuple[str, str]]:
    """(address, employee number of who opens it); of what has a number, the fullest one."""
    sitting = Sitting.objects.filter(pk__in=Candidacy.objects.values("sitting")).order_by("opens_at").first()
    candidacy = Candidacy.objects.filter(sitting=sitting).order_by("pk").first()
    review = ReviewRound.objects.earliest("pk")
    year = review.year
    return [
        ("/bare/", LEARNER),
        ("/", LEARNER),
        ("/?view=trainer", TRAINER),
        ("/?view=examiner", EXAMINER),
        ("/?view=inspector", INSPECTOR),
        ("/?view=manager", MANAGER),
        ("/?view=personnel", PERSONNEL),
        ("/?view=panel", PANEL),
        ("/?view=auditor", AUDITOR),
        ("/people/me/", LEARNER),
        ("/people/notifications/", PERSONNEL),
        ("/people/", PERSONNEL),
        ("/people/?q=lin", PERSONNEL),
        ("/people/?page=100", PERSONNEL),
        ("/people/?sort=-hired", PERSONNEL),
        ("/people/", MANAGER),
        (f"/people/{User.objects.get(employee_no=LEARNER).pk}/", PERSONNEL),
        ("/people/units/", PERSONNEL),
        ("/people/hire/", PERSONNEL),
        ("/people/roles/", PERSONNEL),
        ("/people/roles/assign/", ADMINISTRATOR),
        ("/learn/", LEARNER),
        ("/learn/mine/", LEARNER),
        ("/learn/path/", LEARNER),
        ("/courses/complaint-handling/", LEARNER),
        ("/learn/training/", TRAINER),
        ("/learn/training/matrix/", TRAINER),
        ("/learn/training/matrix/", MANAGER),
        ("/learn/training/assign/", TRAINER),
        ("/learn/sessions/", TRAINER),
        ("/learn/sessions/", PERSONNEL),
        ("/learn/sessions/new/", TRAINER),
        ("/exams/", LEARNER),
        ("/exams/manage/", EXAMINER),
        ("/exams/manage/new/", EXAMINER),
        (f"/exams/manage/{sitting.pk}/", EXAMINER),
        (f"/exams/manage/candidate/{candidacy.pk}/", EXAMINER),
        ("/exams/typing/practice/", LEARNER),
        ("/certificates/", LEARNER),
        ("/certificates/all/", PERSONNEL),
        ("/certificates/all/?q=lin", PERSONNEL),
        ("/certificates/all/", MANAGER),
        ("/quality/observations/", INSPECTOR),
        ("/quality/observations/", MANAGER),
        ("/quality/observations/new/", INSPECTOR),
        ("/quality/mine/", LEARNER),
        ("/quality/appraisals/", MANAGER),
        ("/quality/appraisals/", PERSONNEL),
        ("/quality/appraisals/new/", MANAGER),
        ("/quality/violations/", PERSONNEL),
        ("/quality/violations/new/", PERSONNEL),
        ("/plans/", PERSONNEL),
        ("/plans/needs/", PERSONNEL),
        ("/plans/units/", MANAGER),
        (f"/plans/{year}/", PERSONNEL),
        (f"/plans/{year}/items/new/", PERSONNEL),
        ("/promotions/", LEARNER),
        ("/promotions/rounds/", PERSONNEL),
        (f"/promotions/rounds/{review.pk}/", PERSONNEL),
        (f"/promotions/rounds/{review.pk}/", PANEL),
        ("/promotions/ready/", MANAGER),
        ("/promotions/ready/", PERSONNEL),
        ("/promotions/demotions/", PERSONNEL),
        ("/admin/", ADMINISTRATOR),
        ("/admin/users/", ADMINISTRATOR),
        ("/admin/reports/site-history/", ADMINISTRATOR),
        *[(f"/admin/{name}/", ADMINISTRATOR) for name in admin_lists()],
    ]


def admin_lists() -> list[str]:
    """Every listing that an app has registered in the admin."""
    from wagtail.admin.viewsets import viewsets

    found = [one for viewset in viewsets.viewsets for one in getattr(viewset, "registerables", [viewset])]
    return sorted({one.url_prefix for one in found if hasattr(one, "index_view_class") and one.name})


@override_settings(ROOT_URLCONF="tests.benchmarks.bare", ALLOWED_HOSTS=["*"])
def measure() -> dict[str, dict[str, float]]:
    """Queries and median CPU milliseconds of every page."""
    figures = {}
    for address, number in pages():
        client = Client()
        client.force_login(User.objects.get(employee_no=number), backend=settings.AUTHENTICATION_BACKENDS[1])
        assert client.get(address).status_code == 200, address
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked, times = len(queries), []
        while len(times) < ROUNDS and sum(times) < ENOUGH:
            start = time.process_time()
            client.get(address)
            times.append((time.process_time() - start) * 1000)
        figures[f"{number} {address}"] = {"queries": asked, "cpu_ms": statistics.median(times)}
    return figures


def crowd() -> Path:
    """The database of the many; made once from the demo."""
    path = Path(settings.VAR_DIR / "crowd.sqlite3")
    making = path.with_suffix(".making")
    source = connection.settings_dict["NAME"]
    fresh = not path.exists()
    if fresh:
        making.unlink(missing_ok=True)
        with sqlite3.connect(source) as demo, sqlite3.connect(making) as copy:
            demo.backup(copy)
    connection.close()
    connection.settings_dict["NAME"] = making if fresh else path
    if fresh:
        start = time.perf_counter()
        fill(STAFF)
        print(f"Made {User.objects.count()} people in {time.perf_counter() - start:.0f} s", file=sys.stderr)
        connection.close()
        making.rename(path)
        connection.settings_dict["NAME"] = path
    return path


def main() -> None:
    few, people = measure(), User.objects.count()
    crowd()
    many = measure()
    bare = next(iter(many.values()))["cpu_ms"]
    print(f"{'page':<52}{'queries':>8}{'of many':>8}{'cpu ms':>8}{'of many':>9}{'ratio':>8}")
    for name, row in many.items():
        first = few.get(name, {"queries": 0, "cpu_ms": 0})
        mark = "" if first["queries"] == row["queries"] else "  grows"
        print(
            f"{name:<52}{first['queries']:>8}{row['queries']:>8}{first['cpu_ms']:>8.1f}{row['cpu_ms']:>9.1f}"
            f"{row['cpu_ms'] / bare:>8.1f}{mark}"
        )
    print(f"{people} people and {User.objects.count()}")
    Path("var/bench-lists.json").write_text(json.dumps({"few": few, "many": many}, indent=2))


main()
