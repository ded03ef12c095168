"""The test database is a copy of a migrated template, made once for each state of the migrations.

So a session starts in a second, every worker has its own copy, and a transactional test gets a fresh copy instead of a
flush, which append-only tables would refuse.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

# Synchronous Playwright runs a loop in this thread; Django must still answer from it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "var" / "tests"


def _fingerprint() -> str:
    """Of everything that decides what the migrated database looks like."""
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    sources = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/models.py"), *ROOT.glob("ground/*.py")]
    for path in sorted([*sources, *ROOT.glob("exams/**/models*/*.py"), ROOT / "people" / "services" / "roles.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class SQLiteCopies:
    """Template and copies as files."""

    def __init__(self, connection, worker: str) -> None:
        self.connection = connection
        self.template = CACHE / f"template-{_fingerprint()}.sqlite3"
        shared_memory = Path("/dev/shm")
        folder = shared_memory if shared_memory.is_dir() else CACHE
        self.path = folder / f"academy-test-{os.getpid()}-{worker}.sqlite3"

    def make(self) -> None:
        from django.core.management import call_command

        if not self.template.exists():
            self._use(self.template.with_suffix(".new"))
            call_command("migrate", verbosity=0)
            with self.connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.execute("PRAGMA journal_mode=DELETE")
            self.connection.close()
            self.template.with_suffix(".new").rename(self.template)
        self.renew()

    def renew(self) -> None:
        self.drop()
        shutil.copy(self.template, self.path)
        self._use(self.path)

    def drop(self) -> None:
        self.connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    def _use(self, path: Path) -> None:
        self.connection.close()
        self.connection.settings_dict["NAME"] = str(path)


class PostgreSQLCopies:
    """Template and copies as databases."""

    def __init__(self, connection, worker: str) -> None:
        self.connection = connection
        self.template = f"academy_template_{_fingerprint()}"
        self.name = f"academy_test_{os.getpid()}_{worker}"

    def make(self) -> None:
        from django.core.management import call_command

        with self.connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template])
            known = cursor.fetchone()
        if not known:
            fresh = f"{self.template}_new"
            with self.connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{fresh}" WITH (FORCE)')
                cursor.execute(f'CREATE DATABASE "{fresh}"')
            self._use(fresh)
            call_command("migrate", verbosity=0)
            self.connection.close()
            with self.connection._nodb_cursor() as cursor:
                cursor.execute(f'ALTER DATABASE "{fresh}" RENAME TO "{self.template}"')
        self.renew()

    def renew(self) -> None:
        self.drop()
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
        self._use(self.name)

    def drop(self) -> None:
        self.connection.close()
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _use(self, name: str) -> None:
        self.connection.close()
        self.connection.settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker) -> Iterator[None]:
    from django.db import connection
    from django.test import TransactionTestCase

    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    make_copies = PostgreSQLCopies if connection.vendor == "postgresql" else SQLiteCopies
    with django_db_blocker.unblock():
        copies = make_copies(connection, worker)
        with _alone():
            copies.make()

    def fresh_copy(_test) -> None:
        with _alone():
            copies.renew()

    from django.test import TestCase

    rollback = TestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = fresh_copy
    TestCase._fixture_teardown = rollback
    yield
    with django_db_blocker.unblock():
        copies.drop()


@pytest.fixture(autouse=True)
def chinese_by_default():
    """Every test starts in the site's language with empty caches."""
    from django.core.cache import cache
    from django.utils import translation

    from ground.known import forget_everything

    cache.clear()
    forget_everything()
    translation.activate("zh-hans")
    yield
    translation.deactivate()


@pytest.fixture
def now() -> datetime:
    """A working Monday morning in the organisation's zone, for services that take `now`."""
    return datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
