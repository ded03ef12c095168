"""The five steps of an exam as multiples of a bare view that keeps one answer, and 300 candidates at once.

Run by `bin/bench exams`, on PostgreSQL (ACADEMY_POSTGRESQL) in a database of its own with a gunicorn of its own, two workers.
CPU is what workers and database backends spend on an operation, read from /proc; the driver's own is not in it. `bin/bench exams
memory` adds 20,000 requests and says how the server's memory grew; `quick` is a first look with few candidates. Exit status 1 when a figure is above its limit.
"""

import os
import sys
import time
from datetime import timedelta

SERVER = os.environ.get("ACADEMY_POSTGRESQL", "postgres://postgres@127.0.0.1:5432/postgres")
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
os.environ["DATABASE_URL"] = SERVER

import django  # noqa: E402 - after the database is chosen

django.setup()

from django.conf import settings  # noqa: E402 - after setup
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from exams import queries, services  # noqa: E402
from exams.models import Attempt, Candidacy, ExamPart, Sitting  # noqa: E402
from people.models import User  # noqa: E402
from tests import factories  # noqa: E402
from tests.benchmarks.ground import Browser, Figures, Site, gunicorn, hidden, measure, write  # noqa: E402
from tests.conftest import PostgreSQLCopies  # noqa: E402
from tests.exams import makers  # noqa: E402

CANDIDATES, STEADY, WARM, OVERDUE = (40, 40, 16, 40) if "quick" in sys.argv else (300, 120, 40, 1000)
QUESTIONS = {"single": 18, "multiple": 10, "true_false": 8, "numeric": 2, "short_text": 2}
BANK = 10  # questions in the bank for each that a paper draws
FEW, MANY = (
    4,
    24,
)  # requests at once: to measure what a step costs, as the yardstick is; when everybody comes at the same time
LIMITS = {"save_answer": 0.8, "start_attempt": 4.5, "next_page": 3.5, "finish": 7, "report": 20}


def bank() -> list[dict]:
    """Four topics with ten times as many questions as a paper asks; the rows of its blueprint."""
    topics = [factories.topic(f"bench-{number}", f"主题{number}") for number in range(4)]
    rows = []
    for kind, count in QUESTIONS.items():
        for place, topic in enumerate(topics):
            share = count // 4 + (place < count % 4)
            for _copy in range(share * BANK):
                makers.question(topic, kind)
            if share:
                rows.append({"topic": topic, "kind": kind, "count": share, "points": 2})
    return rows


def people(count: int) -> list[User]:
    first = User.objects.count() + 1
    made = User.objects.bulk_create(
        User(employee_no=f"b{number:05}", name=f"考生{number}", is_active=True)
        for number in range(first, first + count)
    )
    return list(User.objects.filter(pk__in=[user.pk for user in made]))


def sitting_for(rows: list[dict], users: list[User], code: str, now) -> Sitting:
    part = {"kind": "paper", "title": "试卷", "minutes": 60, "pass_percent": 60, "tries": 1, "blueprint": rows}
    exam = services.create_exam(code=code, name="业务考试", level=None, parts=[part], now=now, by=None)
    exam = services.publish_exam(exam=exam, by=None, now=now)
    return makers.sitting(exam, *users, now=now, hours=8)


def signed_in(site: Site, user: User) -> Browser:
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    return Browser(site.port, session.session_key)


class Candidate:
    """One person's way through the exam, as their browser goes it."""

    def __init__(self, site: Site, candidacy: Candidacy, part: ExamPart) -> None:
        self.browser = signed_in(site, candidacy.user)
        self.candidacy, self.part = candidacy, part
        self.seq = 0

    def start(self) -> None:
        where = self.browser.post(f"/exams/sitting/{self.candidacy.pk}/start/{self.part.pk}/")
        page = self.browser.get(where)
        assert page.count("data-question=") == sum(QUESTIONS.values()), "not the whole paper"
        self.attempt, self.token = int(hidden(page, "attempt")), hidden(page, "token")

    def answers(self, positions: range) -> list[dict]:
        self.seq += 1
        return [
            {"position": at, "seq": self.seq, "answer": {"chosen": [at % 4]}, "marked": False, "spent_ms": 9000}
            for at in positions
        ]

    def bare(self) -> None:
        body = '{"position": 40, "seq": 1, "answer": {"chosen": [1]}}'
        assert self.browser.post(f"/bare/save/{self.attempt}/", body) == "kept"

    def save(self, positions: range = range(1, 2)) -> None:
        told = self.browser.save(f"/exams/attempt/{self.attempt}/save/", self.token, answers=self.answers(positions))
        assert set(told["codes"].values()) == {"saved"}, told

    def next_page(self) -> None:
        self.save(range(1, 11))
        page = self.browser.get(f"/exams/attempt/{self.attempt}/?tab=1&q=11")
        assert 'data-question="20"' in page

    def submit(self) -> None:
        where = self.browser.post(f"/exams/attempt/{self.attempt}/submit/")
        assert where == f"/exams/result/{self.candidacy.pk}/", where

    def result(self) -> None:
        page = self.browser.get(f"/exams/result/{self.candidacy.pk}/")
        assert page.count("答案解析密文") >= sum(QUESTIONS.values()), "not the whole review"


