"""Figures of 300 attempts at 40 questions as a multiple of the bare view, and the regrading of 10,000 attempts, on PostgreSQL.

Run by `bin/bench marks` with TEST_DATABASE_URL naming a server: it makes a database of its own there and drops it again.
CPU of the server is this process's, CPU of the database that of its backend (`/proc`), where both run on one machine.
"""

import json
import os
import random
import statistics
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

SERVER = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
NAME = f"academy_bench_{os.getpid()}"
os.environ["TEST_DATABASE_URL"] = urlunsplit(urlsplit(SERVER)._replace(path=f"/{NAME}"))
os.environ["DJANGO_SETTINGS_MODULE"] = "academy.settings.test"

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from exams import services  # noqa: E402
from exams.models import Attempt, Candidacy, Mark, Paper, QuestionVersion, Response, Result, Sitting  # noqa: E402
from people.models import Employment, Role, User  # noqa: E402
from tests import factories  # noqa: E402
from tests.exams import makers  # noqa: E402

QUESTIONS, ROUNDS = 40, 10
MARKS = """
INSERT INTO exams_mark (attempt_id, position, version_id, topic_id, points, out_of, source, given_at, why)
SELECT a.id, i.place, (i.item->>'version')::bigint, (i.item->>'topic')::bigint,
  CASE WHEN r.answer->'chosen'->>0 = (SELECT (o.at - 1)::text FROM jsonb_array_elements_text(i.item->'order')
    WITH ORDINALITY AS o(option, at) WHERE o.option = '0') THEN 2 ELSE 0 END, 2, 'key', a.ended_at, ''
FROM exams_attempt a JOIN exams_candidacy c ON c.id = a.candidacy_id JOIN exams_paper p ON p.id = a.paper_id,
  jsonb_array_elements(p.items) WITH ORDINALITY AS i(item, place)
JOIN exams_response r ON true WHERE r.attempt_id = a.id AND r.position = i.place AND c.sitting_id = %s
"""
ANSWERS = """
INSERT INTO exams_response (attempt_id, position, seq, answer, marked, spent_ms, saved_at)
SELECT a.id, place, 1, jsonb_build_object('chosen', jsonb_build_array(floor(random() * 4)::int)), false,
  5000 + floor(random() * 60000)::int, a.ended_at
FROM exams_attempt a JOIN exams_candidacy c ON c.id = a.candidacy_id, generate_series(1, %s) AS place WHERE c.sitting_id = %s
"""
SUMS = """
UPDATE exams_attempt a SET points = s.points, out_of = s.out_of, score = trunc(s.points * 100 / s.out_of, 2),
  passed = s.points * 100 >= 30 * s.out_of, state = 'graded'
FROM (SELECT attempt_id, sum(points) AS points, sum(out_of) AS out_of FROM exams_mark GROUP BY attempt_id) s
WHERE s.attempt_id = a.id AND a.candidacy_id IN (SELECT id FROM exams_candidacy WHERE sitting_id = %s)
"""


