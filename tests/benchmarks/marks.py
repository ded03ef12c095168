"""The report of 300 attempts as a page, and the regrading of 10,000 attempts after a key was put right, on PostgreSQL.

Run by `bin/bench marks`, on PostgreSQL (ACADEMY_POSTGRESQL) in a database of its own. CPU of the server is this process's, CPU of
the database that of its backend (`/proc`), where both run on one machine. Exit status 1 when the regrading takes too long.
"""

import os
import random
import statistics
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
os.environ["DATABASE_URL"] = os.environ.get("ACADEMY_POSTGRESQL", "postgres://postgres@127.0.0.1:5432/postgres")

import django

django.setup()

from django.conf import settings  # noqa: E402 - after setup
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from exams import queries, services  # noqa: E402
from exams.models import Attempt, Candidacy, Paper, QuestionVersion, Result, Sitting  # noqa: E402
from people.models import Employment, Role, User  # noqa: E402
from tests import factories  # noqa: E402
from tests.benchmarks.ground import write  # noqa: E402
from tests.conftest import PostgreSQLCopies  # noqa: E402
from tests.exams import makers  # noqa: E402

ATTEMPTS, SECONDS = 10_000, 120
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


def fill(people: int, now: datetime) -> Sitting:
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


def page(address: str, user: User) -> dict[str, float]:
    """CPU of server and database, and queries, of one page."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[1])
    for _warm in range(2):
        assert client.get(address).status_code == 200, address
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    count = len(asked)  # now: the next request forgets them
    server, database = time.process_time(), backend_ms()
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - began) * 1000)
    server, database = (time.process_time() - server) * 1000 / ROUNDS, (backend_ms() - database) / ROUNDS
    return {
        "cpu_ms": round(server + database, 1),
        "database_ms": round(database, 1),
        "queries": count,
        "median_ms": round(statistics.median(times), 1),
    }


def regrading(now: datetime, examiner: User) -> dict[str, float]:
    """Every attempt was asked the question whose key turns out to be wrong; about half change, some pass or fail."""
    fill(ATTEMPTS, now)
    version = QuestionVersion.objects.filter(question__topics__code=f"bench-{ATTEMPTS}").earliest("pk")
    correction = services.correct_key(
        version=version, action="key", key={"correct": [1]}, reason="键错", by=examiner, now=timezone.now()
    )
    began, cpu, database = time.perf_counter(), time.process_time(), backend_ms()
    done = services.regrade(regrade=correction.regrade, now=timezone.now())
    figures = {
        "attempts": done.total,
        "changed": done.changed,
        "turned": done.turned,
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_s": round(time.process_time() - cpu + (backend_ms() - database) / 1000, 1),
    }
    assert (done.total, done.done) == (ATTEMPTS, ATTEMPTS), figures
    wrong = list(queries.recount(timezone.now()))
    assert not wrong, wrong[:3]
    return figures


def main() -> int:
    copies = PostgreSQLCopies(connection, "marks")
    copies.make()
    try:
        now = timezone.now() - timedelta(hours=2)
        examiner = factories.with_role(Role.EXAMINER)
        sitting = fill(300, now)
        bare = page("/bare/", examiner)
        report = page(reverse("exams:sitting_figures", args=[sitting.pk]), examiner)
        report["ratio"] = round(report["cpu_ms"] / bare["cpu_ms"], 1)
        regrade = regrading(now, examiner)
    finally:
        copies.drop()
    for name, row in {"bare page": bare, "report page": report, "regrade": regrade}.items():
        print(f"{name:12}", "  ".join(f"{figure} {value}" for figure, value in row.items()))
    write({"report_page": report, "regrade": regrade})
    return int(regrade["seconds"] > SECONDS)


if __name__ == "__main__":
    sys.exit(main())
