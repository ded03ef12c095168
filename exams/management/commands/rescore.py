"""Proves that every stored typing run still comes to the figures it was given."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.typing import services
from exams.typing.models import TypingRun


class Command(BaseCommand):
    """Replays and scores every ended run; changes nothing, fails when one differs."""

    help = "Recounts every typing run from its keystrokes and reports each that differs."

    def handle(self, *_args: Any, **_options: Any) -> None:
        count, differing = 0, 0
        runs = TypingRun.objects.filter(typed__isnull=False).select_related("attempt").order_by("pk")
        for run in runs.iterator(chunk_size=200):
            count += 1
            state = services.counted_replay(run, run.attempt)
            score = services.score_of(run, state.committed)
            stored = (run.committed, run.typed, run.errors, run.certified, run.passed, run.flags)
            found = (state.committed, score.typed, score.errors, score.certified, score.passed, state.flags())
            if stored != found:
                differing += 1
                self.stderr.write(f"attempt {run.attempt_id}: stored {stored[1:]}, recounted {found[1:]}")
        self.stdout.write(f"{count} runs recounted, {differing} differ.")
        if differing:
            raise CommandError("Stored figures differ from the recount.")
