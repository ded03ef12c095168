"""CPU per page as a multiple of the bare view, in the same run on the demo academy. Run by bin/bench."""

import os
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "academy.settings.development"
os.environ["DEBUG"] = "0"

import django

django.setup()

from django.conf import settings  # noqa: E402 - after setup
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from people.models import User  # noqa: E402
from tests.benchmarks.ground import write  # noqa: E402

ROUNDS = 30
PAGES = [
    ("bare", "/bare/", "100031"),
    ("home_learner", "/", "100031"),
    ("home_trainer", "/?view=trainer", "100003"),
    ("home_manager", "/?view=manager", "100006"),
    ("home_personnel", "/?view=personnel", "100002"),
    ("course", "/courses/complaint-handling/", "100031"),
    ("certificates", "/certificates/", "100002"),
    ("staff", "/people/", "100002"),
]


def cpu_ms(client: Client, address: str) -> float:
    """Mean CPU milliseconds a request, after two to warm up."""
    for _ in range(2):
        assert client.get(address).status_code == 200, address
    start = time.process_time()
    for _ in range(ROUNDS):
        client.get(address)
    return (time.process_time() - start) / ROUNDS * 1000


@override_settings(ROOT_URLCONF="tests.benchmarks.bare", ALLOWED_HOSTS=["*"])
def main() -> None:
    figures = {}
    for name, address, number in PAGES:
        client = Client()
        client.force_login(User.objects.get(employee_no=number), backend=settings.AUTHENTICATION_BACKENDS[1])
        cost = cpu_ms(client, address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        figures[name] = {"cpu_ms": round(cost, 2), "queries": len(queries)}
    for row in figures.values():
        row["ratio"] = round(row["cpu_ms"] / figures["bare"]["cpu_ms"], 2)
    print(f"{'page':<18}{'cpu ms':>9}{'ratio':>8}{'queries':>9}")
    for name, row in figures.items():
        print(f"{name:<18}{row['cpu_ms']:>9.2f}{row['ratio']:>8.2f}{row['queries']:>9}")
    write(figures)


main()
