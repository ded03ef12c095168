"""Twelve thousand questions through a file: seconds and memory of every step, each in a process of its own.

Run by `bin/bench exchange [xlsx|gift|moodle-xml]`, on a copy of the demo database. What is exported and taken again changes nothing,
and exported once more it is the same file, byte for byte. Exit status 1 when a figure is above its limit.
"""

import filecmp
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from tests.benchmarks.ground import write as note

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
    from exams.models import BankExchange, Question
    from ground.private_files import private_storage

    now = timezone.now()
    made, taken = None, {}
    if name == "write" and not path.exists():
        write(path, format)
    begun, worked = time.perf_counter(), time.process_time()
    if name == "write":
        with path.open("rb") as file:
            services.begin_import(file=File(file, name=path.name), format=format, by=None, now=now, queue=False)
    elif name == "check":
        exchange = services.check_import(exchange=BankExchange.objects.first(), now=now)
        assert exchange.state == "ready", exchange.faults[:3]
        assert exchange.total >= QUESTIONS
    elif name == "import":
        exchange = services.order_import(exchange=BankExchange.objects.first(), by=None, now=now, queue=False)
        exchange = services.carry_out_import(exchange=exchange, now=now)
        assert exchange.state == "done", exchange.faults[:3]
        taken = exchange.asked["taken"]
    else:
        exchange = services.begin_export(format=format, by=None, now=now, queue=False)
        exchange = services.write_export(exchange=exchange, now=now)
        assert exchange.state == "done", exchange.faults[:3]
        assert exchange.done == Question.objects.count()
        made = exchange.stored
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if made:
        with private_storage().open(made, "rb") as file, path.open("wb") as target:
            shutil.copyfileobj(file, target)
        private_storage().delete(made)
    return {"seconds": round(seconds, 1), "cpu_s": round(cpu, 1), "mebibytes": memory, "taken": taken}


def same(first: Path, second: Path, format: str) -> bool:
    """Whether two exported files say the same; a workbook also holds the moment at which it was written."""
    if format != "xlsx":
        return filecmp.cmp(first, second, shallow=False)
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as two:
        names = [name for name in one.namelist() if name != "docProps/core.xml"]
        return one.namelist() == two.namelist() and all(one.read(name) == two.read(name) for name in names)


def measured(format: str, folder: Path) -> dict[str, dict]:
    """The figures of each step for a file of many questions, and of taking again what was exported."""
    database = folder / "academy.sqlite3"
    shutil.copy(ROOT / "var" / "academy.sqlite3", database)
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "ACADEMY_VAR": str(folder / "var")}
    steps = [(name, "given") for name in ("write", "check", "import")]
    steps += [("export", "out"), ("write", "out"), ("check", "out"), ("import", "out"), ("export", "again")]
    spent: dict[str, dict] = {}
    for name, file in steps:
        command = [sys.executable, "-m", "tests.benchmarks.exchange", "--step", name, str(folder / file), format]
        done = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        found = json.loads(done.stdout.splitlines()[-1])
        taken = found.pop("taken")
        if name == "import":
            # Of what was exported nothing is new: it is all there, word for word.
            assert taken["new" if file == "given" else "unchanged"] == sum(taken.values()) >= QUESTIONS, taken
        spent.setdefault(name, found)
        words = [f"{format:11} {name:7} {found['seconds']:6.1f} s {found['cpu_s']:6.1f} s of CPU"]
        print(*words, f"{found['mebibytes']:5} MiB", taken or "", flush=True)
    assert same(folder / "out", folder / "again", format), "what was taken again is not what was exported"
    return {name: figures for name, figures in spent.items() if name != "write"}


def main(chosen: list[str]) -> int:
    """Prints a line for every format and step; 1 when any is over its bound."""
    over = False
    for format in chosen or ["xlsx", "gift", "moodle-xml"]:
        with tempfile.TemporaryDirectory() as folder:
            spent = measured(format, Path(folder))
        over |= spent["check"]["seconds"] + spent["import"]["seconds"] > SECONDS
        over |= max(figures["mebibytes"] for figures in spent.values()) > MEBIBYTES
        note({f"exchange_{format}": {"questions": QUESTIONS, **spent}})
    return int(over)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        setup()
        print(json.dumps(step(sys.argv[2], Path(sys.argv[3]), sys.argv[4])))
    else:
        sys.exit(main(sys.argv[1:]))