def fill(people: int, now: object) -> Sitting:
    """An exam of 40 of 60 questions, the first asked of everybody; graded attempts of so many people, with results, as the
    services would leave them."""
    topic = factories.topic(f"bench-{people}")
    for _number in range(QUESTIONS * 3 // 2):
        makers.question(topic)
    row = {"topic": topic, "kind": "single", "count": QUESTIONS, "points": 2}
    part = {"kind": "paper", "title": "试卷", "minutes": 60, "pass_percent": 30, "tries": 1, "blueprint": [row]}
    exam = services.create_exam(code=f"bench-{people}", name="考试", level=None, parts=[part], by=None, now=now)
    sitting = makers.sitting(services.publish_exam(exam=exam, by=None, now=now), now=now)
    part = exam.parts.get()
    unit, post = factories.company(), factories.post()
    users = User.objects.bulk_create(
        User(employee_no=f"{people}-{number}", name=f"员工{number}", name_sort=f"{number:06}")
        for number in range(people)
    )
    Employment.objects.bulk_create(
        Employment(user=user, unit=unit, post=post, valid_from=factories.FIRST_DAY) for user in users
    )
    candidacies = Candidacy.objects.bulk_create(Candidacy(sitting=sitting, user=user, invited_at=now) for user in users)
    versions = list(QuestionVersion.objects.filter(question__topics=topic).order_by("pk").values_list("pk", flat=True))
    papers = []
    for number in range(people):
        items = [
            {"version": pk, "topic": topic.pk, "points": 2, "order": random.sample(range(4), 4)}
            for pk in [versions[0], *random.sample(versions[1:], QUESTIONS - 1)]
        ]
        random.shuffle(items)
        papers.append(Paper(part=part, seed=number, items=items, points=80, content_hash=f"{number:064}", drawn_at=now))
    Paper.objects.bulk_create(papers, batch_size=500)
    end = now + timedelta(minutes=50)
    Attempt.objects.bulk_create(
        [
            Attempt(
                candidacy=candidacy,
                part=part,
                number=1,
                paper=paper,
                state="marking",
                started_at=now,
                base_deadline=now + timedelta(hours=1),
                deadline=now + timedelta(hours=1),
                ended_at=end,
                ended_by="candidate",
                pass_percent=30,
            )
            for candidacy, paper in zip(candidacies, papers, strict=True)
        ],
        batch_size=500,
    )
    with connection.cursor() as cursor:
        cursor.execute(ANSWERS, [QUESTIONS, sitting.pk])
        cursor.execute(MARKS, [sitting.pk])
        cursor.execute(SUMS, [sitting.pk])
        cursor.execute("ANALYZE")
    attempts = Attempt.objects.filter(candidacy__sitting=sitting).select_related("candidacy")
    Result.objects.bulk_create(
        [
            Result(
                candidacy=attempt.candidacy,
                exam=exam,
                user_id=attempt.candidacy.user_id,
                passed=attempt.passed,
                score=attempt.score,
                parts=[
                    {
                        "part": part.pk,
                        "title": part.title,
                        "kind": "paper",
                        "attempt": attempt.pk,
                        "score": str(attempt.score),
                        "speed": None,
                        "accuracy": None,
                        "passed": attempt.passed,
                    }
                ],
                decided_at=end,
            )
            for attempt in attempts
        ],
        batch_size=500,
    )
    return sitting


def backend_ms() -> float:
    """CPU milliseconds of this connection's backend so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


@override_settings(ROOT_URLCONF="tests.benchmarks.bare", ALLOWED_HOSTS=["*"])
def page(address: str, user: User) -> dict[str, float]:
    """CPU of server and database, and queries, of one page."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[1])
    for _warm in range(2):
        assert client.get(address).status_code == 200, address
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    queries = len(asked)  # now: the next request forgets them
    server, database = time.process_time(), backend_ms()
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - began) * 1000)
    server, database = (time.process_time() - server) * 1000 / ROUNDS, (backend_ms() - database) / ROUNDS
    return {
        "server_ms": round(server, 1),
        "database_ms": round(database, 1),
        "queries": queries,
        "wall_ms": round(statistics.median(times), 1),
    }


def main() -> None:
    """In the new database: fill it, measure, print, write the figures."""
    call_command("migrate", verbosity=0)
    measure()


def measure() -> None:
    """The figures of a report, and of a regrading."""
    now = timezone.now() - timedelta(hours=2)
    examiner = factories.with_role(Role.EXAMINER)
    sitting = fill(300, now)
    figures = {
        "bare": page("/bare/", examiner),
        "report": page(reverse("exams:sitting_figures", args=[sitting.pk]), examiner),
    }
    many = int(os.environ.get("ATTEMPTS", "10000"))
    fill(many, now)
    version = QuestionVersion.objects.filter(question__topics__code=f"bench-{many}").earliest("pk")
    correction = services.correct_key(
        version=version, action="key", key={"correct": [1]}, reason="键错", by=examiner, now=timezone.now()
    )
    began, cpu = time.perf_counter(), time.process_time()
    done = services.regrade(regrade=correction.regrade, now=timezone.now())
    figures["regrade"] = {
        "attempts": done.total,
        "changed": done.changed,
        "turned": done.turned,
        "seconds": round(time.perf_counter() - began, 1),
        "server_s": round(time.process_time() - cpu, 1),
    }
    for name, row in figures.items():
        print(name, row)
    Path("var/bench-marks.json").write_text(json.dumps(figures, indent=2))
    assert Response.objects.count() == (many + 300) * QUESTIONS


if __name__ == "__main__":
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{NAME}"')
    try:
        main()
    finally:
        connection.close()
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{NAME}" WITH (FORCE)')
