"""A gunicorn and a PostgreSQL database of its own for one measurement, and the CPU that both spend."""

import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import local

TICK = os.sysconf("SC_CLK_TCK")
FIGURES = Path("var/bench.json")


@dataclass
class Site:
    """A running server: its port, its master process, and the database that it works on."""

    port: int
    master: int
    connection: object

    def cpu(self) -> float:
        """Seconds that the workers and the backends of this database have spent so far."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            backends = [pid for (pid,) in cursor.fetchall()]
        return sum(_seconds(pid) for pid in [*self.workers(), *backends])

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        return [int(pid) for pid in children.split()]

    def memory_mb(self) -> float:
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.workers())
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def _seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


@contextmanager
def gunicorn(
    database_url: str, connection: object, *, workers: int = 2, settings: str = "tests.benchmarks.settings"
) -> Iterator[Site]:
    """Serves the database like the Procfile does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "TEST_DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": settings,
    }
    command = [sys.executable, "-m", "gunicorn", "academy.wsgi", "--bind", f"127.0.0.1:{port}", "--preload"]
    command += ["--workers", str(workers), "--threads", "8", "--worker-class", "gthread", "--log-level", "error"]
    command += ["--graceful-timeout", "2"]
    server = subprocess.Popen([*command, "--keep-alive", "30"], env=environment)
    try:
        for _ in range(600):
            if server.poll() is not None:
                raise RuntimeError("The server could not start.")
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Site(port, server.pid, connection)
    finally:
        server.terminate()
        server.wait(timeout=30)


_threads = local()


@dataclass
class Browser:
    """One signed-in person with a connection that each thread keeps open."""

    port: int
    session: str
    secret: str = "b" * 32

    def get(self, path: str) -> str:
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: str = "", **headers: str) -> str:
        given = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self.secret, **headers}
        return self._ask("POST", path, body.encode(), given)

    def save(self, path: str, token: str, **given: object) -> dict:
        """As the page does it: the token alone, no cookie read."""
        headers = {"Content-Type": "application/json", "X-Token": token}
        return json.loads(self._ask("POST", path, json.dumps({"token": token, **given}).encode(), headers))

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> str:
        """The page, or where a redirect leads."""
        headers = {**headers, "Cookie": f"sessionid={self.session}; csrftoken={self.secret}"}
        for again in (True, False):
            line = getattr(_threads, "line", None)
            if line is None or line.port != self.port:
                line = _threads.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                line.request(method, path, body, headers)
                response = line.getresponse()
                text = response.read().decode()
                break
            except (http.client.HTTPException, OSError):
                line.close()
                _threads.line = None
                if not again or method == "POST":
                    raise
        if response.status in (301, 302):
            return response.headers["Location"]
        if response.status != 200:
            raise RuntimeError(f"{method} {path}: {response.status}")
        return text


@dataclass
class Figures:
    """What one step cost: CPU milliseconds an operation, the time of each in ms, what failed."""

    cpu_ms: float = 0.0
    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    queries: int = 0

    @property
    def p95_ms(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1] if len(self.times) > 1 else 0.0

    def __add__(self, other: "Figures") -> "Figures":
        """Two halves of one step."""
        times = [one + two for one, two in zip(sorted(self.times), sorted(other.times), strict=False)]
        return Figures(
            self.cpu_ms + other.cpu_ms,
            times,
            self.errors + other.errors,
            self.seconds + other.seconds,
            self.queries + other.queries,
        )


def measure(site: Site, acts: list[Callable[[], object]], *, at_once: int) -> Figures:
    """Runs the acts from so many threads and reads what they cost."""
    times, errors = [], []

    def run(act: Callable[[], object]) -> None:
        begun = time.perf_counter()
        try:
            act()
        except Exception as error:  # a step that fails is a figure
            errors.append(repr(error))
        times.append((time.perf_counter() - begun) * 1000)

    before, begun = site.cpu(), time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(run, acts))
    seconds = time.perf_counter() - begun
    return Figures((site.cpu() - before) / len(acts) * 1000, times, errors, seconds)


def hidden(page: str, name: str) -> str:
    """An attribute of the paper's element."""
    return re.search(rf' {name}="([^"]*)"', page)[1]


def write(rows: dict[str, dict[str, object]]) -> None:
    """Adds figures to var/bench.json."""
    known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps({**known, **rows}, indent=2))
