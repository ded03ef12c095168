"""Passages, standards and typing attempts that tests begin with, and a browser that only knows the protocol."""

from datetime import timedelta
from pathlib import Path

from exams.models import Attempt, Candidacy, Exam, ExamPart, Sitting
from exams.typing import services, wire
from exams.typing.models import Passage
from exams.typing.replay import fingerprint
from tests import factories

CONTENT = Path(__file__).resolve().parents[2] / "academy" / "demo" / "content" / "passages"


def passage_text(number: int = 0) -> tuple[str, str]:
    """Title and text of one of the demo academy's passages."""
    title, text = sorted(CONTENT.glob("*.txt"))[number].read_text().split("\n", 1)
    return title.removeprefix("# ").strip(), text.strip()


def passage(now, number: int = 0, use: str = "exam"):
    title, text = passage_text(number)
    return services.publish_passage(code=f"{use}-{number}", title=title, text=text, use=use, now=now)


def standard(now, *, threshold: int = 30, minutes: int = 5, gate: int = 95, tries: int = 3, **more):
    return services.create_standard(
        code=f"t{threshold}-{minutes}-{gate}",
        name=f"每分钟 {threshold} 字",
        threshold=threshold,
        minutes=minutes,
        gate=gate,
        tries=tries,
        now=now,
        **more,
    )


def candidacy(now, *, user=None, of=None) -> tuple[Candidacy, ExamPart]:
    """A person invited to an exam with one typing part."""
    exam = Exam.objects.create(code=f"e{Exam.objects.count()}", name="月度考核", state=Exam.State.PUBLISHED)
    part = ExamPart.objects.create(
        exam=exam, order=1, kind=ExamPart.Kind.TYPING, title="汉字录入", tries=3, standard=of or standard(now)
    )
    sitting = Sitting.objects.create(
        exam=exam, name="十一月", opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=8)
    )
    user = user or factories.person()
    return Candidacy.objects.create(sitting=sitting, user=user, invited_at=now), part


def attempt(now, *, user=None, of=None, seed: int = 1) -> Attempt:
    """A typing attempt that has just begun."""
    if not Passage.objects.filter(use="exam").exists():
        passage(now)
    invited, part = candidacy(now, user=user, of=of)
    begun = Attempt.objects.create(
        candidacy=invited,
        part=part,
        number=1,
        started_at=now,
        base_deadline=now + timedelta(minutes=part.standard.minutes),
        deadline=now + timedelta(minutes=part.standard.minutes),
    )
    services.begin(attempt=begun, now=now, seed=seed)
    return begun


def end(attempt: Attempt, now, by: str = "candidate"):
    """What exams.services.submit does around `finish`."""
    run = services.finish(attempt=attempt, now=now)
    attempt.refresh_from_db()
    attempt.state, attempt.ended_at, attempt.ended_by = Attempt.State.GRADED, now, by
    attempt.passed = run.passed
    attempt.generation += 1
    attempt.save()
    return run


def insert(t: int, pos: int, text: str, *, removed: int = 0, composing: bool = False, kind: str = "insertText") -> dict:
    return {"t": t, "kind": kind, "pos": pos, "removed": removed, "inserted": text, "composing": composing}


def note(t: int, what: str) -> dict:
    return {"t": t, "kind": "note", "what": what}


def check(t: int, text: str) -> dict:
    return {"t": t, "kind": "check", "hash": fingerprint(text)}


class Browser:
    """Sends batches in a chain, as the element does."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.generation = attempt.generation
        self.seq, self.hash, self.length = 0, "", 0

    def batch(self, records: list[dict]) -> dict:
        """The next batch, not yet sent."""
        packed = wire.pack(records)
        made = {"seq": self.seq + 1, "batch_hash": wire.chain(self.hash, packed), "records": packed}
        self.seq, self.hash = made["seq"], made["batch_hash"]
        return made

    def deliver(self, batch: dict, now):
        return services.append_batch(attempt_id=self.attempt.pk, generation=self.generation, now=now, **batch)

    def send(self, records: list[dict], now):
        return self.deliver(self.batch(records), now)

    def type(self, text: str, *, per_minute: int = 60, after_ms: int = 1000):
        """Types at an even pace, one phrase of four at a time, delivered as it goes."""
        t = after_ms
        for start in range(0, len(text), 40):
            records = []
            for place in range(start, min(start + 40, len(text)), 4):
                phrase = text[place : min(place + 4, start + 40)]
                t += len(phrase) * 60_000 // per_minute
                records.append(insert(t, self.length, phrase, kind="insertCompositionText"))
                self.length += len(phrase)
            self.send(records, self.attempt.started_at + timedelta(milliseconds=t + 200))
        return t
