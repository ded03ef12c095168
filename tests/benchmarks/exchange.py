"""Twelve thousand questions through a file: seconds and memory of every step, each in a process of its own.

`python -m tests.benchmarks.exchange [xlsx|gift|moodle-xml]`; it works on a copy of the demo database.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS, SECONDS, MEBIBYTES = 12_000, 60, 300


def setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings.development")
    import django
    from django.conf import settings

    django.setup()
    settings.DEBUG = False


def write(path: Path, format: str) -> None:
    """A file of twelve thousand questions: the demo's, each fifty times with words of its own."""
    from dataclasses import replace

    from exams import formats, queries
    from exams.formats import Output

    rows = list(queries.export_rows(queries.for_export({})))
    many = (
        replace(
            rows[number % len(rows)],
            code=f"bench-{number:05d}",
            content={
                **rows[number % len(rows)].content,
                "stem": f"{number} {rows[number % len(rows)].content['stem']}",
            },
            case="",
        )
        for number in range(QUESTIONS)
    )
    with formats.WRITERS[format](many, Output()) as file, path.open("wb") as target:
        shutil.copyfileobj(file, target)


def step(name: str, path: Path, format: str) -> dict:
    """One step of an import or export, in this process."""
    from django.core.files import File
    from django.utils import timezone

    from exams import services
    from exams.models import BankExchange

    now = timezone.now()
    if name == "write":
        if not path.exists():
            write(path, format)
        begun, worked = time.perf_counter(), time.process_time()
        with path.open("rb") as file:
            services.begin_import(file=File(file, name=path.name), format=format, by=None, now=now, queue=False)
    elif name == "check":
        begun, worked = time.perf_counter(), time.process_time()
        exchange = services.check_import(exchange=BankExchange.objects.first(), now=now)
        assert (exchange.state, exchange.total) == ("ready", QUESTIONS), exchange.faults[:3]
    elif name == "import":
        exchange = BankExchange.objects.first()
        begun, worked = time.perf_counter(), time.process_time()
        services.order_import(exchange=exchange, by=None, now=now, queue=False)
        exchange = services.carry_out_import(exchange=exchange, now=now)
        assert exchange.state == "done", exchange.faults[:3]
        print(exchange.asked["taken"], file=sys.stderr)
    else:
        exchange = services.begin_export(format=format, by=None, now=now, queue=False)
        begun, worked = time.perf_counter(), time.process_time()
        exchange = services.write_export(exchange=exchange, now=now)
        assert exchange.state == "done", exchange.faults[:3]
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    return {
        "seconds": round(seconds, 1),
        "cpu": round(cpu, 1),
        "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main(chosen: list[str]) -> int:
    """Prints a line for every format and step; 1 when any is over its bound."""
    over = 0
    for format in chosen or ["xlsx", "gift", "moodle-xml"]:
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder) / "academy.sqlite3"
            shutil.copy(ROOT / "var" / "academy.sqlite3", database)
            environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}"}
            spent = {}
            # The import once more, to see that nothing changes; an export of the bank that grew.
            for name in ("write", "check", "import", "write", "check", "import", "export"):
                command = [sys.executable, "-m", "tests.benchmarks.exchange", "--step", name, f"{folder}/file", format]
                done = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE)
                found = json.loads(done.stdout.splitlines()[-1])
                spent.setdefault(name, found)
                print(
                    f"{format:11} {name:7} {found['seconds']:6.1f} s {found['cpu']:6.1f} s of CPU {found['mebibytes']:5} MiB",
                    flush=True,
                )
            over += spent["check"]["seconds"] + spent["import"]["seconds"] > SECONDS
            over += max(spent["check"]["mebibytes"], spent["import"]["mebibytes"]) > MEBIBYTES
    return int(bool(over))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        setup()
        print(json.dumps(step(sys.argv[2], Path(sys.argv[3]), sys.argv[4])))
    else:
        sys.exit(main(sys.argv[1:]))
