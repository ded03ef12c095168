"""Scores typed texts by the definition, without a database: one JSON object a line in, one out."""

import json
import sys
from argparse import ArgumentParser
from fractions import Fraction
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.typing import scoring
from exams.typing.normalise import WIDTH_INSENSITIVE


class Command(BaseCommand):
    """`{"passage", "typed", "minutes", "threshold", "gate", "punctuation"}` to the figures of the text."""

    help = "Reads JSON lines from standard input and prints the score of each."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "gate is in percent (default 95), punctuation defaults to width-insensitive."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for number, line in enumerate(sys.stdin, start=1):
            if not line.strip():
                continue
            try:
                figures = _score(json.loads(line))
            except (ValueError, KeyError, TypeError, ZeroDivisionError) as error:
                raise CommandError(f"Line {number} cannot be scored: {error!r}") from error
            self.stdout.write(json.dumps(figures))


def _score(asked: dict[str, Any]) -> dict[str, Any]:
    score = scoring.score(
        asked["passage"],
        asked["typed"],
        int(_exact(asked["minutes"]) * scoring.MS_PER_MINUTE),
        _exact(asked["threshold"]),
        _exact(asked.get("gate", 95)),
        asked.get("punctuation", WIDTH_INSENSITIVE),
    )
    return {
        "typed": score.typed,
        "errors": score.errors,
        "certified": score.certified,
        "speed": score.speed,
        "accuracy": score.accuracy,
        "passed": score.passed,
    }


def _exact(number: int | float | str) -> Fraction:
    """The number as written, without binary rounding."""
    return Fraction(str(number))