def queries_of(candidacy: Candidacy, part: ExamPart) -> dict[str, int]:
    """How many each step asks of the database, in this process."""
    client = Client()
    client.force_login(candidacy.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    counts = {}

    def count(name: str, *acts) -> None:
        with CaptureQueriesContext(connection) as asked:
            for act in acts:
                act()
        counts[name] = len(asked)

    start = f"/exams/sitting/{candidacy.pk}/start/{part.pk}/"
    count("start_attempt", lambda: client.get(client.post(start)["Location"]))
    attempt = Attempt.objects.select_related("candidacy").get(candidacy=candidacy)
    from exams.policy import token_of

    token, seqs = token_of(attempt), iter(range(1, 9))

    def save(many: int):
        seq = next(seqs)
        answers = [{"position": at, "seq": seq, "answer": {"chosen": [0]}} for at in range(1, many + 1)]
        return client.post(
            f"/exams/attempt/{attempt.pk}/save/",
            {"token": token, "answers": answers},
            content_type="application/json",
            headers={"X-Token": token},
        )

    body = {"position": 40, "seq": 1, "answer": {}}
    count("bare_save", lambda: client.post(f"/bare/save/{attempt.pk}/", body, content_type="application/json"))
    count("save_answer", lambda: save(1))
    count("next_page", lambda: save(10), lambda: client.get(f"/exams/attempt/{attempt.pk}/?tab=1&q=11"))
    result = f"/exams/result/{candidacy.pk}/"
    count("finish", lambda: client.post(f"/exams/attempt/{attempt.pk}/submit/"), lambda: client.get(result))
    return counts


def report(sitting: Sitting) -> None:
    """The report of all attempts, read as its page reads it."""
    queries.report(queries.graded(sitting.exam.parts.get(), User.objects.all()))


def sweep(rows: list[dict], now) -> float:
    """Seconds in which the sweeper ends a thousand attempts whose time is over."""
    users = people(OVERDUE)
    sitting = sitting_for(rows, users, "sweep", now - timedelta(hours=4))
    part = sitting.exam.parts.get()
    for candidacy in sitting.candidacies.all():
        attempt = services.start_attempt(candidacy=candidacy, part=part, now=now - timedelta(hours=3))
        answers = [{"position": at, "seq": 1, "answer": {"chosen": [0]}} for at in range(1, 31)]
        services.save_responses(
            attempt_id=attempt.pk, generation=1, answers=answers, now=now - timedelta(hours=3) + timedelta(minutes=5)
        )
    begun = time.perf_counter()
    ended = services.end_overdue(now=now)
    seconds = time.perf_counter() - begun
    assert ended == OVERDUE, ended
    return seconds


def run(site: Site, rows: list[dict], *, memory: bool) -> tuple[dict[str, Figures], list[str]]:
    """The figures of each step, and what else is to be said of the run."""
    now = timezone.now()
    sitting = sitting_for(rows, people(CANDIDATES + STEADY + WARM + 1), "steps", now - timedelta(minutes=1))
    part = sitting.exam.parts.get()
    *sat, last = sitting.candidacies.select_related("user").order_by("pk")
    everybody = [Candidate(site, candidacy, part) for candidacy in sat]
    warm, steady, crowd = everybody[:WARM], everybody[WARM : WARM + STEADY], everybody[WARM + STEADY :]
    counts = queries_of(last, part)
    for act in ("start", "bare", "save", "next_page"):
        measure(site, [getattr(one, act) for one in warm], at_once=FEW)

    # The crowd comes first: what a process renders or reads once is at hand for most candidates of a sitting.
    started = measure(site, [one.start for one in crowd], at_once=MANY)
    steps = {"start_attempt": measure(site, [one.start for one in steady], at_once=FEW)}
    steps["bare_save"] = measure(site, [one.bare for one in steady] * 10, at_once=FEW)
    steps["save_answer"] = measure(site, [one.save for one in steady] * 10, at_once=FEW)
    steps["next_page"] = measure(site, [one.next_page for one in steady] * 3, at_once=FEW)
    lines = []
    if memory:
        before = site.memory_mb()
        measure(site, [one.save for one in crowd] * 67, at_once=FEW)
        lines = [f"memory of the workers before and after 20,000 requests: {before:.0f} and {site.memory_mb():.0f} MB"]
    measure(site, [one.submit for one in warm], at_once=FEW)
    ended = measure(site, [one.submit for one in crowd], at_once=MANY)
    steps["finish"] = measure(site, [one.submit for one in steady], at_once=FEW)
    Sitting.objects.filter(pk=sitting.pk).update(closes_at=timezone.now())
    measure(site, [one.result for one in crowd], at_once=FEW)
    steps["finish"] += measure(site, [one.result for one in steady], at_once=FEW)
    steps["report"] = report_figures(sitting)
    for name, step in steps.items():
        step.queries = counts.get(name, step.queries)
    for name, burst in (("starts", started), ("submits", ended)):
        told = f"{CANDIDATES} {name} in {burst.seconds:.1f} s, p95 {burst.p95_ms:.0f} ms"
        lines.append(f"{told}, {len(burst.errors)} errors")
        steps[name] = burst
    return steps, lines


def report_figures(sitting: Sitting) -> Figures:
    """In this process, with the database's share by wall clock: one person asks for it, seldom."""
    report(sitting)
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        report(sitting)
    spent = (time.perf_counter() - begun) * 1000
    return Figures(spent, [spent], [], spent / 1000, len(asked))


def main() -> int:
    copies = PostgreSQLCopies(connection, "bench")
    copies.make()
    name = connection.settings_dict["NAME"]
    url = f"{SERVER.rpartition('/')[0]}/{name}"
    try:
        rows = bank()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with gunicorn(url, connection) as site:
            steps, lines = run(site, rows, memory="memory" in sys.argv)
        swept = sweep(rows, timezone.now())
    finally:
        connection.close()
        copies.drop()
    bare = steps["bare_save"].cpu_ms
    bursts = {name: steps.pop(name) for name in ("starts", "submits")}
    table = {
        step: {
            "cpu_ms": round(row.cpu_ms, 2),
            "ratio": round(row.cpu_ms / bare, 2),
            "queries": row.queries,
            "p95_ms": round(row.p95_ms, 1),
            "errors": len(row.errors),
        }
        for step, row in steps.items()
    }
    print(f"{'step':<16}{'cpu ms':>9}{'ratio':>8}{'at most':>9}{'queries':>9}{'p95 ms':>9}{'errors':>8}")
    for step, row in table.items():
        limit = LIMITS.get(step, "")
        print(
            f"{step:<16}{row['cpu_ms']:>9.2f}{row['ratio']:>8.2f}{limit:>9}{row['queries']:>9}{row['p95_ms']:>9.1f}"
            f"{row['errors']:>8}"
        )
    for line in [*lines, f"{OVERDUE} overdue attempts swept in {swept:.1f} s"]:
        print(line)
    for row in (*steps.values(), *bursts.values()):
        for error in row.errors[:3]:
            print(error, file=sys.stderr)
    if "quick" not in sys.argv:
        crowd = {
            name: {"seconds": round(row.seconds, 1), "p95_ms": round(row.p95_ms, 1)} for name, row in bursts.items()
        }
        write({**table, **crowd, "sweep": {"attempts": OVERDUE, "seconds": round(swept, 1)}})
    above = [step for step, limit in LIMITS.items() if step in table and table[step]["ratio"] > limit]
    return bool(above or any(row.errors for row in (*steps.values(), *bursts.values())))


if __name__ == "__main__":
    sys.exit(main())
