"""Every write of the typing test, by topic. All take `now`; those that a person decides take `by`."""

from exams.typing.services.attempts import begin, counted_replay, finish, score_of
from exams.typing.services.batches import GRACE, REFUSALS, Kept, append_batch
from exams.typing.services.pool import (
    choose_passages,
    problem_sentence,
    publish_passage,
    retire_passage,
    taken_sentence,
)
from exams.typing.services.practice import (
    PRACTICE_GRACE,
    PRACTICE_MINUTES,
    finish_practice,
    practice_text,
    recent_slips,
    start_drill,
    start_practice,
)
from exams.typing.services.standards import change_standard, create_standard

__all__ = [
    "GRACE",
    "PRACTICE_GRACE",
    "PRACTICE_MINUTES",
    "REFUSALS",
    "Kept",
    "append_batch",
    "begin",
    "change_standard",
    "choose_passages",
    "counted_replay",
    "create_standard",
    "finish",
    "finish_practice",
    "practice_text",
    "problem_sentence",
    "publish_passage",
    "recent_slips",
    "retire_passage",
    "score_of",
    "start_drill",
    "start_practice",
    "taken_sentence",
]
