"""What people typed: attempts in batches, some with something to look at, the examiner's decisions, and practice."""

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from academy.demo.organisation import at
from academy.demo.typist import keys_of, type_passage
from exams import services as exams
from exams.models import Attempt, Sitting, TypingRun
from exams.typing import services as typing
from exams.typing import wire
from exams.typing.replay import replay
from exams.typing.services import rulings
from people.models import User

SEED = 20240612
# What is to look at in the first tests of the last monthly assessment, and in those of the sitting that is open.
LAST_MONTH: list[dict[str, Any]] = [
    {"phrases": True},
    {"notes": [(60_000 + 31_000 * place, "blur") for place in range(5)] + [(201_000, "undo")]},
    {"notes": [(122_000, "offline")]},
]
NOW: list[dict[str, Any]] = [
    {"phrases": True},
    {"notes": [(41_000, "paste"), (43_500, "paste"), (97_000, "hidden"), (97_000, "blur"), (151_000, "hidden")]},
]
# What the newcomer mistakes for what, and the others who practise.
MISTAKEN = {"在": "再", "得": "的", "做": "作", "那": "哪", "时": "是", "话": "画", "知": "之", "记": "计"}


def type_attempt(
    attempt: Attempt, *, speed: float, accuracy: float, clock: datetime, rng: random.Random, now: datetime
) -> datetime:
    """Types from `clock` until the time is up, batch by batch; returns when that is."""
    run = TypingRun.objects.get(attempt=attempt)
    about = {"speed": speed, "accuracy": accuracy, "duration_ms": run.duration_ms}
    batches = list(type_passage(run.text, **about, rng=rng))
    if oddities := _oddities(attempt, run, now):
        batches = type_passage(run.text, **about, rng=random.Random(SEED + attempt.number), **oddities)
    previous = ""
    for seq, (sent_ms, records) in enumerate(batches, start=1):
        packed = wire.pack(records)
        previous = wire.chain(previous, packed)
        typing.append_batch(
            attempt_id=attempt.pk,
            generation=attempt.generation,
            seq=seq,
            batch_hash=previous,
            records=packed,
            now=clock + timedelta(milliseconds=sent_ms),
        )
    return clock + timedelta(milliseconds=run.duration_ms)


def _oddities(attempt: Attempt, run: TypingRun, now: datetime) -> dict[str, Any]:
    """What of LAST_MONTH or NOW is this test's: they go to the first tests of the junior standard in their order."""
    sitting = attempt.candidacy.sitting
    if attempt.ordered_id or run.standard["threshold"] != 30 or now - sitting.closes_at > timedelta(days=45):
        return {}
    before = TypingRun.objects.filter(attempt__candidacy__sitting=sitting, attempt__started_at__lt=now).exclude(
        pk=run.pk
    )
    wanted = LAST_MONTH if sitting.closes_at < now else NOW
    place = before.count()
    return wanted[place] if place < len(wanted) else {}


def look_at_flags(
    examiner: User, day: date, since: datetime, type_again: Callable[[Attempt, datetime], datetime]
) -> None:
    """The examiner looks at last month's flags: one test stands, one person types once more, which is to be decided still."""
    flagged = TypingRun.objects.exclude(flags=[]).filter(attempt__started_at__gt=since).select_related("attempt")
    for run in flagged.order_by("attempt__ended_at"):
        codes = {flag["code"] for flag in run.flags}
        if "undo" in codes:
            reason = "离开输入框均为切换输入法所致，当事人当场说明；回放未见异常。"
            exams.rule(attempt=run.attempt, kind="confirm", by=examiner, reason=reason, now=at(day, 10))
        elif "long_commit" in codes:
            reason = "多处一次上屏二十余字，请监督复测三分钟。"
            order = rulings.order_recheck(attempt=run.attempt, by=examiner, reason=reason, now=at(day, 11))
            begun = rulings.start_recheck(order=order, code=rulings.recheck_code(order), now=at(day, 15))
            exams.submit(attempt=begun, now=type_again(begun, at(day, 15)), ended_by=Attempt.EndedBy.CANDIDATE)


def order_recheck_of(sitting: Sitting, examiner: User, now: datetime) -> None:
    """One person of the sitting that is open is to type once more."""
    for run in (
        TypingRun.objects.exclude(flags=[]).filter(attempt__candidacy__sitting=sitting).select_related("attempt")
    ):
        if any(flag["code"] == "long_commit" for flag in run.flags):
            reason = "长句整段上屏，与近期成绩差距较大，请监督复测。"
            rulings.order_recheck(attempt=run.attempt, by=examiner, reason=reason, now=now)


def practise(
    people: Mapping[str, User], hired: Callable[[User], date], today: date, rng: random.Random, *, newcomer: str
) -> None:
    """Weeks of practice of the newcomer and of a few others: the trend on the home screen, and what goes wrong."""
    for number, (first, last) in {newcomer: (21.0, 32.5), "100034": (38.0, 47.0), "100040": (36.0, 51.0)}.items():
        user = people[number]
        steps = 8 if number == newcomer else 16
        for step in range(steps):
            day = today - timedelta(days=1 + round((steps - 1 - step) * 3.5))
            if day <= hired(user):
                continue
            moment = at(day, 12, 30)
            run = typing.start_practice(user=user, minutes=1 if step % 3 else 3, now=moment)
            batches = type_passage(
                typing.practice_text(run),
                speed=(first + (last - first) * step / steps) * rng.uniform(0.96, 1.04),
                accuracy=0.995,
                duration_ms=run.minutes * 60_000,
                rng=random.Random(SEED + run.pk),
                mistaken=MISTAKEN,
            )
            records = [record for _sent, batch in batches for record in batch]
            typing.finish_practice(
                run=run,
                text=replay(records).committed,
                records=[wire.pack(records)],
                keys=keys_of(records),
                now=moment + timedelta(minutes=run.minutes),
            )
