"""Proves that every stored typing run still comes to the figures it was given."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.typing import queries, services, wire
from exams.typing.models import TypingRun
from exams.typing.normalise import VERSION


class Command(BaseCommand):
    """Replays and scores every ended run; changes nothing, fails when one differs."""

    help = "Recounts every typing run from its keystrokes and names each that differs."

    def handle(self, *_args: Any, **_options: Any) -> None:
        count, differing = 0, 0
        runs = TypingRun.objects.filter(typed__isnull=False).order_by("pk")
        for run in runs.select_related("attempt__candidacy__user").iterator(chunk_size=200):
            count += 1
            if found := _differences(run):
                differing += 1
                person = run.attempt.candidacy.user.employee_no
                self.stderr.write(f"attempt {run.attempt_id} of {person}: {'; '.join(found)}")
        self.stdout.write(f"{count} runs recounted, {differing} differ.")
        if differing:
            raise CommandError("Stored figures differ from the recount.")


def _differences(run: TypingRun) -> list[str]:
    """What a run stores and its keystrokes do not come to, in words."""
    if run.standard["normaliser"] != VERSION:
        return [f"scored under version {run.standard['normaliser']} of the definition, this is {VERSION}"]
    try:
        broken = queries.broken_at(run.attempt)
        state = services.counted_replay(run, run.attempt)
    except wire.BadRecords as bad:
        return [f"its keystrokes cannot be read ({bad.code})"]
    score = services.score_of(run, state.committed)
    recounted = {
        "committed": state.committed,
        "typed": score.typed,
        "errors": score.errors,
        "certified": score.certified,
        "passed": score.passed,
        "flags": state.flags(),
    }
    found = [
        f"{name} stored {getattr(run, name)}, recounted {value}"
        for name, value in recounted.items()
        if getattr(run, name) != value
    ]
    if run.attempt.passed != run.passed:
        found.append(f"the attempt says passed {run.attempt.passed}, its run {run.passed}")
    return [f"the chain of its batches breaks at {broken}", *found] if broken else found
