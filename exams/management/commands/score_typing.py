"""Scores typed texts by the definition, without a database: one JSON object a line in, one out."""

import json
import sys
from argparse import ArgumentParser
from fractions import Fraction
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.typing import scoring
from exams.typing.normalise import POLICIES, WIDTH_INSENSITIVE


class Command(BaseCommand):
    """`{"passage", "typed", "minutes", "threshold", "gate", "punctuation"}` to the figures of the text.

    A line that cannot be scored is named on standard error, the others are answered, and the exit status is 1.
    """

    help = "Reads JSON lines from standard input and prints the score of each."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "gate is in percent (default 95), punctuation defaults to width-insensitive."

    def handle(self, *_args: Any, **_options: Any) -> None:
        faulty = 0
        for number, line in enumerate(getattr(sys.stdin, "buffer", sys.stdin), start=1):
            if not line.strip():
                continue
            try:
                self.stdout.write(json.dumps(_score(_read(line))))
            except ValueError as error:
                faulty += 1
                self.stderr.write(f"Line {number}: {error}")
        if faulty:
            raise CommandError(f"{faulty} lines could not be scored." if faulty > 1 else "1 line could not be scored.")


def _read(line: bytes | str) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8-sig") if isinstance(line, bytes) else line)
    except UnicodeDecodeError as error:
        raise ValueError("this is not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"this is not JSON ({error}).") from error
    if not isinstance(asked, dict):
        raise ValueError("this is not a JSON object.")
    return asked


def _score(asked: dict[str, Any]) -> dict[str, Any]:
    punctuation = asked.get("punctuation", WIDTH_INSENSITIVE)
    if punctuation not in POLICIES:
        raise ValueError(f"punctuation must be one of {', '.join(POLICIES)}.")
    duration_ms = int(_number(asked, "minutes") * scoring.MS_PER_MINUTE)
    if duration_ms < 1:
        raise ValueError("minutes must be a number above 0.")
    gate = _number(asked, "gate", 95)
    if gate > 100:
        raise ValueError("gate must be a number from 0 to 100.")
    score = scoring.score(
        _text(asked, "passage"), _text(asked, "typed"), duration_ms, _number(asked, "threshold"), gate, punctuation
    )
    return {
        "typed": score.typed,
        "errors": score.errors,
        "certified": score.certified,
        "speed": score.speed,
        "accuracy": score.accuracy,
        "passed": score.passed,
    }


def _text(asked: dict[str, Any], name: str) -> str:
    if not isinstance(asked.get(name), str):
        raise ValueError(f"{name} must be a text.")
    return asked[name]


def _number(asked: dict[str, Any], name: str, default: int | None = None) -> Fraction:
    """The number as written, without binary rounding."""
    given = asked.get(name, default)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < 1e12:
        raise ValueError(f"{name} must be a number of 0 or more.")
    return Fraction(str(given))
