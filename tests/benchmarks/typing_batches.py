"""300 people typing at once, a batch of keystrokes every two seconds each, as a multiple of a bare view that keeps one answer.

Run by `bin/bench typing`, on PostgreSQL (ACADEMY_POSTGRESQL) in a database of its own with a gunicorn of its own, two workers.
CPU is what workers and database backends spend on a batch, read from /proc; the time of a batch is counted from the moment it
was due, so a driver that falls behind makes it worse, never better. `quick` is a first look with few people. Exit status 1
when something is lost or a figure is above its limit.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from tests.benchmarks.exam_steps import FEW, SERVER, people, signed_in

if True:  # Django is set up by the import above
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from exams import services
    from exams.models import Attempt, ExamPart
    from exams.policy import token_of
    from exams.typing import replay, scoring, wire
    from exams.typing import services as typing
    from exams.typing.models import TypingBatch, TypingRun
    from tests.benchmarks.ground import Figures, Site, gunicorn, measure, write
    from tests.conftest import PostgreSQLCopies
    from tests.exams import makers
    from tests.typing import scenes, typist

PEOPLE, SECONDS = (40, 10) if "quick" in sys.argv else (300, 60)
EVERY = 2.0
SPEED = 60  # characters a minute
MOST = {"ratio": 1.2, "p95_ms": 300, "queries": 3, "errors": 0}
MOST_PAYLOAD_KIB, MOST_SCORING_MS = 60, 50


def sitting(count: int, now) -> list[Attempt]:
    """So many people who have just begun a test of ten minutes."""
    for number in range(9):
        scenes.passage(now, number)
    standard = scenes.standard(now, threshold=50, minutes=10)
    part = {"kind": ExamPart.Kind.TYPING, "title": "汉字录入", "tries": 1, "standard": standard}
    exam = services.create_exam(code="typing", name="中级工录入", level=None, parts=[part], now=now, by=None)
    exam = services.publish_exam(exam=exam, by=None, now=now)
    opened = makers.sitting(exam, *people(count), now=now - timedelta(minutes=1), hours=8)
    chosen = exam.parts.get()
    return [
        services.start_attempt(candidacy=candidacy, part=chosen, now=now)
        for candidacy in opened.candidacies.select_related("user").order_by("pk")
    ]


@dataclass
class Person:
    """One browser with one connection: its keystrokes, and what became of its batches."""

    attempt: Attempt
    port: int
    offset: float
    records: Iterator[dict]
    token: str = ""
    seq: int = 0
    hash: str = ""
    value: replay.Replay = field(default_factory=replay.Replay)
    ahead: dict | None = None
    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def type(self, begun: float) -> None:
        """Sends what has been typed every two seconds until the time is over."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        due = begun + self.offset
        while (due := due + EVERY) <= begun + SECONDS + self.offset:
            await asyncio.sleep(max(0.0, due - time.time()))
            body = self.body(due)
            head = (
                f"POST /exams/typing/attempt/{self.attempt.pk}/batch/ HTTP/1.1\r\nHost: localhost\r\n"
                f"Content-Type: application/json\r\nX-Token: {self.token}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            status, answer = await _answer(reader)
            self.times.append((time.time() - due) * 1000)
            if status != 200 or answer.get("seq") != self.seq or answer.get("late"):
                self.errors.append(f"{status} {answer}")
        writer.close()

    def body(self, due: float) -> bytes:
        """The next batch, as the element makes it."""
        until = int((due - self.attempt.started_at.timestamp()) * 1000)
        made = []
        while True:
            record = self.ahead or next(self.records)
            self.ahead = record if record["t"] > until else None
            if self.ahead:
                break
            self.value.apply(record)
            made.append(record)
        packed, self.hash = pack(
            [*made, {"t": until, "kind": "check", "hash": replay.fingerprint(self.value.raw)}], self.hash
        )
        self.seq += 1
        return encode(self.seq, self.hash, packed)


def pack(records: list[dict], previous: str) -> tuple[list, str]:
    packed = wire.pack(records)
    return packed, wire.chain(previous, packed)


def encode(seq: int, digest: str, packed: list) -> bytes:
    given = {"seq": seq, "hash": digest, "records": packed}
    return json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length:")[2].split("\r\n")[0])
    return int(head.split()[1]), json.loads(await reader.readexactly(length))


def shifted(records: Iterator[dict], by: int) -> Iterator[dict]:
    return ({**record, "t": record["t"] + by} for record in records)


def storm(site: Site, attempts: list[Attempt]) -> tuple[Figures, list[Person], float]:
    """Everybody types at once; also the share of one core that this driver took."""
    begun = time.time() + 1
    typing_from = int((begun - attempts[0].started_at.timestamp()) * 1000)
    persons = []
    for number, attempt in enumerate(attempts):
        text = "".join(attempt.typing.text.split())
        records = shifted(typist.keys(text, per_minute=SPEED, until_ms=600_000, seed=number), typing_from)
        persons.append(Person(attempt, site.port, EVERY * number / len(attempts), records, token_of(attempt)))

    async def everybody() -> None:
        await asyncio.gather(*(person.type(begun) for person in persons))

    before, own, started = site.cpu(), time.process_time(), time.perf_counter()
    asyncio.run(everybody())
    seconds = time.perf_counter() - started
    sent = sum(person.seq for person in persons)
    times = [one for person in persons for one in person.times]
    errors = [error for person in persons for error in person.errors]
    figures = Figures((site.cpu() - before) / sent * 1000, times, errors, seconds)
    return figures, persons, (time.process_time() - own) / seconds


def lost(persons: list[Person]) -> list[str]:
    """Whose batches or whose text is not with the server as it was typed."""
    found = []
    for person in persons:
        kept = TypingBatch.objects.filter(attempt=person.attempt, late=False).count()
        state = typing.counted_replay(TypingRun.objects.get(attempt=person.attempt), person.attempt)
        if kept != person.seq or state.committed != person.value.committed or state.counts["text_differs"]:
            found.append(f"attempt {person.attempt.pk}: {person.seq} sent, {kept} kept")
    return found


def queries_of(attempt: Attempt) -> int:
    """How many statements a batch asks of the database, in this process."""
    packed, digest = pack([scenes.insert(1, 0, "客户")], "")
    url = f"/exams/typing/attempt/{attempt.pk}/batch/"
    with CaptureQueriesContext(connection) as asked:
        answer = Client().post(
            url,
            encode(1, digest, packed),
            content_type="application/json",
            headers={"X-Token": token_of(attempt)},
        )
    assert answer.status_code == 200, answer.content
    return len(asked)


def ten_minutes(text: str) -> tuple[float, int, int, float]:
    """KiB of the bodies of a whole attempt, its batches and records, and ms to replay and score it from what is stored."""
    batches = list(typist.batches(typist.keys(text, per_minute=SPEED, until_ms=600_000)))
    value, digest, bodies, stored = replay.Replay(), "", [], []
    for seq, (due, records) in enumerate(batches, start=1):
        for record in records:
            value.apply(record)
        check = {"t": min(due, 600_000), "kind": "check", "hash": replay.fingerprint(value.raw)}
        packed, digest = pack([*records, check], digest)
        bodies.append(len(encode(seq, digest, packed)))
        stored.append(packed)
    spent = []
    for _ in range(20):
        begun = time.perf_counter()
        state = replay.replay(record for packed in stored for record in wire.unpack(packed))
        scoring.score(text, state.committed, 600_000, 50, 95)
        spent.append((time.perf_counter() - begun) * 1000)
    assert state.committed == value.committed
    count = sum(len(packed) for packed in stored)
    return sum(bodies) / 1024, len(bodies), count, statistics.median(spent)


def run(site: Site) -> tuple[Figures, Figures, list[Person], float]:
    now = timezone.now()
    *attempts, last = sitting(PEOPLE + 1, now)
    queries = queries_of(last)
    browsers = [(attempt, signed_in(site, attempt.candidacy.user)) for attempt in attempts[:60]]
    body = '{"position": 40, "seq": 1, "answer": {"chosen": [1]}}'
    bare = [
        lambda attempt=attempt, browser=browser: browser.post(f"/bare/save/{attempt.pk}/", body)
        for attempt, browser in browsers
    ]
    measure(site, bare, at_once=FEW)
    before = measure(site, bare * 10, at_once=FEW)
    figures, persons, share = storm(site, attempts)
    after = measure(site, bare * 10, at_once=FEW)
    figures.queries = queries
    bare_save = Figures((before.cpu_ms + after.cpu_ms) / 2, before.times + after.times, before.errors + after.errors)
    return bare_save, figures, persons, share


def main() -> int:
    copies = PostgreSQLCopies(connection, "bench")
    copies.make()
    url = f"{SERVER.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    try:
        with gunicorn(url, connection) as site:
            bare, figures, persons, share = run(site)
        missing = lost(persons)
        text = "".join(persons[0].attempt.typing.text.split())
    finally:
        connection.close()
        copies.drop()
    payload, count, records, scoring_ms = ten_minutes(text)
    row = {
        "cpu_ms": round(figures.cpu_ms, 2),
        "ratio": round(figures.cpu_ms / bare.cpu_ms, 2),
        "queries": figures.queries,
        "p95_ms": round(figures.p95_ms, 1),
        "errors": len(figures.errors) + len(missing),
    }
    sent = sum(person.seq for person in persons)
    print(f"{'step':<16}{'cpu ms':>9}{'ratio':>8}{'queries':>9}{'p95 ms':>9}{'errors':>8}")
    print(f"{'bare_save':<16}{bare.cpu_ms:>9.2f}{1:>8.2f}{'':>9}{bare.p95_ms:>9.1f}{len(bare.errors):>8}")
    print(
        f"{'typing_batch':<16}{row['cpu_ms']:>9.2f}{row['ratio']:>8.2f}{row['queries']:>9}{row['p95_ms']:>9.1f}{row['errors']:>8}"
    )
    print(
        f"{PEOPLE} people, {sent} batches in {figures.seconds:.0f} s ({sent / figures.seconds:.0f} a second), {len(missing)} people with something lost"
    )
    print(f"the driver ran on the same two cores and took {share:.0%} of one")
    print(
        f"ten minutes at {SPEED} characters: {payload:.1f} KiB in {count} bodies, {records} records; replayed and scored in {scoring_ms:.1f} ms"
    )
    for line in [*figures.errors[:3], *missing[:3]]:
        print(line, file=sys.stderr)
    if "quick" not in sys.argv:
        write({"typing_batch": row, "typing_score": {"ms": round(scoring_ms, 1), "payload_kib": round(payload, 1)}})
    above = [name for name, most in MOST.items() if row[name] > most]
    return bool(above or bare.errors or payload > MOST_PAYLOAD_KIB or scoring_ms > MOST_SCORING_MS)


if __name__ == "__main__":
    sys.exit(main())
